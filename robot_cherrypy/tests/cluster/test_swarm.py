"""The notes application on three hosts of a Swarm, which are lost one after the other."""

import time

import pytest

from robot_cherrypy.errors import HostError
from robot_cherrypy.hosts.host_requirements import why_no_hosts
from robot_cherrypy.hosts.swarm import Swarm
from robot_cherrypy.tests.cluster.conftest import KILLS
from robot_cherrypy.tests.deploy.conftest import PATIENCE, compose, status, wait_until
from robot_cherrypy.tests.deploy.test_notes import (
    Writers,
    nothing_acknowledged_is_lost,
    robot_on_notes,
)

pytestmark = pytest.mark.timeout(1200)

# Where the database is.
DATABASE_HOST = "host1"


class Cluster:
    """The notes on hosts."""

    def __init__(self, swarm, file):
        self._file = file
        self.swarm = swarm
        self.notes = swarm.service("notes", "notes")

    def deploy(self):
        """Deploy the stack, or what has changed of it."""
        self.swarm.deploy(self._file, "notes", [], PATIENCE)

    @property
    def place(self):
        """An address and a port that lead to a balancer."""
        return self.swarm.local_place("balancer", 8080, None)

    def host_of_instance(self):
        """A host with an instance, but without the database."""
        return next(host for host in self.notes.host_names() if host != DATABASE_HOST)


@pytest.fixture(scope="module")
def cluster(base, deploy, stack_images):
    """The notes on three hosts."""
    if reason := why_no_hosts():
        pytest.skip(f"no hosts: {reason}")
    with pytest.MonkeyPatch.context() as patch:
        for name, value in stack_images.items():
            patch.setenv(name, value)
        compose(deploy / "notes", "build")
        swarm = Swarm(3, 3, "memory")
        swarm.start(PATIENCE)
        try:
            cluster = Cluster(swarm, deploy / "swarm/stack.yaml")
            cluster.deploy()
            wait_until(lambda: status("http://{}:{}/health".format(*cluster.place))[0] == 200)
            yield cluster
        finally:
            swarm.stop()


def test_suites(cluster, tmp_path):
    """Those of the notes pass in a browser, in a secure page."""
    robot_on_notes("http://{}:{}".format(*cluster.place), tmp_path)


@pytest.mark.kills
def test_kills_in_a_row_lose_nothing_that_was_acknowledged(cluster, tell):
    """What was written stays, once, whichever host with instances is killed."""
    start = time.monotonic()
    with nothing_acknowledged_is_lost(*cluster.place) as writers:
        for _ in range(KILLS):
            writers.wait_for_more()
            lost = cluster.host_of_instance()
            cluster.swarm.kill(lost)
            writers.wait_for_more()
            cluster.swarm.restart(lost, PATIENCE)
            cluster.notes.wait_for_replicas(2, PATIENCE)
    tell(f"{KILLS} hosts killed, {len(writers.written)} notes written", start)


@pytest.mark.kills
def test_lost_hosts_lose_nothing_that_was_acknowledged(cluster, tell):
    """What was written stays, once, whichever host is killed, cut off or drained."""
    with nothing_acknowledged_is_lost(*cluster.place) as writers:
        writers.wait_for_more()

        lost, start = cluster.host_of_instance(), time.monotonic()
        cluster.swarm.kill(lost)
        writers.wait_for_more()
        tell("host killed: notes are written again after", start)
        cluster.notes.wait_for_replicas(2, PATIENCE)
        tell("host killed: two instances again after", start)
        cluster.swarm.restart(lost, PATIENCE)

        lost, start = cluster.host_of_instance(), time.monotonic()
        cluster.swarm.disconnect(lost)
        writers.wait_for_more()
        tell("link cut: notes are written again after", start)
        cluster.notes.wait_for_replicas(2, PATIENCE)
        tell("link cut: two instances again after", start)
        cluster.swarm.reconnect(lost, PATIENCE)

        lost, start = cluster.host_of_instance(), time.monotonic()
        cluster.swarm.drain(lost, PATIENCE)
        cluster.notes.wait_for_replicas(2, PATIENCE)
        tell("host drained after", start)
        cluster.swarm.resume(lost)
        writers.wait_for_more()

        cluster.swarm.kill(DATABASE_HOST)
        start = time.monotonic()
        cluster.swarm.restart(DATABASE_HOST, PATIENCE)
        writers.wait_for_more()
        tell("host of the database started: notes are written again after", start)


def test_update_that_does_not_start_is_rolled_back(cluster, monkeypatch):
    """The instances that are there go on, and no request fails."""
    host, port = cluster.place
    cluster.notes.wait_for_replicas(2, PATIENCE)
    writers = Writers(port, host)
    try:
        writers.wait_for_more()
        monkeypatch.setenv("NOTES_APPLICATION", "nowhere")
        with pytest.raises(HostError, match="rollback completed"):
            cluster.deploy()
        writers.wait_for_more()
    finally:
        writers.stop()
    assert [] == writers.failures
