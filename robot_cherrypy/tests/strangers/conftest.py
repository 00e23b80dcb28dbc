"""Servers for them, in this process and in one of their own."""

import time
from dataclasses import dataclass, field

import pytest
import requests

from robot_cherrypy.harness.child_process import ChildProcessServer
from robot_cherrypy.harness.in_process import InProcessServer
from robot_cherrypy.harness.server import Launch
from robot_cherrypy.traffic.journal import JOURNAL

TIMEOUT = 60


@dataclass
class Client:
    """A browser without a screen, and what the server noted meanwhile."""

    server: object
    session: requests.Session = field(default_factory=requests.Session)
    start: float = field(default_factory=time.monotonic)

    def get(self, path, **options):
        return self.session.get(self.server.url + path, timeout=TIMEOUT, **options)

    def post(self, path, **options):
        return self.session.post(self.server.url + path, timeout=TIMEOUT, **options)

    def failures(self):
        assert [] == self.server.wait_until_idle(TIMEOUT)
        return [str(one) for one in JOURNAL.failures if one.at >= self.start]


@pytest.fixture(params=["threaded", "async"])
def kind(request):
    """Each kind of server."""
    return request.param


@pytest.fixture
def visit(kind):
    """Serve an application, and return a client of it."""
    clients = []

    def start(application, server=InProcessServer):
        launch = Launch(
            application=application, alias="stranger", kind=kind, configuration={}, timeout=TIMEOUT
        )
        clients.append(Client(server(launch)))
        clients[-1].server.start()
        return clients[-1]

    yield start
    for client in clients:
        client.session.close()
        client.server.stop()


@pytest.fixture
def visit_elsewhere(visit):
    """Serve an application in a child process, and return a client of it."""
    return lambda application: visit(application, ChildProcessServer)
