"""Keywords that do to containers what happens in production: crashes, pauses, cut networks."""

from typing import Any

from robot.api.deco import keyword

from robot_cherrypy.containers.compose_project import Project, name_of
from robot_cherrypy.errors import ContainerError
from robot_cherrypy.keywords.running_containers import RunningContainers

# How long a container may take to be ready after a restart, in seconds.
_TIMEOUT = 180.0


class ContainerFaultKeywords:
    """Killing, pausing and disconnecting containers, and bringing them back."""

    def __init__(self, running: RunningContainers) -> None:
        self._running = running

    @keyword
    def kill_container(self, service: str, signal: str = "KILL", index: int | None = None) -> None:
        """Send a signal to a container, as if it had crashed. `Restart Container` starts it again.

        Args:
            service: Name of the service.
            signal: Name of the signal, such as ``TERM``, which asks it to end.
            index: Number of the container if the service has several, from 1; the first that there
                is by default.

        Raises:
            ContainerError: There is no such container, or it does not run.

        Example:
        | Start Containers    compose.yaml
        | Kill Container    database
        | Restart Container    database
        """
        self._run("kill", service, index, f"--signal={signal}")

    @keyword
    def restart_container(self, service: str, index: int | None = None) -> None:
        """Stop a container if it runs, and start it again; return when it is ready.

        Its files are kept. Its ports on the host are those of before where `Start Containers` had
        chosen them, that is for a service with a single container.

        Args:
            service: Name of the service.
            index: Number of the container, as for `Kill Container`.

        Raises:
            ContainerError: There is no such container, or it did not become ready.

        Example:
        | Start Containers    compose.yaml
        | Restart Container    database
        """
        project, state = self._run("restart", service, index)
        project.wait_until_ready([state["Id"]], _TIMEOUT)

    @keyword
    def pause_container(self, service: str, index: int | None = None) -> None:
        """Freeze all processes of a container: it keeps its connections, and answers nothing.

        Args:
            service: Name of the service.
            index: Number of the container, as for `Kill Container`.

        Raises:
            ContainerError: There is no such container, or it does not run or is paused already.

        Example:
        | Start Containers    compose.yaml
        | Pause Container    database
        | Resume Container    database
        """
        self._run("pause", service, index)

    @keyword
    def resume_container(self, service: str, index: int | None = None) -> None:
        """Let the processes of a paused container go on.

        Args:
            service: Name of the service.
            index: Number of the container, as for `Kill Container`.

        Raises:
            ContainerError: There is no such container, or it is not paused.

        Example:
        | Start Containers    compose.yaml
        | Pause Container    database
        | Resume Container    database
        """
        self._run("unpause", service, index)

    @keyword
    def disconnect_container(
        self, service: str, network: str | None = None, index: int | None = None
    ) -> None:
        """Cut a container off a network: its packets reach nobody, and its name is unknown there.

        Args:
            service: Name of the service.
            network: Name of the network in the compose file; by default all that it is in. The
                ports that it publishes may be cut with them.
            index: Number of the container, as for `Kill Container`.

        Raises:
            ContainerError: There is no such container, or it is not in the network.

        Example:
        | Start Containers    compose.yaml
        | Disconnect Container    database
        | Reconnect Container    database
        """
        self._running.of(service).disconnect(service, network, index)

    @keyword
    def reconnect_container(self, service: str, index: int | None = None) -> None:
        """Connect a container again to the networks that it was cut off.

        Args:
            service: Name of the service.
            index: Number of the container, as for `Kill Container`.

        Raises:
            ContainerError: There is no such container, or it was not disconnected.

        Example:
        | Start Containers    compose.yaml
        | Disconnect Container    database
        | Reconnect Container    database
        """
        self._running.of(service).reconnect(service, index)

    def _run(
        self, command: str, service: str, index: int | None, *options: str
    ) -> tuple[Project, dict[str, Any]]:
        """Run a command of the engine on a container; return its project and what it was."""
        project = self._running.of(service)
        state = project.container(service, index)
        status = state["State"]["Status"]
        # Podman's "stopped" lasts until it has cleaned up; Docker has no such state.
        status = "exited" if status == "stopped" else status
        if command in {"kill", "pause"} and status != "running":
            raise ContainerError(f"Container '{name_of(state)}' does not run: it is {status}.")
        if command == "unpause" and status != "paused":
            raise ContainerError(f"Container '{name_of(state)}' is not paused: it is {status}.")
        project.engine.run(command, *options, state["Id"])
        return project, state
