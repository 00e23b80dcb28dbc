"""The folded sections of the block, below the timeline: logs, sessions, outputs and pages."""

import base64
import itertools
import logging
from collections.abc import Iterable

from robot_cherrypy.evidence.evidence import Evidence
from robot_cherrypy.evidence.markup import (
    folded,
    offset,
    page_frame,
    picture,
    section,
    text,
    took,
    value_list,
)
from robot_cherrypy.evidence.masking import Masker
from robot_cherrypy.evidence.parts import Parts
from robot_cherrypy.evidence.server_settings import differing
from robot_cherrypy.evidence.tracebacks import frames
from robot_cherrypy.pages.clicks import PageBefore
from robot_cherrypy.pages.observer import ConsoleLine
from robot_cherrypy.pages.view import BrowserView
from robot_cherrypy.traffic.exchange import Exchange, LogLine
from robot_cherrypy.traffic.text import as_text

# How much of a page's document is shown, in characters; few documents are longer. It is in the
# block twice, as page and as source, so some fifty such pages reach the limit for a whole run.
_LONGEST_PAGE = 400_000

# How much of a line of a browser's console is shown, in characters.
LONGEST_CONSOLE_LINE = 5_000

# How much of a setting is shown, in characters: some are large objects.
_LONGEST_SETTING = 500

# How much of the end of a log is shown, in characters: some five hundred lines.
_LONGEST_LOG = 60_000


def sections(evidence: Evidence, masker: Masker, *, with_pictures: bool) -> Iterable[str]:
    """Yield the sections, each of which may fail without the others.

    Args:
        evidence: What they show.
        masker: Masks the secrets in it.
        with_pictures: Whether pictures and the documents of pages are shown.
    """
    parts = Parts(masker)
    yield parts.make("where the servers were", _stacks, evidence, masker)
    yield parts.make("the film", _film, evidence)
    for view in evidence.views:
        yield parts.make("a console", _console, view, evidence, masker)
    yield parts.make("the error log", _error_log, evidence, masker)
    yield parts.make("the access log", _access_log, evidence, masker)
    yield parts.make("a session", _sessions, evidence, masker)
    yield parts.make("an output", _outputs, evidence, masker)
    yield parts.make("settings of servers", _settings, evidence, masker)
    if with_pictures:
        yield parts.make("the page before a click", _before_click, evidence, masker)
        for view in evidence.views:
            yield parts.make("a page", _page, view, evidence, masker)


def console_text(line: ConsoleLine, masker: Masker) -> str:
    """Return the text of a line, masked before it is cut: half a secret would not be recognised."""
    return masker.text(line.text)[:LONGEST_CONSOLE_LINE]


def _stacks(evidence: Evidence, masker: Masker) -> str:
    if not evidence.stacks:
        return ""
    return section("Where the servers were", None, frames(evidence.stacks, masker), opened=True)


def _film(evidence: Evidence) -> str:
    if not evidence.film:
        return ""
    source = base64.b64encode(evidence.film).decode()
    return section("Film", None, f"<img alt='Film' src='data:image/webp;base64,{source}'>")


def _console(view: BrowserView, evidence: Evidence, masker: Masker) -> str:
    if not view.console:
        return ""
    start = evidence.timeline.start
    lines = [
        _log_line(
            line.at - start, line.level, console_text(line, masker), is_bad=line.level == "SEVERE"
        )
        for line in view.console
    ]
    return _log_section(f"Console{_of_browser(view, evidence)}", lines)


def _error_log(evidence: Evidence, masker: Masker) -> str:
    start = evidence.timeline.start
    lines = [_error_line(line, start, masker) for line in evidence.log_lines]
    return _log_section("Error log", lines) if lines else ""


def _error_line(line: LogLine, start: float, masker: Masker) -> str:
    level = logging.getLevelName(line.level)
    is_bad = line.level >= logging.ERROR
    return _log_line(line.at - start, level, masker.text(line.text), is_bad=is_bad)


def _access_log(evidence: Evidence, masker: Masker) -> str:
    start = evidence.timeline.start
    lines = [masker.html(_access_line(exchange, start)) for exchange in evidence.exchanges]
    return _log_section("Access log", lines) if lines else ""


def _access_line(exchange: Exchange, start: float) -> str:
    return (
        f"{offset(exchange.started - start)}  {exchange.server}  {exchange.client or '-'}"
        f"  {exchange.method} {exchange.url} → {exchange.status or '-'}"
        f"  {took(exchange.duration)}  {exchange.sent} bytes"
    )


def _log_line(seconds: float, level: str, message: str, *, is_bad: bool) -> str:
    line = text(f"{offset(seconds)}  {level:<8}{message[:_LONGEST_LOG]}")
    return f"<b>{line}</b>" if is_bad else line


def _log_section(title: str, lines: list[str]) -> str:
    """Return a section with the last lines of a log. The lines are HTML, so none is cut."""
    lengths = itertools.accumulate(len(line) for line in reversed(lines))
    fitting = sum(length <= _LONGEST_LOG for length in lengths)
    shown = "\n".join(lines[-max(fitting, 1) :])
    return section(title, len(lines), f"<pre class=wrap>{shown}</pre>")


def _sessions(evidence: Evidence, masker: Masker) -> Iterable[str]:
    for title, values in evidence.sessions:
        yield section(masker.text(title), len(values), value_list(masker.values(values).items()))


def _outputs(evidence: Evidence, masker: Masker) -> Iterable[str]:
    for title, output in evidence.outputs:
        shown = text(masker.text(output)[-_LONGEST_LOG:])
        yield section(masker.text(title), None, f"<pre class=wrap>{shown}</pre>")


def _settings(evidence: Evidence, masker: Masker) -> str:
    """Return the settings of servers; those in which servers of an application differ in bold."""
    if not evidence.servers:
        return ""
    body = ""
    for settings in evidence.servers:
        marked = {masker.text(as_text(name)) for name in differing(settings, evidence.servers)}
        terms = "".join(
            f"<dt>{f'<b>{text(name)}</b>' if name in marked else text(name)}"
            f"<dd><code>{text(value[:_LONGEST_SETTING])}</code>"
            for name, value in masker.values(settings.values).items()
        )
        body += f"<h4>{masker.html(settings.alias)}</h4><dl>{terms}</dl>"
    return section("Settings of servers", len(evidence.servers), body)


def clicked(click: PageBefore) -> str:
    """Return in words what was clicked, with secrets."""
    element = click.element or "no element"
    among = f", the first of {click.count} that match" if (click.count or 0) > 1 else ""
    cover = f", covered by {click.cover}" if click.cover else ""
    what = "" if click.count is None else f": {element}{among}{cover}"
    return f"‘{click.keyword}’ {click.locator}{what}"


def _before_click(evidence: Evidence, masker: Masker) -> str:
    """Return the page before the last click, in which the element has a frame around it."""
    click = evidence.click
    if click is None:
        return ""
    told = f"<p>{masker.html(clicked(click))}<br>{masker.html(click.url)}</p>"
    return section(
        "Page before the last click", None, told + page_frame(masker.text(click.html), *click.size)
    )


def _page(view: BrowserView, evidence: Evidence, masker: Masker) -> Iterable[str]:
    """Yield the page and its source, after its picture unless that is at the top of the block."""
    name = _of_browser(view, evidence)
    if view.picture and view is not evidence.views[0]:
        yield section(f"Picture{name}", None, picture(view.picture, view.picture_type))
    if not view.html:
        return
    document = masker.text(view.html)
    if len(document) > _LONGEST_PAGE:
        document = document[:_LONGEST_PAGE] + "<!-- cut off -->"
    width, height = view.size[0], max(view.size[1], view.page_size[1])
    yield section(f"Page{name} as it was", None, page_frame(document, width, height))
    yield section(f"Source of the page{name}", None, _source(document))


def _source(document: str) -> str:
    """Return the source of a page, which begins at its body; what is above is folded."""
    head, tag, body = document.partition("<body")
    above = folded("head of the page, with its styles", f"<pre>{text(head)}</pre>") if tag else ""
    return f"{above}<pre class=wrap>{text(tag + body if tag else document)}</pre>"


def _of_browser(view: BrowserView, evidence: Evidence) -> str:
    return "" if len(evidence.views) == 1 else f" of {view.label}"
