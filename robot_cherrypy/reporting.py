"""Has plain `cherryd` report to a test: `cherryd -i robot_cherrypy.reporting -i shop`.

It does nothing unless the environment says where the test is, as for `robot-cherrypy serve`
(docs/testing-with-containers.md), which needs no such module.
"""

import contextlib

import cherrypy
from cherrypy.process.plugins import SimplePlugin

from robot_cherrypy.hosting.cherrypy_server import SERVER_START
from robot_cherrypy.traffic import error_hooks, exporter
from robot_cherrypy.traffic.journal import JOURNAL, current_server
from robot_cherrypy.traffic.recorder import Recorder

__all__: list[str] = []


class _Reporter(SimplePlugin):  # type: ignore[misc]
    """Puts a recorder around what CherryPy's server serves, and reports until the bus exits."""

    def __init__(self) -> None:
        super().__init__(cherrypy.engine)
        self._at_exit = contextlib.ExitStack()

    def start(self) -> None:
        """Report, if the environment says where to."""
        server = cherrypy.server
        if not self._at_exit.enter_context(exporter.reports()) or server.httpserver is not None:
            return
        JOURNAL.keep_nothing()
        self._at_exit.enter_context(error_hooks.installed())
        current_server.set("")  # of all threads that start from here on
        server.httpserver, server.bind_addr = server.httpserver_from_self()
        server.httpserver.wsgi_app = Recorder().wsgi(cherrypy.tree)

    start.priority = SERVER_START - 1  # type: ignore[attr-defined]

    def exit(self) -> None:
        """Send what has not been sent."""
        self._at_exit.close()


_Reporter().subscribe()
