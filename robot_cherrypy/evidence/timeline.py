"""The timeline of a test: keywords, and requests as the browser and the server saw them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from robot_cherrypy.evidence.run_history import NOT_RUN, Step
from robot_cherrypy.pages.network_log import Request
from robot_cherrypy.traffic.exchange import Exchange, RecordedError

# How much the two sides of a request may differ in time, in seconds. All clocks of a machine agree,
# but a browser may record the start of a request some milliseconds before or after it sends it.
_TOLERANCE = 0.05

# What browsers ask for by themselves; few applications have it.
_FAVICON = "/favicon.ico"

# A browser that asks whether what it has stored still holds tells of the stored response.
_NOT_MODIFIED = 304


@dataclass(eq=False)
class Row:
    """One row: a keyword, a server error of no request, or a request.

    A request is one row, as it was seen by the browser, the server, or both.

    Attributes:
        started: When the keyword or the request started, of `time.monotonic`, in seconds.
        ended: When it had ended on both sides, None if it had not.
        step: The keyword; None in other rows.
        request: The request as the browser saw it.
        exchange: The request as the server saw it.
        errors: The server errors that it led to.
        depth: How far the row is indented.
        repeated: How many times in a row the keyword ran.
        folded: The rows that this one stands for, itself first; empty if it stands for itself.
    """

    started: float
    ended: float | None
    step: Step | None = None
    request: Request | None = None
    exchange: Exchange | None = None
    errors: list[RecordedError] = field(default_factory=list)
    depth: int = 0
    repeated: int = 1
    folded: "list[Row]" = field(default_factory=list)

    @property
    def members(self) -> "list[Row]":
        """The rows that this one stands for."""
        return self.folded or [self]

    @property
    def is_request(self) -> bool:
        """Whether it is the row of a request."""
        return self.request is not None or self.exchange is not None

    @property
    def is_failed(self) -> bool:
        """Whether the keyword failed, or the browser or the server had an error."""
        if self.step is not None:
            return self.step.status == "FAIL"
        return bool(self.errors) or (_is_failed(self.request) and not self.is_unasked)

    @property
    def is_not_run(self) -> bool:
        """Whether it is a keyword that did not run, as one before it had failed."""
        return self.step is not None and self.step.status == NOT_RUN

    @property
    def is_from_cache(self) -> bool:
        """Whether the browser sent nothing, as it had stored the response."""
        return self.request is not None and bool(self.request.source) and self.exchange is None

    @property
    def key(self) -> str:
        """Identifies the row in the whole log, so that a finding can be linked to it.

        It has no hyphen: with one, Robot's log looks for a test or keyword of this name.
        """
        number = self.exchange.number if self.exchange else 0
        return f"rcp{number}_{self.started:.6f}"

    @property
    def method(self) -> str:
        """The method of a request; empty for a keyword."""
        side = self.exchange or self.request
        return side.method if side else ""

    @property
    def url(self) -> str:
        """The path and query of a request; empty for a keyword."""
        if self.exchange is not None:
            return self.exchange.url
        parts = urlsplit(self.request.url if self.request else "")
        return f"{parts.path}?{parts.query}" if parts.query else parts.path

    @property
    def path(self) -> str:
        """The path of a request; empty for a keyword."""
        return self.url.partition("?")[0]

    @property
    def status(self) -> int:
        """The status that the browser got, or else that the server sent, or else 0."""
        on_server = self.exchange.status if self.exchange else None
        in_browser = self.request.status if self.request else None
        if on_server == _NOT_MODIFIED:
            return on_server
        return in_browser or on_server or 0

    @property
    def server(self) -> str:
        """Alias of the server that received a request, or had an error; empty if none did."""
        if self.exchange is not None:
            return self.exchange.server
        return self.errors[0].server if self.errors else ""

    @property
    def browser(self) -> str:
        """The browser that sent a request; empty if none did."""
        return self.request.browser if self.request else ""

    @property
    def is_unasked(self) -> bool:
        """Whether it is a request that browsers send by themselves."""
        return self.url == _FAVICON


@dataclass
class Timeline:
    """The rows in order, between `start` and `end`, of `time.monotonic`.

    Attributes:
        start: When the test started.
        end: When it ended.
        rows: The rows that are shown.
        left_out: Those that are shown only when somebody asks for them.
        uncounted: How many rows there are besides.
    """

    start: float
    end: float
    rows: list[Row]
    left_out: list[Row] = field(default_factory=list)
    uncounted: int = 0


def merged_rows(
    steps: Iterable[Step],
    requests: Iterable[Request],
    exchanges: Iterable[Exchange],
    errors: Iterable[RecordedError],
) -> list[Row]:
    """Return a row for each keyword, request and server error, in the order of their starts.

    Both sides of a request are one row, and an error is in the row of its request.
    """
    rows = _keyword_rows(steps)
    by_start = sorted(requests, key=lambda request: request.started)
    rows += _request_rows(by_start, list(exchanges))
    shown = {id(error) for row in rows for error in row.errors}
    rows += [Row(error.at, error.at, errors=[error]) for error in errors if id(error) not in shown]
    rows.sort(key=lambda row: row.started)
    _indent_requests(rows)
    return rows


def _keyword_rows(steps: Iterable[Step]) -> list[Row]:
    """Return one row for each keyword, or for several runs of the same keyword in a row."""
    rows: list[Row] = []
    for step in steps:
        last = rows[-1] if rows else None
        if last is not None and last.step is not None and _is_retry(last.step, step):
            last.step, last.ended, last.repeated = step, step.ended, last.repeated + 1
        else:
            rows.append(Row(step.started, step.ended, step=step, depth=step.depth))
    return rows


def _is_retry(before: Step, after: Step) -> bool:
    return NOT_RUN not in {before.status, after.status} and (
        before.name,
        before.arguments,
        before.depth,
    ) == (after.name, after.arguments, after.depth)


def _request_rows(requests: list[Request], exchanges: list[Exchange]) -> list[Row]:
    rows = []
    unmatched = list(exchanges)
    for request in requests:
        exchange = next((other for other in unmatched if _is_same(request, other)), None)
        if exchange is not None:
            unmatched.remove(exchange)
        errors = list(exchange.errors) if exchange else []
        ended = _end(request, exchange)
        rows.append(Row(request.started, ended, request=request, exchange=exchange, errors=errors))
    rows += [
        Row(exchange.started, exchange.ended, exchange=exchange, errors=list(exchange.errors))
        for exchange in unmatched
    ]
    return rows


def _end(request: Request, exchange: Exchange | None) -> float | None:
    """Return when a request had ended on both sides; a server may end later than the browser."""
    if request.ended is None or exchange is None or exchange.ended is None:
        return request.ended
    return max(request.ended, exchange.ended)


def _is_same(request: Request, exchange: Exchange) -> bool:
    url = urlsplit(request.url)
    return (
        (not request.source or exchange.status == _NOT_MODIFIED)
        and request.method == exchange.method
        and (url.path or "/") == exchange.path
        and url.query == exchange.query
        and request.started - _TOLERANCE <= exchange.started
        and (request.ended is None or exchange.started <= request.ended + _TOLERANCE)
    )


def _indent_requests(rows: list[Row]) -> None:
    """Indent each request below the innermost keyword that was running when it started."""
    running: list[Row] = []
    for row in rows:
        running = [other for other in running if other.ended is None or other.ended > row.started]
        if row.step is not None:
            running.append(row)
        else:
            row.depth = 1 + max((keyword.depth for keyword in running), default=-1)


def _is_failed(request: Request | None) -> bool:
    if request is None:
        return False
    return bool(request.error) or (request.status or 0) >= 400
