"""Every error of an application is recorded once, whatever the page shows."""

import contextlib
import time

import pytest
import requests

from robot_cherrypy.websocket import Closed, connect

FAILING = {
    "/base": ("Outcome: no Exception", {"threaded": None, "async": 500}),
    "/base_stream": ("Outcome: after the headers", 200),
    "/base_thread": ("Outcome: in a thread", 200),
    "/cancelled": ("CancelledError: by itself", {"threaded": None, "async": 500}),
    # The asyncio server keeps the head until there is a first part of the body.
    "/text_stream": (
        "TypeError: The body yielded 'text', not bytes. (tools.encode encodes text.)",
        {"threaded": 200, "async": 500},
    ),
    "/engine_log": ("LookupError: on the bus", 200),
    "/error_file": (
        "FileNotFoundError: [Errno 2] No such file or directory: 'no-such-page.html'",
        410,
    ),
    "/error_page": ("ArithmeticError: in the error page", 403),
    "/handler": ("ZeroDivisionError: in the handler", 500),
    "/hidden": ("LookupError: nobody sees it", 200),
    "/http_error": ("HTTPError: 500 sorry", 500),
    "/status": ("HTTP 502: Bad Gateway", 502),
    "/stream": ("BufferError: after the headers", 200),
    "/thread": ("RuntimeError: in a thread", 200),
    "/unlogged": ("KeyError: 'never logged'", 500),
}
IN_COROUTINES = {
    "/coroutine": ("ZeroDivisionError: in a coroutine", 500),
    "/own_cancel": ("CancelledError: by its own code", 500),
    "/task": ("RuntimeError: in a task", 200),
}


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
@pytest.mark.parametrize("path", FAILING)
def test_an_error_is_recorded(client, kind, path):
    """With its request and the status of the response, which may hide it."""
    with contextlib.suppress(requests.RequestException):
        client.get(path)
    error, status = FAILING[path]
    recorded = [(record.error, record.path, record.status) for record in client.errors()]
    assert [(error, path, status[kind] if isinstance(status, dict) else status)] == recorded


@pytest.mark.parametrize("kind", ["async"])
@pytest.mark.parametrize("path", IN_COROUTINES)
def test_an_error_in_a_coroutine_is_recorded(client, kind, path):
    """Also if it is one by which a server ends what nobody waits for."""
    client.get(path)
    recorded = [(record.error, record.status) for record in client.errors()]
    assert [IN_COROUTINES[path]] == recorded


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_an_error_that_comes_after_the_response_is_waited_for(client, server):
    """In a thread that the request started."""
    client.get("/late")
    server.wait_for_end(client.start, 60)
    [error] = client.errors()
    assert ("RuntimeError: late", "/late", "in a thread") == (error.error, error.path, error.when)


@pytest.mark.parametrize("path", ["/", "/refusal", "/redirect", "/nowhere"])
def test_an_ordinary_response_is_no_error(client, path):
    """In CherryPy redirects and refusals are exceptions, but not errors of the server."""
    client.get(path)
    assert [] == client.errors()


@pytest.mark.parametrize("name", ["handler", "json", "unserialisable"])
def test_the_handler_is_named_whatever_tools_wrap_it(client, name):
    """So that one sees which code has to be repaired."""
    client.get(f"/{name}")
    [error] = client.errors()
    assert error.handler.endswith(f"conftest.Failing.{name}")


def test_the_traceback_is_kept(client):
    """It is in the report."""
    client.get("/handler")
    [error] = client.errors()
    assert 'raise ZeroDivisionError("in the handler")' in error.traceback
    assert str(error).startswith("GET /handler: ZeroDivisionError: in the handler in ")


def test_the_cause_behind_an_error_page_is_in_the_traceback(client):
    """After `raise HTTPError from error` both exceptions are shown."""
    client.get("/http_error")
    assert "disk full" in client.errors()[0].traceback


@pytest.mark.parametrize("path", ["/socket", "/coroutine_socket"])
def test_an_error_of_a_websocket_is_recorded(client, server, path):
    """It belongs to the request of the handshake; the client only sees code 1011."""
    with connect(server.url.replace("http", "ws") + path, timeout=60) as websocket:
        websocket.send("in a WebSocket")
        with pytest.raises(Closed, match="1011"):
            websocket.receive(timeout=60)
    deadline = time.monotonic() + 60  # a WebSocket is not waited for as a request is
    while not client.errors() and time.monotonic() < deadline:
        time.sleep(0.01)
    [error] = client.errors()
    assert (error.error, error.path, error.status) == ("EOFError: in a WebSocket", path, 101)
    assert "raise EOFError(message)" in error.traceback


@pytest.mark.parametrize("kind", ["async"], indirect=True)
@pytest.mark.parametrize(
    ("path", "error"),
    [("/coroutine", "ZeroDivisionError: in a coroutine"), ("/task", "RuntimeError: in a task")],
)
def test_an_error_of_a_coroutine_is_recorded(client, path, error):
    """Also of one that runs as a task whose result nobody reads."""
    client.get(path)
    assert [(error, path)] == [(record.error, record.path) for record in client.errors()]
