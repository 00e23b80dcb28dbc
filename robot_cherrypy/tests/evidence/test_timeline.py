"""Keywords and both sides of requests are put in order."""

from robot_cherrypy.evidence.timeline import merged_rows
from robot_cherrypy.pages.network_log import Request
from robot_cherrypy.tests.evidence.records import error, exchange, step


def rows(steps=(), requests=(), exchanges=(), errors=()):
    """The rows of a timeline, of which none is folded or left out."""
    return merged_rows(steps, requests, exchanges, errors)


def test_everything_is_in_the_order_in_which_it_started():
    """Keywords and requests are mixed."""
    shown = rows(
        [step("first", 1, 2), step("last", 5, 6)],
        [Request("GET", "http://x/second", 2, ended=3)],
        [exchange("/third", 3, 4)],
    )
    assert [1, 2, 3, 5] == [row.started for row in shown]
    assert [2, 3, 4, 6] == [row.ended for row in shown]


def test_both_sides_of_a_request_are_one_row():
    """The browser's side is matched with the server's by path and time."""
    seen = [exchange("/a", 1.1, 1.2), exchange("/a", 2.1, 2.2), exchange("/b", 1.1, 1.2)]
    [first, second, alone] = sorted(
        rows(requests=[Request("GET", "http://x/a", 1, ended=1.3)], exchanges=seen),
        key=lambda row: (row.request is None, row.started),
    )
    assert (seen[0], None, None) == (first.exchange, second.request, alone.request)
    assert (1, 1.3) == (first.started, first.ended)


def test_two_requests_for_one_page_are_matched_in_their_order():
    """Each exchange is matched with one request only."""
    requests = [Request("GET", "http://x/", 2, ended=3), Request("GET", "http://x/", 1, ended=3)]
    seen = [exchange("/", 1.1, 1.2), exchange("/", 2.1, 2.2)]
    shown = rows(requests=requests, exchanges=seen)
    assert seen == [row.exchange for row in shown]


def test_only_the_same_request_is_matched():
    """Method, path, query and time have to be the same."""
    received = exchange("/", 1.0, 1.2, query="a=1")
    urls = ["http://x/?a=1", "http://x?a=1", "http://x/?a=2", "http://x/b?a=1"]
    assert [True, True, False, False] == [
        rows(requests=[Request("GET", url, 1)], exchanges=[received])[0].exchange is received
        for url in urls
    ]
    others = [
        Request("POST", urls[0], 1),
        Request("GET", urls[0], 1.06),
        Request("GET", urls[0], 0.5, ended=0.94),
    ]
    assert [] == [
        row for row in rows(requests=others, exchanges=[received]) if row.request and row.exchange
    ]


def test_a_browser_may_be_some_milliseconds_late():
    """The browser's start of a request may be after the server's."""
    [row] = rows(requests=[Request("GET", "http://x/", 1.04)], exchanges=[exchange("/", 1.0)])
    assert row.request
    assert row.exchange


def test_a_request_is_below_its_keyword():
    """It is indented more than the innermost keyword that was running."""
    shown = rows(
        [step("outer", 0, 9), step("inner", 1, 4, depth=1)],
        exchanges=[exchange(started=0.5), exchange(started=2), exchange(started=5)],
    )
    assert [0, 1, 1, 2, 1] == [row.depth for row in shown]


def test_a_request_outside_of_keywords_is_not_indented():
    """A page may send a request between two keywords."""
    assert [0] == [row.depth for row in rows(exchanges=[exchange()])]


def test_retries_are_one_row():
    """A keyword that is repeated many times would push out all other rows."""
    [row] = rows([step("look", n, n + 0.5, status="FAIL") for n in range(5)])
    assert (5, 0, 4.5) == (row.repeated, row.started, row.ended)
    assert row.is_failed


def test_other_keywords_are_no_retries():
    """A retry has the same name, arguments and depth."""
    steps = [
        step("look", 1, 2),
        step("click", 2, 3),
        step("click", 3, 4, arguments=("id",)),
        step("click", 4, 5, arguments=("id",), depth=1),
    ]
    assert [1, 1, 1, 1] == [row.repeated for row in rows(steps)]


def test_a_row_has_the_errors_of_its_request():
    """This is so whether the browser saw the request or not."""
    seen, unseen = exchange("/a"), exchange("/b")
    errors = [error(seen), error(unseen)]
    shown = rows(requests=[Request("GET", "http://x/a", 1)], exchanges=[seen, unseen])
    assert errors == [recorded for row in shown for recorded in row.errors]


def test_what_failed_is_known():
    """A keyword, a request in the browser or one on the server may have failed."""
    failed, fine = exchange("/failed", 3), exchange("/fine", 4)
    error(failed)
    shown = rows(
        [step("fails", 1, 2, status="FAIL"), step("passes", 2, 3)],
        [
            Request("GET", "http://x/5", 5, status=404),
            Request("GET", "http://x/6", 6, error="net::ERR_FAILED"),
            Request("GET", "http://x/7", 7, status=304),
        ],
        [failed, fine],
    )
    assert [True, False, True, False, True, True, False] == [row.is_failed for row in shown]


def test_a_server_error_of_no_request_has_a_row():
    """One of a request is in the row of the request."""
    buy = exchange("/buy", 1)
    of_buy, of_plugin = error(buy), error(at=3, server="shop")
    first, second = rows(exchanges=[buy], errors=[of_buy, of_plugin])
    assert ([of_buy], [of_plugin]) == (first.errors, second.errors)
    assert (3, 3, "shop", False) == (
        second.started,
        second.ended,
        second.server,
        second.is_request,
    )
    assert second.is_failed


def test_a_request_has_ended_when_both_sides_have():
    """The server may do something when the browser has the whole response."""
    received = exchange("/", 1.1, 1.5)
    [row] = rows(requests=[Request("GET", "http://x/", 1, ended=1.3)], exchanges=[received])
    assert (1, 1.5) == (row.started, row.ended)
    [row] = rows(
        requests=[Request("GET", "http://x/", 1, ended=1.3)], exchanges=[exchange("/", 1.1, None)]
    )
    assert 1.3 == row.ended


def test_what_the_browser_had_stored_is_no_request_of_the_server():
    """Unless the browser asked whether it still holds: then it tells of what it has stored."""
    stored = Request("GET", "http://x/", 1, ended=1.3, status=200, source="its cache")
    first, second = rows(requests=[stored], exchanges=[exchange("/", 1.1, 1.2, status=200)])
    assert (True, False) == (first.is_from_cache, second.is_from_cache)
    [row] = rows(requests=[stored], exchanges=[exchange("/", 1.1, 1.2, status=304)])
    assert (False, 304) == (row.is_from_cache, row.status)


def test_keywords_that_did_not_run_are_no_retries():
    """They are no keywords that ran."""
    steps = [step("look", n, n, status="NOT RUN") for n in range(3)]
    assert [True] * 3 == [row.is_not_run for row in rows(steps)]
