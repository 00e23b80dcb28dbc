"""Keywords about what servers received, and about their errors."""

import difflib
import fnmatch
import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from robot.api.deco import keyword

from robot_cherrypy.errors import ServerError
from robot_cherrypy.evidence.chronicle import Chronicle
from robot_cherrypy.evidence.expectations import Expectation
from robot_cherrypy.evidence.judge import Judge
from robot_cherrypy.harness.registry import Servers
from robot_cherrypy.keywords.options import Options
from robot_cherrypy.traffic.exchange import Exchange, ServerFailure
from robot_cherrypy.traffic.journal import JOURNAL

_NEAR_MISSES = 5


class TrafficKeywords:
    """Asking servers what they were asked, and what went wrong."""

    def __init__(
        self, servers: Servers, options: Options, chronicle: Chronicle, judge: Judge
    ) -> None:
        self._servers = servers
        self._options = options
        self._chronicle = chronicle
        self._judge = judge

    @keyword
    def wait_until_server_is_idle(
        self,
        timeout: timedelta | None = None,
        alias: str | None = None,
        *,
        except_paths: tuple[str, ...] | str = (),
    ) -> None:
        """Wait until a server has no request in flight; return in that moment.

        WebSockets and server-sent events do not count: they are open for as long as their page is.

        Args:
            timeout: For how long at most; the library's ``timeout`` by default.
            alias: Which server; the current one by default.
            except_paths: Paths that do not count either, such as ``/poll``, as patterns with ``*``
                and ``?``; one, or a list of them.

        Raises:
            AssertionError: Requests were still in flight after ``timeout``; the message names them.
            ServerError: There is no such server.

        Example:
        | Start Server    sample_app.echo:Echo
        | Wait Until Server Is Idle    2 seconds    except_paths=/events/*
        """
        limit = self._options.timeout_seconds if timeout is None else timeout.total_seconds()
        server = self._servers.get(alias)
        paths = (except_paths,) if isinstance(except_paths, str) else tuple(except_paths)
        busy = server.wait_until_idle(limit, paths)
        if busy:
            names = ", ".join(map(str, busy))
            raise AssertionError(
                f"Server '{server.alias}' was not idle within {limit:g} s. In flight: {names}."
            )

    @keyword
    def get_requests(
        self, method: str | None = None, path: str | None = None, alias: str | None = None
    ) -> list[Exchange]:
        """Return the requests that servers received since the test began.

        Args:
            method: Only those with this method, such as ``POST``.
            path: Only those whose path fits this pattern with ``*`` and ``?``.
            alias: Only those of this server.

        Returns:
            A list, oldest first. Each has ``number``, ``method``, ``path``, ``query``, ``url``,
            ``headers``, ``parameters`` (of query and form), ``body``, ``json``, ``client``,
            ``status``, ``answer_headers``, ``received`` and ``sent`` (in bytes), ``started``,
            ``responded`` and ``ended`` (in seconds), ``duration``, ``server`` and ``failures``.

        Raises:
            ServerError: There is no such server.

        Example:
        | Start Server    sample_app.echo:Echo
        | ${requests} =    Get Requests    method=GET    path=/static/*
        | Length Should Be    ${requests}    0
        """
        if alias is not None:
            self._servers.get(alias)
        return [
            one
            for one in self._received()
            if method in {None, one.method}
            and (path is None or fnmatch.fnmatchcase(one.path, path))
            and alias in {None, one.server}
        ]

    @keyword
    def server_should_have_received(
        self,
        method: str,
        path: str,
        times: int | None = None,
        *,
        parameters: Mapping[str, Any] | None = None,
        json: Any = None,
        headers: Mapping[str, str] | None = None,
    ) -> list[Exchange]:
        """Fail unless servers received a request since the test began.

        Args:
            method: Such as ``POST``.
            path: Pattern of the path with ``*`` and ``?``.
            times: How often; by default at least once.
            parameters: What its query and its form have to hold, among other things.
            json: What its body has to be, read as JSON: text in JSON, or a dictionary or list.
            headers: What its headers have to be, among others.

        Returns:
            The requests, as `Get Requests` does.

        Raises:
            AssertionError: They did not, or not as often; the message lists those that come near.

        Example:
        | Start Server    sample_app.echo:Echo
        | Server Should Have Received    POST    /orders    times=0    parameters={'item': 'tea'}
        """
        wanted = _Wanted(method, path, parameters or {}, json, headers or {})
        received = self._received()
        found = [one for one in received if not wanted.differences(one)]
        if len(found) == times or (times is None and found):
            return found
        raise AssertionError(
            f"{wanted} should have been received {_times(times)}, but was {_times(len(found))}."
            f"{wanted.near_misses(received)}"
        )

    @keyword
    def get_server_errors(self) -> list[ServerFailure]:
        """Return the errors of servers that requests of this test led to, also expected ones.

        Returns:
            A list, oldest first. Each has ``type``, ``message``, ``error`` (both), ``traceback``,
            ``handler``, ``method``, ``path``, ``status``, ``server`` and the request, ``exchange``.

        Example:
        | Start Server    sample_app.echo:Echo
        | ${errors} =    Get Server Errors
        | Should Be Empty    ${errors}
        """
        self._judge.sync()
        return list(self._chronicle.current.failures) if self._chronicle.current else []

    @keyword
    def expect_server_error(
        self,
        pattern: str = "*",
        *,
        type: str = "",  # noqa: A002 - what the field calls it
        status: int | None = None,
        count: int = 1,
    ) -> None:
        """Expect an error of a server in this test, before or after; one that comes is no failure.

        At its end, the test fails if the error has not come.

        Args:
            pattern: What the error is, such as ``ValueError: no such item*``: type and message, as
                a pattern with ``*`` and ``?``, or after ``EQUALS:``, ``STARTS:`` or ``REGEXP:``, as
                in `Run Keyword And Expect Error`.
            type: Name of the exception's class, such as ``ValueError``; any by default.
            status: HTTP status that the page was answered with; any by default.
            count: How often it has to come.

        Raises:
            ServerError: No test is running.

        Example:
        | Start Server    sample_app.echo:Echo
        | Run Keyword If    False    Expect Server Error    ValueError: *    status=500
        """
        if self._chronicle.current is None:
            raise ServerError("'Expect Server Error' belongs into a test: no test is running.")
        self._judge.expectations.add(Expectation(pattern, type, status, count))

    @keyword
    def server_should_have_no_errors(self) -> None:
        """Fail if requests of this test led to errors of a server that it did not expect.

        Tests do so by themselves at their end, unless the library was imported with
        ``fail_on_server_error=False``.

        Raises:
            AssertionError: There are errors; the message lists them.

        Example:
        | Start Server    sample_app.echo:Echo
        | Server Should Have No Errors
        """
        unexpected = self._judge.expectations.unexpected(self.get_server_errors())
        if unexpected:
            raise AssertionError("\n\n".join(f"Server error: {one}" for one in unexpected))

    def _received(self) -> list[Exchange]:
        self._judge.sync()
        test = self._chronicle.current
        return JOURNAL.exchanges_since(test.started if test else 0.0)


class _Wanted:
    """A request that should have come."""

    def __init__(
        self,
        method: str,
        path: str,
        parameters: Mapping[str, Any],
        body: Any,
        headers: Mapping[str, str],
    ) -> None:
        self._method, self._path = method, path
        self._parameters = {name: str(value) for name, value in parameters.items()}
        self._json = json.loads(body) if isinstance(body, str) else body
        self._headers = {name.title(): str(value) for name, value in headers.items()}

    def __str__(self) -> str:
        details = [
            f"{name} {value}"
            for name, value in (
                ("parameters", self._parameters),
                ("JSON", json.dumps(self._json) if self._json is not None else None),
                ("headers", self._headers),
            )
            if value
        ]
        with_details = f" with {' and '.join(details)}" if details else ""
        return f"{self._method} {self._path}{with_details}"

    def differences(self, exchange: Exchange) -> list[str]:
        """Return in what a request is not the wanted one."""
        found = []
        if exchange.method != self._method:
            found.append(f"method {exchange.method}")
        if not fnmatch.fnmatchcase(exchange.path, self._path):
            found.append(f"path {exchange.path}")
        for kind, wanted, there in (
            ("parameter", self._parameters, exchange.parameters if self._parameters else {}),
            ("header", self._headers, exchange.headers if self._headers else {}),
        ):
            for name, value in wanted.items():
                if there.get(name) != value:
                    found.append(f"{kind} {name} is {there.get(name)!r}")
        if self._json is not None and exchange.json != self._json:
            found.append(f"body is {exchange.body[:200] or 'empty, or was not read'}")
        return found

    def near_misses(self, received: list[Exchange]) -> str:
        """List the requests that come nearest, each with what is different."""
        if not received:
            return " There was no request at all."
        near = sorted(received, key=lambda one: -self._nearness(one))[:_NEAR_MISSES]
        lines = [f"\n- {one.method} {one.url}{self._why(one)}" for one in near]
        return f" Requests that come near, of {len(received)}:{''.join(lines)}"

    def _why(self, exchange: Exchange) -> str:
        differences = ", ".join(self.differences(exchange))
        return f" ({differences})" if differences else ""

    def _nearness(self, exchange: Exchange) -> float:
        alike = difflib.SequenceMatcher(None, exchange.path, self._path).ratio()
        return alike - len(self.differences(exchange))


def _times(count: int | None) -> str:
    if count is None:
        return "at least once"
    return {0: "never", 1: "once", 2: "twice"}.get(count, f"{count} times")
