"""Whether `robot-cherrypy serve` serves in several processes, and at which address."""

from typing import Any

from cherrypy._cpserver import Server as ServerSettings

from robot_cherrypy.errors import MissingExtraError, ServerError
from robot_cherrypy.harness.configuration import Configuration
from robot_cherrypy.harness.server_thread import Kind
from robot_cherrypy.settings.worker_count import number_of_workers


def serve_in_several(
    workers: int | str | None,
    kind: Kind,
    host: str | None,
    port: int | None,
    configuration: Configuration,
) -> int | None:
    """Serve by worker processes if there are to be several.

    Args:
        workers: How many, or "auto"; else `server.workers` of the configuration, else one.
        kind: Which server.
        host: See `set_address`.
        port: See `set_address`.
        configuration: CherryPy configuration in sections.

    Returns:
        The exit code, when they have ended. None if this process is to serve: because it is one of
        them, or because there is to be one only.

    Raises:
        ServerError: There cannot be worker processes with this server, or here.
        MissingExtraError: The packages of the asyncio server are not installed.
    """
    settings = ServerSettings()
    for key, value in configuration.get("global", {}).items():
        namespace, _, name = key.partition(".")
        if namespace == "server":
            setattr(settings, name, value)
    if workers is not None:
        settings.workers = workers
    count = number_of_workers(settings)
    if count == 1:
        return None
    if kind != "async":
        raise ServerError(
            f"server.workers is {settings.workers!r}: CherryPy's own server has one process. Add"
            " --server async, or start several servers on ports of their own behind a load"
            " balancer."
        )
    try:
        from robot_cherrypy.aio.worker_processes import parent, worker  # noqa: PLC0415 - an extra
    except ModuleNotFoundError as error:
        raise MissingExtraError("The asyncio server", "async") from error
    this = worker.current()
    if this is not None:
        this.join_bus()
        return None
    set_address(settings, host, port, configuration)
    return parent.serve_by_workers(count, settings)


def set_address(
    settings: Any, host: str | None, port: int | None, configuration: Configuration
) -> None:
    """Set the address to bind.

    Args:
        settings: Attributes as of `cherrypy.server`.
        host: The address, else `server.socket_host` of the configuration, else loopback.
        port: The port, 0 for a free one, else `server.socket_port`, else 8080.
        configuration: CherryPy configuration in sections.
    """
    entries = configuration.get("global", {})
    settings.socket_host = host or entries.get("server.socket_host", "127.0.0.1")
    if port is None:
        port = entries.get("server.socket_port", settings.socket_port)
    settings.socket_port = port
