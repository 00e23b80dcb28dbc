"""Several processes serve one application on one socket, until the parent is told to stop."""

import contextlib
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from typing import ClassVar

import cherrypy
import pytest
from cherrypy._cptree import Tree
from cherrypy.lib.sessions import FileSession, RamSession

from robot_cherrypy import aio
from robot_cherrypy.aio.worker_processes.shared_sessions import check_sessions
from robot_cherrypy.errors import ServerError

pytestmark = pytest.mark.timing

# What a loaded machine needs at most, in seconds.
PATIENCE = 60

APPLICATION = """
import dataclasses, json, os, pathlib, threading, time
import cherrypy
from robot_cherrypy import aio

VERSION = "old"

class Shop:
    @cherrypy.expose
    async def index(self):
        return f"{VERSION} {os.getpid()}"

    @cherrypy.expose
    def plain(self):
        return f"{VERSION} {os.getpid()}"

    @cherrypy.expose
    def slow(self):
        pathlib.Path("begun").touch()
        while not pathlib.Path("release").exists():
            time.sleep(0.01)
        return "done"

    @cherrypy.expose
    def figures(self):
        return json.dumps([dataclasses.asdict(each) for each in aio.worker_figures()])

    @cherrypy.expose
    def leave(self):
        threading.Thread(target=cherrypy.engine.exit).start()

    @cherrypy.expose
    def restart(self):
        threading.Thread(target=cherrypy.engine.restart).start()
"""


def wait_until(condition):
    """Wait until a condition is true; return what it returns."""
    deadline = time.monotonic() + PATIENCE
    while not (value := condition()):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    return value


def is_running(pid):
    """Whether a process exists that has not ended."""
    state = subprocess.run(
        ["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False
    ).stdout
    return bool(state.strip()) and not state.startswith("Z")


class Command:
    """A command that serves by worker processes."""

    def __init__(self, folder, *arguments):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = []
        self.process = subprocess.Popen(
            [sys.executable, *(each.format(port=self.port) for each in arguments)],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
            stderr=subprocess.PIPE,
            text=True,
        )
        self._reading = threading.Thread(target=self._read)
        self._reading.start()

    def _read(self):
        for line in self.process.stderr:
            self.log.append(line)

    def has_logged(self, text):
        """Whether a line of the output has a text in it."""
        return any(text in line for line in self.log)

    def get(self, path="/"):
        """Return the body of a page."""
        with urllib.request.urlopen(self.url + path, timeout=PATIENCE) as response:
            return response.read().decode()

    def figures(self):
        """Return the figures of the worker processes, one dictionary for each."""
        return json.loads(self.get("/figures"))

    def pids(self):
        """Return the worker processes, once there are two."""

        def both():
            with contextlib.suppress(OSError, http.client.HTTPException):
                figures = self.figures()
                return len(figures) == 2 and [each["pid"] for each in figures]

        return wait_until(both)

    def signal(self, number):
        """Send a signal to the parent."""
        self.process.send_signal(number)

    def wait(self):
        """Return the exit code."""
        code = self.process.wait(PATIENCE)
        self._reading.join(PATIENCE)
        return code

    def close(self):
        """End the processes that are left."""
        self.process.kill()
        self.wait()
        self.process.stderr.close()


SERVE = (
    "-m",
    "robot_cherrypy",
    "serve",
    "--server=async",
    "--workers=2",
    "--port={port}",
    "--environment=production",
    "shop:Shop",
)


@pytest.fixture
def start(tmp_path):
    """Return a function that starts a command in the folder of the application."""
    (tmp_path / "shop.py").write_text(APPLICATION)
    with contextlib.ExitStack() as stack:

        def start(*arguments):
            command = Command(tmp_path, *arguments)
            stack.callback(command.close)
            return command

        yield start


def test_a_worker_process_that_ends_is_replaced(start):
    """The others serve meanwhile, and each time there is a longer pause before."""
    command = start(*SERVE)
    for pause in "0.1 s", "0.2 s":
        first, second = command.pids()
        os.kill(first, signal.SIGKILL)
        wait_until(lambda first=first: first not in command.pids())
        assert second in command.pids()
        assert command.has_logged(
            f"({first}) ended with signal SIGKILL: another is started in {pause}"
        )
    assert command.process.poll() is None


class Client(threading.Thread):
    """Sends one request after the other, on connections that it keeps while the server does."""

    def __init__(self, port, path):
        super().__init__()
        self._port, self._path = port, path
        self.bodies, self.lost, self.is_ending = [], [], False
        self.start()

    def run(self):
        """Send requests until told to end; a response that does not come is a lost one."""
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=PATIENCE)
        while not self.is_ending:
            try:
                connection.request("GET", self._path)
                self.bodies.append(connection.getresponse().read().decode())
            except (OSError, http.client.HTTPException) as error:
                self.lost.append(error)
                connection.close()
        connection.close()


def test_a_reload_loses_no_request(start, tmp_path):
    """Clients that never pause get all responses, and in the end those of the new code."""
    command = start(*SERVE)
    old = command.pids()
    clients = [Client(command.port, path) for path in ("/", "/plain") * 4]
    try:
        wait_until(lambda: all(client.bodies for client in clients))
        (tmp_path / "shop.py").write_text(APPLICATION.replace('"old"', '"other"'))
        command.signal(signal.SIGHUP)
        wait_until(lambda: command.has_logged("All worker processes were reloaded"))
        for client in clients:
            wait_until(lambda client=client: client.bodies[-1].startswith("other"))
        wait_until(lambda: not any(map(is_running, old)))
    finally:
        for client in clients:
            client.is_ending = True
            client.join(PATIENCE)
    assert [] == [error for client in clients for error in client.lost]
    assert [2, 2] == [each["starts"] for each in command.figures()]


def test_a_reload_that_fails_changes_nothing(start, tmp_path):
    """The old processes go on if the new code cannot be imported."""
    command = start(*SERVE)
    old = command.pids()
    (tmp_path / "shop.py").write_text("1 / 0")
    command.signal(signal.SIGHUP)
    wait_until(lambda: command.has_logged("the reload was given up"))
    assert command.has_logged("ZeroDivisionError")
    assert old == command.pids()
    (tmp_path / "shop.py").write_text(APPLICATION)
    command.signal(signal.SIGHUP)
    wait_until(lambda: not set(old) & set(command.pids()))


def test_sigterm_drains(start, tmp_path):
    """A request in flight gets its response, then all processes end."""
    command = start(*SERVE)
    pids = command.pids()
    bodies = []
    client = threading.Thread(target=lambda: bodies.append(command.get("/slow")))
    client.start()
    wait_until((tmp_path / "begun").exists)
    command.signal(signal.SIGTERM)
    wait_until(lambda: command.has_logged("Bus STOPPING"))
    (tmp_path / "release").touch()
    client.join(PATIENCE)
    assert ["done"] == bodies
    assert 0 == command.wait()
    assert not any(map(is_running, pids))
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", command.port))


def test_the_second_ctrl_c_kills(start, tmp_path):
    """Who cannot wait for a request that hangs need not."""
    command = start(*SERVE, "--drain", "1000")
    pids = command.pids()
    client = Client(command.port, "/slow")
    wait_until((tmp_path / "begun").exists)
    command.signal(signal.SIGINT)
    wait_until(lambda: command.has_logged("Bus STOPPING"))
    command.signal(signal.SIGTERM)  # changes nothing
    command.signal(signal.SIGINT)
    assert 130 == command.wait()
    client.is_ending = True
    client.join(PATIENCE)
    assert client.lost
    assert not any(map(is_running, pids))


@pytest.mark.parametrize("source", ["1 / 0", "import os\nos._exit(3)", "import os\nos.abort()"])
def test_a_start_that_fails_ends_the_parent(start, tmp_path, source):
    """The message is there once, not once for each process."""
    (tmp_path / "shop.py").write_text(source)
    command = start(*SERVE)
    assert 0 != command.wait()
    assert 1 == sum("before it served" in line for line in command.log)
    if "/" in source:
        assert 1 == sum("ZeroDivisionError" in line for line in command.log if "robot-" in line)


def test_nothing_is_left_when_the_parent_is_killed(start):
    """Worker processes notice the end of their parent."""
    command = start(*SERVE)
    pids = command.pids()
    command.signal(signal.SIGKILL)
    wait_until(lambda: not any(map(is_running, pids)))


def test_an_application_may_stop_and_restart_its_server(start):
    """`engine.exit()` ends all processes, `engine.restart()` replaces the one that calls it."""
    command = start(*SERVE)
    old = command.pids()
    command.get("/restart")
    wait_until(lambda: set(old) != set(command.pids()))
    assert command.has_logged("its application restarts")
    new = command.pids()
    command.get("/leave")
    assert 0 == command.wait()
    assert not any(map(is_running, {*old, *new}))


def test_figures(start):
    """Each worker process tells what all of them do."""
    before = int(time.time())
    command = start(*SERVE)
    pids = command.pids()
    for _ in range(10):
        command.get()
    wait_until(lambda: sum(each["requests"] for each in command.figures()) > 10)
    figures = command.figures()
    assert [0, 1] == [each["number"] for each in figures]
    assert pids == [each["pid"] for each in figures]
    assert [1, 1] == [each["starts"] for each in figures]
    assert all(before <= each["since"] <= time.time() for each in figures)
    assert all(each["in_flight"] <= each["connections"] <= 1 for each in figures)


def test_quickstart_serves_by_workers(start, tmp_path):
    """`server.workers` of the configuration makes the program run in several processes."""
    (tmp_path / "main.py").write_text(
        "import os, sys\nfrom shop import Shop\nfrom robot_cherrypy import aio\nos.chdir('/')\n"
        "aio.quickstart(Shop(), '', {'global': {'server.workers': 2,"
        " 'server.socket_port': int(sys.argv[1]), 'engine.autoreload.on': False}})\n"
    )
    command = start("main.py", "{port}")
    pids = command.pids()
    assert command.process.pid not in pids
    command.signal(signal.SIGHUP)
    wait_until(lambda: not set(pids) & set(command.pids()))
    command.signal(signal.SIGTERM)
    assert 0 == command.wait()


def test_a_taken_port_is_told(start):
    """The parent itself says that it cannot bind."""
    command = start(*SERVE)
    command.pids()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        other = start(*(each.replace("{port}", str(taken.getsockname()[1])) for each in SERVE))
        assert 1 == other.wait()
    assert other.has_logged("cannot be bound: Address already in use.")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            ("--server=threaded", "--workers=2"),
            "server.workers is 2: CherryPy's own server has one",
        ),
        (("--server=async", "--workers=0"), "has to be a whole number, 1 or more, or auto: '0'"),
    ],
)
def test_what_cannot_be_is_refused(start, options, message):
    """The message names what has to change."""
    command = start("-m", "robot_cherrypy", "serve", "shop:Shop", "--port=0", *options)
    assert 0 != command.wait()
    assert command.has_logged(message)


def test_sessions_in_memory_are_refused(start, tmp_path):
    """Each process would have sessions of its own."""
    (tmp_path / "shop.py").write_text(
        APPLICATION.replace(
            "class Shop:", "class Shop:\n    _cp_config = {'tools.sessions.on': True}"
        )
    )
    command = start(*SERVE)
    assert 0 != command.wait()
    assert command.has_logged("The configuration of Shop switches on sessions in memory")


class Plain:
    """An application without sessions."""


class Paper:
    """An application whose sessions are switched on at its class."""

    _cp_config: ClassVar = {"tools.sessions.on": True}


@pytest.mark.parametrize(
    ("root", "configuration", "place"),
    [
        (Paper, {}, "The configuration of Paper"),
        (Plain, {"/": {"tools.sessions.on": True}}, r"Section \[/\] of the configuration"),
        (
            Plain,
            {"/a": {"tools.sessions.on": True, "tools.sessions.storage_class": RamSession}},
            r"Section \[/a\] of the configuration",
        ),
    ],
)
def test_sessions_in_memory_are_found(root, configuration, place):
    """Wherever they are switched on; the message names what takes their place."""
    tree = Tree()
    tree.mount(root(), "/", configuration)
    with pytest.raises(
        ServerError, match=f"^{place} .*FileSession or MemcachedSession.*Redis.*SQL"
    ):
        check_sessions(tree, 2)


@pytest.mark.parametrize("section", ["/", "/a"])
def test_other_sessions_are_accepted(section):
    """The storage may be named for the whole application, and sessions be off."""
    tree = Tree()
    storage = {"tools.sessions.storage_class": FileSession}
    sections = {"/": storage, "/a": {"tools.sessions.on": True}}
    tree.mount(Plain(), "/", sections if section == "/a" else {"/": {**storage, **sections["/a"]}})
    tree.mount(Plain(), "/off", {"/": {"tools.sessions.on": False}})
    check_sessions(tree, 2)


def test_there_are_no_figures_without_workers():
    """A page of metrics works in tests, too."""
    assert () == aio.worker_figures()
    assert getattr(cherrypy.server, "workers", None) is None
