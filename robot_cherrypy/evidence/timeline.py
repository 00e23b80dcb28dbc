"""Keywords, requests as the browser saw them and as the server saw them, on one axis of time."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from robot_cherrypy.evidence.chronicle import Step
from robot_cherrypy.evidence.network_log import Request
from robot_cherrypy.traffic.exchange import Exchange, ServerFailure

_MOST_ROWS = 80

# Clocks of processes agree, but what a browser calls the start is not quite when it sends.
_SLACK = 0.05


@dataclass
class Row:
    """One line of the time line: a keyword, or a request with either of its sides or both."""

    started: float
    ended: float | None
    step: Step | None = None
    request: Request | None = None
    exchange: Exchange | None = None
    failures: list[ServerFailure] = field(default_factory=list)
    depth: int = 0
    repeated: int = 1

    @property
    def is_telling(self) -> bool:
        """Whether it stays where rows have to be left out."""
        if self.step is not None:
            return self.step.status == "FAIL" or bool(self.failures)
        return bool(self.failures) or _went_wrong(self.request)


@dataclass
class TimeLine:
    """The rows in order, from `start` to `end` (of `time.monotonic`)."""

    start: float
    end: float
    rows: list[Row]
    left_out: int = 0


def time_line(
    start: float,
    end: float,
    *,
    steps: Iterable[Step],
    requests: Iterable[Request],
    exchanges: Iterable[Exchange],
) -> TimeLine:
    """Put everything in order, both sides of a request in one row."""
    rows = _keyword_rows(steps)
    rows += _request_rows(sorted(requests, key=lambda one: one.started), list(exchanges))
    rows.sort(key=lambda row: row.started)
    _indent(rows)
    shown = _fewer(rows)
    return TimeLine(start, end, shown, len(rows) - len(shown))


def _keyword_rows(steps: Iterable[Step]) -> list[Row]:
    """Make rows of keywords; one that is retried again and again is told once."""
    rows: list[Row] = []
    for step in steps:
        last = rows[-1] if rows else None
        if last is not None and last.step is not None and _is_retry(last.step, step):
            last.step, last.ended, last.repeated = step, step.ended, last.repeated + 1
        else:
            rows.append(Row(step.started, step.ended, step=step, depth=step.depth))
    return rows


def _is_retry(before: Step, after: Step) -> bool:
    return (before.name, before.arguments, before.depth) == (
        after.name,
        after.arguments,
        after.depth,
    )


def _request_rows(requests: list[Request], exchanges: list[Exchange]) -> list[Row]:
    rows = []
    unseen = list(exchanges)
    for request in requests:
        exchange = next((one for one in unseen if _is_same(request, one)), None)
        if exchange is not None:
            unseen.remove(exchange)
        rows.append(
            Row(
                request.started,
                request.ended,
                request=request,
                exchange=exchange,
                failures=list(exchange.failures) if exchange else [],
            )
        )
    rows += [
        Row(one.started, one.ended, exchange=one, failures=list(one.failures)) for one in unseen
    ]
    return rows


def _is_same(request: Request, exchange: Exchange) -> bool:
    url = urlsplit(request.url)
    return (
        request.method == exchange.method
        and (url.path or "/") == exchange.path
        and url.query == exchange.query
        and request.started - _SLACK <= exchange.started
        and (request.ended is None or exchange.started <= request.ended + _SLACK)
    )


def _indent(rows: list[Row]) -> None:
    """Put requests below the keyword during which they came."""
    running: list[Row] = []
    for row in rows:
        running = [one for one in running if one.ended is None or one.ended > row.started]
        if row.step is not None:
            running.append(row)
        else:
            row.depth = 1 + max((one.depth for one in running), default=-1)


def _fewer(rows: list[Row]) -> list[Row]:
    """Keep what is telling, and of the rest the latest."""
    spare = _MOST_ROWS - sum(row.is_telling for row in rows)
    kept = []
    for row in reversed(rows):
        if row.is_telling or spare > 0:
            kept.append(row)
            spare -= not row.is_telling
    return kept[::-1]


def _went_wrong(request: Request | None) -> bool:
    if request is None:
        return False
    return bool(request.failure) or (request.status or 0) >= 400
