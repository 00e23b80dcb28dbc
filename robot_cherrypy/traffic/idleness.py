"""Waiting for the moment in which a server has no request in flight."""

import fnmatch
import threading
from collections.abc import Callable, Iterable

from robot_cherrypy.pauses import PAUSES
from robot_cherrypy.traffic.exchange import Exchange


class Idleness:
    """Wakes those who wait for a server to be idle; costs requests nothing while nobody waits.

    Attributes:
        waiters: How many wait. Unless it is 0, `notify` has to be called when a request that was in
            flight has ended, or turns out to be a stream.
    """

    def __init__(
        self, in_flight: Callable[[], list[Exchange]], long_polls: tuple[str, ...] = ()
    ) -> None:
        self.waiters = 0
        self._in_flight = in_flight
        self._long_polls = long_polls
        self._changed = threading.Condition()

    def notify(self) -> None:
        """Let those who wait look again at what is in flight."""
        with self._changed:
            self._changed.notify_all()

    def requests_left_after(
        self, timeout: float, *, except_paths: Iterable[str] = ()
    ) -> list[Exchange]:
        """Wait until no request is in flight; return those that still are after `timeout`.

        Those that `stays_open` do not count.

        Args:
            timeout: In seconds. Pauses of the test do not count.
            except_paths: Patterns of paths that do not count either, with `*` and `?`.
        """
        deadline = PAUSES.monotonic() + timeout
        with self._changed:
            # Before the first look, so that a request that ends after it calls `notify`.
            self.waiters += 1
            try:
                while requests := self._counting_requests(except_paths):
                    left = deadline - PAUSES.monotonic()
                    if left <= 0:
                        return requests
                    self._changed.wait(left)
            finally:
                self.waiters -= 1
        return []

    def stays_open(self, exchange: Exchange) -> bool:
        """Whether nobody waits for the end of a request.

        That are WebSockets and server-sent events, which are open for as long as the page is, and
        long polls, whose paths the test names by patterns with `*` and `?`.
        """
        return exchange.streams or _matches(exchange, self._long_polls)

    def _counting_requests(self, except_paths: Iterable[str]) -> list[Exchange]:
        return [
            exchange
            for exchange in self._in_flight()
            if not self.stays_open(exchange) and not _matches(exchange, except_paths)
        ]


def _matches(exchange: Exchange, patterns: Iterable[str]) -> bool:
    return any(fnmatch.fnmatchcase(exchange.path, pattern) for pattern in patterns)
