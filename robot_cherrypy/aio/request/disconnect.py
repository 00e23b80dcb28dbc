"""Cancel a request whose client has disconnected."""

import asyncio
from typing import Protocol

from robot_cherrypy.asgi import Receive, Scope
from robot_cherrypy.asgi.cancelling import cancel

_BODY_HEADERS = frozenset({b"content-length", b"transfer-encoding"})


class _Response(Protocol):
    finished: bool


class DisconnectWatch:
    """Cancels the running task when the client of its request disconnects.

    An ASGI server reports that by `receive`, once there is no more of the request to receive. So
    the watch begins at once if the request has no body, else with `start`. Our own server cancels
    without a watch (`asgi.CANCELS_REQUESTS`).
    """

    def __init__(self, scope: Scope, receive: Receive, response: _Response) -> None:
        self._receive = receive
        self._response = response
        self._watch: asyncio.Task[None] | None = None
        self._loop, self._task = asyncio.get_running_loop(), asyncio.current_task()
        self._stopped = False
        if _BODY_HEADERS.isdisjoint(name for name, _value in scope["headers"]):
            self._start()

    def start(self) -> None:
        """Start to watch, as the whole body has been received; callable on any thread."""
        self._loop.call_soon_threadsafe(self._start)

    def _start(self) -> None:
        if self._watch is None and not self._stopped:
            self._watch = self._loop.create_task(self._wait())

    async def _wait(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
        if self._task is not None and not self._response.finished:
            cancel(self._task)

    def stop(self) -> None:
        """Stop watching."""
        self._stopped = True
        if self._watch is not None:
            self._watch.cancel()
