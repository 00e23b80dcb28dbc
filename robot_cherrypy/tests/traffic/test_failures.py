"""Every error of an application is noted, once, whatever the page shows."""

import contextlib
import time

import pytest
import requests

from robot_cherrypy.websocket import Closed
from robot_cherrypy.websocket.client import connect

FAILING = {
    "/handler": ("ZeroDivisionError: in the handler", 500),
    "/hidden": ("LookupError: nobody sees it", 200),
    "/http_error": ("HTTPError: 500 sorry", 500),
    "/status": ("HTTP 502: Bad Gateway", 502),
    "/stream": ("BufferError: after the headers", 200),
    "/thread": ("RuntimeError: in a thread", 200),
    "/unlogged": ("KeyError: 'never logged'", 500),
    "/late": ("RuntimeError: late", 200),
}


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
@pytest.mark.parametrize("path", [path for path in FAILING if path != "/late"])
def test_one_failure_is_noted(client, path):
    """The page may hide it; the journal has the error with its request."""
    with contextlib.suppress(requests.exceptions.ChunkedEncodingError):
        client.get(path)
    error, status = FAILING[path]
    assert [(error, path, status)] == [(f.error, f.path, f.status) for f in client.failures()]


@pytest.mark.parametrize("path", ["/", "/refusal", "/redirect", "/nowhere"])
def test_an_answer_is_no_failure(client, path):
    """Redirects and refusals are exceptions in CherryPy, but not errors of the server."""
    client.get(path)
    assert [] == client.failures()


def test_the_handler_is_named_and_the_traceback_kept(client):
    """A failure says whose fault it is."""
    client.get("/handler")
    [failure] = client.failures()
    assert failure.handler.endswith("conftest.Failing.handler")
    assert 'raise ZeroDivisionError("in the handler")' in failure.traceback
    assert str(failure).startswith("GET /handler: ZeroDivisionError: in the handler in ")


def test_the_cause_behind_an_error_page_is_in_the_traceback(client):
    """`raise HTTPError from` keeps what really happened."""
    client.get("/http_error")
    assert "disk full" in client.failures()[0].traceback


@pytest.mark.parametrize("path", ["/socket", "/coroutine_socket"])
def test_a_websocket_is_no_hiding_place(client, server, path):
    """The client only sees code 1011; the journal has the error with its handshake."""
    with connect(server.url.replace("http", "ws") + path, timeout=5) as websocket:
        websocket.send("in a WebSocket")
        with pytest.raises(Closed, match="1011"):
            websocket.receive(timeout=5)
    deadline = time.monotonic() + 5  # a WebSocket is not waited for as a request is
    while not client.failures() and time.monotonic() < deadline:
        time.sleep(0.01)
    [failure] = client.failures()
    assert (failure.error, failure.path, failure.status) == ("EOFError: in a WebSocket", path, 101)
    assert "raise EOFError(message)" in failure.traceback


@pytest.mark.parametrize("kind", ["async"], indirect=True)
@pytest.mark.parametrize(
    ("path", "error"),
    [("/coroutine", "ZeroDivisionError: in a coroutine"), ("/task", "RuntimeError: in a task")],
)
def test_coroutines_are_no_hiding_place(client, path, error):
    """Neither a coroutine nor a task that nobody awaits hides an error."""
    client.get(path)
    assert [(error, path)] == [(f.error, f.path) for f in client.failures()]
