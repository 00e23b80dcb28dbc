"""Keywords about servers."""

import socket
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from robot.api import logger
from robot.api.deco import keyword
from robot.api.types import Secret
from robot.libraries.BuiltIn import BuiltIn

from robot_cherrypy.errors import ServerError
from robot_cherrypy.harness.child_process import ChildProcessServer
from robot_cherrypy.harness.configuration import read
from robot_cherrypy.harness.in_process import InProcessServer
from robot_cherrypy.harness.listening import Kind
from robot_cherrypy.harness.registry import Servers
from robot_cherrypy.harness.server import Isolation, Launch, Server, Stopped
from robot_cherrypy.keywords.options import Options


class ServerKeywords:
    """Starting, stopping and finding the servers under test."""

    def __init__(self, servers: Servers, options: Options) -> None:
        self._servers = servers
        self._options = options

    @keyword
    def start_server(
        self,
        app: str,
        server: Kind | None = None,
        alias: str | None = None,
        host: str = "127.0.0.1",
        port: int = 0,
        mount: str = "/",
        config: Mapping[str, Any] | str | None = None,
        isolation: Isolation = "thread",
    ) -> str:
        """Start a server with an application and make it the current one.

        The server answers when the keyword returns. One that is not stopped is stopped at the end
        of the suite that started it.

        Args:
            app: ``module:attribute``. The attribute is a class or an instance with exposed page
                handlers, a ``cherrypy.Application``, a WSGI or an ASGI callable, or a function
                without arguments that returns one of these. A ``module`` alone is either the
                settings of a Django project, or is imported and has to mount on ``cherrypy.tree``
                itself. Modules are found as Python finds them, in the current folder, and in the
                folder of the suite.
            server: ``threaded`` for CherryPy's own server, ``async`` for the asyncio server, which
                also takes coroutines as page handlers. The library's ``server`` option by default.
            alias: Name for other keywords; the value of ``app`` by default.
            host: Address to bind. Anything but loopback can be reached from other machines.
            port: Port to bind, 0 for any free one.
            mount: Path of the application, beginning with a slash.
            config: A CherryPy configuration file, or a dictionary: of sections, or of entries such
                as ``tools.sessions.on=True`` for the whole application. Texts in a dictionary are
                read as in a configuration file, so that ``False`` is false, and a ``Secret`` is
                taken for its value. Addresses in it are ignored.
            isolation: ``thread`` for a server in the process of the test, ``process`` for one in a
                child process, which can be killed.

        Returns:
            The base URL, such as ``http://127.0.0.1:41234``, without a trailing slash.

        Raises:
            ApplicationError: The application cannot be found, imported, made or mounted.
            ServerError: The port is taken, a listener of the application raised, or the child
                process was not ready within the library's ``timeout``.

        Example:
        | ${url} =    Start Server    sample_app.echo:Echo    server=async
        """
        _check_path(mount)
        launch = Launch(
            application=app,
            alias=self._servers.free_alias(alias, app),
            kind=server or self._options.server,
            host=host,
            port=port,
            mount=mount,
            configuration=read(_revealed(config)),
            search_path=_search_path(),
            owner=_variable("${SUITE_NAME}") or "",
            timeout=self._options.timeout_seconds,
        )
        started = self._servers.start(launch, isolation)
        logger.info(f"Server '{started.alias}' ({launch.kind}) answers at {started.url}.")
        return started.url

    @keyword
    def stop_server(self, alias: str | None = None) -> None:
        """Stop a server. The one started last among those left becomes the current one.

        Requests in flight get one second to finish. Those that do not are cut, and a warning
        names them.

        Args:
            alias: Which server; the current one by default.

        Raises:
            ServerError: There is no such server, or it stopped with an error of the application's:
                it is stopped all the same.

        Example:
        | Stop Server
        """
        server = self._servers.get(alias)
        _report(server, self._servers.stop(server.alias))

    @keyword
    def stop_all_servers(self) -> None:
        """Stop every server; pass if there is none.

        Raises:
            ServerError: One stopped with an error of the application's. All are stopped all the
                same.

        Example:
        | Stop All Servers
        """
        self.stop_servers(self._servers.running)

    def stop_servers(self, servers: list[Server]) -> None:
        """Stop several servers, newest first; then raise the first error."""
        errors = []
        for server in reversed(servers):
            try:
                _report(server, self._servers.stop(server.alias))
            except ServerError as error:
                errors.append(error)
        if errors:
            raise errors[0]

    @keyword
    def restart_server(self, alias: str | None = None) -> str:
        """Stop a server and start it again, on the same port and with the application made anew.

        Modules are not imported again: use ``isolation=process`` where that matters.

        Args:
            alias: Which server; the current one by default.

        Returns:
            The base URL, which is the one it had.

        Raises:
            ServerError: There is no such server, or it does not start again.

        Example:
        | Restart Server
        """
        old = self._servers.get(alias)
        server, stopped = self._servers.restart(old.alias)
        _report(old, stopped)
        return server.url

    @keyword
    def switch_server(self, alias: str) -> str | None:
        """Make a server the current one.

        Args:
            alias: Which server.

        Returns:
            The alias of the server that was the current one.

        Raises:
            ServerError: There is no such server.

        Example:
        | Start Server    sample_app.echo:Echo    alias=first
        | Start Server    sample_app.echo:Echo    alias=second
        | ${previous} =    Switch Server    first
        """
        return self._servers.switch(alias)

    @keyword
    def get_server_url(self, alias: str | None = None) -> str:
        """Return the base URL of a server, without a trailing slash.

        Args:
            alias: Which server; the current one by default.

        Returns:
            Such as ``http://127.0.0.1:41234``.

        Raises:
            ServerError: There is no such server.

        Example:
        | ${url} =    Get Server Url
        """
        return self._servers.get(alias).url

    @keyword
    def server_should_be_running(self, alias: str | None = None) -> None:
        """Fail unless a server was started and accepts connections.

        Args:
            alias: Which server; the current one by default.

        Raises:
            AssertionError: It is not running; the message says how it ended.

        Example:
        | Server Should Be Running
        """
        name, reason = self._why_not_running(alias)
        if reason is not None:
            raise AssertionError(f"{name} should be running, but {reason}.")

    @keyword
    def server_should_not_be_running(self, alias: str | None = None) -> None:
        """Fail if a server accepts connections.

        A server that ended by itself fails the test during which it did, unless this keyword shows
        that it was meant to.

        Args:
            alias: Which server; the current one by default.

        Raises:
            AssertionError: It is running; the message says where.

        Example:
        | Server Should Not Be Running    alias=shop
        """
        name, reason = self._why_not_running(alias)
        if reason is None:
            url = self._servers.get(alias).url
            raise AssertionError(f"{name} should not be running, but it answers at {url}.")
        if self._servers.running:
            self._servers.expect_end(alias)

    @keyword
    def mount_application(
        self, app: str, path: str, config: Mapping[str, Any] | str | None = None
    ) -> None:
        """Mount a further application on the current server while it runs.

        Args:
            app: As for `Start Server`.
            path: Where, beginning with a slash.
            config: As for `Start Server`.

        Raises:
            ApplicationError: The application cannot be found, imported, made or mounted.
            ServerError: The current server runs in a child process.

        Example:
        | Start Server    sample_app.echo:Echo
        | Mount Application    sample_app.echo:AsyncEcho    /other    {'tools.gzip.on': True}
        """
        _check_path(path)
        self._in_process("Mount Application").mount(app, path, read(_revealed(config)))

    @keyword
    def unmount_application(self, path: str) -> None:
        """Take an application off the current server; its path then answers 404.

        Args:
            path: Where it is mounted.

        Raises:
            ServerError: Nothing is mounted there, or the current server runs in a child process.

        Example:
        | Start Server    sample_app.echo:Echo
        | Mount Application    sample_app.echo:Echo    /other
        | Unmount Application    /other
        """
        self._in_process("Unmount Application").unmount(path)

    def _in_process(self, keyword_name: str) -> InProcessServer:
        server = self._servers.get()
        if not isinstance(server, InProcessServer):
            raise ServerError(
                f"Server '{server.alias}' runs in another process: '{keyword_name}' needs"
                " isolation=thread."
            )
        return server

    def _why_not_running(self, alias: str | None) -> tuple[str, str | None]:
        """Return how to call a server, and why it is not running or None."""
        running = self._servers.running
        if alias is None and not running:
            return "A server", "none was started"
        server = self._servers.get() if alias is None else self._servers.find(alias)
        if server is None:
            return f"Server '{alias}'", "it is not started"
        return f"Server '{server.alias}'", server.ended_by or _refusal(server)


def _revealed(config: Mapping[str, Any] | str | None) -> Mapping[str, Any] | str | None:
    """Take secrets out of what keeps them from the log."""
    if not isinstance(config, Mapping):
        return config
    return {
        key: _revealed(value) if isinstance(value, Mapping) else _plain(value)
        for key, value in config.items()
    }


def _plain(value: Any) -> Any:
    return value.value if isinstance(value, Secret) else value


def _check_path(path: str) -> None:
    if not path.startswith("/"):
        raise ServerError(f"'{path}' is no path: it has to begin with a slash.")


def _search_path() -> tuple[Path, ...]:
    """Where an application may lie: the current folder and the one of the suite."""
    source = _variable("${SUITE_SOURCE}")
    suite = Path(source) if source else Path.cwd()
    return Path.cwd(), suite if suite.is_dir() else suite.parent


def _variable(name: str) -> str | None:
    value: str | None = BuiltIn().get_variable_value(name)
    return value


def _refusal(server: Server) -> str | None:
    address = urlsplit(server.url)
    assert address.hostname is not None
    try:
        with socket.create_connection((address.hostname, address.port or 80), timeout=1):
            return None
    except OSError as error:
        return f"{server.url} does not answer: {error.strerror or error}"


def _report(server: Server, stopped: Stopped) -> None:
    if isinstance(server, ChildProcessServer) and server.output.count:
        logger.info(f"Output of server '{server.alias}':\n{server.output.text}")
    if stopped.cut:
        logger.warn(
            f"Server '{server.alias}' stopped while requests were in flight: "
            f"{', '.join(stopped.cut)}."
        )
    if stopped.errors:
        raise ServerError(
            f"Server '{server.alias}' stopped with an error: {'; '.join(stopped.errors)}"
        )
