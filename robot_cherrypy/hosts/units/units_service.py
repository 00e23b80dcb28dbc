"""A service of a stack of units."""

import time
from typing import TYPE_CHECKING, Any

from robot_cherrypy.errors import HostError
from robot_cherrypy.hosts.cluster import Service
from robot_cherrypy.hosts.looks import looks
from robot_cherrypy.hosts.units.unit_files import UnitFile

if TYPE_CHECKING:
    from robot_cherrypy.hosts.host_network import Host
    from robot_cherrypy.hosts.units.units_hosts import UnitsHosts

# How many lines of a unit's journal an error message shows.
_TAIL = 15

# What is asked of a unit.
_PROPERTIES = (
    "Id,ActiveState,SubState,Result,Type,ActiveEnterTimestampMonotonic"
    ",ExecMainExitTimestampMonotonic"
)

# How long a unit without a health check has to run before it counts as ready, in seconds.
_MOMENT = 1.0


class UnitsService(Service):
    """A unit that is started, or the instances of one that is a template."""

    def __init__(self, hosts: "UnitsHosts", unit: UnitFile) -> None:
        self._hosts = hosts
        self.unit = unit
        self.name = unit.name

    @property
    def placed(self) -> dict[str, list[str]]:
        """The names of the hosts that each unit is to run on, which may not be reachable."""
        return self._hosts.placed[self.name]

    def scale(self, replicas: int, timeout: float) -> None:
        """Have a number of instances; return when all are ready.

        Raises:
            HostError: It is no template, or they are not ready in time.
        """
        if not self.unit.is_template:
            raise HostError(
                f"Service '{self.name}' is the unit '{self.unit.path.name}', which is no template:"
                " it cannot be scaled."
            )
        self.place(replicas)
        self.wait_for_replicas(replicas, timeout)

    def place(self, replicas: int) -> None:
        """Have a number of instances on hosts that are reachable and not drained."""
        hosts = self._hosts.usable(self.unit)
        here = {host.name: host for host in hosts}

        def there() -> list[tuple[str, str]]:
            return [(unit, at) for unit, names in self.placed.items() for at in names if at in here]

        def count(name: str) -> int:
            return sum(at == name for _, at in there())

        if replicas and not hosts:
            raise HostError(f"No host that runs may have instances of service '{self.name}'.")
        while len(there()) < replicas:
            number = next(
                n for n in range(1, 10**6) if self.unit.service(str(n)) not in self.placed
            )
            self._hosts.add(
                self.unit, self.unit.service(str(number)), min(hosts, key=lambda h: count(h.name))
            )
        while len(there()) > replicas:
            unit, at = max(there(), key=lambda pair: (count(pair[1]), _number(pair[0])))
            self._hosts.remove(self.unit, unit, here[at])

    def wait_until_ready(self, timeout: float) -> None:
        """Wait until the service is ready wherever it can be.

        Raises:
            HostError: It is not in time.
        """
        missing: set[tuple[str, str]] = set()
        for _ in looks(timeout):
            ready = {(host.name, unit) for host, unit, _container in self._active(with_jobs=True)}
            wanted = {
                (host.name, unit)
                for unit, names in self.placed.items()
                for host in self._hosts.usable(self.unit)
                if host.name in names
            }
            missing = wanted - ready
            if not missing:
                return
        names = " and ".join(f"{unit} on {host}" for host, unit in sorted(missing))
        raise self._failure(f"was not ready in time: it lacks {names}")

    def ready(self) -> "list[tuple[Host, str, dict[str, Any]]]":
        """Return host, unit and container of what is ready, on hosts that run and are connected.

        Units that have done their job do not count, and the container is empty if there is none.
        """
        return self._active(with_jobs=False)

    def _active(self, *, with_jobs: bool) -> "list[tuple[Host, str, dict[str, Any]]]":
        found = []
        for host in self._hosts.reachable():
            states = self._states(host)
            if not states:
                continue
            containers = self._hosts.containers(host)
            for state in states:
                container = containers.get(state["Id"], {})
                if _is_ready(state, container, with_jobs=with_jobs):
                    found.append((host, state["Id"], container))
        return found

    def _states(self, host: "Host") -> list[dict[str, str]]:
        """Return what systemd says of the units on a host."""
        pattern = self.unit.service("*" if self.unit.is_template else "")
        shown = self._hosts.run(host, f"systemctl show --property={_PROPERTIES} '{pattern}'")
        blocks = (block.splitlines() for block in shown.split("\n\n") if block.strip())
        states = [dict(line.split("=", 1) for line in block) for block in blocks]
        return (
            [state for state in states if state["Id"] != self.unit.service()]
            if self.unit.is_template
            else states
        )

    def host_names(self) -> list[str]:
        """Return the names of the hosts with units that are ready, each once."""
        return list(dict.fromkeys(host.name for host, _unit, _container in self.ready()))

    def address(self, port: int, host: str | None) -> tuple[str, int]:
        """Return the address at which a port is reached.

        Args:
            port: That of the containers; of what is in no container, or on the network of the host,
                the port of the host.
            host: Of which host; by default the first that has it.

        Raises:
            HostError: It is not published, or by no such host.
        """
        if host:
            self._hosts.network.host(host)
        published: set[int] = set()
        for each, _unit, container in self.ready():
            if host not in {None, each.name}:
                continue
            ports = container.get("Ports") or []
            if not ports and container.get("Networks") in (None, [], ["host"]):
                return each.address, port
            for entry in ports:
                first, count = entry["container_port"], entry["range"]
                if first <= port < first + count:
                    return each.address, entry["host_port"] + port - first
                published.add(first)
        if published:
            names = ", ".join(map(str, sorted(published)))
            raise HostError(
                f"Service '{self.name}' does not publish port {port}. Published: {names}."
            )
        where = f"on host '{host}'" if host else "on any host"
        raise self._failure(f"has no port {port} {where}")

    def _failure(self, what: str) -> HostError:
        """Return an error with what systemd and the units say."""
        parts = [f"Service '{self.name}' {what}."]
        for host in self._hosts.reachable():
            for state in self._states(host):
                unit = state["Id"]
                said = f"{state['ActiveState']} ({state['SubState']}, {state['Result']})"
                parts.append(f"{unit} on {host.name} is {said}.")
                if state["ActiveState"] != "active" and not _is_done(state):
                    journal = f"journalctl --unit='{unit}' --lines={_TAIL} --output=cat --no-pager"
                    parts.append(
                        f"Its journal ended with:\n{self._hosts.run(host, journal).rstrip()}"
                    )
        return HostError("\n".join(parts))


def _number(unit: str) -> int:
    """Return the number of an instance."""
    return int(unit.partition("@")[2].partition(".")[0])


def _is_ready(state: dict[str, str], container: dict[str, Any], *, with_jobs: bool) -> bool:
    """Whether a unit is ready: its health check passes; without one, it has run for a moment."""
    if state["ActiveState"] != "active":
        return with_jobs and _is_done(state)
    health = container.get("Status", "")
    if health or state.get("Type") == "oneshot":
        return health in {"", "healthy"}
    return time.monotonic() - int(state["ActiveEnterTimestampMonotonic"]) / 1e6 >= _MOMENT


def _is_done(state: dict[str, str]) -> bool:
    """Whether a unit was a job and has done it."""
    return (
        state.get("Type") == "oneshot"
        and state["ActiveState"] == "inactive"
        and state["Result"] == "success"
        and state["ExecMainExitTimestampMonotonic"] != "0"
    )
