"""What hosts of all engines have in common."""

import weakref
from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from robot_cherrypy.errors import HostError, suggest_alike
from robot_cherrypy.hosts.looks import looks
from robot_cherrypy.hosts.relay import Place, Relay

# The clusters of this process; each adds itself when it starts, and removes itself when it stops.
_CLUSTERS: "weakref.WeakSet[Cluster]" = weakref.WeakSet()


def running_clusters() -> "list[Cluster]":
    """Return the clusters of this process that were not stopped yet."""
    return sorted(_CLUSTERS, key=lambda cluster: cluster.name)


class Service(ABC):
    """A service of a stack, of which several containers run.

    Attributes:
        name: What the stack calls it.
    """

    name: str

    @abstractmethod
    def scale(self, replicas: int, timeout: float) -> None:
        """Have a number of containers; return when all are ready.

        Raises:
            HostError: The service cannot be scaled, or they are not ready in time.
        """

    def wait_for_replicas(self, number: int, timeout: float) -> None:
        """Wait until as many containers are ready, on hosts that run and are connected.

        Raises:
            HostError: There are more or fewer when the time is over.
        """
        ready = 0
        for _ in looks(timeout):
            ready = len(self.ready())
            if ready == number:
                return
        raise self._failure(f"has {ready} of {number} replicas after {timeout:g} s")

    @abstractmethod
    def ready(self) -> Sequence[Any]:
        """Return the containers that are ready, on hosts that run and are connected."""

    @abstractmethod
    def _failure(self, what: str) -> HostError:
        """Return an error with what the engine and the containers say."""

    @abstractmethod
    def host_names(self) -> list[str]:
        """Return the names of the hosts with containers that are ready, each once."""

    @abstractmethod
    def address(self, port: int, host: str | None) -> tuple[str, int]:
        """Return the address at which a port is reached from the test.

        Args:
            port: That of the containers.
            host: On which host; by default the first that has it.

        Raises:
            HostError: It is not published, or by no such host.
        """


class Cluster(ABC):
    """Hosts that an engine has joined, and the stacks on them.

    Args:
        name: A name that no other cluster has.

    Attributes:
        stacks: The services of each stack, the newest stack last.
        settings: Names and values of what containers of stacks are given.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.stacks: dict[str, list[str]] = {}
        self.settings: set[tuple[str, str]] = set()
        self._relays: dict[tuple[str, int, str | None], Relay] = {}

    @property
    @abstractmethod
    def host_names(self) -> list[str]:
        """The names of all hosts."""

    def start(self, timeout: float) -> None:
        """Start and join all hosts; nothing is left if that fails."""
        _CLUSTERS.add(self)
        try:
            self._start(timeout)
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """End all; return when nothing of it is left."""
        _CLUSTERS.discard(self)
        for relay in self._relays.values():
            relay.stop()
        self._stop()

    @abstractmethod
    def _start(self, timeout: float) -> None: ...

    @abstractmethod
    def _stop(self) -> None: ...

    @abstractmethod
    def deploy(self, path: Path, name: str, images: Sequence[str], timeout: float) -> list[str]:
        """Deploy a stack, or what has changed of it; return when all of it is ready.

        Args:
            path: What describes it.
            name: Name of the stack.
            images: Images that hosts need besides those that the description names.
            timeout: In seconds.

        Returns:
            What a user should be warned of, in sentences.

        Raises:
            HostError: A service was not ready in time, or its update failed.
        """

    @abstractmethod
    def service(self, stack: str, name: str) -> Service:
        """Return a service of a stack."""

    @abstractmethod
    def kill(self, host: str) -> None:
        """End a host as if its power had failed."""

    @abstractmethod
    def restart(self, host: str, timeout: float) -> None:
        """Start a host, after killing it if it runs; return when it is ready for containers."""

    @abstractmethod
    def disconnect(self, host: str) -> None:
        """Cut the link of a host to the network."""

    @abstractmethod
    def reconnect(self, host: str, timeout: float) -> None:
        """Restore the link of a host; return when it is ready for containers."""

    @abstractmethod
    def drain(self, host: str, timeout: float) -> None:
        """Move what runs on a host to others; return when nothing of it is left there.

        Raises:
            HostError: The host is not reachable, or something is left there.
        """

    @abstractmethod
    def resume(self, host: str) -> None:
        """Let a drained host be used again."""

    @abstractmethod
    def lines_since(self, start: float) -> list[tuple[str, str, float, str]]:
        """Return what happened to hosts, and what containers on reachable ones have printed.

        Args:
            start: A time of `time.monotonic`.

        Returns:
            For each line `host`, `stack` or `container`, its name, the time, and the text.
        """

    def has_service(self, name: str) -> bool:
        """Whether a stack has a service."""
        return any(name in services for services in self.stacks.values())

    def find_service(self, name: str) -> Service:
        """Return the service of a name in the newest stack that has it.

        Raises:
            HostError: There is none.
        """
        for stack, services in reversed(self.stacks.items()):
            if name in services:
                return self.service(stack, name)
        known = [service for services in self.stacks.values() for service in services]
        names = ", ".join(f"'{each}'" for each in known) or "none"
        raise HostError(
            f"No stack has a service '{name}'. Services: {names}.{suggest_alike(name, known)}"
        )

    def is_served(self, _place: Place) -> bool:
        """Whether a container is behind an address, where that accepts connections without one."""
        return True

    def local_place(self, service: str, port: int, host: str | None) -> Place:
        """Return an address on loopback and its port that lead to a port of a service.

        Args:
            service: Name of the service.
            port: That of its containers.
            host: The host that it leads to; by default one that has the port, and another when that
                does not accept connections any more.

        Raises:
            HostError: It is not published, or by no such host.
        """

        def find() -> Place:
            return self.find_service(service).address(port, host)

        key, target = (service, port, host), find()
        if key not in self._relays:
            self._relays[key] = Relay(target, find, self.is_served)
        self._relays[key].target = target
        return self._relays[key].place
