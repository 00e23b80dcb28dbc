"""The notes application as units on two hosts with systemd, which are lost one after the other."""

import shutil
import time

import pytest

from robot_cherrypy.hosts.units.system import why_no_units
from robot_cherrypy.hosts.units.units_hosts import UnitsHosts
from robot_cherrypy.tests.cluster.conftest import KILLS
from robot_cherrypy.tests.deploy.conftest import PATIENCE, compose, status, wait_until
from robot_cherrypy.tests.deploy.test_notes import nothing_acknowledged_is_lost, robot_on_notes

pytestmark = pytest.mark.timeout(1200)

# Where the database is, and where it is not.
DATABASE_HOST, OTHER_HOST = "host1", "host2"


class Cluster:
    """The notes on hosts."""

    def __init__(self, hosts):
        self.hosts = hosts
        self.notes = hosts.find_service("webapp_app")

    @property
    def place(self):
        """An address and a port that lead to a balancer."""
        return self.hosts.local_place("webapp_lb", 8080, None)

    def wait_until_balancers_use(self, number):
        """Wait until each balancer sends requests to as many instances."""
        for host in self.hosts.find_service("webapp_lb").host_names():
            url = "http://{}:{}/;csv".format(*self.hosts.local_place("webapp_lb", 8404, host))
            wait_until(lambda url=url: len(_used(status(url)[1])) == number)


def _used(table):
    """The servers that HAProxy's statistics call up."""
    rows = [row.split(",") for row in table.splitlines() if row.startswith("instances,instance")]
    return [row for row in rows if "UP" in row]


@pytest.fixture(scope="module")
def cluster(base, deploy, stack_images):
    """The notes on two hosts."""
    if reason := why_no_units():
        pytest.skip(f"no hosts with units: {reason}")
    compose(deploy / "notes", "build")
    folder = deploy / "units"
    shutil.copy(deploy / "notes/secrets/database_password", folder / "secrets")
    for unit, variable in (("webapp_db", "POSTGRES_IMAGE"), ("webapp_lb", "HAPROXY_IMAGE")):
        if variable in stack_images:
            drop_in = folder / f"{unit}.container.d/image.conf"
            drop_in.parent.mkdir()
            drop_in.write_text(f"[Container]\nImage={stack_images[variable]}\n")
    hosts = UnitsHosts(2, "memory")
    hosts.start(PATIENCE)
    try:
        hosts.deploy(folder, "notes", [], PATIENCE)
        cluster = Cluster(hosts)
        cluster.wait_until_balancers_use(2)
        yield cluster
    finally:
        hosts.stop()


def test_suites(cluster, tmp_path):
    """Those of the notes pass in a browser, in a secure page."""
    robot_on_notes("http://{}:{}".format(*cluster.place), tmp_path)


def test_instances_come_into_service_and_go(cluster, tell):
    """No file is edited, and no request fails."""
    hosts, notes = cluster.hosts, cluster.notes
    with nothing_acknowledged_is_lost(*cluster.place) as writers:
        start = time.monotonic()
        notes.scale(3, PATIENCE)
        cluster.wait_until_balancers_use(3)
        tell("third instance is in service after", start)
        start = time.monotonic()
        hosts.drain(OTHER_HOST, PATIENCE)
        assert [DATABASE_HOST] == notes.host_names()
        tell("host drained after", start)
        hosts.resume(OTHER_HOST)
        notes.scale(1, PATIENCE)
        cluster.wait_until_balancers_use(1)
        notes.scale(2, PATIENCE)
        cluster.wait_until_balancers_use(2)
        writers.wait_for_more()
    assert [] == writers.failures
    assert [DATABASE_HOST, OTHER_HOST] == notes.host_names()


def test_kills_in_a_row_lose_nothing_that_was_acknowledged(cluster, tell):
    """What was written stays, once, however often a host with an instance is killed."""
    start = time.monotonic()
    with nothing_acknowledged_is_lost(*cluster.place) as writers:
        for _ in range(KILLS):
            cluster.hosts.kill(OTHER_HOST)
            cluster.wait_until_balancers_use(1)
            writers.wait_for_more()
            cluster.hosts.restart(OTHER_HOST, PATIENCE)
            cluster.wait_until_balancers_use(2)
    tell(f"{KILLS} hosts killed, {len(writers.written)} notes written", start)


def test_lost_hosts_lose_nothing_that_was_acknowledged(cluster, tell):
    """What was written stays, once, whichever host is killed or cut off."""
    hosts = cluster.hosts
    with nothing_acknowledged_is_lost(*cluster.place) as writers:
        start = time.monotonic()
        hosts.kill(OTHER_HOST)
        writers.wait_for_more()
        tell("host killed: notes are written again after", start)
        hosts.restart(OTHER_HOST, PATIENCE)
        cluster.wait_until_balancers_use(2)

        start = time.monotonic()
        hosts.disconnect(OTHER_HOST)
        writers.wait_for_more()
        tell("link cut: notes are written again after", start)
        cluster.wait_until_balancers_use(1)
        hosts.reconnect(OTHER_HOST, PATIENCE)
        cluster.wait_until_balancers_use(2)

        hosts.kill(DATABASE_HOST)
        start = time.monotonic()
        hosts.restart(DATABASE_HOST, PATIENCE)
        writers.wait_for_more()
        tell("host of the database started: notes are written again after", start)
