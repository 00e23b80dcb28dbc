"""The server: start, stop, several servers at once, and that a stop leaves nothing."""

import asyncio
import errno
import socket
import threading
from pathlib import Path

import cherrypy
import pytest

from robot_cherrypy import aio
from robot_cherrypy.tests.aio.conftest import RunningServer, settings

pytestmark = pytest.mark.timing


def open_files():
    """Return how many files this process has open."""
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
    """With port 0, `bind_addr` has the real port."""
    running = serve(Root())
    assert running.address[1] > 0
    assert "hello" == running.get("/")


def test_the_time_out_may_be_set_by_the_name_of_cheroot(serve):
    """As `cherrypy.server.httpserver.timeout`, by an application."""
    server = serve(Root(), socket_timeout=7).server
    assert 7 == server.timeout
    server.timeout = 3
    assert 3 == server.socket_timeout


def test_taken_port_is_an_ordinary_error():
    """A taken port is an OSError of `prepare`."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        server = aio.HTTPServer(settings(socket_port=taken.getsockname()[1]))
        with pytest.raises(OSError) as raised:  # noqa: PT011 - the errno says which
            server.prepare()
    assert errno.EADDRINUSE == raised.value.errno


def test_several_servers_serve_their_own_trees(serve):
    """Two servers in a process have different pages."""

    class Other:
        @cherrypy.expose
        def other(self):
            return "other"

    first, second = serve(Root()), serve(Other())
    assert ("hello", "other") == (first.get("/"), second.get("/other"))
    assert 404 == first.request("/other")[0]


def test_nothing_is_left_after_stop(serve):
    """After fifty servers there are as many threads and open files as after one."""

    def serve_once():
        running = serve(Root())
        assert "hello" == running.get("/")
        running.stop()

    serve_once()
    threads, files = set(threading.enumerate()), open_files()
    for _ in range(50):
        serve_once()
    assert set() == set(threading.enumerate()) - threads
    assert files >= open_files()


def test_a_server_can_be_started_again(serve):
    """The same server object serves again after it was stopped."""
    running = serve(Root())
    running.stop()
    again = RunningServer(running.server)
    assert "hello" == again.get("/")
    again.stop()


def test_stop_before_serve_leaves_nothing():
    """A server that was only prepared can be stopped."""
    server = aio.HTTPServer(settings())
    server.prepare()
    server.stop()
    server.serve()
    assert server.socket is None


def test_stop_cancels_what_does_not_end(serve, monkeypatch):
    """A request that does not end within `shutdown_timeout` is cancelled, and the log names it."""
    root, logged = Root(), []
    monkeypatch.setattr(cherrypy.engine, "log", lambda message, **_kwargs: logged.append(message))
    running = serve(root, shutdown_timeout=0.05)
    connection = running.connect()
    connection.request("GET", "/forever")
    assert root.entered.wait(60)
    running.stop()
    connection.close()
    assert ["cancelled"] == root.seen
    assert ["Cut after 0.05 s: GET /forever from 127.0.0.1"] == logged


def test_stop_cuts_endless_streams(serve):
    """A streamed page without an end is cut after `shutdown_timeout`."""
    root = Root()
    running = serve(root, shutdown_timeout=0.05)
    connection = running.connect()
    connection.request("GET", "/endless")
    assert root.entered.wait(60)
    running.stop()
    assert not running.thread.is_alive()
    connection.close()


@pytest.mark.parametrize(
    ("path", "kind"), [("/leave", SystemExit), ("/interrupt", KeyboardInterrupt)]
)
def test_serve_raises_the_system_exit_of_a_page(serve, path, kind):
    """SystemExit and KeyboardInterrupt of a page stop the server, as they stop CherryPy's."""
    running = serve(Root())
    with pytest.raises(ConnectionError):
        running.get(path)
    running.thread.join(60)
    assert type(running.raised) is kind


def test_interrupted_can_be_overridden(serve):
    """A server may decide that its pages cannot stop it."""
    seen = []

    class Staying(aio.HTTPServer):
        def interrupted(self, error):
            seen.append(error.code)

    running = serve(Root(), server_class=Staying)
    with pytest.raises(ConnectionError):
        running.get("/leave")
    assert "hello" == running.get("/")
    assert [3] == seen


def test_a_page_can_stop_its_server(serve):
    """A coroutine and a plain page that stop the server still send their responses."""

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
        assert "stopped" == running.get(path)
        running.thread.join(60)
        assert not running.thread.is_alive()


def test_installing_and_uninstalling_are_counted():
    """CherryPy is as before after as many calls of `uninstall` as of `install`."""
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
    """A server installs when it starts, and CherryPy is as before when it has stopped."""
    aio.uninstall()
    try:
        original = cherrypy._cprequest.Hook.__call__
        running = serve(Root())
        assert "hello" == running.get("/")
        running.stop()
        assert cherrypy._cprequest.Hook.__call__ is original
    finally:
        aio.install()
