"""The server: starting, stopping, several of them, and what remains."""

import asyncio
import errno
import socket
import threading
from pathlib import Path

import cherrypy
import pytest

from robot_cherrypy import aio
from robot_cherrypy.aio.server import HTTPServer
from robot_cherrypy.tests.aio.conftest import Running, settings


def open_files():
    """Count the open files of this process."""
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


class Root:
    def __init__(self):
        self.entered = threading.Event()
        self.seen = []

    @cherrypy.expose
    async def index(self):
        await asyncio.sleep(0)
        return "hello"

    @cherrypy.expose
    async def forever(self):
        self.entered.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            self.seen.append("cancelled")
            raise

    @cherrypy.expose
    @cherrypy.config(**{"response.stream": True})
    async def endless(self):
        while True:
            self.entered.set()
            yield "x"
            await asyncio.sleep(0.001)

    @cherrypy.expose
    async def leave(self):
        raise SystemExit(3)

    @cherrypy.expose
    async def interrupt(self):
        raise KeyboardInterrupt


def test_serves_on_a_free_port(serve):
    """Port 0 gives a real port, which bind_addr tells."""
    running = serve(Root())
    assert running.address[1] > 0
    assert running.get("/") == "hello"


def test_taken_port_is_an_ordinary_error():
    """A taken port is an OSError from prepare, and nothing else happens."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        server = HTTPServer(settings(socket_port=taken.getsockname()[1]))
        with pytest.raises(OSError) as raised:  # noqa: PT011 - the errno says which
            server.prepare()
    assert raised.value.errno == errno.EADDRINUSE


def test_several_servers_serve_their_own_trees(serve):
    """Two servers in one process do not see each other's pages."""

    class Other:
        @cherrypy.expose
        def other(self):
            return "other"

    first, second = serve(Root()), serve(Other())
    assert (first.get("/"), second.get("/other")) == ("hello", "other")
    assert first.ask("/other")[0] == 404


def test_nothing_is_left_after_stop(serve):
    """After fifty cycles there are as many threads and open files as after one."""

    def cycle():
        running = serve(Root())
        assert running.get("/") == "hello"
        running.stop()

    cycle()
    before = threading.active_count(), open_files()
    for _ in range(50):
        cycle()
    assert (threading.active_count(), open_files()) == before


def test_a_server_can_be_started_again(serve):
    """The same server object serves again after it was stopped."""
    running = serve(Root())
    running.stop()
    again = Running(running.server)
    assert again.get("/") == "hello"
    again.stop()


def test_stop_before_serve_leaves_nothing():
    """A server that was only prepared can be stopped."""
    server = HTTPServer(settings())
    server.prepare()
    server.stop()
    server.serve()
    assert server.socket is None


def test_stop_cancels_what_does_not_end(serve, monkeypatch):
    """A request that outlasts the grace is cancelled, and the log names it."""
    root, logged = Root(), []
    monkeypatch.setattr(cherrypy.engine, "log", lambda message, **_kwargs: logged.append(message))
    running = serve(root, shutdown_timeout=0.05)
    connection = running.connect()
    connection.request("GET", "/forever")
    assert root.entered.wait(10)
    running.stop()
    connection.close()
    assert root.seen == ["cancelled"]
    assert logged == ["Cut after 0.05 s: GET /forever from 127.0.0.1"]


def test_stop_cuts_endless_streams(serve):
    """A streamed page without an end is cut after the grace."""
    root = Root()
    running = serve(root, shutdown_timeout=0.05)
    connection = running.connect()
    connection.request("GET", "/endless")
    assert root.entered.wait(10)
    running.stop()
    assert not running.thread.is_alive()
    connection.close()


@pytest.mark.parametrize(
    ("path", "kind"), [("/leave", SystemExit), ("/interrupt", KeyboardInterrupt)]
)
def test_serve_raises_what_a_page_raised_to_leave(serve, path, kind):
    """SystemExit and KeyboardInterrupt from a page end the server, as they end CherryPy's."""
    running = serve(Root())
    with pytest.raises(ConnectionError):
        running.get(path)
    running.thread.join(10)
    assert type(running.raised) is kind


def test_leaving_can_be_overridden(serve):
    """A server may decide that its pages cannot stop it."""
    seen = []

    class Staying(HTTPServer):
        def interrupted(self, error):
            seen.append(error.code)

    running = serve(Root(), server_class=Staying)
    with pytest.raises(ConnectionError):
        running.get("/leave")
    assert running.get("/") == "hello"
    assert seen == [3]


def test_a_page_can_stop_its_server(serve):
    """A coroutine and a plain page that stop the server still get their answers out."""

    class Stopping:
        @cherrypy.expose
        async def coroutine(self):
            running.server.stop()
            return "stopped"

        @cherrypy.expose
        def plain(self):
            running.server.stop()
            return "stopped"

    for path in "/coroutine", "/plain":
        running = serve(Stopping())
        assert running.get(path) == "stopped"
        running.thread.join(10)
        assert not running.thread.is_alive()


def test_installing_and_uninstalling_are_counted():
    """The last uninstall of as many installs puts CherryPy back."""
    installed = cherrypy._cprequest.Hook.__call__
    aio.install()
    aio.uninstall()
    assert cherrypy._cprequest.Hook.__call__ is installed
    aio.uninstall()
    try:
        assert cherrypy._cprequest.Hook.__call__ is not installed
        assert not isinstance(vars(cherrypy._Serving)["request"], property)
    finally:
        aio.install()


def test_a_server_installs_for_as_long_as_it_runs(serve):
    """Nobody has to install before serving, and afterwards CherryPy is as it was."""
    aio.uninstall()
    try:
        original = cherrypy._cprequest.Hook.__call__
        running = serve(Root())
        assert running.get("/") == "hello"
        running.stop()
        assert cherrypy._cprequest.Hook.__call__ is original
    finally:
        aio.install()
