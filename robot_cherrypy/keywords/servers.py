"""Keywords about servers."""

import contextlib
import socket
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from robot.api.deco import keyword
from robot.api.types import Secret
from robot.libraries.BuiltIn import BuiltIn

from robot_cherrypy.cleanup import Cleanup, Stage
from robot_cherrypy.errors import ServerError
from robot_cherrypy.evidence import logger
from robot_cherrypy.evidence.run_history import RunHistory
from robot_cherrypy.harness.authority import write_certificate
from robot_cherrypy.harness.configuration import Configuration, read
from robot_cherrypy.harness.registry import Servers
from robot_cherrypy.harness.server import Isolation, Launch, Server, Stopped
from robot_cherrypy.harness.server_thread import Kind
from robot_cherrypy.keywords.options import Options
from robot_cherrypy.stack.temporary_folder import TemporaryFolder
from robot_cherrypy.traffic.journal import JOURNAL


class ServerKeywords:
    """Starting, stopping and finding the servers under test."""

    def __init__(
        self, servers: Servers, options: Options, history: RunHistory, cleanup: Cleanup
    ) -> None:
        self._servers = servers
        self._options = options
        self._history = history
        self._cleanup = cleanup

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
        env: Mapping[str, Any] | None = None,
        cwd: Path | None = None,
        public_url: str | None = None,
        https: bool = False,
    ) -> str:
        """Start a server with an application and make it the current one.

        When the keyword returns, the server accepts connections. It is stopped by `Stop Server`, or
        else at the end of the suite that started it.

        Args:
            app: ``module:attribute``. The attribute is a class or an instance with exposed page
                handlers, a ``cherrypy.Application``, a WSGI or an ASGI callable, or a function
                without arguments that returns one of these. A ``module`` without an attribute is
                the settings of a Django project, or a module that mounts its applications on
                ``cherrypy.tree`` while it is imported. Modules are looked for where Python looks
                for them, in the current folder, and in the folder of the suite.
            server: ``threaded`` for CherryPy's own server; ``async`` for the asyncio server, on
                which page handlers may be coroutines. The library's ``server`` by default.
            alias: Name of the server for other keywords; the value of ``app`` by default.
            host: Address to bind. Any but a loopback address can be reached from other machines.
            port: Port to bind; 0, the default, for any free one.
            mount: Path to mount the application at, beginning with a slash.
            config: Name of a CherryPy configuration file, or a dictionary of sections, or one of
                entries such as ``tools.sessions.on=True``, which hold for the whole application.
                Text in a dictionary is evaluated as in a file: ``False`` is false. A ``Secret``
                stands for its value. Address and port in a configuration are ignored.
            isolation: ``thread`` for a server in the process of the test; ``process`` for one in a
                child process, which `Kill Server` can kill.
            env: Dictionary of environment variables that the server has while it runs; ``${None}``
                is for one that it has not, and a ``Secret`` stands for its value. With
                ``isolation=thread`` the test has them as well, and servers that run at the same
                time cannot have different values; a module that reads them while it is imported
                does so once.
            cwd: Current folder of the server, in which modules are looked for first. Only with
                ``isolation=process``, as threads share one.
            public_url: URL by which browsers on other machines reach the server, such as
                ``http://ci.example`` or that of a proxy; without a port, the server's is added.
                Needs a ``host`` that they can reach.
            https: Whether it speaks TLS. Its certificate is for ``localhost``, ``host`` and the
                name in ``public_url``. An authority that is made for the run has signed it, and
                browsers that are opened afterwards trust that. Needs the extra ``https``.

        Returns:
            The base URL, such as ``http://127.0.0.1:41234``, or ``public_url`` if there is one,
            without a trailing slash.

        Raises:
            ApplicationError: The application cannot be found, imported, made or mounted.
            ServerError: The alias or the port is taken, a setting or a certificate is wrong, a
                listener of the application on the engine raised an error, ``env`` or ``cwd`` is
                impossible with this ``isolation``, ``public_url`` is no URL of a server, ``config``
                has a certificate in spite of ``https``, or the application did not start up within
                the library's ``timeout``: the message shows where it is.

        Example:
        | ${url} =    Start Server    sample_app.echo:Echo    server=async    alias=echo
        | Open Headless Browser    ${url}/
        | &{env} =    Create Dictionary    SHOP_MODE=demo
        | Start Server    sample_app.echo:Echo    alias=demo    env=${env}
        | Start Server    sample_app.echo:Echo    alias=safe    https=True
        """
        _check_path(mount)
        alias = self._servers.free_alias(alias, app)
        configuration = read(_reveal(config))
        public_url = _public_url(public_url)
        authority = None
        if https:
            folder = self._folder_for_certificates(alias)
            authority = _speak_tls(configuration, folder, host, public_url)
        launch = Launch(
            application=app,
            alias=alias,
            kind=server or self._options.server,
            isolation=isolation,
            host=host,
            port=port,
            mount=mount,
            configuration=configuration,
            search_path=_search_path(),
            timeout=self._options.timeout_seconds(),
            long_polls=self._options.long_polls,
            environment=_environment(_reveal(env or {})),
            folder=_folder(cwd),
            public_url=public_url,
            authority=authority,
        )
        started = self._servers.start(launch)
        self._cleanup.at_end_of_suite(
            _name(started.alias), lambda: self._stop_if_started(started.alias), Stage.SERVERS
        )
        logger.info(f"Server '{started.alias}' ({launch.kind}) answers at {started.public_url}.")
        for remark in started.remarks:
            logger.warn(f"Server '{started.alias}': {remark}")
        return started.public_url

    def _folder_for_certificates(self, alias: str) -> Path:
        """Return a folder for the certificates of a server, which is there until its suite ends."""
        folder = TemporaryFolder()
        self._cleanup.at_end_of_suite(
            f"the certificates of {_name(alias)}",
            folder.delete,
            Stage.DATABASES,  # later than servers
        )
        return folder.path

    @keyword
    def stop_server(self, alias: str | None = None) -> None:
        """Stop a server. Of those that are left, the one started last becomes the current one.

        Requests in flight have one second to finish. Those that have not are cut, and a warning
        names them, with the tests that they came in. WebSockets, server-sent events and the
        library's ``long_polls`` are cut at once when nothing else is in flight, without a warning.

        Args:
            alias: Alias of the server; the current server by default.

        Raises:
            ServerError: There is no such server, or its application did not shut down or one of its
                listeners raised an error. In these cases, the server has stopped nevertheless.

        Example:
        | Start Server    sample_app.echo:Echo    alias=shop
        | Stop Server    shop
        """
        self._stop(self._servers.get(alias))

    @keyword
    def stop_all_servers(self) -> None:
        """Stop all servers, the one started last first. Pass if there is none.

        Raises:
            ServerError: Listeners of applications raised errors while their servers stopped. All
                servers have stopped nevertheless.

        Example:
        | Stop All Servers
        """
        errors = []
        for server in reversed(self._servers.started):
            try:
                self._stop(server)
            except Exception as error:  # noqa: BLE001 - the other servers have to be stopped, too
                errors.append(str(error))
        if errors:
            raise ServerError("\n".join(errors))

    @keyword
    def restart_server(self, alias: str | None = None) -> str:
        """Stop a server and start it again on the same port, with its application made again.

        In a server with ``isolation=thread``, modules are not imported again.

        Args:
            alias: Alias of the server; the current server by default.

        Returns:
            The base URL, which has not changed.

        Raises:
            ServerError: There is no such server, or it did not start again.

        Example:
        | Start Server    sample_app.echo:Echo    isolation=process
        | Restart Server
        """
        old = self._servers.get(alias)
        server, stopped = self._servers.restart(old.alias)
        self._report(old, stopped)
        return server.public_url

    @keyword
    def kill_server(self, alias: str | None = None) -> None:
        """Kill the process of a server and all that it started, as if its machine had crashed.

        `Restart Server` starts it again on the same port.

        Args:
            alias: Alias of the server; the current server by default.

        Raises:
            ServerError: There is no such server, or it is not one with ``isolation=process``.

        Example:
        | Start Server    sample_app.echo:Echo    alias=one    isolation=process
        | Kill Server    one
        | Restart Server    one
        """
        server = self._servers.get_child_process("'Kill Server' needs", alias)
        self._servers.expect_end(server.alias)
        server.kill()

    @keyword
    def switch_server(self, alias: str) -> str | None:
        """Make a server the current one: the one that keywords use when they are given no alias.

        Args:
            alias: Alias of the server.

        Returns:
            The alias of the server that was the current one before.

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
        """Return the base URL of a server.

        Args:
            alias: Alias of the server; the current server by default.

        Returns:
            A URL such as ``http://127.0.0.1:41234``, or the ``public_url`` that `Start Server` was
            given, without a trailing slash.

        Raises:
            ServerError: There is no such server.

        Example:
        | Start Server    sample_app.echo:Echo
        | ${url} =    Get Server Url
        | Should Start With    ${url}    http://127.0.0.1:
        """
        return self._servers.get(alias).public_url

    @keyword
    def server_should_be_running(self, alias: str | None = None) -> None:
        """Fail unless a server accepts connections.

        Args:
            alias: Alias of the server; the current server by default.

        Raises:
            AssertionError: The server was not started, has ended, or does not answer; the message
                says why.

        Example:
        | Start Server    sample_app.echo:Echo
        | Server Should Be Running
        """
        name, reason = self._why_not_running(alias)
        if reason is not None:
            raise AssertionError(f"{name} should be running, but {reason}.")

    @keyword
    def server_should_not_be_running(self, alias: str | None = None) -> None:
        """Fail if a server accepts connections.

        A server that ends by itself fails the test that runs at that time. It does not if the test
        uses this keyword, which shows that the end was expected.

        Args:
            alias: Alias of the server; the current server by default.

        Raises:
            AssertionError: The server is running; the message gives its URL.

        Example:
        | Server Should Not Be Running    shop
        """
        name, reason = self._why_not_running(alias)
        if reason is None:
            url = self._servers.get(alias).url
            raise AssertionError(f"{name} should not be running, but it answers at {url}.")
        if self._servers.started:
            self._servers.expect_end(alias)

    @keyword
    def mount_application(
        self, app: str, path: str, config: Mapping[str, Any] | str | None = None
    ) -> None:
        """Mount one more application on the current server while the server runs.

        Args:
            app: The application, as for `Start Server`.
            path: Path to mount it at, beginning with a slash.
            config: Its configuration, as for `Start Server`.

        Raises:
            ApplicationError: The application cannot be found, imported, made or mounted.
            ServerError: The current server runs in a child process.

        Example:
        | Start Server    sample_app.echo:Echo
        | &{config} =    Create Dictionary    tools.gzip.on=True
        | Mount Application    sample_app.faulty:Faulty    /shop    ${config}
        """
        _check_path(path)
        server = self._servers.get_in_process("'Mount Application' needs")
        server.mount(app, path, read(_reveal(config)))

    @keyword
    def unmount_application(self, path: str) -> None:
        """Unmount an application from the current server. Its path is then not found (404).

        Args:
            path: Path that it is mounted at.

        Raises:
            ServerError: Nothing is mounted there, or the current server runs in a child process.

        Example:
        | Start Server    sample_app.echo:Echo
        | Mount Application    sample_app.faulty:Faulty    /shop
        | Unmount Application    /shop
        """
        self._servers.get_in_process("'Unmount Application' needs").unmount(path)

    def _stop(self, server: Server) -> None:
        self._cleanup.withdraw(_name(server.alias))
        self._report(server, self._servers.stop(server.alias))

    def _report(self, server: Server, stopped: Stopped) -> None:
        """Log what a server printed, and what was wrong when it stopped.

        Raises:
            ServerError: Listeners of its application raised errors.
        """
        if server.output is not None and server.output.count:
            logger.info(f"Output of server '{server.alias}':\n{server.output.text}")
        if stopped.cut:
            cut = [request + self._test_of(request, server.alias) for request in stopped.cut]
            logger.warn(
                f"Server '{server.alias}' stopped while requests were in flight: {', '.join(cut)}."
            )
        if stopped.errors:
            raise ServerError(
                f"Server '{server.alias}' stopped with an error: {'; '.join(stopped.errors)}"
            )

    def _test_of(self, request: str, alias: str) -> str:
        """Return in words in which test a request came that was cut; empty if that is unknown."""
        for exchange in reversed(list(JOURNAL.exchanges)):
            if exchange.server == alias and request.startswith(
                f"{exchange.method} {exchange.path} "
            ):
                test = self._history.test_at(exchange.started)
                return f" of '{test.name}'" if test else ""
        return ""

    def _stop_if_started(self, alias: str) -> None:
        """Stop a server, unless a restart has stopped it and could not start it again."""
        server = self._servers.find(alias)
        if server is not None:
            self._stop(server)

    def _why_not_running(self, alias: str | None) -> tuple[str, str | None]:
        """Return how messages name a server, and why it is not running; None if it is."""
        if alias is None and not self._servers.started:
            return "A server", "none was started"
        server = self._servers.get() if alias is None else self._servers.find(alias)
        if server is None:
            return f"Server '{alias}'", "it is not started"
        # A request that has just ended may have ended the server. What has ended cannot be asked.
        with contextlib.suppress(ServerError):
            server.wait_for_end(time.monotonic(), 0.0)
        return f"Server '{server.alias}'", server.end_reason or _refusal(server)


def _reveal(config: Any) -> Any:
    """Replace `Secret` objects by their values, at any depth."""
    if isinstance(config, Mapping):
        return {name: _reveal(value) for name, value in config.items()}
    return config.value if isinstance(config, Secret) else config


def _environment(variables: Mapping[str, Any]) -> dict[str, str | None]:
    """Return environment variables as texts.

    Raises:
        ServerError: A name is none.
    """
    for name in variables:
        if not name or "=" in name or "\0" in name:
            raise ServerError(f"'{name}' is no name of an environment variable.")
    return {name: None if value is None else str(value) for name, value in variables.items()}


def _folder(path: Path | None) -> Path | None:
    if path is not None and not path.is_dir():
        raise ServerError(f"The folder '{path}' for the server does not exist.")
    return None if path is None else path.resolve()


def _public_url(url: str | None) -> str | None:
    if not url:
        return None
    try:
        parts = urlsplit(url)
        is_usable = bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_usable = False
    if not is_usable or parts.scheme not in {"http", "https"} or parts.path.strip("/"):
        raise ServerError(f"'{url}' is no URL of a server, such as http://ci.example.")
    return f"{parts.scheme}://{parts.netloc}"


def _speak_tls(
    configuration: Configuration, folder: Path, host: str, public_url: str | None
) -> Path:
    """Add a certificate to the configuration; return the file with that of its authority."""
    settings = configuration.setdefault("global", {})
    for name in ("server.ssl_certificate", "server.ssl_private_key", "server.ssl_context"):
        if name in settings:
            raise ServerError(f"With https=True the certificate is made: leave out {name}.")
    names = [host]
    if public_url:
        if not public_url.startswith("https:"):
            raise ServerError(f"With https=True, '{public_url}' has to begin with https.")
        names.append(str(urlsplit(public_url).hostname))
    own, known = write_certificate(folder, names)
    settings |= {"server.ssl_certificate": str(own), "server.ssl_private_key": str(own)}
    return known


def _name(alias: str) -> str:
    return f"server '{alias}'"


def _check_path(path: str) -> None:
    if not path.startswith("/"):
        raise ServerError(f"'{path}' is no path: it has to begin with a slash.")


def _search_path() -> tuple[Path, ...]:
    """Return where modules of applications are looked for: the current folder, and the suite's."""
    source = BuiltIn().get_variable_value("${SUITE_SOURCE}")
    suite = Path(source) if source else Path.cwd()
    return Path.cwd(), suite if suite.is_dir() else suite.parent


def _refusal(server: Server) -> str | None:
    """Return why a server refuses connections; None if it accepts them."""
    address = urlsplit(server.url)
    assert address.hostname is not None
    port = address.port or (443 if address.scheme == "https" else 80)
    try:
        with socket.create_connection((address.hostname, port), timeout=1):
            return None
    except OSError as error:
        return f"{server.url} does not answer: {error.strerror or error}"
