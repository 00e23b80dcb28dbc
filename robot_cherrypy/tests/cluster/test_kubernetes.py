"""The notes application on two hosts with Kubernetes, of which one is lost."""

import json
import time
from pathlib import Path

import pytest

from robot_cherrypy.errors import HostError
from robot_cherrypy.hosts.kubernetes.kubernetes_cluster import KubernetesCluster
from robot_cherrypy.hosts.kubernetes.kubernetes_hosts import KubernetesHosts
from robot_cherrypy.hosts.kubernetes.programs import why_no_kubernetes
from robot_cherrypy.tests.cluster.conftest import KILLS
from robot_cherrypy.tests.deploy.conftest import PATIENCE, compose, status
from robot_cherrypy.tests.deploy.test_notes import nothing_acknowledged_is_lost, wait_until

pytestmark = pytest.mark.timeout(1800)

# The database is here, and stays here with its volume.
DATABASE_HOST = "host1"

# The user `postgres` of Debian, in the image that deploy/debian makes.
DEBIAN_USER = 101

SHOP = Path(__file__).parents[3] / "acceptance/kubernetes/shop"


def overlay(deploy, images):
    """Return the folder of an overlay with the images of these tests, and a password."""
    folder = deploy / "kubernetes/test"
    folder.mkdir()
    (deploy / "kubernetes/base/secrets/database_password").write_text("correct horse")
    image = images.get("POSTGRES_IMAGE", "postgres:17").split(":")
    user = {"runAsUser": DEBIAN_USER, "runAsGroup": DEBIAN_USER, "fsGroup": DEBIAN_USER}
    database = {
        "apiVersion": "apps/v1",
        "kind": "StatefulSet",
        "metadata": {"name": "database"},
        "spec": {
            "template": {
                "spec": {
                    "nodeSelector": {"kubernetes.io/hostname": DATABASE_HOST},
                    **({"securityContext": user} if images else {}),
                }
            }
        },
    }
    (folder / "database.json").write_text(json.dumps(database))
    described = {
        "resources": ["../one-node"],
        "images": [{"name": "postgres", "newName": image[0], "newTag": image[1]}],
        "patches": [{"path": "database.json"}],
    }
    (folder / "kustomization.yaml").write_text(json.dumps(described))
    return folder


@pytest.fixture(scope="module")
def hosts(base):
    """Two hosts with Kubernetes."""
    if reason := why_no_kubernetes():
        pytest.skip(f"no Kubernetes: {reason}")
    cluster = KubernetesHosts(2, "memory")
    cluster.start(PATIENCE)
    yield cluster
    cluster.stop()


@pytest.fixture(scope="module")
def notes(deploy, stack_images, hosts):
    """The notes on the hosts."""
    compose(deploy / "notes", "build")
    hosts.deploy(overlay(deploy, stack_images), "notes", [], PATIENCE)
    return hosts


def test_lost_host_loses_nothing_that_was_acknowledged(notes, tell):
    """What was written stays, once, whichever host is killed, cut off or drained."""
    service = notes.find_service("notes")
    service.wait_for_replicas(2, PATIENCE)
    with nothing_acknowledged_is_lost(*notes.local_place("notes", 8080, None)) as writers:
        writers.wait_for_more()

        start = time.monotonic()
        notes.kill("host2")
        writers.wait_for_more()
        tell("host killed: notes are written again after", start)
        service.wait_for_replicas(2, PATIENCE)
        tell("host killed: two instances again after", start)
        assert [DATABASE_HOST] == service.host_names()
        notes.restart("host2", PATIENCE)

        service.scale(3, PATIENCE)
        assert [DATABASE_HOST, "host2"] == service.host_names()
        start = time.monotonic()
        notes.drain("host2", PATIENCE)
        service.wait_for_replicas(3, PATIENCE)
        tell("host drained: three instances elsewhere after", start)
        assert [DATABASE_HOST] == service.host_names()
        notes.resume("host2")

        service.scale(4, PATIENCE)
        assert [DATABASE_HOST, "host2"] == service.host_names()
        start = time.monotonic()
        notes.disconnect("host2")
        service.wait_for_replicas(4, PATIENCE)
        tell("host cut off: four instances again after", start)
        writers.wait_for_more()
        notes.reconnect("host2", PATIENCE)

        notes.kill(DATABASE_HOST)
        start = time.monotonic()
        notes.restart(DATABASE_HOST, PATIENCE)
        writers.wait_for_more()
        tell("host of the database started: notes are written again after", start)


@pytest.mark.kills
def test_kills_in_a_row_lose_nothing_that_was_acknowledged(notes, tell):
    """A host with an instance is killed again and again."""
    service = notes.find_service("notes")
    service.scale(1, PATIENCE)
    start = time.monotonic()
    with nothing_acknowledged_is_lost(*notes.local_place("notes", 8080, None)) as writers:
        for _ in range(KILLS):
            service.scale(3, PATIENCE)  # the third one is started where none is
            service.scale(2, PATIENCE)  # and one of two on the same host is ended
            assert [DATABASE_HOST, "host2"] == service.host_names()
            notes.kill("host2")
            writers.wait_for_more()
            notes.restart("host2", PATIENCE)
    tell(f"{KILLS} hosts killed, {len(writers.written)} notes written", start)


def test_cluster_that_there_is(hosts):
    """By its configuration it is used like hosts, but for their failures, and nothing is left."""
    hosts.deploy(SHOP, "copied", [], PATIENCE)  # so that the hosts have its image
    cluster = KubernetesCluster(hosts.network.folder / "certificates/admin.conf")
    before = hosts.kubectl.run("get", "namespaces", "-o=name")
    cluster.start(PATIENCE)
    try:
        with pytest.raises(HostError, match="it belongs to a cluster that was there before"):
            cluster.kill("host1")
        with pytest.raises(HostError, match="cannot be copied"):
            cluster.deploy(SHOP, "shop", ["python:3-slim"], PATIENCE)
        cluster.deploy(SHOP, "shop", [], PATIENCE)
        host, port = cluster.local_place("web", 80, None)
        assert (200, "<title>Shop</title><h1>Welcome</h1>\n") == status(f"http://{host}:{port}/")
        web = cluster.find_service("web")
        web.scale(3, PATIENCE)
        cluster.drain("host2", PATIENCE)
        web.wait_for_replicas(3, PATIENCE)
        assert ["host1"] == web.host_names()
        wait_until(lambda: status(f"http://{host}:{port}/")[0] == 200)
        kinds = {kind for kind, *_ in cluster.lines_since(0)}
        assert {"container", "stack"} == kinds
    finally:
        cluster.stop()
    assert before == hosts.kubectl.run("get", "namespaces", "-o=name")
    assert "SchedulingDisabled" not in hosts.kubectl.run("get", "nodes")
