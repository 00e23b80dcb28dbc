"""A mounted ASGI application under a WSGI server that is not cheroot."""

import threading
from wsgiref.simple_server import WSGIRequestHandler, make_server

import cherrypy
import pytest
import requests
from cherrypy._cptree import Tree

from robot_cherrypy import hosting
from robot_cherrypy.tests.specifications import asgi_applications

TIMEOUT = 60


class QuietHandler(WSGIRequestHandler):
    """Logs nothing."""

    def log_message(self, *_args):
        pass


@pytest.fixture
def url(monkeypatch):
    """The URL of the standard library's server, with the applications on a tree."""
    monkeypatch.setattr(cherrypy.log, "screen", False)
    tree = Tree()
    hosting.mount(asgi_applications.application, "/", tree=tree)
    server = make_server("127.0.0.1", 0, tree, handler_class=QuietHandler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()
    tree.apps[""].leave()


@pytest.mark.parametrize(
    ("path", "body", "expected"),
    [
        ("/body", b"x" * 100_000, b"x" * 100_000),
        ("/body", b"", b""),
        ("/unread", b"abc", b"unread"),
        ("/late-reader", b"abc", b"read 3"),
        ("/dialogue", b"abc", b"abc"),
    ],
)
def test_body_is_read_and_sent(url, path, body, expected):
    """Not beyond its length, as that server's stream does not end there."""
    assert expected == requests.post(url + path, data=body, timeout=TIMEOUT).content
