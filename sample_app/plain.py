"""Small well-behaved applications of every kind that a server takes, for tests of the harness."""

from collections.abc import Callable, Iterable
from typing import Any

import cherrypy


class Counter:
    """An application with a state of its own: how often its page was asked for."""

    def __init__(self) -> None:
        self.visits = 0

    @cherrypy.expose
    def index(self) -> str:
        """Count a visit."""
        self.visits += 1
        return f"Visit {self.visits}"


class Pages:
    """One page for each thing that a test wants to see of a mounted application."""

    @cherrypy.expose
    def index(self) -> str:
        """Say where this application is mounted."""
        return f"Mounted at {cherrypy.request.script_name or '/'}"

    @cherrypy.expose
    @cherrypy.tools.json_out()
    def config(self) -> dict[str, str]:
        """Return what the configuration says."""
        return {key: repr(value) for key, value in cherrypy.request.config.items()}


application = cherrypy.Application(Pages(), "/app")


def make_pages() -> Pages:
    """Make an application, as factories do."""
    return Pages()


def mount_pages() -> None:
    """Mount on `cherrypy.tree`, as scripts do."""
    cherrypy.tree.mount(Pages(), "/scripted")


def wsgi(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Answer as a WSGI callable does (PEP 3333)."""
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [f"WSGI at {environ['SCRIPT_NAME'] or '/'}".encode()]
