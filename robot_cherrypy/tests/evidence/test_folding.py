"""Equal rows become one, and the least telling rows are left out."""

import pytest

from robot_cherrypy.evidence.folding import build_timeline, fold
from robot_cherrypy.evidence.timeline import Row
from robot_cherrypy.pages.network_log import Request
from robot_cherrypy.tests.evidence.records import error, exchange, step


def of_exchange(path="/", started=1.0, ended=1.2, **attributes):
    """The row of a request that a server received from a client that says what it is."""
    headers = [("User-Agent", "Chrome")]
    received = exchange(path, started, ended, **({"raw_request_headers": headers} | attributes))
    return Row(received.started, received.ended, exchange=received, errors=list(received.errors))


def of_step(started, **values):
    """The row of a keyword."""
    return Row(started, started + 1, step=step("Look", started, started + 1, **values))


def counts(rows):
    """How many rows each row stands for, after folding."""
    return [len(row.members) for row in fold(rows)]


def test_polling_is_one_row():
    """So are redirects and refusals, and requests that only numbers tell apart."""
    assert [5] == counts([of_exchange("/job", n, n + 0.5, status=200) for n in range(5)])
    assert [18] == counts([of_exchange("/a", n, n + 0.5, status=303) for n in range(18)])
    numbered = [of_exchange("/job", n, n + 0.5, query=f"since=12{n}") for n in range(5)]
    assert [5] == counts(numbered)


def test_two_equal_requests_are_two_rows():
    """A form that is sent twice is seen so."""
    assert [1, 1] == counts([of_exchange("/order", n, n + 0.5) for n in range(2)])


def test_rows_are_in_order_though_others_are_between():
    """Two pages may poll at the same time."""
    rows = [of_exchange(path, n, n + 0.5) for n in range(4) for path in ("/a", "/b")]
    first, second = fold(rows)
    assert ("/a", "/b", 4, 4) == (
        first.url,
        second.url,
        len(first.members),
        len(second.members),
    )


@pytest.mark.parametrize(
    "other",
    [
        {"method": "POST"},
        {"path": "/other"},
        {"query": "tea=assam"},
        {"status": 500},
        {"server": "other"},
        {"fault": "delayed"},
    ],
)
def test_only_equal_requests_are_folded(other):
    """A difference is worth to be seen."""
    rows = [of_exchange("/job", n, n + 0.5, status=200) for n in range(3)]
    path = other.get("path", "/job")
    attributes = {name: value for name, value in other.items() if name != "path"}
    different = of_exchange(path, 3, 3.5, **{"status": 200, **attributes})
    assert [3, 1] == counts([*rows, different])


def test_requests_of_other_keywords_are_other_rows():
    """It is seen which keyword led to which."""
    rows = [of_step(10 * n) for n in range(2)]
    rows += [of_exchange("/job", 10 * n + m + 1) for n in range(2) for m in range(3)]
    assert [1, 3, 1, 3] == counts(sorted(rows, key=lambda row: row.started))


def test_health_checks_are_one_row_of_the_whole_test():
    """A load balancer sends no `User-Agent`; a check that fails is seen where it was."""
    rows = [of_step(n) for n in range(9)]
    checks = [of_exchange("/health", n + 0.5, n + 0.6, raw_request_headers=()) for n in range(9)]
    checks[5].exchange.status = 503
    ordered = sorted([*rows, *checks], key=lambda row: row.started)
    assert sorted([1] * 9 + [8, 1]) == sorted(counts(ordered))
    by_client = [of_exchange("/health", n + 0.5) for n in range(9)]
    ordered = sorted([*rows, *by_client], key=lambda row: row.started)
    assert [1] * 18 == counts(ordered)


def test_requests_in_flight_are_rows_of_their_own():
    """Each waits for something."""
    assert [1] * 4 == counts([of_exchange("/job", n, None) for n in range(4)])


def test_equal_errors_are_one_row():
    """A page that connects again and again has the same traceback each time."""
    rows = []
    for n in range(4):
        received = exchange("/socket", n, n + 0.5)
        error(received, message="closed" if n < 3 else "opened")
        rows.append(Row(n, n + 0.5, exchange=received, errors=list(received.errors)))
    assert [3, 1] == counts(rows)


def test_what_came_from_the_cache_is_one_row():
    """Style sheets and pictures that the browser had stored."""
    requests = [
        Request("GET", f"http://x/{n}", n, ended=n + 0.1, source="its cache") for n in range(4)
    ]
    assert [4] == counts([Row(each.started, each.ended, request=each) for each in requests])


def test_keywords_that_did_not_run_are_one_row():
    """Only those that follow each other."""
    rows = [of_step(n, status="NOT RUN") for n in (1, 2, 5, 6)]
    assert [2, 1, 2] == counts(sorted([*rows, of_step(3)], key=lambda row: row.started))


def test_what_failed_stays_where_rows_are_left_out():
    """So do requests to the same path, and of the other rows the latest."""
    good = exchange("/buy", 0.2, 0.3, status=200)
    bad, other = exchange("/buy", 0.5, 0.6), exchange("/other", 0.7, 0.8)
    error(bad)
    steps = [step(str(n), n, n + 1) for n in range(200)]
    timeline = build_timeline(0, 10, steps=steps, exchanges=[good, bad, other])
    assert (80, 123, 0) == (len(timeline.rows), len(timeline.left_out), timeline.uncounted)
    first, second, *others = timeline.rows
    assert [good, bad] == [first.exchange, second.exchange]
    assert [str(n) for n in range(122, 200)] == [row.step.name for row in others]
    assert other in [row.exchange for row in timeline.left_out]


def test_what_is_left_out_has_a_limit():
    """The report of a test stays small, whatever happened in it."""
    steps = [step(str(n), n, n + 1, status="FAIL") for n in range(1_000)]
    timeline = build_timeline(0, 10, steps=steps)
    assert (80, 200, 720) == (len(timeline.rows), len(timeline.left_out), timeline.uncounted)
    assert "919" == timeline.left_out[-1].step.name
