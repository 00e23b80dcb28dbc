"""The hosts that the keywords of one library have started."""

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from robot_cherrypy.cleanup import Cleanup, Stage
from robot_cherrypy.errors import HostError
from robot_cherrypy.evidence import logger
from robot_cherrypy.hosts.host_network import Disk, Host
from robot_cherrypy.hosts.swarm import Swarm
from robot_cherrypy.hosts.swarm_service import SwarmService

HostEngine = Literal["swarm"]

_CLEANUP = "hosts"


class RunningHosts:
    """Starts, finds and stops hosts."""

    def __init__(self, cleanup: Cleanup) -> None:
        self._cleanup = cleanup
        self._swarm: Swarm | None = None

    def start(self, number: int, managers: int | None, disk: Disk, timeout: float) -> Swarm:
        """Start hosts, which are stopped at the end of the suite."""
        if self._swarm:
            raise HostError("There are hosts already: use 'Stop Hosts' first.")
        if managers is None:
            managers = _usual_managers(number)
        swarm = Swarm(number, managers, disk)
        swarm.start(timeout)
        self._swarm = swarm
        self._cleanup.at_end_of_suite(_CLEANUP, self._stop, Stage.DATABASES)
        return swarm

    def stop(self) -> None:
        """Stop the hosts."""
        self._cleanup.withdraw(_CLEANUP)
        self._stop()

    def _stop(self) -> None:
        swarm, self._swarm = self.swarm, None
        swarm.stop()

    @property
    def swarm(self) -> Swarm:
        """The hosts.

        Raises:
            HostError: None were started.
        """
        if self._swarm is None:
            raise HostError("No hosts were started: use 'Start Hosts' first.")
        return self._swarm

    def host(self, name: str) -> Host:
        """Return a host by its name."""
        return self.swarm.network.host(name)

    def has_service(self, name: str) -> bool:
        """Whether a service is deployed on hosts."""
        return self._swarm is not None and self._swarm.has_service(name)

    def service(self, name: str) -> SwarmService:
        """Return a service that is deployed."""
        return self.swarm.find_service(name)

    def deploy(self, file: Path, name: str, images: Sequence[str], timeout: float) -> None:
        """Deploy a stack."""
        without = self.swarm.deploy(file, name, images, timeout)
        if without:
            names = ", ".join(f"'{service}'" for service in without)
            logger.warn(
                "This machine's kernel has no IPVS, by which a port of a service is one of all"
                f" hosts. The ports of {names} are those of the hosts with a container of it."
            )


def _usual_managers(number: int) -> int:
    """Return how many managers are usual: three, as one may fail then, or one of fewer hosts."""
    return 3 if number >= 3 else 1
