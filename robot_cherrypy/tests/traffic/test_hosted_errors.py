"""What hosted applications do wrong is an error of the request, also after its response."""

import asyncio
import contextlib

import pytest
import requests

from robot_cherrypy.harness.registry import new_server
from robot_cherrypy.harness.server import Launch
from robot_cherrypy.tests.traffic.conftest import Client

HEAD = {"type": "http.response.start", "status": 200}
ALL, MORE = ({"type": "http.response.body", "body": b"fine", "more_body": more} for more in (0, 1))


def wsgi(environ, start_response):
    """Declare a length, which the body may not have."""
    write = start_response("200 OK", [("Content-Length", environ["QUERY_STRING"])])
    if environ["PATH_INFO"] == "/written":
        write(b"fine")
    return [b"fine"]


async def fail_later(error):
    """Raise an error when the response has been sent."""
    await asyncio.sleep(0.05)
    raise error


async def asgi(scope, receive, send):
    """Do wrong what the path says."""
    assert scope["type"] == "http"
    await receive()
    lengths = {"/longer": b"3", "/shorter": b"5"}
    length = lengths.get(scope["path"], b"4")
    await send({**HEAD, "headers": [(b"content-length", length)]})
    if scope["path"] == "/returns":
        await send(MORE)
        return
    if scope["path"] == "/forgets":
        asyncio.get_running_loop().create_task(fail_later(KeyError("forgotten")))
    await send(ALL)
    if scope["path"] == "/goes-on":
        await fail_later(BufferError("background"))


@pytest.fixture
def start(kind):
    """Starts a server of a hosted application; returns a client of it, and the server."""
    with contextlib.ExitStack() as stack:

        def run(name):
            server = new_server(
                Launch(
                    application=f"{__name__}:{name}",
                    alias=name,
                    kind=kind,
                    isolation="thread",
                    configuration={},
                )
            )
            server.start()
            stack.callback(server.stop)
            return Client(server), server

        yield run


def errors_of(client, server, path):
    """Return the errors of one request, which belong to it and to no other."""
    with contextlib.suppress(requests.RequestException):
        client.get(path, headers={"Connection": "close"})
    server.wait_for_end(client.start, 60)
    errors = client.errors()
    assert {path.partition("?")[0]} >= {error.path for error in errors}
    return [error.error for error in errors]


def test_length_that_is_not_kept_is_an_error(start):
    """The client gets a part, or waits for what does not come; cheroot knows not of which it is."""
    client, server = start("wsgi")
    [shorter] = errors_of(client, server, "/?5")
    [longer] = errors_of(Client(server), server, "/?3")
    assert "RuntimeError: The response is shorter than its Content-Length." == shorter
    assert "RuntimeError: The response is longer than its Content-Length." == longer
    assert [] == errors_of(Client(server), server, "/?4")
    assert [] == errors_of(Client(server), server, "/written?8")


@pytest.mark.parametrize(
    ("path", "error"),
    [
        ("/returns", "RuntimeError: The ASGI application did not complete its response."),
        ("/shorter", "RuntimeError: The response is shorter than its Content-Length."),
        ("/longer", "RuntimeError: The response is longer than its Content-Length."),
        ("/forgets", "KeyError: 'forgotten'"),
        ("/goes-on", "BufferError: background"),
    ],
)
def test_response_that_is_not_whole_is_an_error(start, path, error):
    """So is what comes after it, in the application or in a task that nobody waits for."""
    client, server = start("asgi")
    assert [error] == errors_of(client, server, path)
    assert [] == errors_of(Client(server), server, "/")
