"""The evidence of a test as one block of HTML for Robot's log: it needs no file and no script."""

import base64
import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from robot_cherrypy.evidence.browser_side import BrowserView
from robot_cherrypy.evidence.markup import number, offset, section, text, traceback
from robot_cherrypy.evidence.masking import Masker
from robot_cherrypy.evidence.timeline import TimeLine
from robot_cherrypy.evidence.waterfall import waterfall
from robot_cherrypy.traffic.exchange import Exchange, LogLine, ServerFailure

_STYLE = (Path(__file__).parent / "block.css").read_text("utf-8")
_LONGEST_PAGE = 400_000
_LONGEST_LOG = 60_000


@dataclass
class Evidence:
    """Everything that is known of a test at its end."""

    title: str
    line: TimeLine
    failures: list[ServerFailure] = field(default_factory=list)
    browsers: list[BrowserView] = field(default_factory=list)
    exchanges: list[Exchange] = field(default_factory=list)
    log_lines: list[LogLine] = field(default_factory=list)
    sessions: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    outputs: list[tuple[str, str]] = field(default_factory=list)
    recording: bytes = b""


def render(evidence: Evidence, masker: Masker, *, with_pictures: bool = True) -> str:
    """Return the block."""
    parts = [
        _head(evidence, masker, with_pictures=with_pictures),
        waterfall(evidence.line, masker),
    ]
    parts += _sections(evidence, masker, with_pictures=with_pictures)
    title = f"{text(masker.text(evidence.title))} <span class=dim>{_counts(evidence)}</span>"
    return (
        f"<style>{_STYLE}</style><div class=rcp><details><summary>{title}</summary>"
        f"<div>{''.join(parts)}</div></details></div>"
    )


def _counts(evidence: Evidence) -> str:
    parts = [number(len(evidence.exchanges), "request")]
    if evidence.failures:
        parts.append(number(len(evidence.failures), "server error"))
    if evidence.browsers:
        parts.append(number(len(evidence.browsers), "browser"))
    return " · ".join(parts)


def _head(evidence: Evidence, masker: Masker, *, with_pictures: bool) -> str:
    """Show the picture on the left; what was wrong, and where the browser was, on the right."""
    facts = [_failure(one, masker) for one in evidence.failures]
    facts += [_place(one, masker) for one in evidence.browsers]
    first = evidence.browsers[0] if evidence.browsers else None
    if first is None or not first.picture or not with_pictures:
        return f"<div class='head bare'><div>{''.join(facts)}</div></div>"
    return f"<div class=head>{_picture(first)}<div>{''.join(facts)}</div></div>"


def _failure(failure: ServerFailure, masker: Masker) -> str:
    where = f"{failure.method} {masker.text(failure.path)}" if failure.exchange else ""
    answer = f", answered {failure.status}" if failure.status else ""
    when = f", {failure.when}" if failure.when else ""
    return (
        f"<div class=error><strong>{text(masker.text(failure.error))}</strong><br>"
        f"<span class=dim><code>{text(failure.handler)}</code>{text(when)}<br>"
        f"{text(where)}{answer}</span></div>"
    )


def _place(view: BrowserView, masker: Masker) -> str:
    facts = {
        "Browser": f"{view.name or view.alias}",
        "Page": masker.text(view.url) or "—",
        "Title": masker.text(view.title) or "—",
    }
    found = "".join(f"<dt>{name}<dd>{text(value)}" for name, value in facts.items())
    console = "".join(
        f"<div class='problem mono'>{text(masker.text(one.text))}</div>"
        for one in view.console
        if one.level == "SEVERE"
    )
    problems = "".join(
        f"<dt>Missing<dd class=bad>{text(masker.text(one))}" for one in view.problems
    )
    return f"<dl>{found}{problems}</dl>{console}"


def _picture(view: BrowserView) -> str:
    size = f"{view.size[0]} × {view.size[1]} px" if view.size[0] else ""
    return (
        f"<details class=shot><summary><img alt='The page' src='data:{view.picture_type};base64,"
        f"{view.picture}'><span class=dim>{size}</span></summary></details>"
    )


def _sections(evidence: Evidence, masker: Masker, *, with_pictures: bool) -> Iterable[str]:
    loose = [one for one in evidence.failures if one.exchange not in evidence.exchanges]
    if loose:
        body = "".join(traceback(one, masker) for one in loose)
        yield section("Other tracebacks", len(loose), body)
    if evidence.recording:
        source = base64.b64encode(evidence.recording).decode()
        image = f"<img alt='Recording' src='data:image/webp;base64,{source}'>"
        yield section("Recording", None, image)
    for view in evidence.browsers:
        yield from _console(view, evidence, masker)
    yield from _logs(evidence, masker)
    for title, values in evidence.sessions:
        yield section(title, len(values), f"<dl class=mono>{_terms(masker.values(values))}</dl>")
    for title, output in evidence.outputs:
        shown = text(masker.text(output[-_LONGEST_LOG:]))
        yield section(title, None, f"<pre class=wrap>{shown}</pre>")
    if with_pictures:
        for position, view in enumerate(evidence.browsers):
            yield from _document(view, masker, with_picture=position > 0)


def _logs(evidence: Evidence, masker: Masker) -> Iterable[str]:
    start = evidence.line.start
    if evidence.log_lines:
        lines = "\n".join(_log_line(one, start, masker) for one in evidence.log_lines)
        yield section("Error log", len(evidence.log_lines), f"<pre>{lines[-_LONGEST_LOG:]}</pre>")
    if evidence.exchanges:
        lines = "\n".join(text(access_line(one, masker)) for one in evidence.exchanges)
        yield section("Access log", len(evidence.exchanges), f"<pre>{lines[-_LONGEST_LOG:]}</pre>")


def _console(view: BrowserView, evidence: Evidence, masker: Masker) -> Iterable[str]:
    if view.console:
        start = evidence.line.start
        lines = "\n".join(
            _mark(
                f"{offset(one.at - start)}  {one.level:<8}{masker.text(one.text)}",
                bad=one.level == "SEVERE",
            )
            for one in view.console
        )
        title = "Console" if len(evidence.browsers) == 1 else f"Console of {view.alias}"
        yield section(title, len(view.console), f"<pre class=wrap>{lines[-_LONGEST_LOG:]}</pre>")


def _terms(values: Mapping[str, str]) -> str:
    return "".join(f"<dt>{text(name)}<dd>{text(value)}" for name, value in values.items())


def _log_line(line: LogLine, start: float, masker: Masker) -> str:
    shown = (
        f"{offset(line.at - start)}  {logging.getLevelName(line.level):<8}{masker.text(line.text)}"
    )
    return _mark(shown, bad=line.level >= logging.ERROR)


def _mark(line: str, *, bad: bool) -> str:
    return f"<b>{text(line)}</b>" if bad else text(line)


def access_line(exchange: Exchange, masker: Masker) -> str:
    """Return the line of an access log in the Combined Log Format, less the time of day."""
    headers = exchange.headers
    return (
        f'{exchange.client or "-"} - - "{exchange.method} {masker.text(exchange.url)}"'
        f' {exchange.status or "-"} {exchange.sent} "{masker.text(headers.get("Referer", "-"))}"'
        f' "{headers.get("User-Agent", "-")}"'
    )


def _document(view: BrowserView, masker: Masker, *, with_picture: bool) -> Iterable[str]:
    name = "" if view.alias == "browser 1" else f" of {view.alias}"
    if with_picture and view.picture:
        yield section(f"Picture{name}", None, _picture(view))
    if not view.html:
        return
    document = masker.text(view.html)
    if len(document) > _LONGEST_PAGE:
        document = document[:_LONGEST_PAGE] + "<!-- cut off -->"
    frame = f"<iframe sandbox loading=lazy srcdoc='{text(document)}'></iframe>"
    yield section(f"Page{name} as it was", None, frame)
    yield section(f"Source of the page{name}", None, f"<pre>{text(document)}</pre>")
