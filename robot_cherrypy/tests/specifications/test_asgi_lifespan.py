"""ASGI, "Lifespan Protocol", 2.0: https://asgi.readthedocs.io/en/latest/specs/lifespan.html."""

import pytest

from robot_cherrypy.errors import RobotCherryPyError
from robot_cherrypy.harness.in_process import InProcessServer
from robot_cherrypy.harness.server import Launch
from robot_cherrypy.tests.aio.conftest import RunningServer, settings
from robot_cherrypy.tests.specifications import test_asgi_lifespan as this  # noqa: PLW0406
from robot_cherrypy.tests.specifications.asgi_applications import body, start
from robot_cherrypy.tests.specifications.exchanges import exchange

SEEN = []


class Lifespan:
    """An application whose lifespan sends what it is told to."""

    def __init__(self, startup=(), shutdown=(), raises=None):
        self.messages = {"startup": startup, "shutdown": shutdown}
        self.raises = raises

    async def __call__(self, scope, receive, send):
        if scope["type"] == "http":
            SEEN.append("request")
            await send(start())
            await send(body(b"served"))
            return
        SEEN.append(dict(scope))
        if self.raises == "at once":
            raise LookupError("no lifespan here")
        for event in self.messages:
            SEEN.append((await receive())["type"])
            if self.raises == event:
                raise LookupError(f"at {event}")
            for message in self.messages[event]:
                await send({"type": f"lifespan.{event}.{message}", **(
                    {"message": f"{event} says no"} if message == "failed" else {}
                )})  # fmt: skip


complete = Lifespan(["complete"], ["complete"])
raises_at_once = Lifespan(raises="at once")
raises_at_startup = Lifespan(raises="startup")
fails_at_startup = Lifespan(["failed"])
fails_at_shutdown = Lifespan(["complete"], ["failed"])


@pytest.fixture(params=["threaded", "async"])
def serve(request):
    """Serve an application, and return its server."""
    servers = []
    SEEN.clear()

    def begin(name):
        launch = Launch(
            application=f"{this.__name__}:{name}",
            alias=name,
            kind=request.param,
            configuration={},
        )
        servers.append(InProcessServer(launch))
        servers[0].start()
        return servers[0]

    yield begin
    servers[0].stop()


def get(server):
    """Return the body of a response."""
    return exchange(int(server.url.rpartition(":")[2]), "/").body


def test_scope_and_order(serve):
    """Startup before connections are received, and shutdown after they are closed."""
    server = serve("complete")
    assert b"served" == get(server)
    server.stop()

    scope, *events = SEEN
    assert ["lifespan.startup", "request", "lifespan.shutdown"] == events
    assert ("lifespan", {}) == (scope["type"], scope["state"])
    assert {"version": "3.0", "spec_version": "2.0"} == scope["asgi"]


@pytest.mark.parametrize("name", ["raises_at_once", "raises_at_startup"])
def test_application_without_lifespan_is_served(serve, name):
    """If an exception is raised, the server must continue but not send any lifespan events."""
    server = serve(name)
    assert b"served" == get(server)
    server.stop()

    assert "lifespan.shutdown" not in SEEN


def test_failed_startup_ends_the_server(serve):
    """It should print the message provided and then exit."""
    with pytest.raises(RobotCherryPyError, match="startup says no"):
        serve("fails_at_startup")

    assert "request" not in SEEN


def test_failed_shutdown_is_told(serve):
    """It should print the message provided and then terminate."""
    server = serve("fails_at_shutdown")

    assert any("shutdown says no" in error for error in server.stop().errors)


def test_bare_server_has_the_same(monkeypatch):
    """The asyncio server by itself, for its application."""
    from robot_cherrypy import aio

    monkeypatch.setattr("cherrypy.log.screen", False)
    SEEN.clear()
    running = RunningServer(aio.HTTPServer(settings(), complete))
    try:
        assert b"served" == exchange(running.address[1], "/").body
    finally:
        running.stop()

    assert ["lifespan.startup", "request", "lifespan.shutdown"] == SEEN[1:]
