"""Events of WebDriver BiDi become requests."""

import time

import pytest

from robot_cherrypy.pages.bidi_network import BidiNetworkLog

WINDOW, FRAME = "window", "frame"


def at(seconds):
    """A time stamp of the browser for a time of this process' clock."""
    return (seconds + time.time() - time.monotonic()) * 1000


def about(path="/a", request="1", hop=0, navigation=None, headers=(), **values):
    """The parameters of an event about a request that is sent one second after the start."""
    timings = {"requestTime": at(1.0), "responseStart": at(1.5), "responseEnd": at(2.0)}
    return {
        "context": WINDOW,
        "navigation": navigation,
        "redirectCount": hop,
        "timestamp": at(3.0),
        "request": {
            "request": request,
            "url": f"http://x{path}",
            "method": values.pop("method", "GET"),
            "destination": values.pop("destination", ""),
            "initiatorType": values.pop("initiator", None),
            "timings": timings,
            "headers": [
                {"name": name, "value": {"type": "string", "value": value}}
                for name, value in headers
            ],
        },
        **values,
    }


def navigation(identifier, context=WINDOW, url="http://x/"):
    """The parameters of an event about a navigation."""
    return {"context": context, "navigation": identifier, "url": url}


def response(status=200, **values):
    """A response."""
    return {"response": {"status": status, "statusText": "", "fromCache": False, **values}}


@pytest.fixture
def log():
    """The empty log of a window."""
    return BidiNetworkLog(WINDOW)


def test_a_request_is_running_until_its_response_has_ended(log):
    """Its times are those of this process' clock."""
    log.handle_event("network.beforeRequestSent", about(initiator="fetch"))
    log.handle_event("network.responseStarted", about(**response(404)))
    assert log.is_busy
    log.handle_event("network.responseCompleted", about(**response(404)))
    [request] = log.requests
    assert (404, "Fetch", "") == (request.status, request.resource_type, request.error)
    times = [request.started, request.responded, request.ended]
    assert [1.0, 1.5, 2.0] == pytest.approx(times, abs=0.1)
    assert not log.is_busy


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ({"destination": "iframe"}, "Document"),
        ({"initiator": "xmlhttprequest"}, "XHR"),
        ({"headers": [("Accept", "text/event-stream")]}, "EventSource"),
        ({"method": "OPTIONS", "headers": [("Access-Control-Request-Method", "PUT")]}, "Preflight"),
        ({"destination": "xslt"}, "Other"),
    ],
)
def test_what_a_request_is_for_has_the_names_of_chromium(log, values, kind):
    """The evidence knows those."""
    log.handle_event("network.beforeRequestSent", about(**values))
    assert [kind] == [request.resource_type for request in log.requests]


def test_a_request_that_failed_has_its_reason(log):
    """Such as that of a server that does not run."""
    log.handle_event("network.beforeRequestSent", about())
    log.handle_event("network.fetchError", about(errorText="NS_ERROR_CONNECTION_REFUSED"))
    assert ["NS_ERROR_CONNECTION_REFUSED"] == [request.error for request in log.requests]
    assert not log.running


@pytest.mark.parametrize("is_late", [False, True])
def test_each_redirection_is_a_request(log, is_late):
    """Its response may be told of after the next request."""
    events = [
        ("network.responseCompleted", about(**response(303))),
        ("network.beforeRequestSent", about("/b", hop=1)),
    ]
    log.handle_event("network.beforeRequestSent", about())
    for event in reversed(events) if is_late else events:
        log.handle_event(*event)
    log.handle_event("network.responseCompleted", about("/b", hop=1, **response()))
    assert [("/a", 303), ("/b", 200)] == [(each.path, each.status) for each in log.requests]
    assert not log.is_busy


def test_a_response_from_the_cache_has_its_headers(log):
    """They tell why it was stored."""
    headers = [{"name": "ETag", "value": {"type": "string", "value": "7"}}]
    log.handle_event("network.beforeRequestSent", about())
    log.handle_event(
        "network.responseCompleted", about(**response(fromCache=True, headers=headers))
    )
    [request] = log.requests
    assert ("its cache", (("etag", "7"),)) == (request.source, request.stored_headers)


def test_what_firefox_loads_from_itself_is_no_request(log):
    """Nor is what is written into the page."""
    sent = about()
    for url in ("data:,x", "chrome://global/skin/error.css", "about:blank"):
        sent["request"]["url"] = url
        log.handle_event("network.beforeRequestSent", sent)
    assert not log.requests


def test_a_websocket_is_no_request(log):
    """It may change the page until that is left, or it could not be opened."""
    upgrade = about(headers=[("Upgrade", "websocket")])
    log.handle_event("network.beforeRequestSent", upgrade)
    assert (["an open WebSocket"], []) == (log.changing(0), list(log.requests))
    log.handle_event("network.fetchError", about(errorText="NS_ERROR_WEBSOCKET_CONNECTION_REFUSED"))
    assert not log.changing(0)


def test_a_window_is_busy_until_its_page_has_loaded(log):
    """It is not navigating any more when it shows the new page."""
    log.handle_event("browsingContext.navigationStarted", navigation("n"))
    assert log.navigating
    log.handle_event("browsingContext.navigationCommitted", navigation("n"))
    assert (True, set(), "n") == (log.is_busy, log.navigating, log.document)
    log.handle_event("browsingContext.load", navigation("n"))
    assert not log.is_busy


@pytest.mark.parametrize(
    "event",
    [
        ("browsingContext.downloadWillBegin", navigation("n")),
        ("browsingContext.navigationFailed", navigation("n")),
        ("browsingContext.domContentLoaded", navigation("n", url="about:neterror?e=nssFailure")),
        ("browsingContext.contextDestroyed", {"context": WINDOW}),
        ("network.fetchError", about(navigation="n", errorText="NS_BINDING_ABORTED")),
    ],
    ids=lambda event: event[0],
)
def test_a_navigation_may_end_otherwise(log, event):
    """As a download, with a response without a body, or not at all."""
    log.handle_event("browsingContext.navigationStarted", navigation("n"))
    log.handle_event(*event)
    assert (False, set()) == (log.is_busy, log.navigating)


def test_the_end_of_a_navigation_is_not_that_of_the_next(log):
    """The browser gives up the first, and tells of it later."""
    for identifier in ("n", "m"):
        log.handle_event("browsingContext.navigationStarted", navigation(identifier))
    log.handle_event("browsingContext.navigationFailed", navigation("n"))
    assert log.is_busy


def test_requests_of_a_page_that_was_left_are_not_waited_for(log):
    """Those of the new page are, also if it began them before it was shown."""
    log.handle_event("network.beforeRequestSent", about("/old", "1"))
    log.handle_event("network.beforeRequestSent", about("/new", "2", navigation="n"))
    log.handle_event("network.responseStarted", about("/new", "2", navigation="n", **response()))
    early = about("/early", "3")
    early["request"]["timings"]["requestTime"] = at(1.6)
    log.handle_event("network.beforeRequestSent", early)
    log.handle_event("browsingContext.navigationCommitted", navigation("n"))
    assert ["/new", "/early"] == [request.path for request in log.running]


def test_the_navigation_of_a_frame_leaves_the_page(log):
    """Requests of the page go on."""
    log.handle_event("network.beforeRequestSent", about())
    log.handle_event("browsingContext.navigationCommitted", navigation("f", FRAME))
    assert ("", 1) == (log.document, len(log.running))
