"""What servers in production need: a page for load balancers, and stops that lose no request."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request

import cherrypy
import pytest
from cherrypy._cptree import Tree

from robot_cherrypy.harness.health import HealthPage
from robot_cherrypy.harness.server_thread import ServerThread
from robot_cherrypy.traffic.recorder import Recorder

pytestmark = pytest.mark.timing

# What a loaded machine needs at most, in seconds.
PATIENCE = 60

APPLICATION = """
import pathlib, time
import cherrypy

class Shop:
    @cherrypy.expose
    def slow(self):
        pathlib.Path("begun").touch()
        while not pathlib.Path("release").exists():
            time.sleep(0.01)
        return "closed" if pathlib.Path("closed").exists() else "done"

    @cherrypy.expose
    def broken(self):
        raise ValueError("secret")

def with_database():
    cherrypy.engine.subscribe("stop", pathlib.Path("closed").touch, priority=60)
    return Shop()
"""

# An application that does not come to its end while it is imported, or while it starts.
BLOCKING = {
    "import": """
import pathlib, time

pathlib.Path("begun").touch()
while True:
    time.sleep(0.01)
""",
    "start": """
import pathlib, time
import cherrypy

def block():
    pathlib.Path("begun").touch()
    while True:
        time.sleep(0.01)

cherrypy.engine.subscribe("start", block)
cherrypy.tree.mount(None, "/", {"/": {"tools.staticdir.on": False}})
""",
}


class Root:
    """An application."""

    @cherrypy.expose
    def index(self):
        return "served"

    @cherrypy.expose
    def upload(self):
        return str(len(cherrypy.request.body.read()))


def wait_until(condition):
    """Wait until a condition is true."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def is_closed(port):
    """Whether nobody listens on a port."""
    try:
        socket.create_connection(("127.0.0.1", port)).close()
    except ConnectionRefusedError:
        return True
    return False


def has_begun(backend):
    """Whether a server has read the first byte of a request whose end it has not read."""
    if hasattr(backend, "_state"):
        return any(connection.has_begun for connection in backend._state.connections)
    return any(worker.conn and worker.conn.has_begun for worker in backend.requests._threads)


@pytest.mark.parametrize("used_before", [False, True])
def test_a_request_that_has_begun_to_arrive_is_served(kind, used_before):
    """A stop waits for the rest of its head, also on a connection that was used before."""
    tree = Tree()
    tree.mount(Root(), "/")
    server = ServerThread(
        kind, tree, Recorder(), host="127.0.0.1", port=0, timeout=60, drain=PATIENCE, on_end=print
    )
    server.start()
    port = server.port
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as client:
        if used_before:
            client.sendall(b"GET / HTTP/1.1\r\nHost: shop\r\n\r\n")
            response = http.client.HTTPResponse(client)
            response.begin()
            response.read()
            wait_until(lambda: not has_begun(server._backend))
        client.sendall(b"GET / HTTP/1.1\r\nHo")
        wait_until(lambda: has_begun(server._backend))
        stopping = threading.Thread(target=server.stop)
        stopping.start()
        wait_until(lambda: is_closed(port))
        client.sendall(b"st: shop\r\n\r\n")
        response = http.client.HTTPResponse(client)
        response.begin()
        assert (200, b"served") == (response.status, response.read())
        assert "close" == response.getheader("Connection")
    stopping.join(PATIENCE)
    assert not stopping.is_alive()


def test_an_upload_that_has_begun_to_arrive_is_served(kind):
    """A stop waits for the rest of its body."""
    tree = Tree()
    tree.mount(Root(), "/")
    recorder = Recorder()
    server = ServerThread(
        kind, tree, recorder, host="127.0.0.1", port=0, timeout=60, drain=PATIENCE, on_end=print
    )
    server.start()
    port = server.port
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as client:
        head = "Host: shop\r\nContent-Type: text/csv\r\nContent-Length: 200000"
        client.sendall(f"POST /upload HTTP/1.1\r\n{head}\r\n\r\n".encode() + b"x" * 100_000)
        wait_until(recorder.in_flight)
        stopping = threading.Thread(target=server.stop)
        stopping.start()
        wait_until(lambda: is_closed(port))
        client.sendall(b"x" * 100_000)
        response = http.client.HTTPResponse(client)
        response.begin()
        assert (200, b"200000") == (response.status, response.read())
    stopping.join(PATIENCE)
    assert not stopping.is_alive()


def test_health_page_warns_before_a_stop():
    """It responds 200, and 503 as long as a stop is delayed."""
    page = HealthPage(PATIENCE)
    statuses = []

    def respond():
        body = page({"REQUEST_METHOD": "GET"}, lambda status, _headers: statuses.append(status))
        return (statuses[-1], b"".join(body))

    assert ("200 OK", b"ready\n") == respond()
    stopping = threading.Thread(target=page.stop, daemon=True)
    stopping.start()
    wait_until(lambda: respond() == ("503 Service Unavailable", b"stopping\n"))
    assert stopping.is_alive()
    page.start()
    assert ("200 OK", b"ready\n") == respond()
    assert b"" == b"".join(page({"REQUEST_METHOD": "HEAD"}, lambda *_: None))


@pytest.fixture
def serve(tmp_path):
    """Return a function that serves the application by the command, and returns process and URL."""
    (tmp_path / "shop.py").write_text(APPLICATION)
    processes = []

    def serve(*options, application="shop:Shop"):
        process = subprocess.Popen(
            [sys.executable, "-m", "robot_cherrypy", "serve", application, "--port", "0", *options],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
            stderr=subprocess.PIPE,
            text=True,
        )
        processes.append(process)
        for line in process.stderr:
            if "Serving on " in line:
                return process, line.split()[-1]
        raise AssertionError("It has not started.")

    yield serve
    for process in processes:
        process.kill()
        process.communicate()


def status(url):
    """The status of a response, and its body."""
    try:
        with urllib.request.urlopen(url, timeout=PATIENCE) as response:
            return response.status, response.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def test_serve_for_production(serve, kind, tmp_path):
    """SIGTERM waits longer for requests than the server of a test, and shows no traceback."""
    options = ("--server", kind, "--environment", "production", "--health", "/-/health")
    process, url = serve(*options)
    assert (200, b"ready\n") == status(f"{url}/-/health")
    assert b"secret" not in status(f"{url}/broken")[1]
    responses = []
    client = threading.Thread(target=lambda: responses.append(status(f"{url}/slow")))
    client.start()
    wait_until((tmp_path / "begun").exists)
    process.send_signal(signal.SIGTERM)
    wait_until(lambda: is_closed(int(url.rpartition(":")[2])))
    time.sleep(1.5)  # the server of a test would cut after a second
    (tmp_path / "release").touch()
    client.join(PATIENCE)
    assert [(200, b"done")] == responses
    process.stderr.read()
    assert 0 == process.wait(PATIENCE)


def test_second_sigterm_changes_nothing(serve, kind, tmp_path):
    """What an application stops, it stops once, after the requests in flight."""
    process, url = serve("--server", kind, application="shop:with_database")
    responses = []
    client = threading.Thread(target=lambda: responses.append(status(f"{url}/slow")))
    client.start()
    wait_until((tmp_path / "begun").exists)
    for _ in range(2):
        process.send_signal(signal.SIGTERM)
        next(line for line in process.stderr if "Caught signal SIGTERM" in line)
    (tmp_path / "release").touch()
    client.join(PATIENCE)
    assert [(200, b"done")] == responses
    process.stderr.read()
    assert 0 == process.wait(PATIENCE)
    assert (tmp_path / "closed").exists()


def test_second_ctrl_c_waits_for_nothing(serve, kind, tmp_path):
    """It ends the process at once."""
    process, url = serve("--server", kind, "--drain", str(PATIENCE))
    with socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2]))) as client:
        client.sendall(b"GET /slow HTTP/1.1\r\nHost: shop\r\n\r\n")
        wait_until((tmp_path / "begun").exists)
        process.send_signal(signal.SIGINT)
        next(line for line in process.stderr if "Bus STOPPING" in line)
        process.send_signal(signal.SIGINT)
        process.stderr.read()
        assert 130 == process.wait(PATIENCE)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("moment", BLOCKING)
def test_signal_ends_a_start(tmp_path, moment, number):
    """The process ends at once, as one that was stopped."""
    (tmp_path / "shop.py").write_text(BLOCKING[moment])
    with (tmp_path / "output").open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "robot_cherrypy", "serve", "shop", "--port", "0"],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
            stderr=output,
        )
    try:
        wait_until(lambda: (tmp_path / "begun").exists() or process.poll() is not None)
        process.send_signal(number)
        assert 0 == process.wait(PATIENCE), (tmp_path / "output").read_text()
    finally:
        process.kill()
        process.wait()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--drain", "soon"), "has to be a number of seconds, 0 or more: 'soon'"),
        (("--drain", "-1"), "has to be a number of seconds, 0 or more: '-1'"),
        (("--health", "health"), "has to begin with / and be no bare /: 'health'"),
        (("--environment", "prod"), "environment is 'prod', and CherryPy knows none but "),
    ],
)
def test_bad_options_are_named(tmp_path, options, message):
    """The command says which option is wrong."""
    (tmp_path / "shop.py").write_text(APPLICATION)
    run = subprocess.run(
        [sys.executable, "-m", "robot_cherrypy", "serve", "shop:Shop", "--port", "0", *options],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert 0 != run.returncode
    assert message in run.stderr
