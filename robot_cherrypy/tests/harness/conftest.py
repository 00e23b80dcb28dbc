"""Servers and clients for the harness's tests."""

import sys

import cherrypy
import pytest
import requests

from robot_cherrypy.harness import loading
from robot_cherrypy.harness.registry import new_server
from robot_cherrypy.harness.server import Launch


@pytest.fixture(params=["threaded", "async"])
def kind(request):
    """Each kind of server."""
    return request.param


@pytest.fixture
def restored_imports(monkeypatch):
    """Restore `cherrypy.tree` and the module search path."""
    tree, path = cherrypy.tree, list(sys.path)
    monkeypatch.setattr(loading, "_ADDED_FOLDERS", [])
    yield
    cherrypy.tree = tree
    sys.path[:] = path


@pytest.fixture
def launch():
    """Return a function that starts servers, which are stopped at the end of the test."""
    servers = []

    def start(application, *, isolation="thread", configuration=None, **options):
        how = Launch(
            application=application,
            alias=options.pop("alias", application),
            isolation=isolation,
            configuration=configuration or {},
            **options,
        )
        server = new_server(how)
        servers.append(server)
        server.start()
        return server

    yield start
    for server in servers:
        server.stop()


def get(server, path="/"):
    """Return the text of a page."""
    return requests.get(f"{server.url}{path}", timeout=60).text
