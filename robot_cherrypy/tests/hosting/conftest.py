"""Servers for the hosted applications."""

import pytest

from robot_cherrypy.harness.in_process import InProcessServer
from robot_cherrypy.harness.server import Launch


@pytest.fixture(params=["threaded", "async"])
def kind(request):
    """Each kind of server."""
    return request.param


@pytest.fixture
def launch(kind):
    """Start servers that are stopped at the end of the test, whatever happens."""
    servers = []

    def start(application, **options):
        options = {"kind": kind, "configuration": {}, "timeout": 20.0} | options
        server = InProcessServer(Launch(application=application, alias="hosted", **options))
        servers.append(server)
        server.start()
        return server

    yield start
    for server in servers:
        server.stop()
