"""What every open WebSocket can do on its event loop, whatever carries it."""

import abc
import asyncio
from dataclasses import dataclass
from typing import Any

from robot_cherrypy.websocket.links.pending_handshake import PendingHandshake
from robot_cherrypy.websocket.links.thread_port import ThreadPort
from robot_cherrypy.websocket.protocol.close_codes import NORMAL
from robot_cherrypy.websocket.protocol.frames import Message


@dataclass(frozen=True, slots=True)
class Broadcast:
    """One message to many WebSockets.

    Attributes:
        message: The message.
        frame: The same as a frame that any client reads.
    """

    message: Message
    frame: bytes


class Link(abc.ABC):
    """One client's WebSocket. Its methods are to be called on its event loop.

    Page handlers do not see it. They hold a `WebSocket` or a `BlockingWebSocket`, which calls it.

    Attributes:
        loop: The event loop.
        request: The CherryPy request that the WebSocket began as.
        subprotocol: The name that client and page agreed to speak, or None.
        code: How it was closed, None as long as it is open.
        reason: The reason with which it was closed.
        handshake: The handshake until its response is sent, then None.
    """

    __slots__ = ("code", "handshake", "loop", "reason", "request", "subprotocol")

    def __init__(
        self, loop: asyncio.AbstractEventLoop, request: Any, subprotocol: str | None
    ) -> None:
        self.loop = loop
        self.request = request
        self.subprotocol = subprotocol
        self.code: int | None = None
        self.reason = ""
        self.handshake: PendingHandshake | None = PendingHandshake(loop)

    async def accept(self) -> None:
        """See `WebSocket.accept`."""
        handshake = self.handshake
        if handshake is not None:
            handshake.accept()
            await asyncio.shield(handshake.completion)

    def _complete_handshake(self) -> None:
        handshake, self.handshake = self.handshake, None
        if handshake is not None:
            handshake.complete()

    def abandon_handshake(self) -> None:
        """End the page handler's wait for a handshake that was not completed."""
        if self.handshake is not None:
            self.handshake.abandon()

    def open_thread_port(self) -> ThreadPort | None:
        """Let threads exchange messages with this WebSocket, in place of `receive` and `send`.

        Returns:
            What they do it with, or None if this kind of link has none.
        """
        return None

    @abc.abstractmethod
    async def receive(self) -> Message:
        """See `WebSocket.receive`."""

    @abc.abstractmethod
    async def send(self, message: Message) -> None:
        """See `WebSocket.send`."""

    @abc.abstractmethod
    async def close(self, code: int = NORMAL, reason: str = "") -> None:
        """See `WebSocket.close`."""

    @abc.abstractmethod
    def send_nowait(self, broadcast: Broadcast, *, max_unsent: int) -> None:
        """Send a message without waiting, or close with 1013 if the client is too slow to read.

        Args:
            broadcast: The message.
            max_unsent: Bytes that may wait to be sent; if there are more, it is too slow.
        """

    @abc.abstractmethod
    async def wait_closed(self) -> None:
        """Wait until the connection has ended."""

    @abc.abstractmethod
    def abort(self) -> None:
        """Cut the connection."""
