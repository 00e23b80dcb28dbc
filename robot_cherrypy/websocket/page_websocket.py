"""The WebSocket that a page handler holds, in two kinds: for coroutines and for plain functions."""

import asyncio
import concurrent.futures
from collections.abc import Coroutine
from typing import Any, TypeVar

from robot_cherrypy.websocket.errors import Closed
from robot_cherrypy.websocket.links.link import Link
from robot_cherrypy.websocket.links.thread_port import LOOP_CHECK_INTERVAL
from robot_cherrypy.websocket.protocol.close_codes import ABNORMAL, NORMAL
from robot_cherrypy.websocket.protocol.frames import Message

_T = TypeVar("_T")


class _PageWebSocket:
    """What both kinds tell about the WebSocket.

    Page handlers are to see what the documentation shows, and no more. So a WebSocket is a thin
    object of its own, before the `Link` that does the work.
    """

    __slots__ = ("__weakref__", "_link")

    def __init__(self, link: Link) -> None:
        self._link = link

    @property
    def request(self) -> Any:
        """The CherryPy request that it began as: with its headers, `login`, `config` and so on."""
        return self._link.request

    @property
    def subprotocol(self) -> str | None:
        """The subprotocol that client and page agreed on, or None."""
        return self._link.subprotocol

    @property
    def code(self) -> int | None:
        """The code with which it was closed (RFC 6455, 7.4), None as long as it is open."""
        return self._link.code

    @property
    def reason(self) -> str:
        """The reason with which it was closed."""
        return self._link.reason


class WebSocket(_PageWebSocket):
    """One client's WebSocket, for a page handler that is a coroutine function.

    Its methods may be called on the event loop that runs the page handler.
    """

    __slots__ = ()

    def __aiter__(self) -> "WebSocket":
        """Iterate over the messages until the WebSocket is closed, however that happens."""
        return self

    async def __anext__(self) -> Message:
        try:
            return await self._link.receive()
        except Closed:
            raise StopAsyncIteration from None

    # These are no coroutine functions, but return the link's coroutines. It saves each message the
    # time that one more coroutine takes.

    def accept(self) -> Coroutine[Any, Any, None]:
        """Send the response to the handshake, and wait until messages can be sent.

        The first `receive`, `send` or `close` does so, too. Before that, an `HTTPError` or
        `HTTPRedirect` that the page handler raises is the response to the handshake.

        Raises:
            Closed: The client has gone, or the request ended with an error after all.
        """
        return self._link.accept()

    def receive(self) -> Coroutine[Any, Any, Message]:
        """Wait for a message, and return it: a text as str, a binary one as bytes.

        Raises:
            Closed: There will be none.
        """
        return self._link.receive()

    def send(self, message: Message) -> Coroutine[Any, Any, None]:
        """Send a message: str as text, bytes as binary. Waits while the client is slow to read.

        Raises:
            Closed: It cannot be sent any more.
            TypeError: It is neither str nor bytes.
        """
        return self._link.send(message)

    def close(self, code: int = NORMAL, reason: str = "") -> Coroutine[Any, Any, None]:
        """Close, and wait until the client has done so as well or `close_timeout` is over.

        Args:
            code: 1000, or another code of RFC 6455, 7.4; 3000-4999 are free to use.
            reason: At most 123 bytes.

        Raises:
            ValueError: The code or the reason must not be sent.
        """
        return self._link.close(code, reason)


class BlockingWebSocket(_PageWebSocket):
    """One client's WebSocket, for a plain page handler, which runs on a thread of its own.

    Its methods block. One thread may receive, and any thread may call the others.
    """

    __slots__ = ("_port",)

    def __init__(self, link: Link) -> None:
        super().__init__(link)
        self._port = link.open_thread_port()

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
        self._wait(self._link.accept())

    def receive(self, timeout: float | None = None) -> Message:
        """See `WebSocket.receive`.

        Args:
            timeout: Seconds to wait at most; None for any time.

        Raises:
            Closed: There will be no message.
            TimeoutError: There was none in time.
        """
        if self._port is not None:
            if self._link.handshake is not None:
                self.accept()
            message = self._port.receive(timeout)
            if message is not None:
                return message
        return self._wait(_within(timeout, self._link.receive()))

    def send(self, message: Message) -> None:
        """See `WebSocket.send`; returns as soon as there is room for it among those to be sent."""
        try:
            if self._port is not None and self._port.send(message):
                return
        except RuntimeError as error:  # the event loop is closed
            raise self._closed() from error
        self._wait(self._link.send(message))

    def close(self, code: int = NORMAL, reason: str = "") -> None:
        """See `WebSocket.close`."""
        self._wait(self._link.close(code, reason))

    def _wait(self, coroutine: Coroutine[Any, Any, _T]) -> _T:
        """Run a coroutine on the event loop; the thread waits for it, or for the loop's end."""
        loop = self._link.loop
        try:
            future = asyncio.run_coroutine_threadsafe(coroutine, loop)
        except RuntimeError as error:  # the event loop is closed, and so is its server
            coroutine.close()
            raise self._closed() from error
        while not concurrent.futures.wait((future,), LOOP_CHECK_INTERVAL).done:
            if loop.is_closed():
                raise self._closed()
        return future.result()

    def _closed(self) -> Closed:
        return Closed(self.code or ABNORMAL, self.reason)


async def _within(seconds: float | None, coroutine: Coroutine[Any, Any, _T]) -> _T:
    async with asyncio.timeout(seconds):
        return await coroutine


def link_of(websocket: WebSocket | BlockingWebSocket) -> Link:
    """Return what carries a page handler's WebSocket."""
    return websocket._link  # noqa: SLF001 - for this package only; users are not to see it
