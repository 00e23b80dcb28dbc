"""Waiting for the moment in which a server has nothing in flight."""

import fnmatch
import threading
import time
from collections.abc import Callable, Iterable

from robot_cherrypy.traffic.exchange import Exchange


class Idleness:
    """Wakes those who wait, without a cost for requests while nobody does."""

    def __init__(self, in_flight: Callable[[], list[Exchange]]) -> None:
        self._in_flight = in_flight
        self._changed = threading.Condition()
        self.waiters = 0
        """How many wait, and have to be told."""

    def exchange_ended(self) -> None:
        """Say that something in flight has ended, or became a stream."""
        with self._changed:
            self._changed.notify_all()

    def wait(self, timeout: float, *, except_paths: Iterable[str] = ()) -> list[Exchange]:
        """Wait until nothing is in flight that counts.

        WebSockets and server-sent events do not count: they are open for as long as the page is.

        Args:
            timeout: In seconds.
            except_paths: Patterns of paths that do not count either.

        Returns:
            What was still in flight after `timeout`; nothing if all is well.
        """
        deadline = time.monotonic() + timeout
        with self._changed:
            # Before the first look: whoever ends after it has to see that somebody waits.
            self.waiters += 1
            try:
                while busy := self._counted(except_paths):
                    left = deadline - time.monotonic()
                    if left <= 0:
                        return busy
                    self._changed.wait(left)
            finally:
                self.waiters -= 1
        return []

    def _counted(self, except_paths: Iterable[str]) -> list[Exchange]:
        return [
            one
            for one in self._in_flight()
            if not one.streams and not any(fnmatch.fnmatch(one.path, p) for p in except_paths)
        ]
