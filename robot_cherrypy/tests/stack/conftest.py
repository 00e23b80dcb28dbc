"""A PostgreSQL server for all tests of this folder, and instances for a load balancer."""

import contextlib
import os
import select
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from robot_cherrypy.errors import StackError
from robot_cherrypy.stack import executables
from robot_cherrypy.stack.databases import Databases
from robot_cherrypy.stack.haproxy import LoadBalancer
from robot_cherrypy.stack.postgresql import Cluster

# In seconds. PostgreSQL starts in half a second, in many where several test runs share a machine.
TIMEOUT = 60.0


def needs(find):
    """Skip the test if `find` does not find its program."""
    try:
        find()
    except StackError as error:
        pytest.skip(str(error))


@pytest.fixture
def make_cluster():
    """Return a function that starts a cluster, which is stopped when the test ends."""
    needs(executables.postgresql)
    clusters = []

    def make():
        clusters.append(Cluster(timeout=TIMEOUT))
        clusters[-1].start()
        return clusters[-1]

    yield make
    for cluster in clusters:
        cluster.stop()


@pytest.fixture(scope="session")
def cluster():
    """A cluster that is shared by all tests that do not stop it."""
    needs(executables.postgresql)
    shared = Cluster(timeout=TIMEOUT)
    shared.start()
    yield shared
    shared.stop()


@pytest.fixture
def databases(cluster):
    """Databases that are dropped at the end of the test."""
    databases = Databases(cluster.url)
    yield databases
    databases.drop_all()


class Instance(BaseHTTPRequestHandler):
    """Responds with the name of its server, or closes the connection if the server says so."""

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
        self.send_response(self.server.status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        with contextlib.suppress(
            ConnectionError
        ):  # a health check closes the connection before the body
            self.wfile.write(body)

    do_POST = do_GET  # noqa: N815 - the standard library looks for this name

    def handle(self):
        with contextlib.suppress(ConnectionError):
            super().handle()

    def log_message(self, *_):
        pass


class InstanceServer(ThreadingHTTPServer):
    """One instance of an application."""

    def __init__(self, name):
        super().__init__(("127.0.0.1", 0), Instance)
        self.name, self.drops, self.seen, self.status = name, False, [], 200
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
    needs(executables.haproxy)
    urls = {name: server.url for name, server in instances.items()}
    balancer = LoadBalancer(urls, check="/health", timeout=TIMEOUT)
    balancer.start()
    yield balancer
    balancer.stop()


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
