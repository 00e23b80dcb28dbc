"""Events of the browser become requests and messages."""

import sys
import threading
import time

import pytest

from robot_cherrypy.pages import network_log as module
from robot_cherrypy.pages.devtools_network import DevToolsNetworkLog
from robot_cherrypy.pages.refused_cookies import RefusedCookie


def sent(path="/a", identifier="1", **values):
    """The parameters of an event about a request that is sent."""
    return {
        "requestId": identifier,
        "wallTime": 100.0,
        "timestamp": 1.0,
        "request": {"method": "GET", "url": f"http://x{path}"},
        **values,
    }


@pytest.fixture
def log():
    """An empty log."""
    return DevToolsNetworkLog()


def test_a_request_is_running_until_its_response_has_ended(log):
    """Its times are those of this process' clock."""
    log.handle_event("Network.requestWillBeSent", sent(type="XHR"))
    assert log.is_busy
    response = {"requestId": "1", "timestamp": 1.5, "response": {"status": 404}, "type": "Fetch"}
    log.handle_event("Network.responseReceived", response)
    log.handle_event("Network.loadingFinished", {"requestId": "1", "timestamp": 2.0})
    [request] = log.requests
    assert (404, "Fetch", "") == (request.status, request.resource_type, request.error)
    assert [0.5, 1.0] == [
        round(at - request.started, 6) for at in (request.responded, request.ended)
    ]
    assert not log.is_busy


def test_the_first_byte_comes_before_the_end(log):
    """The browser tells of a response later than it got it: after its end, if it was short."""
    log.handle_event("Network.requestWillBeSent", sent())
    log.handle_event("Network.requestWillBeSent", sent(identifier="2"))
    timing = {"requestTime": 1.1, "receiveHeadersEnd": 200}
    for identifier, response in (("1", {"timing": timing}), ("2", {})):
        told = {"requestId": identifier, "timestamp": 1.6, "response": {"status": 200, **response}}
        log.handle_event("Network.responseReceived", told)
        log.handle_event("Network.loadingFinished", {"requestId": identifier, "timestamp": 1.5})
    assert [(0.3, 0.5), (0.6, 0.6)] == [
        (round(r.responded - r.started, 4), round(r.ended - r.started, 4)) for r in log.requests
    ]


SOURCES = {
    "its cache": {"fromDiskCache": True},
    "a service worker": {"fromServiceWorker": True},
    "": {},
}


@pytest.mark.parametrize("source", SOURCES)
def test_it_is_known_whether_a_server_was_asked(log, source):
    """A stored response has the time when it came, and its headers."""
    log.handle_event("Network.requestWillBeSent", sent())
    now = time.time()
    response = {"status": 200, "responseTime": (now - 60) * 1000, "headers": {"Age": "7"}}
    event = {"requestId": "1", "timestamp": 1.5, "response": response | SOURCES[source]}
    log.handle_event("Network.responseReceived", event)
    [request] = log.requests
    assert source == request.source
    if source:
        assert (("Age", "7"),) == request.stored_headers
        assert 55 < time.monotonic() - request.stored < 65
    else:
        assert ((), None) == (request.stored_headers, request.stored)


def test_what_is_in_memory_is_in_the_cache(log):
    """The browser tells of it by an event of its own."""
    log.handle_event("Network.requestWillBeSent", sent())
    log.handle_event("Network.requestServedFromCache", {"requestId": "1"})
    assert "its cache" == log.requests[0].source


def test_a_request_that_fails_has_an_error(log):
    """The error is the browser's text."""
    log.handle_event("Network.requestWillBeSent", sent())
    failed = {"requestId": "1", "timestamp": 2.0, "errorText": "net::ERR_FAILED"}
    log.handle_event("Network.loadingFailed", failed)
    assert "net::ERR_FAILED" == log.requests[0].error


def test_redirects_are_requests_of_their_own(log):
    """The DevTools protocol gives both the same identifier."""
    log.handle_event("Network.requestWillBeSent", sent("/a"))
    redirect = sent("/b", redirectResponse={"status": 303})
    log.handle_event("Network.requestWillBeSent", redirect)
    assert log.is_busy
    log.handle_event("Network.loadingFinished", {"requestId": "1", "timestamp": 2.0})
    assert [("http://x/a", 303), ("http://x/b", None)] == [(r.url, r.status) for r in log.requests]
    assert 1.0 == round(log.requests[1].ended - log.requests[1].started, 6)
    assert not log.is_busy


def test_requests_that_last_as_long_as_their_page_do_not_make_it_busy(log):
    """Such a page would be busy for ever."""
    log.handle_event("Network.requestWillBeSent", sent(type="EventSource"))
    assert not log.is_busy


def test_data_urls_are_no_requests(log):
    """The browser sends nothing for them."""
    data = sent(request={"method": "GET", "url": "data:image/png;base64,AA"})
    log.handle_event("Network.requestWillBeSent", data)
    assert not log.requests


def test_a_frame_navigates_until_it_shows_its_document(log):
    """It may go on loading after that."""
    log.handle_event("Page.frameStartedNavigating", {"frameId": "f"})
    assert ({"f"}, {"f"}) == (log.navigating, log._loading)
    log.handle_event("Page.frameNavigated", {"frame": {"id": "f", "loaderId": "d"}})
    assert (set(), {"f"}) == (log.navigating, log._loading)
    log.handle_event("Page.frameStoppedLoading", {"frameId": "f"})
    assert not log.is_busy


def test_requests_of_the_document_before_do_not_count(log):
    """The browser does not report the end of all of them."""
    log.handle_event("Network.requestWillBeSent", sent(identifier="1", loaderId="before"))
    log.handle_event("Network.requestWillBeSent", sent(identifier="2", loaderId="after"))
    log.handle_event("Page.frameNavigated", {"frame": {"id": "f", "loaderId": "after"}})
    assert log.is_busy
    log.handle_event("Network.loadingFinished", {"requestId": "2", "timestamp": 2.0})
    assert not log.is_busy


def test_messages_of_websockets_are_kept(log):
    """Long messages are cut."""
    for direction, text in (("Sent", "hello"), ("Received", "x" * 10_000)):
        frame = {"requestId": "1", "timestamp": 1.0, "response": {"payloadData": text}}
        log.handle_event(f"Network.webSocketFrame{direction}", frame)
    messages = [(message.is_sent, message.text) for message in log.messages]
    assert [(True, "hello"), (False, "x" * 2_000)] == messages


def test_the_end_of_a_test_discards_its_requests(log):
    """What is still running is known to be left over."""
    log.handle_event("Network.requestWillBeSent", sent(identifier="1"))
    log.handle_event("Network.requestWillBeSent", sent(identifier="2"))
    log.handle_event("Network.loadingFinished", {"requestId": "1", "timestamp": 2.0})
    log.end_test()
    assert ([], True) == (list(log.requests), log.is_busy)
    assert [False, True] == [log.is_leftover(identifier) for identifier in ("1", "2")]


def test_the_newest_requests_are_kept(log, monkeypatch):
    """How many were left out is known."""
    monkeypatch.setattr(module, "_MOST_REQUESTS", 3)
    log = DevToolsNetworkLog()
    for number in range(5):
        log.handle_event("Network.requestWillBeSent", sent(f"/{number}", str(number)))
    assert ["http://x/2", "http://x/3", "http://x/4"] == [r.url for r in log.requests]
    assert 2 == log.left_out


REFUSED = {
    "of another server": (["InvalidDomain"], "its Domain is not that of this server"),
    "insecure": (["SameSiteNoneInsecure"], "SameSite=None needs the attribute Secure"),
    "by scheme": (
        ["SchemefulSameSiteLax", "SameSiteLax"],
        "it is SameSite=Lax, and the request came from another site",
    ),
    "new": (["Whatever", "SecureOnly"], "Whatever, and it is Secure, and this connection is not"),
}


@pytest.mark.parametrize("name", REFUSED)
@pytest.mark.parametrize("is_told_first", [False, True])
def test_cookies_that_were_refused_are_told(log, name, is_told_first):
    """The event may come before the request's own, and tells the whole header."""
    reasons, reason = REFUSED[name]
    blocked = [{"blockedReasons": reasons, "cookieLine": "sid=1; SameSite=None"}]
    events = [
        ("Network.requestWillBeSent", sent()),
        ("Network.responseReceivedExtraInfo", {"requestId": "1", "blockedCookies": blocked}),
    ]
    for method, values in reversed(events) if is_told_first else events:
        log.handle_event(method, values)
    [request] = log.told_requests()
    assert (RefusedCookie(False, "sid=1; SameSite=None", reason),) == request.refused_cookies
    log.end_test()
    log.handle_event("Network.requestWillBeSent", sent())
    assert () == log.told_requests()[0].refused_cookies


def test_cookies_for_others_are_not_refused(log):
    """A browser has them for other paths and servers; a cookie of the same site is expected."""
    cookies = [
        {"cookie": {"name": "a", "value": "1"}, "blockedReasons": []},
        {"cookie": {"name": "b", "value": "2"}, "blockedReasons": ["NotOnPath"]},
        {"cookie": {"name": "c", "value": "3"}, "blockedReasons": ["SameSiteStrict"]},
    ]
    log.handle_event("Network.requestWillBeSent", sent())
    values = {"requestId": "1", "associatedCookies": cookies}
    log.handle_event("Network.requestWillBeSentExtraInfo", values)
    [cookie] = log.told_requests()[0].refused_cookies
    assert (True, "c=3") == (cookie.is_sent, cookie.header)


def test_each_request_of_a_redirect_has_its_own_cookies(log):
    """They have one identifier."""
    log.handle_event("Network.requestWillBeSent", sent("/a"))
    log.handle_event("Network.requestWillBeSent", sent("/b", redirectResponse={"status": 303}))
    for line in ("first=1", "second=2"):
        blocked = [{"blockedReasons": ["SyntaxError"], "cookieLine": line}]
        values = {"requestId": "1", "blockedCookies": blocked}
        log.handle_event("Network.responseReceivedExtraInfo", values)
    assert [("/a", "first=1"), ("/b", "second=2")] == [
        (request.url.removeprefix("http://x"), request.refused_cookies[0].header)
        for request in log.told_requests()
    ]


FAILURES = {
    "CORS": ({"corsErrorStatus": {"corsError": "MissingAllowOriginHeader"}}, " (CORS: Missing"),
    "policy": ({"blockedReason": "csp"}, " (blocked: csp)"),
    "network": ({}, ""),
}


@pytest.mark.parametrize("name", FAILURES)
def test_it_is_told_who_did_not_allow_a_request(log, name):
    """The browser's own error is the same for all."""
    values, told = FAILURES[name]
    log.handle_event("Network.requestWillBeSent", sent())
    failed = {"requestId": "1", "timestamp": 2.0, "errorText": "net::ERR_FAILED", **values}
    log.handle_event("Network.loadingFailed", failed)
    assert log.requests[0].error.startswith(f"net::ERR_FAILED{told}")


def test_preflights_are_known(log):
    """The browser sends them before a request of a script to another origin."""
    log.handle_event("Network.requestWillBeSent", sent(type="Preflight"))
    log.handle_event("Network.requestWillBeSent", sent(identifier="2", type="Fetch"))
    assert [True, False] == [request.is_preflight for request in log.requests]


def test_events_may_come_while_the_log_is_read(log):
    """They come on a thread of their own."""
    is_over = threading.Event()

    def receive():
        for number in range(10**9):
            for identifier in (number, number - 50):
                planned = {"frameId": identifier, "delay": 99}
                log.handle_event("Network.requestWillBeSent", sent(identifier=identifier))
                log.handle_event("Page.frameScheduledNavigation", planned)
            ended = {"requestId": number - 50, "timestamp": 1.0}
            log.handle_event("Network.loadingFinished", ended)
            log.handle_event("Page.frameDetached", {"frameId": number - 50})
            if is_over.is_set():
                return

    thread = threading.Thread(target=receive)
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        thread.start()
        for _ in range(3_000):
            log.changing(1)
            log.running_except(("/b",))
    finally:
        is_over.set()
        thread.join()
        sys.setswitchinterval(interval)
