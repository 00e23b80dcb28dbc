"""A PostgreSQL for all tests of the stack, and servers for a load balancer."""

import contextlib
import os
import select
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from robot_cherrypy.errors import StackError
from robot_cherrypy.stack import programs
from robot_cherrypy.stack.databases import Databases
from robot_cherrypy.stack.haproxy import LoadBalancer
from robot_cherrypy.stack.postgresql import Cluster

TIMEOUT = 60.0


def needs(find):
    """Skip where a program cannot be found."""
    try:
        find()
    except StackError as error:
        pytest.skip(str(error))


@pytest.fixture
def make_cluster():
    """Make clusters that are stopped at the end of the test, whatever happens."""
    needs(programs.postgresql)
    made = []

    def make():
        made.append(Cluster(timeout=TIMEOUT))
        made[-1].start()
        return made[-1]

    yield make
    for cluster in made:
        cluster.stop()


@pytest.fixture(scope="session")
def cluster():
    """One cluster for all tests that do not stop it."""
    needs(programs.postgresql)
    shared = Cluster(timeout=TIMEOUT)
    shared.start()
    yield shared
    shared.stop()


@pytest.fixture
def databases(cluster):
    """Databases that are dropped at the end of the test."""
    made = Databases(cluster.url)
    yield made
    made.drop_all()


class Instance(BaseHTTPRequestHandler):
    """Tells its server's name; drops the connection where that server is told to."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        if self.path != "/health":
            self.server.seen.append(f"{self.command} {self.path}")
        if self.server.drops and self.path != "/health":
            self.close_connection = True
            return
        length = int(self.headers.get("Content-Length", 0))
        self.rfile.read(length)
        body = self.server.name.encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        with contextlib.suppress(ConnectionError):  # a health check does not stay for the body
            self.wfile.write(body)

    do_POST = do_GET  # noqa: N815, as the standard library names it

    def handle(self):
        with contextlib.suppress(ConnectionError):
            super().handle()

    def log_message(self, *_):
        pass


class InstanceServer(ThreadingHTTPServer):
    """One instance of an application."""

    def __init__(self, name):
        super().__init__(("127.0.0.1", 0), Instance)
        self.name, self.drops, self.seen = name, False, []
        self.url = f"http://127.0.0.1:{self.server_port}"
        threading.Thread(target=self.serve_forever, args=(0.02,)).start()

    def stop(self):
        self.shutdown()
        self.server_close()


@pytest.fixture
def instances():
    """Two instances by name."""
    servers = {name: InstanceServer(name) for name in ("one", "two")}
    yield servers
    for server in servers.values():
        server.stop()


@pytest.fixture
def balancer(instances):
    """A load balancer in front of both."""
    needs(programs.haproxy)
    urls = {name: server.url for name, server in instances.items()}
    made = LoadBalancer(urls, check="/health", timeout=TIMEOUT)
    made.start()
    yield made
    made.stop()


def wait_for_end(process_id):
    """Wait until a process has ended."""
    try:
        descriptor = os.pidfd_open(process_id)
    except ProcessLookupError:
        return
    try:
        assert select.select([descriptor], [], [], TIMEOUT)[0]
    finally:
        os.close(descriptor)
