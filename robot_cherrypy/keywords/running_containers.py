"""The containers and images that the keywords of one library have started and built."""

import json
import secrets
import signal
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from robot_cherrypy.cleanup import Cleanup, Stage
from robot_cherrypy.containers.compose import literal
from robot_cherrypy.containers.compose_project import HOST_NAMES, Project, name_of
from robot_cherrypy.containers.engine import EngineName, find_engine, last_lines
from robot_cherrypy.containers.guarded_command import as_podman_ends, run_guarded
from robot_cherrypy.containers.reaper import Reaper
from robot_cherrypy.errors import ContainerError
from robot_cherrypy.evidence import logger
from robot_cherrypy.evidence.known_secrets import SECRETS
from robot_cherrypy.keywords.reports import Reports

# How many lines of each container's log are written to the log of the test at its stop.
_KEPT_LINES = 200

# The label of images that `Build Image` has built.
_BUILD_LABEL = "org.robotframework.cherrypy.build"


class RunningContainers:
    """Starts, finds and stops projects."""

    def __init__(self, cleanup: Cleanup, reports: Reports) -> None:
        self._cleanup = cleanup
        self._reports = reports
        self._projects: dict[str, Project] = {}

    def start(
        self,
        files: Sequence[Path],
        name: str | None,
        services: Sequence[str],
        engine: EngineName | None,
        timeout: float,
        environment: Mapping[str, str],
        alias: str | None = None,
        *,
        reports: bool = False,
    ) -> Project:
        """Start a project, which is stopped at the end of the suite."""
        found = find_engine(engine)
        project = Project(found, files, name=name, container_environment=environment)
        if reports:
            address = found.address_for_containers()
            variables = self._reports.receive(address, 0, HOST_NAMES[found.name])
            project.report_to_host(variables)
        try:
            project.start(services, timeout)
        finally:
            SECRETS.add_settings(project.settings())
        key = alias or project.name
        self._projects[key] = project
        self._cleanup.at_end_of_suite(_cleanup_name(key), lambda: self._stop(key), Stage.DATABASES)
        return project

    def start_single(
        self,
        alias: str,
        service: Mapping[str, Any],
        engine: EngineName | None,
        timeout: float,
        environment: Mapping[str, str],
    ) -> Project:
        """Start a project with a single container."""
        if alias in self._projects:
            raise ContainerError(f"There is a container '{alias}' already: choose another alias.")
        with tempfile.TemporaryDirectory(prefix="robot-cherrypy-") as folder:
            file = Path(folder, "compose.json")
            file.write_text(json.dumps({"services": {alias: literal(service)}}))
            return self.start([file], None, [], engine, timeout, environment, alias)

    def stop(self, key: str | None) -> None:
        """Stop a project, by default the newest."""
        if key is None:
            key = next(reversed(self._projects), "")
        if key not in self._projects:
            names = ", ".join(f"'{name}'" for name in self._projects) or "none"
            raise ContainerError(
                f"No containers of project '{key}' were started. Started: {names}."
            )
        self._cleanup.withdraw(_cleanup_name(key))
        self._stop(key)

    def _stop(self, key: str) -> None:
        project = self._projects.pop(key)
        for state in project.containers():
            log = project.engine.log(state["Id"], lines=_KEPT_LINES)
            logger.info(f"Log of container '{name_of(state)}':\n{log}")
        project.stop()

    def of(self, service: str) -> Project:
        """Return the newest project with a service.

        Raises:
            ContainerError: No containers were started, or no project has the service.
        """
        if not self._projects:
            raise ContainerError("No containers were started: use 'Start Containers' first.")
        projects = list(reversed(self._projects.values()))
        return next((each for each in projects if each.has_service(service)), projects[0])

    def build(
        self,
        folder: Path,
        tag: str | None,
        file: str | None,
        engine_name: EngineName | None,
        timeout: float,
        arguments: Mapping[str, str],
    ) -> str:
        """Build an image, which is removed at the end of the suite; return its name."""
        dockerfile = folder / (file or "Dockerfile")
        if not dockerfile.is_file():
            raise ContainerError(f"There is no '{dockerfile}'.")
        engine = find_engine(engine_name)
        token = secrets.token_hex(4)
        name = tag or f"robot-{token}"
        label = f"{_BUILD_LABEL}={token}"
        reaper = Reaper(engine, label)
        self._cleanup.at_end_of_suite(f"image '{name}'", reaper.remove, Stage.IMAGES)
        given = [word for pair in arguments.items() for word in ("--build-arg", "=".join(pair))]
        command = [
            *(
                str(engine.executable),
                "build",
                "--force-rm",
                "--tag",
                name,
                "--label",
                label,
                *given,
            ),
            *("--file", str(dockerfile.resolve()), str(folder.resolve())),
        ]
        is_podman = engine.name == "podman"
        code, output = run_guarded(
            f"Build of image '{name}'",
            as_podman_ends(command) if is_podman else command,
            timeout=timeout,
            stop_signal=signal.SIGTERM if is_podman else signal.SIGKILL,
        )
        if code is None:
            raise ContainerError(
                f"Image '{name}' was not built within {timeout:g} s. The build said:\n"
                f"{last_lines(output)}"
            )
        if code:
            raise ContainerError(
                f"Image '{name}' was not built. The build said:\n{last_lines(output)}"
            )
        return name


def _cleanup_name(key: str) -> str:
    return f"containers of '{key}'"
