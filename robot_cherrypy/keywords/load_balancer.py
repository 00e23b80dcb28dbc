"""Keywords about the load balancer, HAProxy."""

from datetime import timedelta

from robot.api.deco import keyword

from robot_cherrypy.cleanup import Cleanup, Stage
from robot_cherrypy.errors import StackError
from robot_cherrypy.evidence import logger
from robot_cherrypy.harness.registry import Servers
from robot_cherrypy.keywords.options import Options
from robot_cherrypy.stack.haproxy import AdminState, LoadBalancer, State

# How long HAProxy may take to start, in seconds. It takes less than one, but many times that where
# several test runs share a machine.
_START_TIMEOUT = 60.0

# How errors of its cleanup name it.
_NAME = "the load balancer"


class LoadBalancerKeywords:
    """Starting HAProxy in front of servers, and putting them in and out of service."""

    def __init__(self, servers: Servers, options: Options, cleanup: Cleanup) -> None:
        self._servers = servers
        self._options = options
        self._cleanup = cleanup
        self._balancer: LoadBalancer | None = None

    @keyword
    def start_load_balancer(self, *servers: str, check: str = "/") -> str:
        """Start HAProxy in front of servers, which are the instances of one application.

        It is stopped by `Stop Load Balancer`, or else at the end of the suite that started it. It
        checks each instance several times a second; an instance to which a connection fails is down
        at once. If a request cannot be sent to an instance, it is sent to another one. So is a
        request that got no response, if to repeat it does no harm: a POST or PATCH is repeated only
        if it has a header ``Idempotency-Key``. A warning says of each instance that is down from
        the beginning why HAProxy thinks so.

        Args:
            servers: Aliases of running servers, usually with ``isolation=process``; the current
                server by default. They may serve HTTPS, with any certificate; the load balancer
                itself serves HTTP.
            check: Path at which a healthy instance responds with a status of 2xx or 3xx; it begins
                with a ``/``.

        Returns:
            The base URL of the application, without a trailing slash.

        Raises:
            StackError: A load balancer is running already, ``check`` is no path, HAProxy is not
                installed, or it refused its configuration.
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
        self._cleanup.at_end_of_suite(_NAME, self.stop_load_balancer, Stage.LOAD_BALANCER)
        logger.info(f"HAProxy answers at {balancer.url}, its statistics: {balancer.statistics_url}")
        balancer.wait_for_checks()
        for alias, reason in balancer.failures().items():
            logger.warn(f"Instance '{alias}' is down: {reason}.")
        return balancer.url

    @keyword
    def stop_load_balancer(self) -> None:
        """Stop the load balancer; its instances go on.

        Raises:
            StackError: No load balancer is running.

        Example:
        | Start Server    sample_app.echo:Echo
        | Start Load Balancer
        | Stop Load Balancer
        """
        balancer = self._running_balancer()
        self._cleanup.withdraw(_NAME)
        self._balancer = None
        balancer.stop()
        logger.info(f"Output of HAProxy:\n{balancer.program.output.text}")

    @keyword
    def reload_load_balancer(self, *servers: str) -> None:
        """Replace HAProxy's process by a new one. No request is lost; instances keep their states.

        Args:
            servers: Aliases of the servers that are the instances from then on; the same as before
                by default.

        Raises:
            StackError: No load balancer is running, or HAProxy did not load its configuration.
            ServerError: There is no such server.

        Example:
        | Start Server    sample_app.echo:Echo    alias=one    isolation=process
        | Start Load Balancer    one
        | Start Server    sample_app.echo:Echo    alias=two    isolation=process
        | Reload Load Balancer    one    two
        """
        balancer = self._running_balancer()
        balancer.reload(self._instances(servers) if servers else None)

    @keyword
    def get_statistics_url(self) -> str:
        """Return the URL of HAProxy's statistics page.

        Returns:
            A URL for `Open Headless Browser` or `Go To Page`.

        Raises:
            StackError: No load balancer is running.

        Example:
        | Start Server    sample_app.echo:Echo
        | Start Load Balancer
        | ${url} =    Get Statistics Url
        | Open Headless Browser    ${url}
        """
        return self._running_balancer().statistics_url

    @keyword
    def get_instance_states(self) -> dict[str, State]:
        """Return the state in which HAProxy sees each instance; log why those that are down are.

        Returns:
            A dictionary from the alias of each server to ``up``, ``down``, ``drain`` or ``maint``.

        Raises:
            StackError: No load balancer is running.

        Example:
        | Start Server    sample_app.echo:Echo    alias=one
        | Start Load Balancer    one
        | ${states} =    Get Instance States
        | Should Be Equal    ${states}[one]    up
        """
        instances = self._running_balancer().instances()
        for alias, (state, reason) in instances.items():
            if state == "down":
                logger.info(f"Instance '{alias}' is down: {reason}.")
        return {alias: state for alias, (state, _reason) in instances.items()}

    @keyword
    def get_served_requests(self) -> dict[str, int]:
        """Return how many requests each instance was sent since HAProxy was started or reloaded.

        Returns:
            A dictionary from the alias of each server to a number.

        Raises:
            StackError: No load balancer is running.

        Example:
        | Start Server    sample_app.echo:Echo    alias=one
        | Start Load Balancer    one
        | ${served} =    Get Served Requests
        | Should Be Equal As Integers    ${served}[one]    0
        """
        return self._running_balancer().request_counts()

    @keyword
    def set_instance_state(self, alias: str, state: AdminState) -> None:
        """Put an instance into service or out of service.

        Args:
            alias: Alias of the instance's server.
            state: ``ready`` for service; ``drain`` to let it finish its requests and send it no
                others; ``maint`` for maintenance, without requests and health checks.

        Raises:
            StackError: No load balancer is running, or it has no such instance.

        Example:
        | Start Server    sample_app.echo:Echo    alias=one
        | Start Load Balancer    one
        | Set Instance State    one    drain
        | Set Instance State    one    ready
        """
        self._running_balancer().set_state(alias, state)

    @keyword
    def wait_until_instance_is(
        self,
        alias: str,
        state: State,
        timeout: timedelta | None = None,
    ) -> None:
        """Wait until HAProxy sees an instance in a state.

        Args:
            alias: Alias of the instance's server.
            state: ``up``, ``down``, ``drain`` or ``maint``.
            timeout: How long to wait; the library's ``timeout`` by default.

        Raises:
            AssertionError: The instance is in another state after ``timeout``; the message says in
                which, and why one that is down is.
            StackError: No load balancer is running, or it has no such instance.

        Example:
        | Start Server    sample_app.echo:Echo    alias=one
        | Start Load Balancer    one
        | Wait Until Instance Is    one    up    timeout=10 seconds
        """
        self._running_balancer().wait_for_state(
            alias, state, self._options.timeout_seconds(timeout)
        )

    def _instances(self, aliases: tuple[str, ...]) -> dict[str, str]:
        return {alias: self._servers.get(alias).url for alias in aliases}

    def _running_balancer(self) -> LoadBalancer:
        if self._balancer is None:
            raise StackError("No load balancer runs: use 'Start Load Balancer' first.")
        return self._balancer
