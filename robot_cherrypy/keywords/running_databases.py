"""The database servers that a test run uses, which several keywords share."""

from collections.abc import Callable

from robot_cherrypy.cleanup import Cleanup, Stage
from robot_cherrypy.errors import StackError
from robot_cherrypy.evidence import logger
from robot_cherrypy.stack.database_kinds import AnyDatabases, DatabaseServer, Kind, kind_of

# How messages and keywords name the kinds.
_TITLES: dict[Kind, str] = {
    "postgresql": "PostgreSQL",
    "mariadb": "MariaDB",
    "redis": "Redis",
    "sqlite": "SQLite",
}


class RunningDatabases:
    """The databases of each kind; SQLite's are files, and so are there without a start."""

    def __init__(self, cleanup: Cleanup) -> None:
        self._cleanup = cleanup
        self._servers: dict[Kind, DatabaseServer] = {}
        self._databases: dict[Kind, AnyDatabases] = {}

    def start(
        self,
        kind: Kind,
        server: DatabaseServer | None,
        make: Callable[[str], AnyDatabases],
        url: str,
    ) -> str:
        """Start a server, or use a running one; return its URL.

        Args:
            kind: What it is.
            server: The server to start; None to use a running one.
            make: Returns the databases of the server at a URL.
            url: The URL of the running one.

        Raises:
            StackError: A server of this kind runs already, or it did not start, or cannot be used.
        """
        if kind in self._databases:
            title = _TITLES[kind]
            raise StackError(f"A {title} runs already: use 'Stop {title}' first.")
        if server is not None:
            server.start()
            url = server.url
        try:
            databases = make(url)
            databases.check()
        except BaseException:
            if server is not None:
                server.stop()
            raise
        if server is not None:
            self._servers[kind] = server
            logger.info(f"{_TITLES[kind]} accepts connections.")
        self._add(kind, databases)
        return url

    def stop(self, kind: Kind) -> None:
        """Stop a server, or drop what was created on one that was not started here.

        Raises:
            StackError: There is none, or a database could not be dropped.
        """
        databases = self._running(kind)
        self._cleanup.withdraw(_TITLES[kind])
        del self._databases[kind]
        server = self._servers.pop(kind, None)
        if server is None:
            databases.drop_all()
            return
        server.stop()
        logger.info(f"Output of {_TITLES[kind]}:\n{server.program.output.text}")

    def restart(self, kind: Kind, *, crash: bool) -> None:
        """Restart a server that was started here.

        Raises:
            StackError: There is none, or it did not start again.
        """
        self._running(kind)
        if kind not in self._servers:
            raise StackError(f"This {_TITLES[kind]} was not started here: it cannot be restarted.")
        self._servers[kind].restart(crash=crash)

    def newest(self, kind: Kind | None) -> AnyDatabases:
        """Return the databases of a kind, by default of the server that was started last."""
        servers = [running for running in self._databases if running != "sqlite"]
        return self._running(kind or (servers[-1] if servers else "postgresql"))

    def of(self, url: str) -> AnyDatabases:
        """Return the databases of the kind that a URL names.

        Raises:
            StackError: No server of this kind runs.
        """
        return self._running(kind_of(url))

    def _running(self, kind: Kind) -> AnyDatabases:
        if kind == "sqlite" and kind not in self._databases:
            from robot_cherrypy.stack.sqlite import SqliteDatabases  # noqa: PLC0415 - seldom needed

            self._add(kind, SqliteDatabases())
        if kind not in self._databases:
            title = _TITLES[kind]
            raise StackError(f"No {title} runs: use 'Start {title}' first.")
        return self._databases[kind]

    def _add(self, kind: Kind, databases: AnyDatabases) -> None:
        self._databases[kind] = databases
        self._cleanup.at_end_of_suite(_TITLES[kind], lambda: self.stop(kind), Stage.DATABASES)
