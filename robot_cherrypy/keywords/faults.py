"""Keywords that put faults between a server and its clients."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from robot.api.deco import keyword

from robot_cherrypy.evidence.owners import Owners
from robot_cherrypy.harness.registry import Servers
from robot_cherrypy.harness.server import Server
from robot_cherrypy.traffic.faults import Effect, Fault


class FaultKeywords:
    """Making servers slow or unreliable; all is well again after the test."""

    def __init__(self, servers: Servers, owners: Owners) -> None:
        self._servers = servers
        self._owners = owners

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
        """Let a server wait before it begins with a request.

        As all faults, it is gone at the end of the test; one made in a suite setup, at the end of
        the suite.

        Args:
            path: Pattern of paths with ``*`` and ``?``.
            by: For how long.
            times: How many requests; all by default.
            jitter: By how much it may be shorter or longer, at random.
            seed: Number from which the random times follow: the same ones in every run.
            method: Only requests with this method, such as ``POST``.
            alias: Which server; the current one by default.

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
        """Let requests be answered with an error; the application does not see them.

        Such an answer is no error of the server's: it fails no test.

        Args:
            path: Pattern of paths with ``*`` and ``?``.
            status: HTTP status to answer with.
            times: How many requests; one by default, all if ``None``.
            method: Only requests with this method, such as ``POST``.
            alias: Which server; the current one by default.

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
        """Let connections be closed instead of requests being answered.

        A browser that gets no answer on a connection which was used before may ask again by itself.

        Args:
            path: Pattern of paths with ``*`` and ``?``.
            times: How many requests; all by default.
            method: Only requests with this method, such as ``POST``.
            alias: Which server; the current one by default.

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
        """Let responses break off in their body.

        Args:
            path: Pattern of paths with ``*`` and ``?``.
            after: After how many bytes of the body; half of it by default.
            times: How many responses; all by default.
            method: Only requests with this method, such as ``POST``.
            alias: Which server; the current one by default.

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
        """Let responses stop in their body and go on when the faults are cleared.

        Args:
            path: Pattern of paths with ``*`` and ``?``.
            after: After how many bytes of the body; half of it by default.
            times: How many responses; all by default.
            method: Only requests with this method, such as ``POST``.
            alias: Which server; the current one by default.

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
        """Let responses come slowly, as over a slow network.

        Args:
            kilobytes: How many KiB a second, for each response.
            path: Pattern of paths with ``*`` and ``?``; all by default.
            method: Only requests with this method, such as ``POST``.
            alias: Which server; the current one by default.

        Raises:
            ServerError: There is no such server.

        Example:
        | Start Server    sample_app.echo:Echo
        | Limit Bandwidth    50    path=/static/*
        """
        self._arm("throttle", path, None, method, alias, rate=kilobytes * 1024)

    @keyword
    def refuse_connections(self, alias: str | None = None) -> None:
        """Close the port of a server, as if it were not running; its application goes on.

        Requests in flight get one second to finish.

        Args:
            alias: Which server; the current one by default.

        Raises:
            ServerError: There is no such server.

        Example:
        | Start Server    sample_app.echo:Echo
        | Refuse Connections
        | Clear Faults
        """
        server = self._servers.get(alias)
        server.refuse_connections()
        self._owners.at_the_end(lambda: _unless_ended(server, server.accept_connections))

    @keyword
    def clear_faults(self, alias: str | None = None) -> None:
        """Take all faults away, also from responses that wait because of one.

        Args:
            alias: Of which server; of all by default.

        Raises:
            ServerError: There is no such server, or its port was taken meanwhile.

        Example:
        | Clear Faults
        """
        servers = self._servers.running if alias is None else [self._servers.get(alias)]
        for server in servers:
            server.clear_faults()
            server.accept_connections()

    def _arm(
        self,
        effect: Effect,
        path: str,
        times: int | None,
        method: str,
        alias: str | None,
        **details: float | None,
    ) -> None:
        owner, server = self._owners.current, self._servers.get(alias)
        values: dict[str, Any] = {**details, "owner": owner}
        server.arm(Fault(effect=effect, path=path, times=times, method=method, **values))
        self._owners.at_the_end(lambda: _unless_ended(server, lambda: server.clear_faults(owner)))


def _unless_ended(server: Server, do: Callable[[], None]) -> None:
    """Put a server right, if it is still there."""
    if server.is_stopped or server.ended_by is not None:
        return
    do()
