"""Both sides are put on one axis."""

from robot_cherrypy.evidence.chronicle import Chronicle, Step
from robot_cherrypy.evidence.network_log import NetworkLog, Request
from robot_cherrypy.evidence.timeline import time_line
from robot_cherrypy.traffic.exchange import Exchange, ServerFailure


def step(name, started, ended, depth=0, status="PASS"):
    """A keyword that ran."""
    return Step(name, (), depth, started, ended=ended, status=status)


def exchange(path, started, ended):
    """A request that the server saw."""
    one = Exchange("GET", path)
    one.started, one.ended = started, ended
    return one


def rows(steps=(), requests=(), exchanges=()):
    """The rows of a time line."""
    return time_line(0, 10, steps=steps, requests=requests, exchanges=exchanges).rows


def test_both_sides_of_a_request_are_one_row():
    """The browser's side is matched with the server's by path and time."""
    seen = [exchange("/a", 1.1, 1.2), exchange("/a", 2.1, 2.2), exchange("/b", 1.1, 1.2)]
    [first, second, alone] = sorted(
        rows(requests=[Request("GET", "http://x/a", 1, ended=1.3)], exchanges=seen),
        key=lambda row: (row.request is None, row.started),
    )
    assert (seen[0], None, None) == (first.exchange, second.request, alone.request)


def test_a_request_is_below_its_keyword():
    """So that one sees which keyword made it."""
    found = rows(
        [step("outer", 0, 9), step("inner", 1, 4, depth=1)], exchanges=[exchange("/", 2, 3)]
    )
    assert [0, 1, 2] == [row.depth for row in found]


def test_retries_are_one_row():
    """A keyword that is tried again and again does not push everything else out."""
    [row] = rows([step("look", n, n + 0.5) for n in range(5)])
    assert (5, 0, 4.5) == (row.repeated, row.started, row.ended)


def test_what_failed_stays_where_rows_are_left_out():
    """And the latest of what did not."""
    bad = exchange("/bad", 0.5, 0.6)
    bad.failures += (ServerFailure(type="E", message="", exchange=bad),)
    line = time_line(
        0, 10, steps=[step(str(n), n, n + 1) for n in range(200)], requests=[], exchanges=[bad]
    )
    assert (80, 121) == (len(line.rows), line.left_out)
    assert line.rows[0].exchange is bad


def test_redirects_are_requests_of_their_own():
    """The DevTools protocol gives both the same number."""
    sent = {
        "requestId": "1",
        "wallTime": 100.0,
        "timestamp": 1.0,
        "request": {"method": "GET", "url": "http://x/a"},
    }
    redirected = {
        **sent,
        "request": {"method": "GET", "url": "http://x/b"},
        "redirectResponse": {"status": 303},
    }
    finished = {"requestId": "1", "timestamp": 2.0}
    log = NetworkLog()
    log.take("Network.requestWillBeSent", sent)
    log.take("Network.requestWillBeSent", redirected)
    assert log.is_busy
    log.take("Network.loadingFinished", finished)
    assert [("http://x/a", 303), ("http://x/b", None)] == [(r.url, r.status) for r in log.requests]
    assert 1.0 == round(log.requests[1].ended - log.requests[1].started, 6)
    assert not log.is_busy


def test_an_error_is_charged_to_the_test_of_its_request():
    """However late it comes."""
    chronicle = Chronicle()
    first = chronicle.start_test("first")
    made = Exchange("GET", "/")
    chronicle.end_test()
    chronicle.start_test("second")
    late = ServerFailure(type="E", message="", exchange=made)
    assert first is chronicle.test_of(late)


def test_an_error_without_a_request_is_charged_to_nobody():
    """It may have come from anywhere."""
    chronicle = Chronicle()
    chronicle.start_test("innocent")
    assert chronicle.test_of(ServerFailure(type="E", message="")) is None
