"""The timeline as HTML: a row with a bar for each keyword and request, and details folded in it."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from robot_cherrypy.evidence.axis import Axis
from robot_cherrypy.evidence.markup import duration, offset, quantity, text
from robot_cherrypy.evidence.masking import Masker
from robot_cherrypy.evidence.parts import Parts
from robot_cherrypy.evidence.request_details import EarlierRequests, request_details
from robot_cherrypy.evidence.timeline import Row, Timeline
from robot_cherrypy.evidence.tracebacks import traceback
from robot_cherrypy.traffic.exchange import Exchange

# How many of the equal requests that are one row are listed when it unfolds.
_MOST_LISTED = 50

# How much of a keyword's arguments, or of a WebSocket's message, is shown, in characters: one row.
_LONGEST_ARGUMENTS = 200

# How many of the equal requests that are one row have bars: more would be one line.
_MOST_BARS = 150

# How deep rows are indented: titles of deeper ones would not be visible.
_DEEPEST = 8

_LEGEND = (
    ("keyword", "keyword"),
    ("wire", "browser waits"),
    ("server", "server works"),
    ("bad", "failed"),
)


def waterfall(
    timeline: Timeline,
    masker: Masker,
    earlier: EarlierRequests | None = None,
    *,
    with_details: bool = True,
) -> str:
    """Return the timeline of a test as HTML.

    Args:
        timeline: Its rows.
        masker: Masks the secrets in it.
        earlier: The latest request to each path in a test that passed.
        with_details: Whether rows of requests that did not fail have details.
    """
    legend = "".join(f"<i class=i-{kind}></i>{meaning}" for kind, meaning in _LEGEND)
    axis = Axis.of(timeline)
    rows = _Rows(timeline, axis, masker, earlier or {}, with_details=with_details)
    return (
        f"<h4>Time line<span class=key>{legend}</span></h4>{rows.left_out()}"
        f"<div class=rows>{axis.html()}{axis.breaks()}{rows.shown()}</div>"
    )


@dataclass
class _Cells:
    """What the columns of a row show: HTML but for the texts `status` and `took`."""

    title: str
    status: str = ""
    status_class: str = ""
    took: str = ""
    bars: str = ""

    def html(self, depth: int) -> str:
        indent = f"padding-left:{min(depth, _DEEPEST) * 1.3:.1f}em"
        return (
            f"<span class=what style='{indent}'>{self.title}</span>"
            f"<span class='status {self.status_class}'>{text(self.status)}</span>"
            f"<span class=took>{text(self.took)}</span><div class=track>{self.bars}</div>"
        )


class _Rows:
    """Makes the rows of one timeline."""

    def __init__(
        self,
        timeline: Timeline,
        axis: Axis,
        masker: Masker,
        earlier: EarlierRequests,
        *,
        with_details: bool,
    ) -> None:
        self._timeline = timeline
        self._axis = axis
        self._masker = masker
        self._earlier = earlier
        self._with_details = with_details
        self._parts = Parts(masker)
        members = [member for row in timeline.rows for member in row.members]
        self._servers = _several(member.server for member in members)
        self._browsers = _several(member.browser for member in members)

    def shown(self) -> str:
        """Return all rows with their details."""
        return "".join(self._parts.make("a row", self._row, row) for row in self._timeline.rows)

    def left_out(self) -> str:
        """Return the rows that are left out, folded, without their details."""
        count = len(self._timeline.left_out) + self._timeline.uncounted
        if not count:
            return ""
        rows = "".join(
            self._parts.make("a row", self._plain, self._cells(row), row)
            for row in self._timeline.left_out
        )
        uncounted = self._timeline.uncounted
        more = (
            f"<div class=dim>{quantity(uncounted, 'row')} before these</div>" if uncounted else ""
        )
        title = f"{quantity(count, 'more row')}, without a failure as a rule"
        return f"<details class=left-out><summary class=dim>{title}</summary>{more}{rows}</details>"

    def _row(self, row: Row) -> str:
        cells = self._cells(row)
        if row.step is not None or not (self._with_details or row.is_failed):
            return self._plain(cells, row)
        details = self._details(row)
        opened = " open" if row.errors else ""
        return (
            f"<details class=row{opened}><summary>{cells.html(row.depth)}</summary>"
            f"<div class=inner id='{row.key}'>{details}</div></details>"
        )

    def _plain(self, cells: _Cells, row: Row) -> str:
        return f"<div class='row plain'>{cells.html(row.depth)}</div>"

    def _details(self, row: Row) -> str:
        if not row.is_request:
            return "".join(traceback(error, self._masker) for error in row.errors)
        return self._listed(row) + request_details(
            row, self._timeline.start, self._masker, self._earlier
        )

    def _listed(self, row: Row) -> str:
        """Return a line for each of several requests in one row."""
        if not row.folded:
            return ""
        lines = [
            f"{offset(member.started - self._timeline.start)}  {_took(member, self._axis.end):>8}"
            f"  {self._masker.text(f'{member.method} {member.url}')}"
            for member in row.folded[-_MOST_LISTED:]
        ]
        left_out = len(row.folded) - len(lines)
        first = [f"{left_out} before these"] if left_out else []
        listed = text("\n".join([*first, *lines]))
        return f"<pre>{listed}</pre><div class=dim>The first of them:</div>"

    def _cells(self, row: Row) -> _Cells:
        if row.is_not_run:
            return self._not_run(row)
        if row.step is not None:
            return self._keyword(row)
        return self._request(row) if row.is_request else self._error(row)

    def _not_run(self, row: Row) -> _Cells:
        steps = [member.step for member in row.members if member.step is not None]
        shown = [" ".join([step.name, *step.arguments]) for step in steps]
        title = self._masker.html(" · ".join(shown))
        return _Cells(f"<span class=dim>{title}</span>", "not run", "dim")

    def _keyword(self, row: Row) -> _Cells:
        step = row.step
        assert step is not None
        arguments = self._masker.text(" ".join(step.arguments))[:_LONGEST_ARGUMENTS]
        title = (
            f"<span class='{'bad' if row.is_failed else ''}'>"
            f"{self._masker.html(step.name)}{_times(row.repeated)}</span>"
            f" <span class='dim mono'>{text(arguments)}</span>"
        )
        kind = "keyword bad" if row.is_failed else "keyword"
        bar = self._axis.bar(kind, row.started, row.ended)
        status = "failed" if row.is_failed else ""
        return _Cells(title, status, "bad" if status else "", _took(row, self._axis.end), bar)

    def _error(self, row: Row) -> _Cells:
        """Return the cells of a server error that no request led to."""
        error = str(row.errors[0]).partition("\n")[0]
        title = f"{self._tags(row)}<span class=bad>{self._masker.html(error)}</span>"
        bar = self._axis.bar("server bad", row.started, row.ended)
        return _Cells(title + _times(len(row.members)), "error", "bad", "", bar)

    def _request(self, row: Row) -> _Cells:
        distance = math.ceil(len(row.members) / _MOST_BARS)
        bars = "".join(self._bars(member) for member in row.members[::distance])
        is_bad = bool(row.errors) or row.status >= 500
        title = (
            f"{self._tags(row)}<span class='mono request{' bad' if is_bad else ''}'>"
            f"{_request_title(row, self._masker)}</span>"
        )
        status, status_class = _status(row)
        took = "" if row.folded else _took(row, self._axis.end)
        return _Cells(title, status, status_class, took, bars)

    def _bars(self, row: Row) -> str:
        bars = ""
        if row.request is not None:
            bars += self._axis.bar(
                "wire", row.request.started, row.request.ended, "as the browser saw it"
            )
        if row.exchange is not None:
            kind = "server bad" if row.errors else "server"
            bars += self._axis.bar(
                kind, row.exchange.started, row.exchange.ended, "as the server saw it"
            )
        return bars

    def _tags(self, row: Row) -> str:
        """Return which browser and which server a row is of, where there are several."""
        tags = [(row.browser, self._browsers, "browser"), (row.server, self._servers, "server")]
        return "".join(
            f"<span class='tag {kind} c{names.index(name) % 4}'>{self._masker.html(name)}</span>"
            for name, names, kind in tags
            if name in names
        )


def _several(names: Iterable[str]) -> list[str]:
    """Return the different names in their order; none if there is only one."""
    different = list(dict.fromkeys(filter(None, names)))
    return different if len(different) > 1 else []


def _times(count: int) -> str:
    return f" <b>× {count}</b>" if count > 1 else ""


def _took(row: Row, end: float) -> str:
    if row.ended is not None:
        # An event, such as a message of a WebSocket, has no duration.
        return duration(row.ended - row.started) if row.ended > row.started else ""
    return "…" if row.step is not None else f"{duration(end - row.started)} so far"


def _status(row: Row) -> tuple[str, str]:
    """Return the status of a request as a text, and the class that gives it its colour."""
    if row.is_from_cache:
        return "cache" if row.request and "cache" in row.request.source else "worker", "dim"
    if row.request is not None and row.request.error:
        return "failed", "" if row.is_unasked else "bad"
    if not row.status or (row.ended is None and not _streams(row.exchange)):
        return "in flight", "late"
    if row.errors or row.status >= 500:
        return str(row.status), "bad"
    if row.status >= 400 and not row.is_unasked:
        return str(row.status), "late"
    return str(row.status), "dim" if row.status >= 300 else ""


def _streams(exchange: Exchange | None) -> bool:
    return exchange is not None and exchange.streams


def _request_title(row: Row, masker: Masker) -> str:
    exchange, request = row.exchange, row.request
    count = len(row.members)
    times = _times(count)
    if row.is_from_cache and count > 1:
        times = f" and {count - 1} more"
    error = f" {request.error}" if request and request.error else ""
    marks = _marks(row)
    fault = f" ({exchange.fault})" if exchange is not None and exchange.fault else ""
    return (
        f"<span class=path>{masker.html(f'{row.method} {row.url}')}</span>{times}"
        f"{_target(row, masker)}{masker.html(error + fault)}{marks}{_function(exchange, masker)}"
    )


def _marks(row: Row) -> str:
    """Return what is special about a request as the browser saw it."""
    if row.request is None:
        return ""
    marks = ["CORS preflight"] if row.request.is_preflight else []
    if count := len(row.request.refused_cookies):
        marks.append(f"{quantity(count, 'cookie')} refused")
    return "".join(
        f" <span class='{'late' if 'refused' in mark else 'dim'}'>{mark}</span>" for mark in marks
    )


def _target(row: Row, masker: Masker) -> str:
    """Return where a redirect leads to."""
    location = row.exchange.response_headers.get("Location", "") if row.exchange else ""
    if not location or not 300 <= row.status < 400:
        return ""
    target = _without_host(location)
    itself = " <span class=late>itself</span>" if target == row.url else ""
    return f" <span class=path>→ {masker.html(target)}</span>{itself}"


def _without_host(location: str) -> str:
    """Return the path of an address; an application's redirects stay on its server as a rule."""
    return urlsplit(location)._replace(scheme="", netloc="").geturl() or location


def _function(exchange: Exchange | None, masker: Masker) -> str:
    """Return the name of the function that answered, in short."""
    handler = exchange and exchange.responder
    return f" <span class='dim path'>{masker.html(handler.name)}</span>" if handler else ""
