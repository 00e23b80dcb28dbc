"""A WebSocket for plain page handlers, which run on threads of their own."""

import asyncio
import concurrent.futures
from collections.abc import Coroutine
from typing import Any, TypeVar

from robot_cherrypy.websocket.connection import WebSocket
from robot_cherrypy.websocket.errors import ABNORMAL, NORMAL, Closed
from robot_cherrypy.websocket.inbox import GLANCE
from robot_cherrypy.websocket.protocol import Message

T = TypeVar("T")


class BlockingWebSocket:
    """The same as `WebSocket`, with methods that block; they may be called by any thread."""

    def __init__(self, socket: WebSocket) -> None:
        self.socket = socket
        self._is_served = socket.serve_thread()

    @property
    def request(self) -> Any:
        """See `WebSocket.request`."""
        return self.socket.request

    @property
    def subprotocol(self) -> str | None:
        """See `WebSocket.subprotocol`."""
        return self.socket.subprotocol

    @property
    def code(self) -> int | None:
        """See `WebSocket.code`."""
        return self.socket.code

    @property
    def reason(self) -> str:
        """See `WebSocket.reason`."""
        return self.socket.reason

    def __iter__(self) -> "BlockingWebSocket":
        """See `WebSocket.__aiter__`."""
        return self

    def __next__(self) -> Message:
        try:
            return self.receive()
        except Closed:
            raise StopIteration from None

    def accept(self) -> None:
        """See `WebSocket.accept`."""
        self._wait(self.socket.accept())

    def receive(self, timeout: float | None = None) -> Message:
        """See `WebSocket.receive`.

        Args:
            timeout: Seconds to wait at most.

        Raises:
            Closed: There will be no message.
            TimeoutError: There was none in time.
        """
        if self._is_served:
            if self.socket.opening is not None:
                self.accept()
            message = self.socket.take(timeout)
            if message is not None:
                return message
        return self._wait(_within(timeout, self.socket.receive()))

    def send(self, message: Message) -> None:
        """See `WebSocket.send`; what can be sent at once is on its way when it returns."""
        try:
            if self._is_served and self.socket.post(message):
                return
        except RuntimeError as error:
            raise self._closed() from error
        self._wait(self.socket.send(message))

    def close(self, code: int = NORMAL, reason: str = "") -> None:
        """See `WebSocket.close`."""
        self._wait(self.socket.close(code, reason))

    def _wait(self, coroutine: Coroutine[Any, Any, T]) -> T:
        loop = self.socket.loop
        try:
            future = asyncio.run_coroutine_threadsafe(coroutine, loop)
        except RuntimeError as error:  # the loop is closed: so is its server
            coroutine.close()
            raise self._closed() from error
        while not concurrent.futures.wait((future,), GLANCE).done:
            if loop.is_closed():
                raise self._closed()
        return future.result()

    def _closed(self) -> Closed:
        return Closed(self.code or ABNORMAL, self.reason)


async def _within(seconds: float | None, coroutine: Coroutine[Any, Any, T]) -> T:
    async with asyncio.timeout(seconds):
        return await coroutine
