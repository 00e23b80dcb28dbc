"""The evidence of a test as one block of HTML for Robot's log, without files or scripts."""

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from robot_cherrypy.evidence.evidence import Evidence
from robot_cherrypy.evidence.findings import Finding, find, is_script_error, page_row
from robot_cherrypy.evidence.markup import picture, quantity, term_list, text
from robot_cherrypy.evidence.masking import Masker
from robot_cherrypy.evidence.parts import Parts
from robot_cherrypy.evidence.sections import (
    LONGEST_CONSOLE_LINE,
    clicked,
    console_text,
    sections,
)
from robot_cherrypy.evidence.tracebacks import raised_at
from robot_cherrypy.evidence.waterfall import waterfall
from robot_cherrypy.pages.observer import ConsoleLine
from robot_cherrypy.pages.view import BrowserView
from robot_cherrypy.traffic.exchange import RecordedError

_STYLE = (Path(__file__).parent / "block.css").read_text("utf-8")

_TITLE = "Both sides of this test"

# How much of a response or of the further lines of an exception is below a finding, in characters.
_LONGEST_REST = 500

# How much of a script's line is shown, in characters: scripts that were made small have one line.
_LONGEST_SCRIPT_LINE = 240

# How many errors are shown at the top, of the server and of a console each: the rest is below.
_MOST_ERRORS = 5


def render(
    evidence: Evidence,
    masker: Masker,
    *,
    with_pictures: bool = True,
    with_details: bool = True,
) -> str:
    """Return the block. Each part of it may fail without the others.

    Args:
        evidence: What it shows.
        masker: Masks the secrets in it.
        with_pictures: Whether it has pictures and the documents of pages, which take most room.
        with_details: Whether it has the details of requests that did not fail.
    """
    parts = Parts(masker)
    found: list[Finding] = []

    def findings() -> str:
        found.extend(find(evidence) if evidence.is_failed else [])
        return _findings(found, evidence, masker)

    body = [
        parts.make("the findings", findings),
        *(parts.fault(name, error) for name, error in evidence.faults),
        _head(evidence, masker, parts, with_pictures=with_pictures),
        parts.make(
            "the timeline",
            waterfall,
            evidence.timeline,
            masker,
            evidence.earlier,
            with_details=with_details,
        ),
        parts.make("sections", sections, evidence, masker, with_pictures=with_pictures),
    ]
    title = (
        f"{_TITLE} <span class=dim>{parts.make('counts', _counts, evidence, found, masker)}</span>"
    )
    opened = " open" if evidence.is_failed else ""
    return (
        f"<style>{_STYLE}</style><div class=rcp><details{opened}><summary>{title}</summary>"
        f"<div>{''.join(body)}</div></details></div>"
    )


def _counts(evidence: Evidence, found: list[Finding], masker: Masker) -> str:
    labels = dict.fromkeys(
        finding.label for finding in found if finding.label not in {"", "server error"}
    )
    parts = [*labels, quantity(len(evidence.exchanges), "request")]
    cached = sum(member.is_from_cache for row in evidence.timeline.rows for member in row.members)
    if cached:
        parts.append(f"{cached} from the browser's cache")
    if evidence.server_errors:
        parts.append(quantity(len(evidence.server_errors), "server error"))
    if evidence.views:
        parts.append(quantity(len(evidence.views), "browser"))
    return masker.html(" · ".join(parts))


def _findings(found: list[Finding], evidence: Evidence, masker: Masker) -> str:
    """Return the findings as a list, each linked to its row."""
    shown = {id(row) for row in evidence.timeline.rows}
    items = []
    for finding in found:
        first, _, rest = masker.text(finding.sentence)[:LONGEST_CONSOLE_LINE].partition("\n")
        sentence = text(first)
        if finding.row is not None and id(finding.row) in shown:
            sentence = f"<a href='#{finding.row.key}'>{sentence}</a>"
        more = f"<div class='dim rest'>{text(rest[:_LONGEST_REST])}</div>" if rest else ""
        items.append(f"<li class={'bad' if finding.is_bad else 'plain'}>{sentence}{more}")
    return f"<ul class=findings>{''.join(items)}</ul>" if items else ""


def _head(evidence: Evidence, masker: Masker, parts: Parts, *, with_pictures: bool) -> str:
    """Return the current browser's picture on the left, errors and addresses on the right."""
    facts = parts.make("the server errors", _server_errors, evidence, masker)
    facts += parts.make("clock and click", _circumstances, evidence, masker)
    for view in evidence.views:
        facts += parts.make("a browser", _browser, view, evidence, masker)
    current = evidence.views[0] if evidence.views else None
    if current is None or not current.picture or not with_pictures:
        return f"<div class='head bare'><div>{facts}</div></div>"
    return f"<div class=head>{parts.make('the picture', _picture, current)}<div>{facts}</div></div>"


def _server_errors(evidence: Evidence, masker: Masker) -> Iterable[str]:
    """Yield each of the server errors; equal ones once."""
    counts = Counter(map(str, evidence.server_errors))
    different = {str(error): error for error in evidence.server_errors}
    for line, error in list(different.items())[:_MOST_ERRORS]:
        yield _server_error(error, counts[line], masker)
    if len(different) > _MOST_ERRORS:
        yield f"<p class=dim>{len(different) - _MOST_ERRORS} other errors are below.</p>"


def _server_error(error: RecordedError, count: int, masker: Masker) -> str:
    request = f"{error.method} {error.path}" if error.exchange else ""
    response = f", answered {error.status}" if error.status else ""
    when = f", {error.when}" if error.when else ""
    times = f" × {count}" if count > 1 else ""
    place = raised_at(error.traceback)
    raised = f"<br>raised at <code>{masker.html(place)}</code>" if place else ""
    first, _, rest = masker.text(error.error).partition("\n")
    more = f"<div class='dim rest'>{text(rest)}</div>" if rest else ""
    return (
        f"<div class=error><strong>{text(first)}</strong>{times}{more or '<br>'}"
        f"<span class=dim><code>{masker.html(error.handler)}</code>{masker.html(when)}<br>"
        f"{masker.html(request)}{response}{raised}</span></div>"
    )


def _circumstances(evidence: Evidence, masker: Masker) -> str:
    """Return what time it was, and what was clicked last."""
    click = evidence.click
    terms = [
        ("Clock", masker.html(evidence.clock)),
        ("Last click", masker.html(clicked(click)) if click else ""),
    ]
    return term_list((name, value) for name, value in terms if value)


def _browser(view: BrowserView, evidence: Evidence, masker: Masker) -> str:
    """Return what a browser shows, what is missing of it, and the errors of its scripts."""
    terms = [
        ("Browser", _browser_name(view, evidence, masker)),
        ("Page", masker.html(view.url or "—")),
        ("Title", masker.html(view.title or "—")),
        ("Function", _function(view, evidence, masker)),
    ]
    if view.dialog:
        terms.append(("Open dialog", masker.html(view.dialog)))
    terms += [("The page says", masker.html(told)) for told in view.told]
    terms += [("Time", masker.html(view.clock))] if view.clock else []
    terms += [("Other window", masker.html(window)) for window in view.windows]
    terms += [
        ("Missing", f"<span class=bad>{masker.html(problem)}</span>") for problem in view.problems
    ]
    lines = {console_text(line, masker): line for line in view.console if is_script_error(line)}
    errors = Counter(console_text(line, masker) for line in view.console if is_script_error(line))
    shown = [
        f"<div class='problem mono'>{text(told)}{f' × {count}' if count > 1 else ''}"
        f"{_script_line(lines[told], masker)}</div>"
        for told, count in list(errors.items())[:_MOST_ERRORS]
    ]
    known = term_list((name, value) for name, value in terms if value)
    return f"<div class=browser>{known}{''.join(shown)}</div>"


def _script_line(line: ConsoleLine, masker: Masker) -> str:
    """Return the line of the script at which an error was raised, around the place in it."""
    if line.place is None or not line.source.strip():
        return ""
    source, column = masker.text(line.source), line.place.column
    start = 0
    if len(source) > _LONGEST_SCRIPT_LINE and source == line.source:  # else the column has moved
        start = max(0, column - _LONGEST_SCRIPT_LINE // 2)
    shown = source[start : start + _LONGEST_SCRIPT_LINE].strip()
    return f"<pre class=wrap>{line.place.line + 1} | {text(shown)}</pre>"


def _browser_name(view: BrowserView, evidence: Evidence, masker: Masker) -> str:
    name = masker.html(view.name or view.label)
    if len(evidence.views) == 1:
        return name
    current = ", the current one" if view is evidence.views[0] else ""
    return f"<b>{masker.html(view.label)}</b> <span class=dim>({name}{current})</span>"


def _function(view: BrowserView, evidence: Evidence, masker: Masker) -> str:
    """Return which function answered the request for the page."""
    row = page_row(view, evidence.timeline)
    exchange = row.exchange if row else None
    function = exchange and exchange.responder
    return f"<code>{masker.html(str(function))}</code>" if function else ""


def _picture(view: BrowserView) -> str:
    size = f"{view.size[0]} × {view.size[1]} px" if view.size[0] else ""
    if view.page_size[1] > view.size[1]:
        size += f" in view, of {view.page_size[0]} × {view.page_size[1]} px"
    return (
        f"<details class=shot><summary>{picture(view.picture, view.picture_type)}"
        f"<span class=dim>{size}</span></summary></details>"
    )
