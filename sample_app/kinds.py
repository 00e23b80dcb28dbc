"""A small application of each kind that a server takes, for tests of the harness."""

import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import cherrypy


class Counter:
    """An application with a state of its own: the number of visits to its page."""

    def __init__(self) -> None:
        self.visits = 0

    @cherrypy.expose
    def index(self) -> str:
        """Count a visit; return the number of this one."""
        self.visits += 1
        return f"Visit {self.visits}"


class Pages:
    """Pages that show how their application is mounted and configured."""

    @cherrypy.expose
    def index(self) -> str:
        """Return the path at which this application is mounted."""
        return f"Mounted at {cherrypy.request.script_name or '/'}"

    @cherrypy.expose
    @cherrypy.tools.json_out()
    def config(self) -> dict[str, str]:
        """Return the configuration of this page."""
        return {key: repr(value) for key, value in cherrypy.request.config.items()}

    @cherrypy.expose
    def process(self, variable: str) -> str:
        """Return an environment variable, and the name of the current folder."""
        return f"{variable} is {os.environ.get(variable)} in {Path.cwd().name}"


application = cherrypy.Application(Pages(), "/app")


def make_pages() -> Pages:
    """Make an application, as factories do."""
    return Pages()


def mount_pages() -> None:
    """Mount on `cherrypy.tree`, as scripts do."""
    cherrypy.tree.mount(Pages(), "/scripted")


def wsgi(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Return the path at which this WSGI callable is mounted (PEP 3333)."""
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [f"WSGI at {environ['SCRIPT_NAME'] or '/'}".encode()]
