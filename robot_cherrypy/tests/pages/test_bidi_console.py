"""Events of WebDriver BiDi become lines as Chromium writes them."""

import time

import pytest

from robot_cherrypy.pages.bidi_console import BidiConsole
from robot_cherrypy.pages.bidi_network import BidiNetworkLog
from robot_cherrypy.pages.observer import Place

FRAME = {"url": "http://x/a.js", "lineNumber": 3, "columnNumber": 8, "functionName": ""}
PLACE = Place("http://x/a.js", 3, 8)


def written(*arguments, level="info"):
    """A call of the console's methods."""
    values = {"type": "console", "level": level, "args": list(arguments), "timestamp": 1.0}
    return "log.entryAdded", values | {"stackTrace": {"callFrames": [FRAME]}}


def told(text, level="error", **values):
    """A line of the browser itself."""
    entry = {"type": "javascript", "level": level, "text": text, "timestamp": 1.0}
    return "log.entryAdded", entry | values


def resource(**values):
    """An event about a request."""
    return {"timestamp": 1.0, "request": {"request": "7", "url": "http://x/a.png"}, **values}


MISSING = resource(response={"status": 404, "statusText": "Not Found"})
FAILED = "http://x/a.png - Failed to load resource: "
LINES = {
    "call": (
        written({"type": "string", "value": "tea"}, {"type": "number", "value": 1}),
        ("INFO", 'http://x/a.js 3:8 "tea" 1', PLACE),
    ),
    "values": (
        written({"type": "undefined"}, {"type": "null"}, {"type": "array", "value": [1, 2]}),
        ("INFO", "http://x/a.js 3:8 undefined null Array(2)", PLACE),
    ),
    "object": (
        written({"type": "object", "value": []}, level="warn"),
        ("WARNING", "http://x/a.js 3:8 Object", PLACE),
    ),
    "exception": (
        told("TypeError: no tea", stackTrace={"callFrames": [FRAME]}),
        ("SEVERE", "http://x/a.js 3:8 Uncaught TypeError: no tea", PLACE),
    ),
    "promise": (told("Error: no tea"), ("SEVERE", "javascript - Uncaught Error: no tea", None)),
    "thrown": (told("uncaught exception: tea"), ("SEVERE", "javascript - Uncaught tea", None)),
    "other error": (
        told("Cross-Origin Request Blocked: no header."),
        ("SEVERE", "javascript - Cross-Origin Request Blocked: no header.", None),
    ),
    "missing": (
        ("network.responseStarted", MISSING),
        ("SEVERE", f"{FAILED}the server responded with a status of 404 (Not Found)", None),
    ),
    "refused": (
        ("network.fetchError", resource(errorText="NS_ERROR_CONNECTION_REFUSED")),
        ("SEVERE", f"{FAILED}NS_ERROR_CONNECTION_REFUSED", None),
    ),
}


@pytest.mark.parametrize(("event", "line"), LINES.values(), ids=LINES)
def test_a_line_is_as_chromium_writes_it(event, line):
    """Level, text and place."""
    console = BidiConsole()
    console.handle_event(*event, BidiNetworkLog())
    assert [line] == [(each.level, each.text, each.place) for each in console.lines()[0]]


@pytest.mark.parametrize(
    "event",
    [
        ("network.fetchError", resource(errorText="NS_BINDING_ABORTED")),
        ("network.fetchError", resource(errorText="net::ERR_ABORTED")),
        ("network.responseStarted", resource(response={"status": 304, "statusText": ""})),
        ("browsingContext.load", {}),
    ],
)
def test_what_is_no_error_is_no_line(event):
    """Such as a request that the page gave up."""
    console = BidiConsole()
    console.handle_event(*event, BidiNetworkLog())
    assert ([], 0) == console.lines()


def test_a_line_has_the_time_of_this_process():
    """Of `time.monotonic`."""
    console = BidiConsole()
    method, values = written()
    console.handle_event(method, values | {"timestamp": time.time() * 1000}, BidiNetworkLog())
    assert time.monotonic() == pytest.approx(console.lines()[0][0].at, abs=10)
