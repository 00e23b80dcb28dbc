"""Servers for the applications, in this process or in a child process, and clients of them."""

import time
from dataclasses import dataclass, field

import pytest
import requests

from robot_cherrypy.harness.registry import new_server
from robot_cherrypy.harness.server import Launch
from robot_cherrypy.traffic.journal import JOURNAL

# For a start, a response and idleness, in seconds: these applications are large, and their speed is
# not what is tested.
TIMEOUT = 60


@dataclass
class Client:
    """A client with cookies, and the server errors since it was made."""

    server: object
    session: requests.Session = field(default_factory=requests.Session)
    start: float = field(default_factory=time.monotonic)

    def get(self, path, **options):
        return self.session.get(self.server.url + path, timeout=TIMEOUT, **options)

    def post(self, path, **options):
        return self.session.post(self.server.url + path, timeout=TIMEOUT, **options)

    def server_errors(self):
        assert [] == self.server.requests_left_after(TIMEOUT)
        return [str(error) for error in JOURNAL.new_errors if error.at >= self.start]


@pytest.fixture(params=["threaded", "async"])
def kind(request):
    """Each kind of server."""
    return request.param


@pytest.fixture
def visit(kind):
    """Serve an application, and return a client of it."""
    clients = []

    def start(application, isolation="thread"):
        launch = Launch(
            application=application,
            alias="stranger",
            kind=kind,
            isolation=isolation,
            configuration={},
            timeout=TIMEOUT,
        )
        clients.append(Client(new_server(launch)))
        clients[-1].server.start()
        return clients[-1]

    yield start
    for client in clients:
        client.session.close()
        client.server.stop()


@pytest.fixture
def visit_in_child(visit):
    """Serve an application in a child process, and return a client of it."""
    return lambda application: visit(application, "process")
