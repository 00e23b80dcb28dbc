"""A project: the containers of one compose file, from their start to their removal."""

import json
import secrets
import signal
import time
import weakref
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from robot_cherrypy.containers.compose import (
    PROJECT_LABEL,
    Config,
    find_compose,
    isolated,
    literal,
    read_config,
    read_variables,
    settings_of,
    with_any_ports,
    with_whole_checks,
)
from robot_cherrypy.containers.engine import Engine, last_lines
from robot_cherrypy.containers.guarded_command import (
    PODMAN_STOP_TIMEOUT,
    as_podman_ends,
    run_guarded,
)
from robot_cherrypy.containers.readiness import HealthChecks, why_not_ready
from robot_cherrypy.containers.reaper import Reaper
from robot_cherrypy.errors import ContainerError, suggest_alike
from robot_cherrypy.stack.guarded_program import GuardedProgram

_SERVICE = "com.docker.compose.service"
_INDEX = "com.docker.compose.container-number"

# How often containers are looked at while they become ready, in seconds: each look is a command of
# the engine, which takes a twentieth.
_INTERVAL = 0.2

# How long an engine's API may take to start, in seconds.
_API_TIMEOUT = 60.0

# The names by which containers know the machine of their engine. Podman adds its own to each.
HOST_NAMES = {"docker": "host.docker.internal", "podman": "host.containers.internal"}

# How many lines of Compose's output an error message shows: the failure of a build.
_TAIL = 15

# The projects of this process; each adds itself when it starts, and removes itself when it stops.
_PROJECTS: "weakref.WeakSet[Project]" = weakref.WeakSet()


def running_projects() -> list["Project"]:
    """Return the projects of this process that were not stopped yet, by name."""
    return sorted(_PROJECTS, key=lambda project: project.name)


class Project:
    """The containers of a compose file.

    Args:
        engine: Where they run.
        files: The compose files; a later one overrides an earlier one.
        name: Name of the project, by default one that nobody else has.
        environment: Variables for the compose file, in addition to those of this process.
        container_environment: Environment variables that every container gets.
    """

    def __init__(
        self,
        engine: Engine,
        files: Sequence[Path],
        *,
        name: str | None = None,
        environment: Mapping[str, str] | None = None,
        container_environment: Mapping[str, str] | None = None,
    ) -> None:
        self.engine = engine
        self.name = name or f"robot-{secrets.token_hex(4)}"
        self._environment = dict(environment or {})
        self._files = [file.resolve() for file in files]
        self._compose = find_compose()
        self._given = read_config(self._compose, self._files, self._environment)
        for service in self._given.get("services", {}).values():
            _add_environment(service, container_environment or {})
        self._config: Config = {}
        self._variables: set[tuple[str, str]] = set()
        self._disconnected: dict[str, dict[str, list[str]]] = {}
        self._reaper: Reaper | None = None
        self._api: GuardedProgram | None = None

    def settings(self) -> list[tuple[str, str]]:
        """Return names and values of what containers and builds are given; images add variables."""
        given = (self._given.get("secrets") or {}).values()
        variables: dict[str, str] = {}
        if any("environment" in secret for secret in given):
            variables = read_variables(self._compose, self._files, self._environment)
        return [*settings_of(self._given, variables), *self._variables]

    @property
    def label(self) -> str:
        """The label that all of the project's containers have."""
        return f"{PROJECT_LABEL}={self.name}"

    def report_to_host(self, environment: Mapping[str, str]) -> None:
        """Have all containers get variables, and know this machine by a name of `HOST_NAMES`."""
        for name, service in self._given.get("services", {}).items():
            _add_environment(service, {"OTEL_SERVICE_NAME": name, **environment})
            if self.engine.name == "docker":
                known = service.get("extra_hosts") or []
                service["extra_hosts"] = [*known, f"{HOST_NAMES['docker']}=host-gateway"]

    def has_service(self, service: str) -> bool:
        """Whether the compose file has a service."""
        return service in self._given.get("services", {})

    def start(self, services: Sequence[str], timeout: float) -> None:
        """Start services, with those that they depend on; return when all are ready.

        Args:
            services: Which; all without a profile if none.
            timeout: How long it may take in all, in seconds.

        Raises:
            ContainerError: A container did not become ready. Nothing of the project is left.
        """
        for service in services:
            self._check_service(service)
        if self.engine.ids(self.label):
            raise ContainerError(
                f"Project '{self.name}' has containers already: give 'project' another name."
            )
        self._reaper = Reaper(self.engine, self.label)
        _PROJECTS.add(self)
        try:
            self._configure(isolated(self._given, self.name, self.engine.host))
            self._up("--build", *services, timeout=timeout)
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Remove the containers, networks, volumes and images of the project.

        Raises:
            ContainerError: Containers are left.
        """
        _PROJECTS.discard(self)
        try:
            if self._reaper:
                self._reaper.remove()
        finally:
            if self._api:
                self._api.stop()

    def scale(self, service: str, replicas: int, timeout: float) -> None:
        """Have a number of containers of a service; return when all are ready.

        Raises:
            ContainerError: There is no such service, or one did not become ready in time.
        """
        self._check_service(service)
        self._configure(with_any_ports(self._config, service))
        scaled = ("--no-deps", "--no-recreate", "--scale", f"{service}={replicas}", service)
        self._up(*scaled, timeout=timeout)

    def wait_until_ready(self, containers: Iterable[str], timeout: float) -> None:
        """Wait until containers run and are healthy.

        Raises:
            ContainerError: One has ended, is unhealthy, or is not ready in time.
        """
        deadline = time.monotonic() + timeout
        waiting = list(containers)
        with HealthChecks(self.engine, self.label):
            while waiting:
                states = self._inspect(*waiting)
                reasons = {
                    state["Id"]: reason
                    for state in states
                    if (reason := why_not_ready(state, self._published(state)))
                }
                waiting = list(reasons)
                for state in states:
                    reason = reasons.get(state["Id"])
                    if reason and (reason.is_final or time.monotonic() >= deadline):
                        late = "" if reason.is_final else f" within {timeout:.0f} s"
                        raise self._failure(state, f"is not ready{late}: {reason}")
                if waiting:
                    time.sleep(_INTERVAL)

    def container(self, service: str, index: int | None = None) -> dict[str, Any]:
        """Return what the engine knows of a container of a service.

        Args:
            service: Name of the service.
            index: Number of the container, from 1; the first that there is by default.

        Raises:
            ContainerError: There is no such service, or it has no such container.
        """
        self._check_service(service)
        found = [
            state
            for state in self.containers()
            if _labels(state).get(_SERVICE) == service
            and index in {None, int(_labels(state).get(_INDEX, 1))}
        ]
        if not found:
            number = "" if index is None else f" number {index}"
            raise ContainerError(f"Service '{service}' has no container{number}.")
        return min(found, key=lambda state: int(_labels(state).get(_INDEX, 1)))

    def containers(self) -> list[dict[str, Any]]:
        """Return what the engine knows of all containers of the project."""
        return self._inspect(*self.engine.ids(self.label))

    def _inspect(self, *containers: str) -> list[dict[str, Any]]:
        """Return what the engine knows of containers, and keep which variables they have."""
        states = self.engine.inspect(*containers)
        for state in states:
            split = (text.partition("=") for text in state["Config"].get("Env") or ())
            self._variables |= {(name, value) for name, _, value in split}
        return states

    def address(self, service: str, port: int, index: int | None = None) -> tuple[str, int]:
        """Return host and port at which a port of a container can be reached.

        Raises:
            ContainerError: The container does not publish it.
        """
        state = self.container(service, index)
        published = self._published(state)
        if port not in published:
            names = ", ".join(map(str, published)) or "none"
            raise ContainerError(
                f"Container '{name_of(state)}' does not publish port {port}. Published: {names}."
                f"{'' if state['State']['Running'] else ' The container does not run.'}"
            )
        return self.engine.host, published[port]

    def disconnect(self, service: str, network: str | None, index: int | None = None) -> None:
        """Disconnect a container from a network of the project, by default from all.

        Raises:
            ContainerError: It is not connected to such a network.
        """
        state = self.container(service, index)
        connected = state["NetworkSettings"]["Networks"]
        chosen = [
            name
            for name in connected
            if network in {None, name, name.removeprefix(f"{self.name}_")}
        ]
        if not chosen:
            names = ", ".join(connected) or "none"
            raise ContainerError(
                f"Container '{name_of(state)}' is not connected to network '{network}'."
                f" Connected: {names}."
            )
        kept = self._disconnected.setdefault(state["Id"], {})
        for name in chosen:
            self.engine.run("network", "disconnect", "--force", name, state["Id"])
            aliases = connected[name].get("Aliases") or []
            known = sorted({service, *aliases} - {state["Id"][:12]})
            address = self._fixed_address(service, name)
            kept[name] = [word for alias in known for word in ("--alias", alias)]
            kept[name] += ["--ip", address] if address else []

    def _fixed_address(self, service: str, network: str) -> str | None:
        """Return the address in a network that the compose file gives to a service."""
        given = self._config["services"][service].get("networks") or {}
        for key, options in given.items():
            if options and self._config["networks"][key]["name"] == network:
                address: str | None = options.get("ipv4_address")
                return address
        return None

    def reconnect(self, service: str, index: int | None = None) -> None:
        """Connect a container again to the networks that it was disconnected from.

        Raises:
            ContainerError: It was not disconnected.
        """
        state = self.container(service, index)
        kept = self._disconnected.pop(state["Id"], {})
        if not kept:
            raise ContainerError(f"Container '{name_of(state)}' was not disconnected.")
        for name, words in kept.items():
            self.engine.run("network", "connect", *words, name, state["Id"])

    def _configure(self, config: Config) -> None:
        self._config = with_whole_checks(config) if self.engine.name == "podman" else config
        self._config_file.touch(mode=0o600)
        self._config_file.write_text(json.dumps(self._config))

    @property
    def _config_file(self) -> Path:
        assert self._reaper
        return self._reaper.folder / "compose.json"

    def _up(self, *arguments: str, timeout: float) -> None:
        deadline = time.monotonic() + timeout
        with HealthChecks(self.engine, self.label):
            code, output = run_guarded(
                "Docker Compose",
                [*self._compose_command(), *arguments],
                timeout=timeout,
                environment={**self._environment, **self._compose_environment()},
            )
        if code is None:
            raise self._start_failure(f"did not start within {timeout:g} s", output)
        if code:
            raise self._start_failure("did not start", output)
        self.wait_until_ready(self.engine.ids(self.label), max(1.0, deadline - time.monotonic()))

    def _compose_command(self) -> list[str]:
        return [
            *(str(self._compose), "--progress", "plain", "--project-name", self.name),
            *("--file", str(self._config_file), "--project-directory", str(self._files[0].parent)),
            *("up", "--detach"),
        ]

    def _compose_environment(self) -> dict[str, str]:
        """Return what tells Compose to use the engine; Podman has an API only while one runs."""
        if self.engine.name == "docker":
            return {"COMPOSE_BAKE": "false"}
        assert self._reaper
        socket = self._reaper.folder / "podman.sock"
        if self._api is None:
            self._api = GuardedProgram(
                "Podman's API",
                as_podman_ends(
                    [self.engine.executable, "system", "service", "--time=0", f"unix://{socket}"]
                ),
                stop_signal=signal.SIGTERM,
                stop_timeout=PODMAN_STOP_TIMEOUT,
            )
            self._api.wait_until(socket.exists, _API_TIMEOUT, "did not start")
        # Podman builds by the older of Docker's interfaces.
        return {"DOCKER_HOST": f"unix://{socket}", "DOCKER_BUILDKIT": "0", "COMPOSE_BAKE": "false"}

    def _start_failure(self, what: str, output: str) -> ContainerError:
        """Return an error with what Compose said, and the log of the container that it is about."""
        said = last_lines(output, _TAIL)
        parts = [f"Project '{self.name}' {what}. Docker Compose said:\n{said}"]
        for state in self.containers():
            reason = why_not_ready(state, {})
            if reason and reason.is_final:
                parts.append(str(self._failure(state, f"is not ready: {reason}")))
        return ContainerError("\n".join(parts))

    def _failure(self, state: Mapping[str, Any], what: str) -> ContainerError:
        log = self.engine.log(state["Id"])
        end = f". Its log ended with:\n{log}" if log else ", and has logged nothing."
        return ContainerError(f"Container '{name_of(state)}' {what}{end}")

    def _check_service(self, service: str) -> None:
        services = self._given.get("services", {})
        if service not in services:
            names = ", ".join(f"'{name}'" for name in services) or "none"
            raise ContainerError(
                f"There is no service '{service}'. Services: {names}."
                f"{suggest_alike(service, services)}"
            )

    def _published(self, state: Mapping[str, Any]) -> dict[int, int]:
        """Return the port on the host for each TCP port that a container publishes."""
        ports = state["NetworkSettings"].get("Ports") or {}
        return {
            int(port.partition("/")[0]): int(bindings[0]["HostPort"])
            for port, bindings in ports.items()
            if bindings and not port.endswith("/udp")
        }


def name_of(state: Mapping[str, Any]) -> str:
    """Return the name of a container, without the slash that Docker puts before it."""
    return str(state["Name"]).lstrip("/")


def _labels(state: Mapping[str, Any]) -> Mapping[str, str]:
    return state["Config"].get("Labels") or {}


def _add_environment(service: Config, environment: Mapping[str, str]) -> None:
    service["environment"] = {**(service.get("environment") or {}), **literal(environment)}
