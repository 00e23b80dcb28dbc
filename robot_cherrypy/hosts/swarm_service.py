"""A service of a stack on a Swarm."""

from typing import TYPE_CHECKING, Any

from robot_cherrypy.errors import HostError
from robot_cherrypy.hosts.cluster import Service
from robot_cherrypy.hosts.looks import looks

if TYPE_CHECKING:
    from robot_cherrypy.hosts.host_network import Host
    from robot_cherrypy.hosts.swarm import Swarm

# States of an update that will not go on, other than its success.
_FAILED = {"paused", "rollback_paused", "rollback_completed"}

# How many lines of a container's log an error message shows.
_TAIL = 15

_State = dict[str, Any]


class SwarmService(Service):
    """A service of a stack."""

    def __init__(self, swarm: "Swarm", stack: str, name: str) -> None:
        self._swarm = swarm
        self.name = name
        self.full_name = f"{stack}_{name}"

    def state(self) -> _State:
        """Return what Swarm knows of the service."""
        state: _State = self._swarm.get(f"/services/{self.full_name}")
        return state

    def scale(self, replicas: int, timeout: float) -> None:
        """Have a number of containers; return when all are ready.

        Raises:
            HostError: The service has one on each host, or they are not ready in time.
        """
        if "Global" in self.state()["Spec"]["Mode"]:
            raise HostError(
                f"Service '{self.name}' has the mode 'global', a container on each host: it cannot"
                " be scaled."
            )
        self._swarm.ask("service", "scale", "--detach", f"{self.full_name}={replicas}")
        self.wait_for_replicas(replicas, timeout)

    def wait_until_ready(self, timeout: float) -> None:
        """Wait until all containers that the service should have are ready, or have done their job.

        Raises:
            HostError: They are not in time.
        """
        missing = 0
        for _ in looks(timeout):
            missing = self._missing()
            if missing <= 0:
                return
        raise self._failure(f"was not ready in time: it lacks {missing} replicas")

    def wait_for_update(self, before: _State | None, timeout: float) -> None:
        """Wait until an update has ended, if there is one.

        Args:
            before: The state before the deployment; None if there was no service.
            timeout: In seconds.

        Raises:
            HostError: It was rolled back or paused, or has not ended in time.
        """
        if before is None or not _is_updated(before, self.state()):
            return
        for _ in looks(timeout):
            update = self.state().get("UpdateStatus") or {}
            if update.get("StartedAt") != (before.get("UpdateStatus") or {}).get("StartedAt"):
                if update["State"] == "completed":
                    return
                if update["State"] in _FAILED:
                    end = update["State"].replace("_", " ")
                    raise self._failure(f"was not updated ({end}): {update.get('Message')}")
        raise self._failure("was not updated in time")

    def host_names(self) -> list[str]:
        """Return the names of the hosts with containers that are ready, each once."""
        numbers = {host.number: host.name for host, _container in self.ready()}
        return [numbers[number] for number in sorted(numbers)]

    def address(self, port: int, host: str | None) -> tuple[str, int]:
        """Return the address at which a port is reached.

        Args:
            port: That of the containers.
            host: Of which host; by default the first that has it.

        Raises:
            HostError: It is not published, or by no such host.
        """
        ports = self.state()["Spec"].get("EndpointSpec", {}).get("Ports") or []
        published = next((each for each in ports if each["TargetPort"] == port), None)
        if published is None:
            names = ", ".join(str(each["TargetPort"]) for each in ports) or "none"
            raise HostError(
                f"Service '{self.name}' does not publish port {port}. Published: {names}."
            )
        if published.get("PublishMode") == "host":
            candidates = self._host_ports(port)
        else:
            known = next(
                each for each in self.state()["Endpoint"]["Ports"] if each["TargetPort"] == port
            )
            candidates = {
                each.address: known["PublishedPort"]
                for each in self._swarm.network.hosts
                if each.is_reachable
            }
        wanted = self._swarm.network.host(host).address if host else None
        for address, number in candidates.items():
            if wanted in {None, address}:
                return address, number
        where = f"on host '{host}'" if host else "on any host"
        raise self._failure(f"has no port {port} {where}")

    def _host_ports(self, port: int) -> dict[str, int]:
        """Return the port of each host with a container that is ready, by the host's address."""
        return {
            host.address: each["PublicPort"]
            for host, container in sorted(self.ready(), key=lambda pair: pair[0].number)
            for each in container["Ports"]
            if each["PrivatePort"] == port and "PublicPort" in each
        }

    def ready(self) -> "list[tuple[Host, _State]]":
        """Return host and description of the containers that are ready.

        They are on hosts that run and are connected, and Swarm wants them to run.
        """
        containers = self._swarm.running_containers()
        wanted = [
            containers[_container_of(task)]
            for task in self._tasks()
            if task["DesiredState"] == task["Status"]["State"] == "running"
            and _container_of(task) in containers
        ]
        return [pair for pair in wanted if _is_ready(pair[1]["Status"])]

    def _tasks(self) -> list[_State]:
        """Return the tasks of the service, those of before too."""
        return list(self._swarm.get("/tasks", service=self.full_name))

    def _missing(self) -> int:
        """Return how many containers are not ready."""
        spec = self.state()["Spec"]
        ready, tasks = self.ready(), self._tasks()
        if "Replicated" not in spec["Mode"]:
            wanted = [task for task in tasks if task["DesiredState"] == "running"]
            return max(1, len(wanted)) - len(ready)
        done = [task for task in tasks if task["Status"]["State"] == "complete"]
        restarted = spec["TaskTemplate"].get("RestartPolicy", {}).get("Condition") == "any"
        jobs = 0 if restarted else len(done)
        return int(spec["Mode"]["Replicated"]["Replicas"]) - len(ready) - jobs

    def _failure(self, what: str) -> HostError:
        """Return an error with what Swarm and the containers say."""
        parts = [f"Service '{self.name}' {what}."]
        newest = sorted(self._tasks(), key=lambda task: task["CreatedAt"], reverse=True)
        for task in newest[:4]:
            status = task["Status"]
            node = task.get("NodeID")
            where = f" on {self._swarm.host_of_node(node).name}" if node else ""
            said = status.get("Err") or status.get("Message")
            parts.append(f"Container {task.get('Slot', '')}{where} is {status['State']}: {said}.")
        failed = next((task for task in newest if task["Status"].get("Err")), None)
        log = self._log(failed) if failed else ""
        if log:
            parts.append(f"Its log ended with:\n{log}")
        return HostError("\n".join(parts))

    def _log(self, task: _State) -> str:
        container = _container_of(task)
        if not container:
            return ""
        host = self._swarm.host_of_node(task["NodeID"])
        if not host.is_reachable:
            return ""
        ended = host.engine.try_to_run("logs", "--tail", str(_TAIL), container)
        return "" if ended.returncode else (ended.stdout + ended.stderr).rstrip()


def _is_updated(before: _State, after: _State) -> bool:
    """Whether a deployment has changed what containers of a service are made of."""
    return bool(before["Spec"]["TaskTemplate"] != after["Spec"]["TaskTemplate"]) and bool(
        after["Spec"]["Mode"].get("Replicated", {}).get("Replicas", 1)
    )


def _container_of(task: _State) -> str:
    return str(task["Status"].get("ContainerStatus", {}).get("ContainerID", ""))


def _is_ready(status: str) -> bool:
    """Whether the health check of a container passes; without one, whether it has not just started.

    Args:
        status: Such as `Up 2 minutes (healthy)` or `Up Less than a second`.
    """
    return "(healthy)" in status or not ("(" in status or "Less than a second" in status)
