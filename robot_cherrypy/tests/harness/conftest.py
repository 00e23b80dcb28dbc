"""Servers and clients for the harness's tests."""

import pytest
import requests

from robot_cherrypy.harness.child_process import ChildProcessServer
from robot_cherrypy.harness.in_process import InProcessServer
from robot_cherrypy.harness.server import Launch


@pytest.fixture(params=["threaded", "async"])
def kind(request):
    """Each kind of server."""
    return request.param


@pytest.fixture
def launch():
    """Start servers that are stopped at the end of the test, whatever happens."""
    servers = []

    def start(application, *, isolation="thread", configuration=None, **options):
        how = Launch(
            application=application,
            alias=options.pop("alias", application),
            configuration=configuration or {},
            timeout=10.0,
            **options,
        )
        server = ChildProcessServer(how) if isolation == "process" else InProcessServer(how)
        servers.append(server)
        server.start()
        return server

    yield start
    for server in servers:
        if isinstance(server, InProcessServer) or server.url:
            server.stop()


def get(server, path="/"):
    """Return the text of a page."""
    return requests.get(f"{server.url}{path}", timeout=10).text
