"""Keywords about the requests that servers receive."""

import fnmatch
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from robot.api.deco import keyword

from robot_cherrypy.evidence.judge import Judge
from robot_cherrypy.evidence.run_history import RunHistory
from robot_cherrypy.harness.registry import Servers
from robot_cherrypy.keywords.options import Options
from robot_cherrypy.keywords.request_pattern import RequestPattern
from robot_cherrypy.traffic.exchange import Exchange
from robot_cherrypy.traffic.journal import JOURNAL


class RequestKeywords:
    """Waiting until requests have ended, and checking which requests came."""

    def __init__(
        self, servers: Servers, options: Options, history: RunHistory, judge: Judge
    ) -> None:
        self._servers = servers
        self._options = options
        self._history = history
        self._judge = judge

    @keyword
    def wait_until_server_is_idle(
        self,
        timeout: timedelta | None = None,
        alias: str | None = None,
        *,
        except_paths: tuple[str, ...] | str = (),
    ) -> None:
        """Wait until a server has no request in flight.

        WebSockets and server-sent events do not count, as they stay open as long as their page.

        Args:
            timeout: How long to wait; the library's ``timeout`` by default.
            alias: Alias of the server; the current server by default.
            except_paths: Paths of requests that do not count either, such as ``/poll``: a pattern
                with ``*`` and ``?``, or a list of patterns.

        Raises:
            AssertionError: Requests are still in flight after ``timeout``; the message names them.
            ServerError: There is no such server.

        Example:
        | Start Server    sample_app.echo:Echo
        | Open Headless Browser
        | Wait Until Server Is Idle    2 seconds    except_paths=/events/*
        """
        limit = self._options.timeout_seconds(timeout)
        server = self._servers.get(alias)
        paths = (except_paths,) if isinstance(except_paths, str) else tuple(except_paths)
        busy = server.requests_left_after(limit, paths)
        if busy:
            names = ", ".join(map(str, busy))
            raise AssertionError(
                f"Server '{server.alias}' was not idle within {limit:g} s. In flight: {names}."
            )

    @keyword
    def get_requests(
        self, method: str | None = None, path: str | None = None, alias: str | None = None
    ) -> list[Exchange]:
        """Return the requests that servers have received since the test started.

        Args:
            method: HTTP method of the requests, such as ``POST``; any by default.
            path: Pattern of their path with ``*`` and ``?``; any path by default.
            alias: Alias of their server; any server by default.

        Returns:
            A list, oldest first. Each has ``number``, ``method``, ``path``, ``query``, ``url``,
            ``request_headers`` (or ``headers``), ``parameters`` (of query and form), ``body``,
            ``json``, ``client``, ``status``, ``response_headers``, ``received`` and ``sent`` (in
            bytes), ``started``, ``responded`` and ``ended`` (in seconds), ``duration``, ``server``,
            ``fault`` and ``errors``. Names of headers may be in upper or lower case. A header that
            occurs several times has its values in ``request_headers.get_all(name)``.

        Raises:
            ServerError: There is no such server.

        Example:
        | Start Server    sample_app.faulty:Faulty
        | Open Headless Browser    /tea?name=assam
        | ${requests} =    Get Requests    method=GET    path=/tea
        | Should Be Equal As Integers    ${requests[0].status}    200
        """
        if alias is not None:
            self._servers.get(alias)
        return [
            exchange
            for exchange in self._received()
            if method in {None, exchange.method}
            and (path is None or fnmatch.fnmatchcase(exchange.path, path))
            and alias in {None, exchange.server}
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
        """Fail unless servers have received a request since the test started.

        Args:
            method: HTTP method, such as ``POST``.
            path: Pattern of the path with ``*`` and ``?``.
            times: How many such requests there must be; at least one by default.
            parameters: Parameters that the query or the form must have; it may have others.
            json: What the body must stand for as JSON: JSON text, or a dictionary or list.
            headers: Headers that the request must have; it may have others.

        Returns:
            The requests; see `Get Requests`.

        Raises:
            AssertionError: There was no such request, or another number of them; the message lists
                the requests that are most alike, each with its differences.
            ValueError: ``method`` is none.

        Example:
        | Start Server    sample_app.faulty:Faulty
        | Open Headless Browser    /tea?name=assam
        | Server Should Have Received    GET    /tea    parameters={'name': 'assam'}
        """
        if not method.isalpha():
            raise ValueError(f"'{method}' is no HTTP method: write it before the path.")
        pattern = RequestPattern(method, path, parameters or {}, json, headers or {})
        received = self._received()
        matching = [exchange for exchange in received if pattern.matches(exchange)]
        if len(matching) == times or (times is None and matching):
            return matching
        raise AssertionError(
            f"{pattern} should have been received {_times(times)}, but was {_times(len(matching))}."
            f"{pattern.describe_near_misses(received)}"
        )

    def _received(self) -> list[Exchange]:
        self._judge.fetch_records()
        test = self._history.current_test
        return JOURNAL.exchanges_since(test.started if test else 0.0)


def _times(count: int | None) -> str:
    if count is None:
        return "at least once"
    return {0: "never", 1: "once", 2: "twice"}.get(count, f"{count} times")
