"""Servers for the tests of `robot_cherrypy.aio`."""

import contextlib
import threading
from http.client import HTTPConnection

import cherrypy
import pytest
from cherrypy._cpserver import Server
from cherrypy._cptree import Tree

from robot_cherrypy import aio
from robot_cherrypy.aio.server import HTTPServer


class Running:
    """A server on a thread, and what the tests ask it."""

    def __init__(self, server):
        self.server = server
        self.raised = None
        server.prepare()
        self.address = server.bind_addr
        self.thread = threading.Thread(target=self._serve)
        self.thread.start()

    def _serve(self):
        try:
            self.server.serve()
        except BaseException as error:  # noqa: BLE001 - the tests look at it
            self.raised = error

    def connect(self):
        """Open a connection of its own."""
        return HTTPConnection(*self.address, timeout=10)

    def ask(self, path, *, method="GET", connection=None, **kwargs):
        """Send one request and return status, headers and body."""
        own = connection or self.connect()
        try:
            own.request(method, path, **kwargs)
            response = own.getresponse()
            return response.status, response.headers, response.read()
        finally:
            if connection is None:
                own.close()

    def get(self, path, **kwargs):
        """Return the body of a page."""
        return self.ask(path, **kwargs)[2].decode()

    def stop(self):
        """Stop the server and its thread."""
        self.server.stop()
        self.thread.join(10)


def settings(**attributes):
    """Make settings as `cherrypy.server` has them, for a free port on loopback."""
    server = Server()
    server.socket_port = 0
    server.shutdown_timeout = 5
    for name, value in attributes.items():
        setattr(server, name, value)
    return server


@pytest.fixture(autouse=True)
def _quiet_cherrypy():
    """Keep CherryPy's log off the screen, and take the patches out after the test."""
    screen = cherrypy.log.screen
    cherrypy.log.screen = False
    aio.install()
    yield
    aio.uninstall()
    cherrypy.log.screen = screen


@pytest.fixture
def serve():
    """Return a function that serves an application and stops it after the test."""
    with contextlib.ExitStack() as stack:

        def start(root, config=None, *, server_class=HTTPServer, **attributes):
            tree = Tree()
            tree.mount(root, "", {"/": config or {}})
            running = Running(server_class(settings(**attributes), aio.application(tree)))
            stack.callback(running.stop)
            return running

        yield start
