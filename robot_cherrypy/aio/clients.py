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
        if _BODY_HEADERS.isdisjoint(name for name, _value in scope["headers"]):
            self.start()

    def start(self) -> None:
        """Begin to watch: the request has arrived as a whole."""
        if self._watch is None:
            self._watch = asyncio.get_running_loop().create_task(self._wait(asyncio.current_task()))

    async def _wait(self, task: "asyncio.Task[Any] | None") -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
        if task is not None and not self._reply.finished:
            task.cancel()

    def end(self) -> None:
        """Stop watching."""
        if self._watch is not None:
            self._watch.cancel()
