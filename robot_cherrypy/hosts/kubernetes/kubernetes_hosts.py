"""A cluster of Kubernetes on hosts of this machine."""

import json
import sys
import time
from collections.abc import Collection, Sequence
from pathlib import Path

from robot_cherrypy.errors import HostError
from robot_cherrypy.hosts.host_images import HostImages
from robot_cherrypy.hosts.host_network import Disk, Host, HostNetwork
from robot_cherrypy.hosts.kubernetes import names
from robot_cherrypy.hosts.kubernetes.kubectl import Description, Kubectl
from robot_cherrypy.hosts.kubernetes.kubernetes_cluster import KubernetesCluster
from robot_cherrypy.hosts.kubernetes.kubernetes_service import KubernetesService
from robot_cherrypy.hosts.kubernetes.manifests import containers_of
from robot_cherrypy.hosts.kubernetes.programs import (
    SOURCE,
    can_protect,
    programs,
    why_no_kubernetes,
)
from robot_cherrypy.hosts.local_cluster import LocalCluster, require_number
from robot_cherrypy.hosts.looks import looks
from robot_cherrypy.hosts.relay import Place

# The control plane is no host: it cannot be lost, and has no containers. `host.sh` knows this too.
_CONTROL = 253

# How many volumes each host has. `host.sh` makes their folders.
_VOLUMES = 4

# What they are said to hold: more than anybody claims.
_CAPACITY = "1Ti"


class KubernetesHosts(LocalCluster, KubernetesCluster):
    """Hosts of this machine that Kubernetes joins.

    Args:
        number: How many hosts.
        disk: Where their disks are.

    Raises:
        HostError: They cannot be started here.
    """

    def __init__(self, number: int, disk: Disk) -> None:
        super().__init__()
        require_number(number)
        reason = why_no_kubernetes()
        if reason:
            raise HostError(f"Hosts with Kubernetes cannot be started here: {reason}.")
        self.network = HostNetwork(
            number,
            disk,
            script=(SOURCE / "host.sh").read_text(),
            environment={
                "KUBERNETES": str(programs()),
                "SOURCE": str(SOURCE),
                "PYTHON": sys.executable,
                "NAMES": names.__file__,
                "PODS": " ".join(str(each) for each in range(1, number + 1)),
                "CAN_PROTECT": "yes" if can_protect() else "no",
            },
            others=[_CONTROL],
        )
        self._images = HostImages(self.network.folder)
        self._started: dict[str, float] = {}

    def _start(self, timeout: float) -> None:
        deadline = time.monotonic() + timeout
        self._end.callback(self.network.stop)
        self.network.start(timeout)
        self._wait_for_control(deadline)
        self._connect()
        self._make_volumes()
        for host in self.network.hosts:
            self._wait_for_node(host, deadline - time.monotonic())

    def _wait_for_control(self, deadline: float) -> None:
        """Wait until the control plane says that it is ready."""
        file = self.network.folder / "certificates/admin.conf"
        reason = "there are no certificates yet."
        for _ in looks(deadline - time.monotonic()):
            try:
                if file.is_file():
                    self.kubectl = Kubectl(file, cache=self.network.folder / "cache")
                    self.kubectl.run("get", "--raw=/readyz", "--request-timeout=5s")
                    return
            except HostError as error:
                reason = str(error)
        log = (self.network.folder / str(_CONTROL) / "log").read_text(errors="replace")
        raise HostError(f"Kubernetes did not start: {reason} Its log ended with:\n{log[-2000:]}")

    def _make_volumes(self) -> None:
        """Let each host have volumes for claims of any class."""
        volumes = [
            {
                "apiVersion": "v1",
                "kind": "PersistentVolume",
                "metadata": {"name": f"{host.name}-{number}"},
                "spec": {
                    "capacity": {"storage": _CAPACITY},
                    "accessModes": ["ReadWriteOnce"],
                    "storageClassName": "hosts",
                    "local": {"path": f"/mnt/{host.number}/disk/volumes/{number}"},
                    "nodeAffinity": {"required": {"nodeSelectorTerms": [_is_on(host)]}},
                },
            }
            for host in self.network.hosts
            for number in range(1, _VOLUMES + 1)
        ]
        default = {"storageclass.kubernetes.io/is-default-class": "true"}
        storage = {
            "apiVersion": "storage.k8s.io/v1",
            "kind": "StorageClass",
            "metadata": {"name": "hosts", "annotations": default},
            "provisioner": "kubernetes.io/no-provisioner",
            "volumeBindingMode": "WaitForFirstConsumer",
        }
        file = self.network.folder / "volumes.json"
        file.write_text(
            json.dumps({"apiVersion": "v1", "kind": "List", "items": [storage, *volumes]})
        )
        self.kubectl.run("create", f"--filename={file}")

    @property
    def folder(self) -> Path:
        """A folder that only this user can enter and that is deleted at the end."""
        folder = self.network.folder / "stacks"
        folder.mkdir(exist_ok=True)
        return folder

    def reachable_hosts(self) -> set[str]:
        """Return the names of the hosts that run and are connected."""
        return {host.name for host in self.reachable()}

    def is_of_this_start(self, pod: Description) -> bool:
        """Whether what Kubernetes says of a pod is about the time since its host was started."""
        started = self._started.get(pod["spec"]["nodeName"], 0.0)
        return all(
            each["state"].get("running", {}).get("startedAt", "") >= _stamp(started)
            for each in pod["status"].get("containerStatuses", ())
        )

    def _add_images(self, images: Sequence[str], manifests: Collection[Description]) -> None:
        """Copy images to hosts, which then need no registry."""
        containers = containers_of(manifests)
        for container in containers:
            container["imagePullPolicy"] = "IfNotPresent"
        named = dict.fromkeys(container["image"] for container in containers)
        self._images.add([*images, *named], self.reachable())

    def restart(self, host: str, timeout: float) -> None:
        """Start a host again; return when it is ready for containers."""
        self._started[host] = time.time()
        super().restart(host, timeout)

    def drain(self, host: str, timeout: float) -> None:
        """End the pods of stacks on a host, as their budgets allow; others are started elsewhere.

        Raises:
            HostError: The host is not reachable, or pods are left there.
        """
        self._host_to_drain(host)
        super().drain(host, timeout)

    def address(self, service: KubernetesService, port: int, host: str | None) -> tuple[str, int]:
        """Return the address of one of a service's pods, which the test reaches, and its port.

        Raises:
            HostError: No pod is ready.
        """
        pod = self._any_pod(service, host)
        return pod["status"]["podIP"], service.port_of(pod, port)

    def is_served(self, _place: Place) -> bool:
        """Whether a pod is behind an address: what accepts connections is the pod itself."""
        return True

    def lines_since(self, start: float) -> list[tuple[str, str, float, str]]:
        """Return what happened to hosts, and what Kubernetes and containers say of stacks."""
        return self._lines_of_hosts(start) + super().lines_since(start)

    def _wait_for_node(self, host: Host, timeout: float) -> None:
        """Wait until a node says that it is ready, and has said so since now."""
        now = _stamp(time.time())
        path = f"/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/{host.name}"
        for _ in looks(timeout):
            try:
                renewed = self.api.get(path)["spec"]["renewTime"]
            except HostError:  # it has not joined yet
                continue
            if renewed > now and host.name in super().reachable_hosts():
                return
        log = (self.network.folder / str(host.number) / "log").read_text(errors="replace")
        raise HostError(
            f"Host '{host.name}' is not ready for Kubernetes after {timeout:g} s. Its log ended"
            f" with:\n{log[-2000:]}"
        )


def _is_on(host: Host) -> Description:
    """Return a term that selects a node."""
    name = {"key": "kubernetes.io/hostname", "operator": "In", "values": [host.name]}
    return {"matchExpressions": [name]}


def _stamp(wall: float) -> str:
    """Return a time as Kubernetes writes it, so that they can be compared as texts."""
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(wall))
