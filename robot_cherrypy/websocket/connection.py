"""A WebSocket as page handlers see it, whatever carries it."""

import abc
import asyncio
from typing import Any

from robot_cherrypy.websocket.errors import NORMAL, Closed
from robot_cherrypy.websocket.opening import Opening
from robot_cherrypy.websocket.protocol import Message


class WebSocket(abc.ABC):
    """One client's WebSocket. Its methods are for the event loop that it lives on.

    Attributes:
        request: The CherryPy request that it began with: its headers, `login`, `config` and so on.
        subprotocol: What client and page agreed to speak, or None.
        code: How it was closed, None as long as it is open.
        reason: What was said when it was closed.
    """

    __slots__ = ("__weakref__", "code", "loop", "opening", "reason", "request", "subprotocol")

    def __init__(
        self, loop: asyncio.AbstractEventLoop, request: Any, subprotocol: str | None
    ) -> None:
        self.loop = loop
        self.request = request
        self.subprotocol = subprotocol
        self.code: int | None = None
        self.reason = ""
        self.opening: Opening | None = Opening(loop)

    def __aiter__(self) -> "WebSocket":
        """Iterate over the messages until the WebSocket is closed, by whomever and however."""
        return self

    async def __anext__(self) -> Message:
        try:
            return await self.receive()
        except Closed:
            raise StopAsyncIteration from None

    async def accept(self) -> None:
        """Answer the handshake and wait until messages can be sent.

        The first `receive`, `send` or `close` does it, too. Before, an `HTTPError` or
        `HTTPRedirect` that the page handler raises is the answer to the handshake.

        Raises:
            Closed: The client has gone, or something after the page handler answered with an error.
        """
        opening = self.opening
        if opening is not None:
            opening.want()
            await asyncio.shield(opening.opened)

    @abc.abstractmethod
    async def receive(self) -> Message:
        """Wait for a message, and return it: a text as str, a binary one as bytes.

        Raises:
            Closed: There will be none.
        """

    @abc.abstractmethod
    async def send(self, message: Message) -> None:
        """Send a message: str as text, bytes as binary. Waits while the client is slow to read.

        Raises:
            Closed: It cannot be sent any more.
        """

    def serve_thread(self) -> bool:
        """Let one thread use `take` and any thread `post`, instead of `receive` and `send`.

        Returns:
            Whether that is possible; they save a thread the way to the event loop and back.
        """
        return False

    def take(self, timeout: float | None) -> Message | None:
        """Wait, on a thread, for a message of an accepted WebSocket.

        Returns:
            It, or None where `receive` will tell how it was closed.

        Raises:
            TimeoutError: There was none within `timeout` seconds.
        """
        raise NotImplementedError

    def post(self, message: Message) -> bool:
        """Let the event loop send a message, if that needs no waiting.

        Returns:
            Whether it will be sent; if not, `send` sends it.

        Raises:
            RuntimeError: The event loop is closed.
        """
        raise NotImplementedError

    @abc.abstractmethod
    async def close(self, code: int = NORMAL, reason: str = "") -> None:
        """Close, and wait until the client has agreed or `close_timeout` is over.

        Args:
            code: 1000, or what RFC 6455, 7.4 offers; 3000-4999 are free to use.
            reason: At most 123 bytes.

        Raises:
            ValueError: The code or the reason must not be sent.
        """

    @abc.abstractmethod
    def offer(self, message: Message, frame: bytes, *, max_unsent: int) -> None:
        """Send a message without waiting, or close if the client is too slow to read.

        Args:
            message: The message.
            frame: The same, as a frame that is good for any client.
            max_unsent: Bytes that may wait to be sent; if there are more, it is too slow.
        """

    @abc.abstractmethod
    def shutdown(self) -> None:
        """Close with 1001, without waiting: the server stops."""

    @abc.abstractmethod
    async def gone(self) -> None:
        """Wait until nothing of the connection is left."""

    @abc.abstractmethod
    def abort(self) -> None:
        """Cut the connection."""
