"""A server for the pages, as CherryPy ships it."""

import contextlib
import threading

import cherrypy
import pytest
from cherrypy import _cpwsgi_server
from cherrypy._cpserver import Server
from cherrypy._cptree import Tree

from robot_cherrypy.tests.patches.pages import Root


@contextlib.contextmanager
def _on_thread(server):
    server.prepare()
    thread = threading.Thread(target=server.serve)
    thread.start()
    yield
    server.stop()
    thread.join()


@pytest.fixture(scope="module")
def address():
    """Serve the pages on CherryPy's threaded server; return its host and port."""
    screen, cherrypy.log.screen = cherrypy.log.screen, False
    settings = Server()
    settings.socket_port = 0
    server = _cpwsgi_server.CPWSGIServer(settings)
    tree = Tree()
    tree.mount(
        Root(),
        "",
        {"/": {"tools.trailing_slash.extra": True}, "/fallback/a": {"response.headers.X-A": "1"}},
    )
    server.wsgi_app = tree
    with _on_thread(server):
        yield server.bind_addr
    cherrypy.log.screen = screen
