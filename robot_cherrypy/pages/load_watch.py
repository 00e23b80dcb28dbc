"""Sees what a page waits for that does not finish loading in time."""

import threading
import time
from types import TracebackType
from typing import TYPE_CHECKING, Self

from robot_cherrypy.harness.registry import Servers

if TYPE_CHECKING:
    from robot_cherrypy.stacks import Stack

# The part of the time-out after which the watch looks: when the time is over, the browser gives up
# the page, and an asyncio server cancels its requests.
_MOMENT = 0.95


class LoadWatch:
    """Looks at the servers shortly before the time for loading a page is over.

    Args:
        servers: The servers that the page may wait for.
        timeout: How long the page may load, in seconds.
    """

    def __init__(self, servers: Servers, timeout: float) -> None:
        self._servers = servers
        self._timeout = timeout
        self._requests: list[str] = []
        self._stacks: list[Stack] = []
        self._timer = threading.Timer(min(_MOMENT * timeout, threading.TIMEOUT_MAX), self._look)
        self._timer.daemon = True
        self._began = 0.0

    def __enter__(self) -> Self:
        self._began = time.monotonic()
        self._timer.start()
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._timer.cancel()
        self._timer.join()

    def explain(self) -> str:
        """Return why the page has not loaded, as the rest of a sentence."""
        if not self._requests:  # the browser was slow to send one
            self._look()
        within = f"within {self._timeout:g} s"
        elsewhere = ", ".join(f"'{server.alias}'" for server in self._servers.used_elsewhere)
        if not self._requests and elsewhere:
            return f"{within}; what is in flight elsewhere is not known ({elsewhere})"
        if not self._requests:
            return f"{within}, and no request to a server of the test was in flight"
        stacks = "".join(f"\n{title}\n{text}" for title, text in self._stacks)
        return f"{within}: it waits for {', '.join(self._requests)}.{stacks}"

    def _look(self) -> None:
        in_flight = self._servers.in_flight()
        of_page = [exchange for exchange in in_flight if exchange.started >= self._began]
        self._requests = [
            f"{exchange} in {exchange.handler}" if exchange.handler else str(exchange)
            for exchange in of_page or in_flight
        ]
        if self._requests:  # the main thread waits for the page
            main = f"'{threading.main_thread().name}'"
            self._stacks = [stack for stack in self._servers.stacks() if main not in stack[0]]
