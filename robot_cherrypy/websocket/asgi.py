"""A WebSocket on an ASGI server's messages."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from robot_cherrypy.websocket.connection import WebSocket
from robot_cherrypy.websocket.errors import (
    ABNORMAL,
    GOING_AWAY,
    NO_STATUS,
    NORMAL,
    TRY_AGAIN_LATER,
    Closed,
    check_close,
)
from robot_cherrypy.websocket.protocol import Message

if TYPE_CHECKING:
    import asyncio

Receive = Callable[[], Awaitable[Any]]
Send = Callable[[dict[str, Any]], Awaitable[None]]


class AsgiWebSocket(WebSocket):
    """Speaks ASGI's WebSocket messages (ASGI specification, "WebSocket", version 2.4)."""

    __slots__ = ("_offers", "_receive", "_send", "_sender", "_unsent")

    def __init__(self, receive: Receive, send: Send, *rest: Any) -> None:
        super().__init__(*rest)
        self._receive = receive
        self._send = send
        self._offers: list[Message] = []
        self._unsent = 0
        self._sender: asyncio.Task[None] | None = None

    def connected(self) -> None:
        """Take note that the server has answered the handshake."""
        opening, self.opening = self.opening, None
        if opening is not None:
            opening.succeed()
        self._send_offers()

    async def receive(self) -> Message:
        """See `WebSocket.receive`."""
        await self.accept()
        if self.code is not None:
            raise Closed(self.code, self.reason)
        event = await self._receive()
        if event["type"] == "websocket.disconnect":
            self._ended(event.get("code", NO_STATUS), event.get("reason") or "")
            raise Closed(self.code or NO_STATUS, self.reason)
        data = event.get("bytes")
        message: Message = event["text"] if data is None else data
        return message

    async def send(self, message: Message) -> None:
        """See `WebSocket.send`."""
        await self.accept()
        if self.code is not None:
            raise Closed(self.code, self.reason)
        await self._send_event(_event(message))

    async def _send_event(self, event: dict[str, Any]) -> None:
        try:
            await self._send(event)
        except (OSError, RuntimeError) as error:  # what servers raise when the client has gone
            self._ended(ABNORMAL, "")
            raise Closed(ABNORMAL) from error

    def offer(self, message: Message, frame: bytes, *, max_unsent: int) -> None:  # noqa: ARG002
        """See `WebSocket.offer`."""
        if self.code is not None:
            return
        if self._unsent > max_unsent:
            self._close_soon(TRY_AGAIN_LATER, "too slow to read")
            return
        self._unsent += len(message)
        self._offers.append(message)
        if self.opening is None:
            self._send_offers()

    def _send_offers(self) -> None:
        if self._offers and self._sender is None:
            self._sender = self.loop.create_task(self._send_them())

    async def _send_them(self) -> None:
        try:
            while self._offers:
                message = self._offers.pop(0)
                await self._send_event(_event(message))
                self._unsent -= len(message)
        except Closed:
            self._offers.clear()
        finally:
            self._sender = None

    async def close(self, code: int = NORMAL, reason: str = "") -> None:
        """See `WebSocket.close`; the server sees to it that the client agrees."""
        check_close(code, reason)
        await self.accept()
        if self.code is None:
            self._ended(code, reason)
            await self._send_event({"type": "websocket.close", "code": code, "reason": reason})

    def _ended(self, code: int, reason: str) -> None:
        if self.code is None:
            self.code, self.reason = code, reason

    def _close_soon(self, code: int, reason: str) -> None:
        self._ended(code, reason)
        self._offers.clear()
        closing = self._send_event({"type": "websocket.close", "code": code, "reason": reason})
        self._sender = self.loop.create_task(closing)

    def shutdown(self) -> None:
        """See `WebSocket.shutdown`."""
        if self.code is None:
            self._close_soon(GOING_AWAY, "")

    async def gone(self) -> None:
        """See `WebSocket.gone`; that is the server's business."""

    def abort(self) -> None:
        """See `WebSocket.abort`; ASGI has no way to, and the server does it when we return."""


def _event(message: Message) -> dict[str, Any]:
    if isinstance(message, str):
        return {"type": "websocket.send", "text": message}
    if isinstance(message, bytes | bytearray | memoryview):
        return {"type": "websocket.send", "bytes": bytes(message)}
    raise TypeError(f"A WebSocket carries str or bytes, not {type(message).__name__}.")
