"""A server that ends by itself is known to have ended, whatever ended it."""

import asyncio
import contextlib
import gc
import threading

import cherrypy
import pytest
import requests

from robot_cherrypy.aio import HTTPServer
from robot_cherrypy.errors import ServerError
from robot_cherrypy.harness.threaded_backend import ThreadedBackend
from robot_cherrypy.tests.harness.conftest import get


class Ending:
    """Ends its server in ways that CherryPy does not know of."""

    @cherrypy.expose
    def interrupt(self):
        _backend().interrupt = ValueError("it was tired")
        return "ended"

    @cherrypy.expose
    def stop(self):
        threading.Thread(target=_backend().stop).start()
        return "ended"

    @cherrypy.expose
    def close(self):
        _backend().socket.close()
        return "ended"

    @cherrypy.expose
    def ctrl_c(self):
        raise KeyboardInterrupt

    @cherrypy.expose
    async def stop_loop(self):
        asyncio.get_running_loop().stop()
        return "ended"


def _backend():
    """Return the HTTP server that serves the request."""
    port = cherrypy.request.local.port
    # `isinstance` would ask lazy objects such as Django's settings for their class, which fails.
    kinds = (ThreadedBackend, HTTPServer)
    servers = [found for found in gc.get_objects() if issubclass(type(found), kinds)]
    return next(server for server in servers if server.socket and server.bind_addr[1] == port)


@pytest.mark.parametrize("isolation", ["thread", "process"])
@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/interrupt", "its HTTP server raised ValueError: it was tired"),
        ("/stop", "its "),  # stopped serving, or for a moment: its socket was closed
        ("/close", "its listening socket was closed"),
        ("/ctrl_c", "GET /ctrl_c raised KeyboardInterrupt"),
        ("/stop_loop", "its HTTP server raised RuntimeError: Event loop stopped"),
    ],
)
def test_the_end_is_known_when_the_test_ends(launch, kind, isolation, path, reason):
    """Then its requests have ended, and the server has to be asked for them."""
    if kind == ("async" if path == "/close" else "threaded" if path == "/stop_loop" else None):
        pytest.skip("the other server has no such socket or event loop")
    server = launch(f"{__name__}:Ending", kind=kind, isolation=isolation)
    with contextlib.suppress(requests.ConnectionError):
        text = get(server, path)
        assert path == "/ctrl_c" or text == "ended"
    with contextlib.suppress(ServerError):  # a child process may have ended meanwhile
        server.wait_for_end(0, 5)
        while path == "/stop" and server.is_running:  # a thread does that, which nobody waits for
            server.wait_for_end(0, 5)
    assert server.end_reason.startswith(reason)
    assert not server.is_running
    assert () == server.stop().errors


def test_a_server_that_runs_or_was_stopped_has_not_ended_by_itself(launch, kind):
    """Neither while it refuses connections because a test wants it to."""
    server = launch(f"{__name__}:Ending", kind=kind)
    assert server.end_reason is None
    server.refuse_connections()
    assert server.end_reason is None
    server.accept_connections()
    assert server.end_reason is None
    server.stop()
    assert server.end_reason is None
