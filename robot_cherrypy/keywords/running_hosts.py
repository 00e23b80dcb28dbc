"""The hosts that the keywords of one library have started."""

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from robot_cherrypy.cleanup import Cleanup, Stage
from robot_cherrypy.errors import HostError
from robot_cherrypy.evidence import logger
from robot_cherrypy.evidence.known_secrets import SECRETS
from robot_cherrypy.hosts.cluster import Cluster, Service
from robot_cherrypy.hosts.host_network import Disk
from robot_cherrypy.hosts.kubernetes.kubernetes_cluster import KubernetesCluster
from robot_cherrypy.hosts.kubernetes.kubernetes_hosts import KubernetesHosts
from robot_cherrypy.hosts.swarm import Swarm
from robot_cherrypy.hosts.units.units_hosts import UnitsHosts

HostEngine = Literal["swarm", "units", "kubernetes"]

_CLEANUP = "hosts"


class RunningHosts:
    """Starts, finds and stops hosts."""

    def __init__(self, cleanup: Cleanup) -> None:
        self._cleanup = cleanup
        self._cluster: Cluster | None = None

    def start(
        self, engine: HostEngine, number: int, managers: int | None, disk: Disk, timeout: float
    ) -> Cluster:
        """Start hosts, which are stopped at the end of the suite."""
        self._require_none()
        return self._start(_make(engine, number, managers, disk), timeout)

    def use(self, kubeconfig: Path | None, context: str | None, timeout: float) -> Cluster:
        """Use the hosts of a cluster that there is, until the end of the suite."""
        self._require_none()
        return self._start(KubernetesCluster(kubeconfig, context), timeout)

    def _require_none(self) -> None:
        if self._cluster:
            raise HostError("There are hosts already: use 'Stop Hosts' first.")

    def _start(self, cluster: Cluster, timeout: float) -> Cluster:
        cluster.start(timeout)
        self._cluster = cluster
        self._cleanup.at_end_of_suite(_CLEANUP, self._stop, Stage.DATABASES)
        return cluster

    def stop(self) -> None:
        """Stop the hosts."""
        self._cleanup.withdraw(_CLEANUP)
        self._stop()

    def _stop(self) -> None:
        cluster, self._cluster = self.cluster, None
        cluster.stop()

    @property
    def cluster(self) -> Cluster:
        """The hosts.

        Raises:
            HostError: None were started.
        """
        if self._cluster is None:
            raise HostError("No hosts were started: use 'Start Hosts' first.")
        return self._cluster

    def has_service(self, name: str) -> bool:
        """Whether a service is deployed on hosts."""
        return self._cluster is not None and self._cluster.has_service(name)

    def service(self, name: str) -> Service:
        """Return a service that is deployed."""
        return self.cluster.find_service(name)

    def deploy(self, path: Path, name: str, images: Sequence[str], timeout: float) -> None:
        """Deploy a stack."""
        try:
            warnings = self.cluster.deploy(path, name, images, timeout)
        finally:
            SECRETS.add_settings(self.cluster.settings)
        for warning in warnings:
            logger.warn(warning)


def _make(engine: HostEngine, number: int, managers: int | None, disk: Disk) -> Cluster:
    """Return hosts that are not started yet."""
    if engine == "kubernetes":
        if managers is not None:
            raise HostError("Hosts with Kubernetes have no managers: those are beside them.")
        return KubernetesHosts(number, disk)
    if engine == "units":
        if managers is not None:
            raise HostError("Hosts with units have no managers: nothing moves their units.")
        return UnitsHosts(number, disk)
    return Swarm(number, _usual_managers(number) if managers is None else managers, disk)


def _usual_managers(number: int) -> int:
    """Return how many managers are usual: three, as one may fail then, or one of fewer hosts."""
    return 3 if number >= 3 else 1
