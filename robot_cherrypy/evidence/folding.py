"""Shortens a timeline: equal rows become one, and of too many the least telling are left out."""

import re
from collections import defaultdict
from collections.abc import Hashable, Iterable

from robot_cherrypy.evidence.run_history import Step
from robot_cherrypy.evidence.timeline import Row, Timeline, merged_rows
from robot_cherrypy.pages.network_log import Request
from robot_cherrypy.traffic.exchange import Exchange, RecordedError

# About as many rows as a person looks through.
_MOST_ROWS = 80

# How many of the other rows unfold, without details: for a log of many failed tests to stay small.
_MOST_LEFT_OUT = 200

# From how many equal requests on they become one row: two, such as a form that was sent twice,
# tell something when they are seen side by side.
_LEAST_EQUAL = 3

_NUMBER = re.compile(r"\d+")


def build_timeline(
    start: float,
    end: float,
    *,
    steps: Iterable[Step] = (),
    requests: Iterable[Request] = (),
    exchanges: Iterable[Exchange] = (),
    errors: Iterable[RecordedError] = (),
) -> Timeline:
    """Return the timeline of a test.

    Args:
        start: When the test started, of `time.monotonic`, in seconds.
        end: When it ended.
        steps: Its keywords.
        requests: Its requests as browsers saw them.
        exchanges: Its requests as servers saw them.
        errors: Its server errors; those of its requests may be among them.
    """
    rows = fold(merged_rows(steps, requests, exchanges, errors))
    shown = _most_telling(rows)
    chosen = {id(row) for row in shown}
    others = [row for row in rows if id(row) not in chosen]
    return Timeline(start, end, shown, others[-_MOST_LEFT_OUT:], len(others[:-_MOST_LEFT_OUT]))


def fold(rows: list[Row]) -> list[Row]:
    """Return the rows with equal ones in the place of their first.

    Requests are folded between two keywords, those of machines, such as the health checks of a load
    balancer, in the whole test. Keywords that did not run are folded where they follow each other.
    """
    groups: dict[Hashable, list[Row]] = defaultdict(list)
    keyword = 0
    for number, row in enumerate(rows):
        if row.step is not None and not row.is_not_run:
            keyword = number
        groups[_group(row, number, keyword)].append(row)
    folded = []
    for group in groups.values():
        if len(group) >= _least(group[0]):
            group[0].folded = group
            folded.append(group[0])
        else:
            folded += group
    return sorted(folded, key=lambda row: row.started)


def _group(row: Row, number: int, keyword: int) -> Hashable:
    """Return what is the same for all rows that are folded into one."""
    if row.is_not_run:
        return "not run", keyword
    if not row.is_request or row.ended is None:
        return number
    if row.is_from_cache:
        return "cache", row.browser, keyword
    return _of_request(row), None if _is_of_machine(row) else keyword


def _of_request(row: Row) -> Hashable:
    # Numbers differ where a page counts its requests, or adds the time to keep caches out.
    path, _, query = row.url.partition("?")
    handler = row.exchange.handler if row.exchange else None
    fault = row.exchange.fault if row.exchange else ""
    error = row.request.error if row.request else ""
    place = (row.method, path, _NUMBER.sub("0", query), row.server, row.browser)
    return (*place, row.status, handler, fault, error, tuple(map(str, row.errors)))


def _is_of_machine(row: Row) -> bool:
    """Whether a request that nothing came of was sent by no browser and no client of a test."""
    return (
        row.request is None
        and row.exchange is not None
        and row.status < 400
        and not row.errors
        and "User-Agent" not in row.exchange.request_headers
    )


def _least(row: Row) -> int:
    is_alike = row.is_not_run or row.is_from_cache or bool(row.errors)
    return 2 if is_alike else _LEAST_EQUAL


def _most_telling(rows: list[Row]) -> list[Row]:
    """Return what failed, requests to the same paths, and the latest of the other rows."""
    if len(rows) <= _MOST_ROWS:
        return rows
    paths = {row.path for row in rows if row.is_failed and row.is_request}

    def worth(numbered: tuple[int, Row]) -> tuple[bool, bool, int]:
        number, row = numbered
        return row.is_failed, row.is_request and row.path in paths, number

    best = sorted(enumerate(rows), key=worth, reverse=True)[:_MOST_ROWS]
    return [row for _number, row in sorted(best, key=lambda numbered: numbered[0])]
