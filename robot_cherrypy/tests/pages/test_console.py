"""Events of a console become the lines that drivers make of them."""

import time

import pytest

from robot_cherrypy.pages import console as module
from robot_cherrypy.pages.devtools_console import DevToolsConsole
from robot_cherrypy.pages.devtools_network import DevToolsNetworkLog
from robot_cherrypy.pages.observer import Place

FRAMES = {"callFrames": [{"url": "http://x/a.js", "lineNumber": 3, "columnNumber": 8}]}
PLACE = {"url": "http://x/a.js", "lineNumber": 3, "columnNumber": 8}


def call(*arguments, kind="log"):
    """A call of the console's methods."""
    values = {"type": kind, "args": list(arguments), "timestamp": time.time() * 1000}
    return "Runtime.consoleAPICalled", values | {"stackTrace": FRAMES}


def exception(**details):
    """An exception that nobody caught."""
    details = {"text": "Uncaught", **PLACE, **details}
    return "Runtime.exceptionThrown", {"timestamp": 1.0, "exceptionDetails": details}


def entry(**values):
    """A line that the browser itself writes."""
    values = {"source": "network", "level": "error", "timestamp": 1.0, **values}
    return "Log.entryAdded", {"entry": values}


STRING = {"type": "string", "value": "tea"}
NUMBER = {"type": "number", "value": 1, "description": "1"}
OBJECT = {"type": "object", "description": "Object"}
LINES = {
    "call": (call(STRING, NUMBER, OBJECT), "INFO", '3:8 "tea" 1 Object'),
    "none": (
        call({"type": "undefined"}, {"type": "object", "value": None}),
        "INFO",
        "3:8 undefined null",
    ),
    "error": (call(NUMBER, kind="error"), "SEVERE", "3:8 1"),
    "warning": (call(NUMBER, kind="warning"), "WARNING", "3:8 1"),
    "debug": (call(NUMBER, kind="debug"), "DEBUG", "3:8 1"),
    "exception": (
        exception(exception={"description": "Error: oops\n  at a.js"}),
        "SEVERE",
        "3:8 Uncaught Error: oops",
    ),
    "promise": (
        exception(text="Uncaught (in promise)", exception={"description": "Error: oops"}),
        "SEVERE",
        "3:8 Uncaught Error: oops",
    ),
    "thrown text": (
        exception(exception={"type": "string", "value": "oops"}),
        "SEVERE",
        "3:8 Uncaught oops",
    ),
    "resource": (entry(url="http://x/a.js", text="Failed"), "SEVERE", "- Failed"),
    "worker": (
        entry(url="http://x/a.js", lineNumber=0, text="Failed", level="info"),
        "INFO",
        "0 Failed",
    ),
}


@pytest.fixture
def network():
    """The network log of a window."""
    return DevToolsNetworkLog()


@pytest.mark.parametrize(("event", "level", "text"), LINES.values(), ids=LINES)
def test_lines_begin_with_their_place(network, event, level, text):
    """Each has a level."""
    console = DevToolsConsole()
    console.handle_event(*event, network)
    [line], left_out = console.lines()
    assert (level, f"http://x/a.js {text}", 0) == (line.level, line.text, left_out)


def test_times_are_of_this_process(network):
    """The browser has the time of day."""
    console = DevToolsConsole()
    before = time.monotonic()
    console.handle_event(*call(NUMBER), network)
    [[line], _left_out] = console.lines()
    assert before - 5 <= line.at <= time.monotonic() + 5


def test_a_page_that_writes_without_end_does_not_hide_its_errors(network, monkeypatch):
    """The newest lines are kept, and errors besides."""
    monkeypatch.setattr(module, "_MOST_LINES", 3)
    console = DevToolsConsole()
    console.handle_event(*call(STRING, kind="error"), network)
    for _ in range(10):
        console.handle_event(*call(NUMBER), network)
    lines, left_out = console.lines()
    assert (["SEVERE", "INFO", "INFO", "INFO"], 7) == ([line.level for line in lines], left_out)
    console.end_test()
    assert ([], 0) == console.lines()


def test_a_line_has_a_limit(network):
    """A page may write a whole document."""
    console = DevToolsConsole()
    console.handle_event(*call({"type": "string", "value": "x" * 100_000}), network)
    [[line], _left_out] = console.lines()
    assert len(line.text) == 10_000


def test_a_line_knows_its_page_and_request(network):
    """They may be of an earlier test."""
    console = DevToolsConsole()
    sent = {
        "requestId": "7",
        "wallTime": 1.0,
        "timestamp": 1.0,
        "request": {"method": "GET", "url": "http://x"},
    }
    network.handle_event("Network.requestWillBeSent", sent)
    network.end_test()
    console.handle_event(*entry(text="Failed", networkRequestId="7"), network)
    console.handle_event(*entry(text="Failed", networkRequestId="8", timestamp=9.0), network)
    lines, _left_out = console.lines()
    assert [True, False] == [line.is_leftover for line in lines]
    assert {network.page_since} == {line.page_since for line in lines}


def test_the_place_is_known():
    """The browser can be asked for that line; some lines have no place."""
    console = DevToolsConsole()
    for event in (exception(), call(STRING), entry(text="Failed", url="http://x/missing")):
        console.handle_event(*event, DevToolsNetworkLog())
    places = [line.place for line in console.lines()[0]]
    assert sorted([None, Place("http://x/a.js", 3, 8), Place("http://x/a.js", 3, 8)], key=str) == (
        sorted(places, key=str)
    )
