"""Hosts on one flat network: namespaces of this machine, with an engine each."""

import os
import secrets
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from robot_cherrypy.containers.engine import Engine
from robot_cherrypy.errors import HostError, suggest_alike
from robot_cherrypy.hosts import scripts
from robot_cherrypy.hosts.docker_api import DockerAPI
from robot_cherrypy.hosts.host_requirements import why_no_hosts
from robot_cherrypy.hosts.looks import looks
from robot_cherrypy.processes.executables import find_executables
from robot_cherrypy.stack.guarded_program import GuardedProgram

# How long an order may take, in seconds. It takes a tenth of one.
_ORDER_TIMEOUT = 60.0

# How long all hosts may take to end, in seconds. They take one.
_STOP_TIMEOUT = 60.0

# Hosts have the numbers from 1, others those up to 253, and the machine itself 254.
MOST_HOSTS = 50

# Where disks of hosts are: in memory, which is faster, or in the folder for temporary files.
Disk = Literal["memory", "folder"]


@dataclass
class Host:
    """A host.

    Attributes:
        name: Its name, such as ``host1``.
        number: The last number of its address.
        address: Its address in the network.
        engine: Its engine.
        api: The engine's API.
        is_on: Whether it runs.
        is_connected: Whether its link to the network is not cut.
    """

    name: str
    number: int
    address: str
    engine: Engine
    api: DockerAPI
    is_on: bool = False
    is_connected: bool = True

    @property
    def is_reachable(self) -> bool:
        """Whether it runs and is connected."""
        return self.is_on and self.is_connected


class HostNetwork:
    """Hosts, which all end together with this process, however it ends.

    Args:
        number: How many hosts.
        disk: Where their disks are.
        script: What their first processes run, such as `scripts.HOST`.
        environment: Environment variables of these, in addition to those of this process. `PODS`
            are the numbers of the hosts with a network for pods, which the test reaches.
        others: Numbers of further machines in the network, which are there from first to last, and
            are started first.

    Raises:
        HostError: Hosts cannot be started here.
    """

    def __init__(
        self,
        number: int,
        disk: Disk,
        *,
        script: str = scripts.HOST,
        environment: Mapping[str, str] = MappingProxyType({}),
        others: Sequence[int] = (),
    ) -> None:
        reason = why_no_hosts()
        if reason:
            raise HostError(f"Hosts cannot be started here: {reason}.")
        self.name = f"robot-{secrets.token_hex(4)}"
        network = _free_network()
        self._others = others
        self.events: list[tuple[float, str, str]] = []
        command = 'exec /bin/sh -c "$MACHINE" machine "$0" "$PWD" "$@"'
        self._program = GuardedProgram(
            "The network of hosts",
            ["/bin/sh", "-c", command, self.name, network, disk],
            stop_signal=signal.SIGTERM,
            stop_timeout=_STOP_TIMEOUT,
            environment={
                "MACHINE": scripts.MACHINE,
                "NETWORK": scripts.NETWORK,
                "CABLE": scripts.CABLE,
                "HOST": script,
                "PODS": "",
                **environment,
            },
        )
        self.hosts = [self._host(each, f"{network}.{each}") for each in range(1, number + 1)]

    def _host(self, number: int, address: str) -> Host:
        socket = self._socket(number)
        engine = Engine(
            "docker", next(find_executables(["docker"])), ("--host", f"unix://{socket}")
        )
        return Host(f"host{number}", number, address, engine, DockerAPI(socket))

    def _socket(self, number: int) -> Path:
        return self._program.folder / str(number) / "docker.sock"

    @property
    def folder(self) -> Path:
        """A folder that only root can enter and that is deleted at the end."""
        return self._program.folder

    def start(self, timeout: float) -> None:
        """Start all hosts; return when their engines answer."""
        self._program.wait_for_line("^ready", _ORDER_TIMEOUT)
        for number in self._others:
            self._order("start", number)
        for host in self.hosts:
            self._order("start", host.number)
            host.is_on = True
        for host in self.hosts:
            self._wait_for_engine(host, timeout)

    def stop(self) -> None:
        """End all hosts; return when nothing of them is left."""
        self._program.stop()

    def host(self, name: str) -> Host:
        """Return a host by its name.

        Raises:
            HostError: There is none.
        """
        found = next((host for host in self.hosts if host.name == name), None)
        if found is None:
            names = [host.name for host in self.hosts]
            raise HostError(
                f"There is no host '{name}'. Hosts: {', '.join(names)}.{suggest_alike(name, names)}"
            )
        return found

    def kill(self, host: Host) -> None:
        """End a host as if its power had failed."""
        _require(host, host.is_on, "does not run")
        self._order("kill", host.number)
        host.is_on = False
        self._add_event(host, "was killed")

    def restart(self, host: Host, timeout: float) -> None:
        """Start a host with the disk that it had, after killing it if it runs."""
        if host.is_on:
            self.kill(host)
        self._socket(host.number).unlink(missing_ok=True)
        self._order("start", host.number)
        host.is_on = host.is_connected = True
        self._wait_for_engine(host, timeout)
        self._add_event(host, "was started")

    def disconnect(self, host: Host) -> None:
        """Cut the link of a host to the network."""
        _require(host, host.is_on, "does not run")
        _require(host, host.is_connected, "is disconnected already")
        self._order("cut", host.number)
        host.is_connected = False
        self._add_event(host, "was disconnected")

    def reconnect(self, host: Host) -> None:
        """Restore the link of a host."""
        _require(host, not host.is_connected, "was not disconnected")
        _require(host, host.is_on, "does not run")
        self._order("heal", host.number)
        host.is_connected = True
        self._add_event(host, "was reconnected")

    def _add_event(self, host: Host, text: str) -> None:
        self.events.append((time.monotonic(), host.name, text))

    def _order(self, order: str, number: int) -> None:
        known = self._program.output.count
        orders = os.open(self.folder / "orders", os.O_WRONLY | os.O_NONBLOCK)
        try:
            os.write(orders, f"{order} {number}\n".encode())
        finally:
            os.close(orders)
        done = f"^{order} {number} is done"
        self._program.wait_for_line(done, _ORDER_TIMEOUT, after=known)

    def _wait_for_engine(self, host: Host, timeout: float) -> None:
        for _ in looks(timeout):
            if _answers(host):
                return
        log = (self.folder / str(host.number) / "log").read_text(errors="replace")
        raise HostError(
            f"The engine of host '{host.name}' did not start within {timeout:g} s. Its log ended"
            f" with:\n{log[-2000:]}"
        )


def _answers(host: Host) -> bool:
    try:
        host.api.get("/version")
    except HostError:
        return False
    return True


def _require(host: Host, condition: bool, failure: str) -> None:
    if not condition:
        raise HostError(f"Host '{host.name}' {failure}.")


def _free_network() -> str:
    """Return the first three numbers of addresses that this machine has no route to of its own.

    With the same third number, there is none to networks of pods either: those of 10.101 to 10.150.
    """
    routes = subprocess.run(
        ["ip", "-4", "route", "show", "table", "all"],  # noqa: S607 - wherever it is
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    taken = {word.rpartition(".")[0] for word in routes.split()}
    free = [
        number
        for number in range(256)
        if not any(f"10.{second}.{number}" in taken for second in (231, *range(101, 151)))
    ]
    return f"10.231.{secrets.choice(free)}"
