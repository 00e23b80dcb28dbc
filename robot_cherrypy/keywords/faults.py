"""Keywords that inject faults into the responses of servers."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from robot.api.deco import keyword

from robot_cherrypy.cleanup import Cleanup, Stage
from robot_cherrypy.harness.registry import Servers
from robot_cherrypy.harness.server import Server
from robot_cherrypy.traffic.faults import Effect, Fault


class FaultKeywords:
    """Making servers slow or unreliable until the end of the test."""

    def __init__(self, servers: Servers, cleanup: Cleanup) -> None:
        self._servers = servers
        self._cleanup = cleanup

    @keyword
    def delay_responses(
        self,
        path: str,
        by: timedelta,
        times: int | None = None,
        *,
        jitter: timedelta = timedelta(0),
        seed: int = 0,
        method: str = "",
        alias: str | None = None,
    ) -> None:
        """Let a server wait before it calls the application.

        Like all faults, it ends with the test; one that is made in a suite setup, with the suite.

        Args:
            path: Pattern of paths with ``*`` and ``?``.
            by: How long it waits.
            times: How many requests; all by default.
            jitter: By how much a delay may be shorter or longer, at random.
            seed: Number from which the random delays follow: the same ones in every run.
            method: Only requests with this method, such as ``POST``.
            alias: Alias of the server; the current server by default.

        Raises:
            ServerError: There is no such server.

        Example:
        | Start Server    sample_app.echo:Echo
        | Delay Responses    /static/*    200 ms    jitter=50 ms
        """
        self._arm(
            "delay",
            path,
            times,
            method,
            alias,
            seconds=by.total_seconds(),
            jitter=jitter.total_seconds(),
            seed=seed,
        )

    @keyword
    def fail_requests(
        self,
        path: str,
        status: int = 503,
        times: int | None = 1,
        *,
        method: str = "",
        alias: str | None = None,
    ) -> None:
        """Let a server respond with an error status; the application does not see the request.

        This is no server error and fails no test.

        Args:
            path: Pattern of paths with ``*`` and ``?``.
            status: HTTP status of the response.
            times: How many requests; one by default, all if ``None``.
            method: Only requests with this method, such as ``POST``.
            alias: Alias of the server; the current server by default.

        Raises:
            ServerError: There is no such server.

        Example:
        | Start Server    sample_app.echo:Echo
        | Fail Requests    /    status=500    times=2
        """
        self._arm("fail", path, times, method, alias, status=status)

    @keyword
    def drop_connections(
        self,
        path: str,
        times: int | None = None,
        *,
        method: str = "",
        alias: str | None = None,
    ) -> None:
        """Let a server close the connection instead of sending a response.

        A browser may send the request again by itself if the connection had been used before.

        Args:
            path: Pattern of paths with ``*`` and ``?``.
            times: How many requests; all by default.
            method: Only requests with this method, such as ``POST``.
            alias: Alias of the server; the current server by default.

        Raises:
            ServerError: There is no such server.

        Example:
        | Start Server    sample_app.echo:Echo
        | Drop Connections    /    method=POST
        """
        self._arm("drop", path, times, method, alias)

    @keyword
    def truncate_responses(
        self,
        path: str,
        after: int | None = None,
        times: int | None = None,
        *,
        method: str = "",
        alias: str | None = None,
    ) -> None:
        """Let responses end in the middle of their body, by closing the connection.

        Args:
            path: Pattern of paths with ``*`` and ``?``.
            after: How many bytes of the body are sent; half of it by default.
            times: How many responses; all by default.
            method: Only requests with this method, such as ``POST``.
            alias: Alias of the server; the current server by default.

        Raises:
            ServerError: There is no such server.

        Example:
        | Start Server    sample_app.echo:Echo
        | Truncate Responses    /    after=100
        """
        self._arm("truncate", path, times, method, alias, size=after)

    @keyword
    def stall_responses(
        self,
        path: str,
        after: int | None = None,
        times: int | None = None,
        *,
        method: str = "",
        alias: str | None = None,
    ) -> None:
        """Let responses stop in the middle of their body, until the faults are cleared.

        Args:
            path: Pattern of paths with ``*`` and ``?``.
            after: After how many bytes of the body they stop; half of it by default.
            times: How many responses; all by default.
            method: Only requests with this method, such as ``POST``.
            alias: Alias of the server; the current server by default.

        Raises:
            ServerError: There is no such server.

        Example:
        | Start Server    sample_app.echo:Echo
        | Stall Responses    /static/*    times=1
        """
        self._arm("stall", path, times, method, alias, size=after)

    @keyword
    def limit_bandwidth(
        self,
        kilobytes: float,
        path: str = "*",
        *,
        method: str = "",
        alias: str | None = None,
    ) -> None:
        """Let the body of each response come slowly, as over a slow network.

        Args:
            kilobytes: How many KiB a second, for each response.
            path: Pattern of paths with ``*`` and ``?``; all by default.
            method: Only requests with this method, such as ``POST``.
            alias: Alias of the server; the current server by default.

        Raises:
            ServerError: There is no such server.

        Example:
        | Start Server    sample_app.echo:Echo
        | Limit Bandwidth    50    path=/static/*
        """
        self._arm("throttle", path, None, method, alias, rate=kilobytes * 1024)

    @keyword
    def refuse_connections(self, alias: str | None = None) -> None:
        """Close the port of a server, as if it were not running, while its application runs on.

        Requests in flight get one second to finish.

        Args:
            alias: Alias of the server; the current server by default.

        Raises:
            ServerError: There is no such server.

        Example:
        | Start Server    sample_app.echo:Echo
        | Refuse Connections
        | Clear Faults
        """
        server = self._servers.get(alias)
        server.refuse_connections()
        self._at_end(server, server.accept_connections)

    @keyword
    def clear_faults(self, alias: str | None = None) -> None:
        """Remove all faults; responses that wait because of one go on.

        Args:
            alias: Alias of the server; all servers by default.

        Raises:
            ServerError: There is no such server, or another program has taken its port.

        Example:
        | Clear Faults
        """
        servers = self._servers.started if alias is None else [self._servers.get(alias)]
        for server in servers:
            server.clear_faults()
            server.accept_connections()
            self._cleanup.withdraw(_name(server))

    def _arm(
        self,
        effect: Effect,
        path: str,
        times: int | None,
        method: str,
        alias: str | None,
        **details: float | None,
    ) -> None:
        server = self._servers.get(alias)
        values: dict[str, Any] = dict(details)
        fault = Fault(effect=effect, path=path, times=times, method=method, **values)
        server.arm(fault)
        self._at_end(server, lambda: server.clear_faults(fault))

    def _at_end(self, server: Server, action: Callable[[], None]) -> None:
        """Plan an action for the end of the test, unless the server has ended by then."""

        def unless_ended() -> None:
            if server.is_running:
                action()

        self._cleanup.at_end_of_test(_name(server), unless_ended, Stage.FAULTS_AND_CLOCK)


def _name(server: Server) -> str:
    return f"faults of server '{server.alias}'"
