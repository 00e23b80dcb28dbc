"""Stacks on a cluster of Kubernetes, with a stand-in for kubectl."""

import json
import os
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from robot_cherrypy.errors import HostError
from robot_cherrypy.hosts.kubernetes.kubernetes_cluster import KubernetesCluster

STAND_IN = Path(__file__).parent / "kubectl.py"

# What a busy machine needs at most for a step, in seconds.
PATIENCE = 120

SHOP = {
    "items": [
        {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": {"name": "web"},
            "spec": {
                "replicas": 2,
                "selector": {"matchLabels": {"app": "web"}},
                "template": {
                    "spec": {
                        "containers": [
                            {"name": "web", "ports": [{"name": "http", "containerPort": 8000}]}
                        ]
                    }
                },
            },
        },
        {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": {"name": "web"},
            "spec": {"ports": [{"port": 80, "targetPort": "http"}]},
        },
    ]
}
VOLUME = {"items": [{"kind": "PersistentVolume", "metadata": {"name": "disk"}, "spec": {}}]}

# Deploys a stack, drains a host, and then waits to be killed.
SCRIPT = """
import sys, time
from pathlib import Path
from robot_cherrypy.hosts.kubernetes.kubernetes_cluster import KubernetesCluster
cluster = KubernetesCluster()
cluster.start(120)
cluster.deploy(Path(sys.argv[1]), "shop", [], 120)
cluster.drain("two", 120)
print("ready", flush=True)
time.sleep(600)
"""


@pytest.fixture
def state(tmp_path, monkeypatch):
    """Return a function that returns what there is in the stand-in's cluster."""
    file = tmp_path / "state.json"
    kinds = ("Deployment", "Service", "Pod", "Namespace")
    empty = {**{kind: {} for kind in kinds}, "drained": [], "commands": [], "count": 0, "budget": 1}
    file.write_text(json.dumps(empty))
    command = tmp_path / "bin/kubectl"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -S "{STAND_IN}" "$@"\n')
    command.chmod(0o755)
    monkeypatch.setenv("STAND_IN", str(file))
    monkeypatch.setenv("PATH", f"{command.parent}{os.pathsep}{os.environ['PATH']}")
    return lambda: json.loads(file.read_text())


@pytest.fixture
def cluster(state):
    """The cluster."""
    cluster = KubernetesCluster()
    cluster.start(PATIENCE)
    yield cluster
    cluster.stop()
    assert ({}, []) == (state()["Namespace"], state()["drained"])


@pytest.fixture
def shop(tmp_path):
    """The manifests of a shop."""
    file = tmp_path / "shop.yaml"
    file.write_text(json.dumps(SHOP))
    return file


def text(place):
    """What is served at an address."""
    with urllib.request.urlopen("http://{}:{}/".format(*place), timeout=PATIENCE) as response:
        return response.read().decode()


def test_stack_is_deployed_scaled_and_removed(cluster, shop, state):
    """It has a namespace of its own, and its pods are found by the name of the workload."""
    cluster.deploy(shop, "shop", [], PATIENCE)
    (namespace,) = state()["Namespace"]
    assert namespace.startswith("shop-")
    web = cluster.find_service("web")
    assert ["one", "two"] == cluster.host_names == web.host_names()
    web.scale(3, PATIENCE)
    web.wait_for_replicas(3, PATIENCE)
    with pytest.raises(HostError, match=r"^Service 'web' has 3 of 2 replicas after 0 s\.$"):
        web.wait_for_replicas(2, 0)
    cluster.deploy(shop, "shop", [], PATIENCE)
    assert [namespace] == list(state()["Namespace"])


def test_url_leads_to_a_pod_that_is_there(cluster, shop):
    """When its pod has ended, the same address leads to another."""
    cluster.deploy(shop, "shop", [], PATIENCE)
    place = cluster.local_place("web", 80, None)
    pod = text(place)
    lost, left = {"web-1": ("one", "two"), "web-2": ("two", "one")}[pod]
    cluster.drain(lost, PATIENCE)
    assert [left] == cluster.find_service("web").host_names()
    assert text(place) not in {pod, ""}
    assert place == cluster.local_place("web", 80, None)
    with pytest.raises(HostError, match=r"^Service 'web' has no port 81\. Ports: 80, 8000\.$"):
        cluster.local_place("web", 81, None)
    with pytest.raises(HostError, match=rf"^No pod of service 'web' on host '{lost}' is ready\.$"):
        cluster.local_place("web", 80, lost)


def test_drained_host_is_left_by_degrees_and_resumed(cluster, shop, state):
    """What a budget forbids is asked for again."""
    cluster.deploy(shop, "shop", [], PATIENCE)
    web = cluster.find_service("web")
    web.scale(4, PATIENCE)
    cluster.drain("one", PATIENCE)
    assert ["two"] == web.host_names()
    assert ["one"] == state()["drained"]
    cluster.resume("one")
    assert [] == state()["drained"]


def test_failures_of_hosts_cannot_be_had(cluster):
    """The message says why."""
    failures = {
        "killed": lambda: cluster.kill("one"),
        "restarted": lambda: cluster.restart("one", 1),
        "disconnected": lambda: cluster.disconnect("one"),
        "reconnected": lambda: cluster.reconnect("one", 1),
    }
    for name, fail in failures.items():
        with pytest.raises(
            HostError, match=rf"^Host 'one' cannot be {name}: it belongs to a cluster"
        ):
            fail()
    with pytest.raises(HostError, match=r"^There is no host 'on'\. Hosts: one, two\."):
        cluster.kill("on")


def test_what_is_not_of_a_namespace_is_refused(cluster, shop, tmp_path, state):
    """It would stay in the cluster, or be that of somebody else."""
    file = tmp_path / "volume.yaml"
    file.write_text(json.dumps(VOLUME))
    with pytest.raises(HostError, match=r"^PersistentVolume 'disk' would be for the whole cluster"):
        cluster.deploy(file, "shop", [], PATIENCE)
    with pytest.raises(HostError, match=r"^Images cannot be copied"):
        cluster.deploy(shop, "shop", ["shop"], PATIENCE)
    assert "apply" not in state()["commands"]


def test_logs_and_events_are_told(cluster, shop):
    """Of each container, and of the stack."""
    cluster.deploy(shop, "shop", [], PATIENCE)
    lines = {
        (kind, name, text)
        for kind, name, _, text in cluster.lines_since(time.monotonic() - PATIENCE)
    }
    assert {
        ("stack", "shop", "Pod web-1: Started: Started container web"),
        ("container", "web-1 on one", "listening"),
        ("container", "web-2 on two", "listening"),
    } == lines


def test_killed_process_leaves_nothing(state, shop):
    """Its namespaces are deleted, and its hosts are used again."""
    with subprocess.Popen(
        [sys.executable, "-c", SCRIPT, str(shop)], stdout=subprocess.PIPE, text=True
    ) as process:
        assert "ready\n" == process.stdout.readline()
        assert state()["Namespace"]
        assert ["two"] == state()["drained"]
        process.kill()
    deadline = time.monotonic() + PATIENCE
    while state()["Namespace"] or state()["drained"]:
        assert time.monotonic() < deadline
        time.sleep(0.1)
