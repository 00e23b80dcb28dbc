"""The notes application in containers: the suites of its stack, and stops under load."""

import contextlib
import csv
import http.client
import json
import socket
import subprocess
import sys
import threading
import time
import urllib.request
import uuid

import pytest

from robot_cherrypy.tests.deploy.conftest import PATIENCE, compose, engine, status, wait_until
from robot_cherrypy.tests.docs.blocks import ROOT

pytestmark = pytest.mark.timeout(900)

# How long each client rests after a note, in seconds, so that there is a processor for the rest.
_BETWEEN_WRITES = 0.02

# Starts a service that was stopped, and no other: with Podman, Compose also starts anew what the
# service depends on.
AGAIN = ("up", "--detach", "--wait", "--no-deps")

SUITES = ("finding", "two_editors", "writing")
SERVERS = {
    "threaded": {},
    "async": {"NOTES_SERVER": "async", "NOTES_APPLICATION": "async_notes"},
}


class Writers:
    """Clients that write notes until they are stopped.

    Args:
        port: Where the notes are.
        host: On which host.
        repeatable: Whether their requests have an Idempotency-Key.
    """

    def __init__(self, port, host="127.0.0.1", *, repeatable=False):
        self._port, self._host = port, host
        self._repeatable, self._stopped = repeatable, threading.Event()
        self.written, self.failures = [], []
        self._since = {}
        self._threads = [threading.Thread(target=self._write, args=(n,)) for n in range(4)]
        for thread in self._threads:
            thread.start()

    def _write(self, writer):
        client = http.client.HTTPConnection(self._host, self._port, timeout=60)
        while not self._stopped.wait(_BETWEEN_WRITES):
            title = uuid.uuid4().hex
            headers = {"Content-Type": "application/json"}
            if self._repeatable:
                headers["Idempotency-Key"] = title
            self._since[writer] = time.monotonic()
            try:
                client.request(
                    "POST", "/api/notes", json.dumps({"title": title, "text": ""}), headers
                )
                response = client.getresponse()
                body = response.read()
            except (OSError, http.client.HTTPException) as error:
                self.failures.append(repr(error))
                client.close()
                continue
            if response.status == 201:
                self.written.append((json.loads(body)["id"], title))
            else:
                self.failures.append(f"{response.status} {body[:200]!r}")
        client.close()

    def wait_for_more(self):
        """Wait until some more notes are written."""
        enough = len(self.written) + 20
        wait_until(lambda: len(self.written) >= enough)

    def wait_until_all_wait(self):
        """Wait until no request of a second ago has its response."""
        wait_until(
            lambda: all(time.monotonic() - since > 1 for since in list(self._since.values()))
        )

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


def stored(port, host="127.0.0.1"):
    """How many notes there are."""
    with urllib.request.urlopen(f"http://{host}:{port}/api/notes", timeout=60) as response:
        return json.load(response)["total"]


def titles(port, numbers, host="127.0.0.1"):
    """The titles of notes, by their numbers."""
    client = http.client.HTTPConnection(host, port, timeout=60)
    found = {}
    for number in numbers:
        client.request("GET", f"/api/notes/{number}")
        found[number] = json.loads(client.getresponse().read()).get("title")
    client.close()
    return found


@contextlib.contextmanager
def nothing_acknowledged_is_lost(host, port):
    """Clients write meanwhile; what they were told is written is there afterwards, once."""
    before = stored(port, host)
    writers = Writers(port, host, repeatable=True)
    try:
        yield writers
    finally:
        writers.stop()
    acknowledged = dict(writers.written)
    assert len(writers.written) == len(acknowledged)
    assert acknowledged == titles(port, acknowledged, host)
    attempts = len(writers.written) + len(writers.failures)
    assert before + len(acknowledged) <= stored(port, host) <= before + attempts


def wait_until_both_are_up(statistics):
    """Wait until HAProxy uses both instances, which is a moment after they are healthy."""
    deadline = time.monotonic() + PATIENCE
    states = []
    while states != ["UP", "UP"]:
        assert time.monotonic() < deadline, states
        _status, table = status(f"http://127.0.0.1:{statistics}/;csv")
        rows = csv.DictReader(table.removeprefix("# ").splitlines())
        states = [row["status"] for row in rows if row["svname"] in {"one", "two"}]


def robot_on_notes(url, outputs):
    """Run the suites of the notes in a browser."""
    suites = [word for suite in SUITES for word in ("--suite", suite)]
    options = ("--outputdir", str(outputs), "--variable", f"RUNNING_NOTES:{url}")
    ended = subprocess.run(
        [sys.executable, "-m", "robot", *suites, *options, str(ROOT / "acceptance/stack")],
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
    )
    assert ended.returncode == 0, ended.stdout


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


def suites_pass_and_a_stop_loses_nothing(stack, server, outputs):
    """The suites pass through HAProxy, and no request is lost while an instance stops."""
    run, port, statistics = stack
    robot_on_notes(f"http://127.0.0.1:{port}", outputs)
    before = stored(port)
    writers = Writers(port)
    try:
        run("stop", "one", server=server)
        run(*AGAIN, "one", server=server)
        wait_until_both_are_up(statistics)
    finally:
        writers.stop()
    assert [] == writers.failures, run("logs", "--timestamps", server=server)
    assert before + len(writers.written) == stored(port)
    assert len(writers.written) > 4


def test_suites_and_stops(stack, deploy, tmp_path):
    """With threaded instances, and then with asynchronous ones, which find all that was stored.

    `down` keeps the volume. The password stands neither in the environment nor in the image.
    """
    run, port, _statistics = stack
    run("up", "--detach", "--wait")
    suites_pass_and_a_stop_loses_nothing(stack, "threaded", tmp_path / "threaded")
    password = (deploy / "notes/secrets/database_password").read_text().strip()
    assert password
    for service in ("database", "one", "migrations"):
        assert password not in engine("inspect", run("ps", "--all", "--quiet", service))
    assert password not in engine("history", "--no-trunc", "notes-application")
    before = stored(port)
    run("down", "--timeout", "10")
    run("up", "--detach", "--wait", server="async")
    assert before == stored(port)
    suites_pass_and_a_stop_loses_nothing(stack, "async", tmp_path / "async")


def test_kills_lose_nothing_that_was_acknowledged(stack):
    """What was written stays, once, whatever is killed, cut off or paused under the writers."""
    run, port, statistics = stack
    run("up", "--detach", "--wait", server="async")
    database, one = (run("ps", "--quiet", name, server="async") for name in ("database", "one"))
    with nothing_acknowledged_is_lost("127.0.0.1", port) as writers:
        writers.wait_for_more()
        run("kill", "two", server="async")
        writers.wait_for_more()
        run(*AGAIN, "two", server="async")
        wait_until_both_are_up(statistics)

        engine("network", "disconnect", "notes_default", one)
        writers.wait_for_more()
        engine("network", "connect", "--alias", "one", "notes_default", one)
        wait_until_both_are_up(statistics)

        engine("pause", database)
        writers.wait_until_all_wait()
        engine("unpause", database)
        writers.wait_for_more()

        run("kill", "database", server="async")
        run(*AGAIN, "database", server="async")
        writers.wait_for_more()
