"""The notes application in containers: the suites of its stack, and stops under load."""

import csv
import http.client
import json
import socket
import subprocess
import sys
import threading
import time
import urllib.request

import pytest

from robot_cherrypy.tests.deploy.conftest import PATIENCE, compose, docker, status
from robot_cherrypy.tests.docs.blocks import ROOT

pytestmark = pytest.mark.timeout(900)

SUITES = ("finding", "two_editors", "writing")
SERVERS = {
    "threaded": {},
    "async": {"NOTES_SERVER": "async", "NOTES_APPLICATION": "async_notes"},
}


class Writers:
    """Clients that write notes until they are stopped, without an Idempotency-Key."""

    def __init__(self, port):
        self._port, self._stopped = port, threading.Event()
        self.written, self.failures = [], []
        self._threads = [threading.Thread(target=self._write, args=(n,)) for n in range(4)]
        for thread in self._threads:
            thread.start()

    def _write(self, writer):
        client = http.client.HTTPConnection("127.0.0.1", self._port, timeout=60)
        number = 0
        while not self._stopped.is_set():
            number += 1
            note = {"title": f"{writer}-{number}", "text": ""}
            try:
                client.request(
                    "POST", "/api/notes", json.dumps(note), {"Content-Type": "application/json"}
                )
                response = client.getresponse()
                response.read()
            except (OSError, http.client.HTTPException) as error:
                self.failures.append(repr(error))
                client.close()
                continue
            (self.written if response.status == 201 else self.failures).append(response.status)
        client.close()

    def stop(self):
        """Stop them, and wait until they have stopped."""
        self._stopped.set()
        for thread in self._threads:
            thread.join(PATIENCE)


def free_port():
    """A port that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def stored(port):
    """How many notes there are."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/notes", timeout=60) as response:
        return json.load(response)["total"]


def wait_until_both_are_up(statistics):
    """Wait until HAProxy uses both instances, which is a moment after they are healthy."""
    deadline = time.monotonic() + PATIENCE
    states = []
    while states != ["UP", "UP"]:
        assert time.monotonic() < deadline, states
        _status, table = status(f"http://127.0.0.1:{statistics}/;csv")
        rows = csv.DictReader(table.removeprefix("# ").splitlines())
        states = [row["status"] for row in rows if row["svname"] in {"one", "two"}]


@pytest.fixture(scope="module")
def stack(base, deploy, stack_images):
    """Return a function that starts the stack on one kind of server; and its ports."""
    ports = {"NOTES_PORT": str(free_port()), "STATISTICS_PORT": str(free_port())}
    folder = deploy / "notes"

    def run(*arguments, server="threaded"):
        return compose(folder, *arguments, **stack_images, **ports, **SERVERS[server])

    run("build")
    yield run, int(ports["NOTES_PORT"]), int(ports["STATISTICS_PORT"])
    run("down", "--volumes", "--remove-orphans", "--timeout", "1")


@pytest.mark.parametrize("server", SERVERS)
def test_suites_and_stops(stack, server, tmp_path):
    """The suites pass through HAProxy, and no request is lost while each instance stops."""
    run, port, statistics = stack
    run("up", "--detach", "--wait", server=server)
    robot = subprocess.run(
        [
            *(sys.executable, "-m", "robot", "--outputdir", str(tmp_path)),
            *(word for suite in SUITES for word in ("--suite", suite)),
            *(
                "--variable",
                f"RUNNING_NOTES:http://127.0.0.1:{port}",
                str(ROOT / "acceptance/stack"),
            ),
        ],
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
    )
    assert robot.returncode == 0, robot.stdout
    before = stored(port)
    writers = Writers(port)
    try:
        for instance in ("one", "two"):
            run("stop", instance, server=server)
            run("up", "--detach", "--wait", instance, server=server)
            wait_until_both_are_up(statistics)
    finally:
        writers.stop()
    assert [] == writers.failures
    assert before + len(writers.written) == stored(port)
    assert len(writers.written) > 4


def test_data_survive_and_secrets_are_no_variables(stack):
    """`down` keeps the volume; the password stands neither in the environment nor in the image."""
    run, port, _statistics = stack
    run("up", "--detach", "--wait")
    before = stored(port)
    password = "correct horse"
    for service in ("database", "one", "migrations"):
        container = run("ps", "--all", "--quiet", service)
        assert password not in docker("inspect", container)
    assert password not in docker("history", "--no-trunc", "notes-application")
    run("down", "--timeout", "10")
    run("up", "--detach", "--wait")
    assert before == stored(port)
