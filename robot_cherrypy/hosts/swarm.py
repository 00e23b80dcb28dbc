"""Hosts joined to a Swarm, and the stacks on it."""

import json
import os
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from robot_cherrypy.containers.compose import settings_of
from robot_cherrypy.containers.engine import last_lines
from robot_cherrypy.errors import HostError
from robot_cherrypy.hosts.host_images import HostImages
from robot_cherrypy.hosts.host_network import Disk, Host, HostNetwork
from robot_cherrypy.hosts.host_requirements import has_virtual_servers
from robot_cherrypy.hosts.local_cluster import LocalCluster, require_number
from robot_cherrypy.hosts.looks import looks
from robot_cherrypy.hosts.stack_file import images_of, needs_virtual_servers, read_stack
from robot_cherrypy.hosts.swarm_service import SwarmService

# How long managers may take to agree on a leader, in seconds. They take three.
_LEADER_TIMEOUT = 60.0

# How long a manager may take, in seconds, before another is asked: it may wait for a dead leader.
_ANSWER_TIMEOUT = 5.0

_STACK_LABEL = "com.docker.stack.namespace"


class Swarm(LocalCluster):
    """Hosts joined to a Swarm.

    Args:
        number: How many hosts.
        managers: How many of them, the first, are managers.
        disk: Where their disks are.
    """

    def __init__(self, number: int, managers: int, disk: Disk) -> None:
        require_number(number)
        if not 1 <= managers <= number:
            raise HostError(f"Of {number} hosts, 1 to {number} can be managers, not {managers}.")
        self.network = HostNetwork(number, disk)
        super().__init__(self.network.name)
        self._managers = self.network.hosts[:managers]
        self._images = HostImages(self.network.folder)
        self._nodes: dict[str, Host] = {}

    def _start(self, timeout: float) -> None:
        self.network.start(timeout)
        first, *others = self.network.hosts
        first.engine.run("swarm", "init", "--advertise-addr", first.address)
        for host in others:
            role = "manager" if host in self._managers else "worker"
            token = first.engine.run("swarm", "join-token", "--quiet", role).strip()
            where = ("--advertise-addr", host.address, first.address)
            host.engine.run("swarm", "join", "--token", token, *where)

    def _stop(self) -> None:
        self.network.stop()

    def drain(self, host: str, timeout: float) -> None:
        """Move what Swarm runs on a host to others; return when nothing of it is left there.

        Raises:
            HostError: The host is not reachable, or something is left there.
        """
        drained = self._host_to_drain(host)
        self.ask("node", "update", "--availability", "drain", host)
        self._wait_until(
            lambda: all(each["State"] != "running" for _, each in self._containers(drained)),
            timeout,
            f"Containers still run on host '{host}'",
        )

    def resume(self, host: str) -> None:
        """Let Swarm use a drained host again."""
        self.ask("node", "update", "--availability", "active", self.network.host(host).name)

    def deploy(self, path: Path, name: str, images: Sequence[str], timeout: float) -> list[str]:
        """Deploy a stack, or what has changed of it; return when all of it is ready.

        Returns:
            What a user should be warned of: ports that are not those of all hosts.

        Raises:
            HostError: A service was not ready in time, or its update was rolled back.
        """
        can_balance = has_virtual_servers()
        given = read_stack(path, name, has_virtual_servers=True)
        stack = given if can_balance else read_stack(path, name, has_virtual_servers=False)
        self.settings |= set(settings_of(stack, os.environ))
        self._images.add([*images, *images_of(stack)], self.reachable())
        deadline = time.monotonic() + timeout
        file = self.network.folder / f"{name}.json"
        file.touch(mode=0o600)
        file.write_text(json.dumps(stack))
        names = list(stack["services"])
        before = {
            service["Spec"]["Name"]: service
            for service in self.get("/services", label=f"{_STACK_LABEL}={name}")
        }
        manager, _ = self._manager("/nodes", {})
        options = ("--resolve-image", "never", "--prune", "--compose-file", str(file))
        ended = manager.engine.try_to_run("stack", "deploy", *options, name, timeout=timeout)
        if ended.returncode:
            raise HostError(f"Stack '{name}' was not deployed: {last_lines(ended.stderr)}")
        self.stacks.pop(name, None)
        self.stacks[name] = names
        for each in names:
            service = self.service(name, each)
            service.wait_for_update(before.get(service.full_name), deadline - time.monotonic())
            service.wait_until_ready(deadline - time.monotonic())
        without = [] if can_balance else needs_virtual_servers(given)
        if not without:
            return []
        described = ", ".join(f"'{service}'" for service in without)
        warning = (
            "This machine's kernel has no IPVS, by which a port of a service is one of all hosts."
            f" The ports of {described} are those of the hosts with a container of it."
        )
        return [warning]

    def service(self, stack: str, name: str) -> SwarmService:
        """Return a service of a stack."""
        return SwarmService(self, stack, name)

    def ask(self, *command: str) -> str:
        """Run a command on a manager; return what it printed."""
        return self._manager("/nodes", {})[0].engine.run(*command)

    def get(self, path: str, **filters: str) -> Any:
        """Return what Swarm knows.

        Args:
            path: Of the API, such as `/tasks`.
            filters: What that of a list has to have.

        Raises:
            HostError: Swarm has no leader, even after a while.
        """
        return self._manager(path, {name: [value] for name, value in filters.items()})[1]

    def running_containers(self) -> dict[str, tuple[Host, dict[str, Any]]]:
        """Return host and description of stacks' containers, on reachable hosts, by identifier."""
        return {
            container["Id"]: (host, container)
            for host, container in self._containers()
            if container["State"] == "running"
        }

    def lines_since(self, start: float) -> list[tuple[str, str, float, str]]:
        """Return what happened to hosts, and what containers on reachable ones have printed.

        Args:
            start: A time of `time.monotonic`.

        Returns:
            For each line `host` or `container`, its name, the time, and the text.
        """
        return self._lines_of_hosts(start) + [
            ("container", f"{_name_of(container)} on {host.name}", at, text)
            for host, container in self._containers()
            for at, text in host.engine.log_since(container["Id"], start)
        ]

    def _containers(self, host: Host | None = None) -> list[tuple[Host, dict[str, Any]]]:
        """Return host and description of all containers of stacks, on one host or all reachable."""
        label = {"label": [_STACK_LABEL]}
        return [
            (each, container)
            for each in ([host] if host else self.reachable())
            for container in each.api.get("/containers/json", label)
        ]

    def host_of_node(self, node: str) -> Host:
        """Return the host that Swarm knows as a node."""
        if node not in self._nodes:
            for each in self.get("/nodes"):
                self._nodes[each["ID"]] = self.network.host(each["Description"]["Hostname"])
        return self._nodes[node]

    def _manager(self, path: str, filters: Mapping[str, Sequence[str]]) -> tuple[Host, Any]:
        """Return a manager that has a leader, and what it says.

        Raises:
            HostError: There is none, even after a while.
        """
        reachable = [host for host in self._managers if host.is_reachable]
        reason = "none of them runs."
        for _ in looks(_LEADER_TIMEOUT):
            for host in reachable:
                try:
                    return host, host.api.get(path, filters, _ANSWER_TIMEOUT)
                except HostError as error:
                    reason = str(error)
            if len(reachable) * 2 <= len(self._managers):
                break
        raise HostError(
            f"Swarm has no leader: {len(reachable)} of {len(self._managers)} managers run and are"
            f" connected, and more than half have to. The last reason: {reason}"
        )

    def _wait_for_node(self, host: Host, timeout: float) -> None:
        self._wait_until(
            lambda: self.get(f"/nodes/{host.name}")["Status"]["State"] == "ready",
            timeout,
            f"Host '{host.name}' is not ready for Swarm",
        )

    def _wait_until(self, condition: Callable[[], bool], timeout: float, failure: str) -> None:
        for _ in looks(timeout):
            if condition():
                return
        raise HostError(f"{failure} after {timeout:g} s.")


def _name_of(container: Mapping[str, Any]) -> str:
    """Return the name of a container, such as `shop_web.1`, without the identifier of its task."""
    return str(container["Names"][0]).strip("/").rpartition(".")[0]
