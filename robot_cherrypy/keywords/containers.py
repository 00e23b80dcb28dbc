"""Keywords that start containers, and use them."""

from datetime import timedelta
from pathlib import Path
from typing import Any

from robot.api.deco import keyword
from robot.api.types import Secret

from robot_cherrypy.containers.engine import EngineName
from robot_cherrypy.errors import ContainerError
from robot_cherrypy.evidence import logger
from robot_cherrypy.evidence.known_secrets import SECRETS
from robot_cherrypy.keywords.files_of_suites import found
from robot_cherrypy.keywords.running_containers import RunningContainers
from robot_cherrypy.keywords.running_hosts import RunningHosts

# How long containers may take to be ready. An image that is not there is downloaded in that time.
_TIMEOUT = timedelta(minutes=3)


class ContainerKeywords:
    """Starting containers of Docker or Podman beside the application, and using them."""

    def __init__(self, running: RunningContainers, hosts: RunningHosts) -> None:
        self._running = running
        self._hosts = hosts

    @keyword
    def start_containers(
        self,
        *compose_file: Path,
        project: str | None = None,
        services: list[str] | str = (),  # type: ignore[assignment]
        engine: EngineName | None = None,
        timeout: timedelta = _TIMEOUT,
        environment: dict[str, Any] | None = None,
        reports: bool = False,
    ) -> str:
        """Start the services of a compose file in containers; return when all are ready.

        A container is ready when its health check passes; without one, when it accepts connections
        on the ports that it publishes. A container that ends with exit code 0 was a job, and is
        ready too.

        The project is one of its own, whatever else runs on the machine. A published port becomes a
        free one on loopback: `Get Container Url` returns it. Names of containers, volumes and
        networks are those of the project, and images of services with ``build`` are built. All of
        it is removed by `Stop Containers`, or else at the end of the suite that started it, even if
        the run is killed. What is ``external`` is used and not removed.

        Docker Compose 2 reads the file, for Podman too: ``pip install
        'robotframework-cherrypy[containers]'``.

        Args:
            compose_file: The file, from the folder of the suite or the current one; of several, a
                later one overrides an earlier one.
            project: Name of the project: lower-case letters, digits, ``-`` and ``_``. By default
                one that nobody else has.
            services: Which services, a list or names separated by commas; those that they depend on
                start too. By default all without a profile.
            engine: ``docker`` or ``podman``; by default Docker, or Podman where no Docker answers.
            timeout: How long it may take until all are ready, with downloads and builds.
            environment: Variables that all containers get, a dictionary. A ``Secret`` stands
                for its value.

            reports: Whether servers in the containers report errors, requests and logs to the
                test, as `Receive Reports` describes. The port for it is open on Docker's bridge;
                with Podman, or an engine in a virtual machine, also to other machines, which lack
                the token.

        Returns:
            The name of the project.

        Raises:
            ContainerError: There is no engine or no Compose, the file is missing or wrong, an image
                can be neither built nor downloaded, or a container did not become ready: the
                message has the last lines of its log.

        Example:
        | Start Containers    compose.yaml    services=database,mail
        | ${url} =    Get Container Url    mail    8025
        """
        if not compose_file:
            raise ContainerError("'Start Containers' needs a compose file.")
        names = _names(services)
        files = [found(file) for file in compose_file]
        started = self._running.start(
            files,
            project,
            names,
            engine,
            timeout.total_seconds(),
            _revealed(environment or {}),
            reports=reports,
        )
        for state in started.containers():
            logger.info(f"Container '{state['Name'].lstrip('/')}' is {state['State']['Status']}.")
        return started.name

    @keyword
    def start_container(
        self,
        image: str,
        port: int,
        *command: str,
        alias: str | None = None,
        engine: EngineName | None = None,
        timeout: timedelta = _TIMEOUT,
        **environment: Any,
    ) -> str:
        """Start a container of an image, such as a database, a broker or a mail server.

        It is ready when the health check of the image passes, or, without one, when it accepts
        connections on the port. It is removed at the end of the suite, as those of `Start
        Containers` are.

        Args:
            image: Name of the image. If it is not there, it is downloaded.
            port: The port of the container to publish, as a free one on loopback.
            command: The command of the container and its arguments; that of the image by default.
            alias: Name of the container for other keywords, which use it as that of a service; the
                last part of the image's name by default, such as ``postgres``.
            engine: ``docker`` or ``podman``, as for `Start Containers`.
            timeout: How long it may take until it is ready.
            environment: Environment variables of the container; a ``Secret`` stands for its value.

        Returns:
            Where the port is: host and port, such as ``127.0.0.1:41234``.

        Raises:
            ContainerError: There is no engine or no Compose, there is no such image, or the
                container did not become ready.

        Example:
        | ${address} =    Start Container    postgres:17    5432    POSTGRES_PASSWORD=secret
        | Start PostgreSQL    postgresql://postgres:secret@${address}/postgres
        | ${database} =    Create Database
        """
        name = alias or image.rpartition("/")[2].partition(":")[0].partition("@")[0]
        service: dict[str, Any] = {"image": image, "ports": [{"target": port}]}
        if command:
            service["command"] = list(command)
        started = self._running.start_single(
            name, service, engine, timeout.total_seconds(), _revealed(environment)
        )
        host, published = started.address(name, port)
        return f"{host}:{published}"

    @keyword
    def stop_containers(self, project: str | None = None) -> None:
        """Remove the containers of a project, with its volumes, networks and images.

        What the containers have logged is written to the log of the test before.

        Args:
            project: Name of the project, or the alias of `Start Container`; by default what was
                started last.

        Raises:
            ContainerError: There is no such project, or containers of it are left.

        Example:
        | Start Containers    compose.yaml    project=shop
        | Stop Containers    shop
        """
        self._running.stop(project)

    @keyword
    def get_container_url(
        self, service: str, port: int, scheme: str = "http", index: int | None = None
    ) -> str:
        """Return the URL at which a port of a container is reached from the test.

        Args:
            service: Name of the service in the compose file.
            port: The port inside the container, which it has to publish.
            scheme: How the URL begins, such as ``https`` or ``redis``.
            index: Number of the container if the service has several, from 1; the first that there
                is by default.

        Returns:
            A URL such as ``http://127.0.0.1:41234``, without a trailing slash.

        Raises:
            ContainerError: No containers were started, there is no such service or container, or it
                does not publish the port.

        Example:
        | Start Containers    compose.yaml
        | ${url} =    Get Container Url    shop    8080
        | Open Headless Browser    ${url}/
        """
        host, published = self._running.of(service).address(service, port, index)
        return f"{scheme}://{host}:{published}"

    @keyword
    def run_in_container(
        self,
        service: str,
        command: str,
        index: int | None = None,
        timeout: timedelta = timedelta(minutes=1),
    ) -> str:
        """Run a command in a container and return what it printed.

        Args:
            service: Name of the service.
            command: The command, which the container's ``/bin/sh`` reads.
            index: Number of the container, as for `Get Container Url`.
            timeout: How long the command may take.

        Returns:
            The standard output, without line breaks at its end. What was printed to standard error
            is written to the log.

        Raises:
            ContainerError: There is no such container, the command ended with an exit code other
                than 0, or it took too long.

        Example:
        | Start Containers    compose.yaml
        | ${name} =    Run In Container    shop    hostname
        """
        project = self._running.of(service)
        container = project.container(service, index)
        ended = project.engine.try_to_run(
            *("exec", container["Id"], "/bin/sh", "-c", command), timeout=timeout.total_seconds()
        )
        if ended.stderr:
            logger.info(ended.stderr)
        if ended.returncode:
            printed = (ended.stdout + ended.stderr).strip() or "nothing"
            raise ContainerError(
                f"'{command}' in service '{service}' ended with exit code {ended.returncode}."
                f" It printed: {printed}"
            )
        return ended.stdout.rstrip("\n")

    @keyword
    def scale_service(self, service: str, replicas: int, timeout: timedelta = _TIMEOUT) -> None:
        """Have a number of containers of a service; return when all are ready.

        Those that are there go on. Each has ports of its own: see ``index`` of `Get Container Url`.
        A service that `Deploy Stack` has deployed on hosts is scaled there.

        Args:
            service: Name of the service.
            replicas: How many containers it has from then on, 0 or more.
            timeout: How long it may take until all are ready.

        Raises:
            ContainerError: There is no such service, or a container did not become ready.
            HostError: One on a host did not become ready, or each host has one, by its ``mode``.

        Example:
        | Start Containers    compose.yaml
        | Scale Service    shop    3
        """
        seconds = timeout.total_seconds()
        if self._hosts.has_service(service):
            self._hosts.service(service).scale(replicas, seconds)
        else:
            self._running.of(service).scale(service, replicas, seconds)

    @keyword
    def build_image(
        self,
        folder: Path,
        tag: str | None = None,
        file: str | None = None,
        engine: EngineName | None = None,
        timeout: timedelta = timedelta(minutes=10),
        **arguments: Any,
    ) -> str:
        """Build an image, which is removed at the end of the suite, even if the run is killed.

        Args:
            folder: The folder with the ``Dockerfile``, from the folder of the suite or the current
                one.
            tag: Name of the image; by default one that nobody else has.
            file: Name of another file than ``Dockerfile`` in the folder.
            engine: ``docker`` or ``podman``, as for `Start Containers`.
            timeout: How long it may take.
            arguments: Build arguments, the ``ARG`` of the file.

        Returns:
            The name of the image.

        Raises:
            ContainerError: There is no engine or folder, or the build failed: the message has the
                end of its output.

        Example:
        | ${image} =    Build Image    shop    tag=shop:test
        | ${address} =    Start Container    ${image}    8080
        """
        path = found(folder)
        return self._running.build(
            path, tag, file, engine, timeout.total_seconds(), _revealed(arguments)
        )


def _names(services: list[str] | str) -> list[str]:
    names = services.split(",") if isinstance(services, str) else services
    return [name.strip() for name in names if name.strip()]


def _revealed(values: dict[str, Any]) -> dict[str, str]:
    """Return values as texts, those of secrets too, which are masked from then on."""
    SECRETS.add(value.value for value in values.values() if isinstance(value, Secret))
    return {
        name: value.value if isinstance(value, Secret) else str(value)
        for name, value in values.items()
    }
