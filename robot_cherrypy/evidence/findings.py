"""What is known for certain of a failed test, in a few sentences, each with its row."""

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urldefrag

from robot_cherrypy.evidence.evidence import Evidence
from robot_cherrypy.evidence.markup import duration
from robot_cherrypy.evidence.timeline import Row, Timeline
from robot_cherrypy.evidence.tracebacks import raised_at
from robot_cherrypy.pages.observer import ConsoleLine
from robot_cherrypy.pages.view import BrowserView
from robot_cherrypy.traffic.exchange import Exchange, RecordedError

# How many sentences there are: more are no summary, and the rows show the rest.
_MOST = 3

# How the console begins what is no error of a script: the timeline shows these requests.
_FAILED_RESOURCE = "Failed to load resource"

# Keywords that look for something in the page at once, and open no page.
_LOOKS = re.compile(r"(Page|Element|Title|Location|Text|Table|List|Get|Click|Input|Select)\b")

# How old a request in flight is at least for a sentence, in seconds: a page that polls always has a
# younger one.
_LEAST_AGE = 0.5

_TOLD = re.compile(r"text/plain|application/(\w+\+)?json", re.IGNORECASE)

# Types of requests that are files of a page and none of its steps.
_FILES = frozenset({"Font", "Image", "Manifest", "Media", "Other", "Script", "Stylesheet"})


@dataclass(frozen=True)
class Finding:
    """One sentence.

    Attributes:
        label: What it is, in a few words, for the title of the block; may be empty.
        sentence: The sentence, with secrets; in lines below it, what else there is to tell.
        row: The row of the timeline that shows it; None if no row does.
        is_bad: Whether it tells of something that went wrong.
    """

    label: str
    sentence: str
    row: Row | None = None
    is_bad: bool = True


def find(evidence: Evidence) -> list[Finding]:
    """Return what is known for certain, what tells most first."""
    timeline, views = evidence.timeline, evidence.views
    found = [
        *_server_errors(timeline, evidence.server_errors),
        *_script_errors(views),
        *_in_flight(timeline, evidence.collected),
        *_looked_too_early(timeline),
        *_dialogs(views),
        *_refused_cookies(timeline),
        *_refused(evidence),
        *_redirected(timeline),
    ]
    different = {finding.sentence: finding for finding in reversed(found)}
    return list(different.values())[: -_MOST - 1 : -1] or list(_last_step(timeline))


def page_row(view: BrowserView, timeline: Timeline) -> Row | None:
    """Return the row of the request for the page that a browser shows, or None."""
    url = urldefrag(view.url).url
    for row in reversed(timeline.rows):
        for member in reversed(row.members):
            request = member.request
            is_page = request is not None and request.resource_type == "Document"
            if is_page and request is not None and urldefrag(request.url).url == url:
                return member
    return None


def _server_errors(timeline: Timeline, errors: Sequence[RecordedError]) -> Iterator[Finding]:
    counts = Counter(map(str, errors))
    for line in counts:
        error = next(error for error in errors if str(error) == line)
        rows = (row for row in timeline.rows for member in row.members if error in member.errors)
        times = f" ({counts[line]} times)" if counts[line] > 1 else ""
        where = f"{error.method} {error.path}: " if error.exchange else ""
        first, _, rest = error.error.partition("\n")
        by = f" in {error.handler}" if error.handler else ""
        when = f", {error.when}" if error.when else ""
        status = f" (answered {error.status})" if error.status and error.traceback else ""
        place = raised_at(error.traceback)
        raised = f", raised at {place}" if place else ""
        sentence = f"Server error: {where}{first}{by}{when}{status}{times}{raised}."
        yield Finding("server error", f"{sentence}\n{rest}" if rest else sentence, next(rows, None))


def _script_errors(views: Sequence[BrowserView]) -> Iterator[Finding]:
    lines = [line for view in views for line in view.console if is_script_error(line)]
    for line in dict.fromkeys(line.text for line in lines):
        yield Finding("script error", f"A script of the page had an error: {line}")


def is_script_error(line: ConsoleLine) -> bool:
    """Whether a line of the console is an error of a script, not only of a request."""
    return line.level == "SEVERE" and _FAILED_RESOURCE not in line.text


def _in_flight(timeline: Timeline, collected: float) -> Iterator[Finding]:
    """Yield the requests that had no response when the evidence was collected."""
    until = min(timeline.end, collected)
    for row in timeline.rows:
        exchange = row.exchange
        if exchange is None or (exchange.ended or math.inf) <= until or exchange.streams:
            continue
        age = until - exchange.started
        if age >= _LEAST_AGE:
            sentence = (
                f"{exchange.method} {exchange.url} was not answered after {duration(age)}"
                f"{_by(exchange, ', in ')}."
            )
            yield Finding("request unanswered", sentence, row)


def _looked_too_early(timeline: Timeline) -> Iterator[Finding]:
    """Yield a page that came only after the keyword had begun that failed to find something."""
    failed = [row for row in timeline.rows if row.step and row.is_failed]
    step = failed[-1].step if failed else None
    if step is None or not _LOOKS.match(step.name):
        return
    ended = step.ended or timeline.end
    for row in reversed(timeline.rows):
        is_page = row.request is not None and row.request.resource_type == "Document"
        if is_page and row.ended is not None and step.started < row.ended <= ended:
            late = duration(row.ended - step.started)
            sentence = (
                f"‘{step.name}’ did not wait for the page: {row.method} {row.url} had its response"
                f" {late} after the keyword had started."
            )
            yield Finding("page too late", sentence, row)
            return


def _dialogs(views: Sequence[BrowserView]) -> Iterator[Finding]:
    for view in views:
        if view.dialog:
            yield Finding("dialog open", f"A dialog was open: {view.dialog}")


def _refused_cookies(timeline: Timeline) -> Iterator[Finding]:
    """Yield the cookies of servers that the browser did not store."""
    for row in timeline.rows:
        for cookie in row.request.refused_cookies if row.request else ():
            if not cookie.is_sent:
                sentence = (
                    f"The browser did not store the cookie ‘{cookie.header.partition('=')[0]}’ of"
                    f" {row.method} {row.url}: {cookie.reason}."
                )
                yield Finding("cookie refused", sentence, row)


def _refused(evidence: Evidence) -> Iterator[Finding]:
    """Yield what the page's last action got that was refused or did not come."""
    for row in _of_last_action(evidence.timeline):
        error = row.request.error if row.request else ""
        if error and row.status < 400:
            yield Finding("request failed", f"{row.method} {row.url} failed: {error}.", row)
        elif row.status >= 400 and not row.errors:
            told = _earlier(row, evidence) + _told(row.exchange)
            yield Finding(f"{row.status}", f"{_refusal(row)}{told}", row)


def refused_page(evidence: Evidence) -> list[str]:
    """Return the sentence that the page of the current browser is an error page, if it is one."""
    for view in evidence.views[:1]:
        row = page_row(view, evidence.timeline)
        if row is not None and 400 <= row.status < 500 and not row.errors:
            return [f"The page in the browser is an error page: {_refusal(row)}"]
    return []


def _refusal(row: Row) -> str:
    why = f": {row.exchange.refusal}" if row.exchange and row.exchange.refusal else ""
    by = _by(row.exchange, ", by ")
    sentence = f"{row.method} {row.url} was answered with {row.status}{by}{why}"
    return sentence if sentence.endswith("?") else f"{sentence}."


def _told(exchange: Exchange | None) -> str:
    """Return what a response says that is JSON or a text, and no page."""
    kind = exchange.response_headers.get("Content-Type", "") if exchange else ""
    body = exchange.raw_response_body if exchange else b""
    if not body or not _TOLD.match(kind):
        return ""
    return f"\nIts response: {body.decode('utf-8', 'replace')}"


def _earlier(row: Row, evidence: Evidence) -> str:
    before, test = evidence.earlier.get((row.method, row.path), (None, ""))
    if before is None or before.status == row.status:
        return ""
    return f" It was answered with {before.status} in ‘{test}’, which passed."


def _redirected(timeline: Timeline) -> Iterator[Finding]:
    """Yield where the page's last action was sent to in the place of what it asked for."""
    for row in _of_last_action(timeline):
        location = row.exchange.response_headers.get("Location", "") if row.exchange else ""
        if location and row.method == "GET" and 300 <= row.status < 400:
            by = _by(row.exchange, ", by ")
            sentence = f"{row.method} {row.url} was redirected to {location}{by}."
            yield Finding("", sentence, row, is_bad=False)


def _last_step(timeline: Timeline) -> Iterator[Finding]:
    """Yield the last request of the page that is no file of it, if nothing is known to be wrong."""
    rows = [
        row
        for row in timeline.rows
        if row.request is not None
        and row.exchange is not None
        and row.request.resource_type not in _FILES
    ]
    if rows:
        row = rows[-1]
        count = len(row.members)
        times = f", {count} times" if count > 1 else ""
        sentence = (
            f"No error is known on either side. The last request was {row.method} {row.url}"
            f" → {row.status}{times}{_by(row.exchange, ', by ')}."
        )
        body = _last_body(row)
        if body:
            sentence += f"\nIts response: {body}"
        yield Finding("", sentence, row, is_bad=False)


def _last_body(row: Row) -> str:
    """Return the latest response to equal requests that the browser told, or nothing."""
    bodies = [member.request.body for member in row.members if member.request is not None]
    return next((body for body in reversed(bodies) if body), "")


def _of_last_action(timeline: Timeline) -> list[Row]:
    """Return the requests since the keyword that sent the last one."""
    requests = [row for row in timeline.rows if row.request is not None and not row.is_unasked]
    if not requests:
        return []
    last = max(row.started for row in requests)
    starts = [
        row.started
        for row in timeline.rows
        if row.step and not row.is_not_run and row.started <= last
    ]
    since = max(starts, default=timeline.start)
    return [row for row in requests if row.started >= since]


def _by(exchange: Exchange | None, before: str) -> str:
    """Return which function answered a request, with its place."""
    function = exchange and exchange.responder
    return f"{before}{function}" if function else ""
