"""Programs that bring their own start, as they are written for production."""

import sys
from typing import Any

import cherrypy
from cherrypy.process.plugins import SimplePlugin


class Root:
    """One page."""

    @cherrypy.expose
    def index(self) -> str:
        """Say hello."""
        return "hello"


class _Recorder(SimplePlugin):
    """Writes down what the engine does; subscribes a further listener while it starts."""

    def __init__(self) -> None:
        super().__init__(cherrypy.engine)
        self.events: list[str] = []

    def start(self) -> None:
        """Subscribe a listener."""
        self.events.append("start")
        self.bus.subscribe("stop", lambda: self.events.append("clean up"))

    def stop(self) -> None:
        """Write it down."""
        self.events.append("stop")


LATE = _Recorder()


def _mount() -> None:
    # The port must stay free: the server under test has one of its own.
    cherrypy.config.update({"server.socket_port": 1})
    cherrypy.tree.mount(Root())


def blocks() -> None:
    """Start the engine, block, and end."""
    _mount()
    cherrypy.engine.signals.subscribe()
    cherrypy.engine.start()
    cherrypy.engine.block()
    cherrypy.engine.exit()


def starts_the_server() -> None:
    """Start nothing but the HTTP server."""
    _mount()
    cherrypy.server.start()
    cherrypy.server.wait()


def exits() -> None:
    """End as a program does."""
    cherrypy.quickstart(Root(), config={"global": {"server.socket_port": 1}})
    sys.exit(0)


def starts_the_server_later() -> Root:
    """Start the HTTP server in a start listener."""
    cherrypy.engine.subscribe("start", cherrypy.server.start)
    return Root()


def subscribes_while_starting() -> Root:
    """Subscribe a stop listener in a start listener."""
    LATE.events.clear()
    LATE.subscribe()
    return Root()


def returns_the_tree() -> Any:
    """Return what `application = cherrypy.tree` is."""
    _mount()
    return cherrypy.tree


def fails() -> Root:
    """Fail where production would show nothing."""

    def connect() -> None:
        raise ValueError("no database")

    cherrypy.config.update({"environment": "production"})
    cherrypy.engine.subscribe("start", connect)
    return Root()
