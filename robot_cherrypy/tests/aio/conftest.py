"""Servers for the tests of `robot_cherrypy.aio`."""

import asyncio
import contextlib
import threading
from http.client import HTTPConnection

import cherrypy
import pytest
from cherrypy._cpserver import Server
from cherrypy._cptree import Tree

from robot_cherrypy import aio


class RunningServer:
    """A server that runs on a thread."""

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
        except BaseException as error:  # noqa: BLE001 - tests check it
            self.raised = error

    def connect(self):
        """Return a new connection to the server."""
        return HTTPConnection(*self.address, timeout=60)

    def request(self, path, *, method="GET", connection=None, **kwargs):
        """Send a request; return the status, headers and body of its response."""
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
        return self.request(path, **kwargs)[2].decode()

    def stop(self):
        """Stop the server and its thread."""
        self.server.stop()
        self.thread.join(60)


def settings(**attributes):
    """Return settings with the attributes of `cherrypy.server`, for a free port on loopback."""
    server = Server()
    server.socket_port = 0
    server.shutdown_timeout = 5
    for name, value in attributes.items():
        setattr(server, name, value)
    return server


@pytest.fixture(autouse=True)
def _quiet_cherrypy():
    """Keep CherryPy's log off the screen, and make CherryPy ready for coroutines for the test."""
    screen = cherrypy.log.screen
    cherrypy.log.screen = False
    aio.install()
    yield
    aio.uninstall()
    cherrypy.log.screen = screen


@pytest.fixture
def serve():
    """Return a function that serves an application until the test ends."""
    with contextlib.ExitStack() as stack:

        def start(root, config=None, *, server_class=aio.HTTPServer, **attributes):
            tree = Tree()
            tree.mount(root, "", {"/": config or {}})
            running = RunningServer(server_class(settings(**attributes), aio.application(tree)))
            stack.callback(running.stop)
            return running

        yield start


@pytest.fixture
def loop():
    """An event loop that ends with the test."""
    loop = asyncio.new_event_loop()
    yield loop
    tasks = asyncio.all_tasks(loop)
    for task in tasks:
        task.cancel()
    if tasks:
        loop.run_until_complete(asyncio.wait(tasks))
    loop.close()
