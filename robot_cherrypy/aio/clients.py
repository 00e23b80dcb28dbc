"""Noticing that the client has gone."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

from robot_cherrypy.aio.cycle import Cycle

Receive = Callable[[], Awaitable[dict[str, Any]]]
# The ASGI extension by which our own servers say that they cancel requests themselves.
CANCELS = "robot_cherrypy.cancels"
_BODY_HEADERS = frozenset({b"content-length", b"transfer-encoding"})


def cycle_of(function: Any) -> Cycle | None:
    """Return the cycle of our own server whose `receive` or `send` this is, if it is one."""
    owner = getattr(function, "__self__", None)
    return owner if type(owner) is Cycle else None


class Finishing(Protocol):
    """Something that can be over."""

    finished: bool


class ClientWatch:
    """Cancels a request when its client has gone.

    An ASGI server says so when it is asked for more of the request once there is no more. Our own
    server needs no asking: it cancels by itself, which the extension `CANCELS` says.
    """

    def __init__(self, scope: dict[str, Any], receive: Receive, reply: Finishing) -> None:
        self._receive = receive
        self._reply = reply
        self._watch: asyncio.Task[None] | None = None
        self._loop, self._task = asyncio.get_running_loop(), asyncio.current_task()
        self._ended = False
        if _BODY_HEADERS.isdisjoint(name for name, _value in scope["headers"]):
            self._begin()

    def start(self) -> None:
        """Begin to watch: the request has arrived as a whole, be it on a worker thread."""
        self._loop.call_soon_threadsafe(self._begin)

    def _begin(self) -> None:
        if self._watch is None and not self._ended:
            self._watch = self._loop.create_task(self._wait())

    async def _wait(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
        if self._task is not None and not self._reply.finished:
            self._task.cancel()

    def end(self) -> None:
        """Stop watching."""
        self._ended = True
        if self._watch is not None:
            self._watch.cancel()
