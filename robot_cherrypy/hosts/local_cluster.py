"""What hosts of this machine have in common, whatever joins them."""

from abc import abstractmethod

from robot_cherrypy.errors import HostError
from robot_cherrypy.hosts.cluster import Cluster
from robot_cherrypy.hosts.host_images import HostImages
from robot_cherrypy.hosts.host_network import MOST_HOSTS, Host, HostNetwork


def require_number(number: int) -> None:
    """Raise an error unless there can be so many hosts."""
    if not 1 <= number <= MOST_HOSTS:
        raise HostError(f"There can be 1 to {MOST_HOSTS} hosts, not {number}.")


class LocalCluster(Cluster):
    """Hosts of this machine, which can be lost.

    Attributes:
        network: Their network.
    """

    network: HostNetwork
    _images: HostImages

    @abstractmethod
    def _wait_for_node(self, host: Host, timeout: float) -> None:
        """Wait until the engine that joins the hosts says that one is ready."""

    @property
    def host_names(self) -> list[str]:
        """The names of all hosts."""
        return [host.name for host in self.network.hosts]

    def kill(self, host: str) -> None:
        """End a host as if its power had failed."""
        self.network.kill(self.network.host(host))

    def restart(self, host: str, timeout: float) -> None:
        """Start a host again; return when it is ready for containers."""
        started = self.network.host(host)
        self.network.restart(started, timeout)
        self._images.copy_to([started])
        self._wait_for_node(started, timeout)

    def disconnect(self, host: str) -> None:
        """Cut the link of a host to the network."""
        self.network.disconnect(self.network.host(host))

    def reconnect(self, host: str, timeout: float) -> None:
        """Restore the link of a host; return when it is ready for containers."""
        connected = self.network.host(host)
        self.network.reconnect(connected)
        self._wait_for_node(connected, timeout)

    def reachable(self) -> list[Host]:
        """Return the hosts that run and are connected."""
        return [host for host in self.network.hosts if host.is_reachable]

    def _host_to_drain(self, host: str) -> Host:
        """Return a host, or raise an error if nothing can be moved from it."""
        drained = self.network.host(host)
        if not drained.is_reachable:
            raise HostError(f"Host '{host}' cannot be drained: it is cut off or does not run.")
        return drained

    def _lines_of_hosts(self, start: float) -> list[tuple[str, str, float, str]]:
        """Return what happened to hosts since a time."""
        return [("host", name, at, text) for at, name, text in self.network.events if at >= start]
