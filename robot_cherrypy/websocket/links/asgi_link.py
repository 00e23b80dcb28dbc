"""A WebSocket on the messages of an ASGI server, which speaks the protocol itself."""

import contextlib
from collections import deque
from typing import TYPE_CHECKING, Any

from robot_cherrypy.asgi import Receive, Send
from robot_cherrypy.websocket.errors import Closed
from robot_cherrypy.websocket.links.link import Broadcast, Link
from robot_cherrypy.websocket.protocol.close_codes import (
    ABNORMAL,
    NO_STATUS,
    NORMAL,
    TRY_AGAIN_LATER,
    check_close,
)
from robot_cherrypy.websocket.protocol.frames import Message

if TYPE_CHECKING:
    import asyncio


class AsgiLink(Link):
    """Exchanges ASGI's WebSocket messages (ASGI specification, "WebSocket", version 2.4).

    It is closed when `code` is set: when either side closed, or the client has gone.
    """

    __slots__ = ("_broadcasts", "_closer", "_receive", "_send", "_sender", "_unsent")

    def __init__(self, receive: Receive, send: Send, *rest: Any) -> None:
        super().__init__(*rest)
        self._receive = receive
        self._send = send
        # Broadcast messages that are still to be sent, and their size. ASGI does not tell what the
        # server has not sent yet; a call of `send` that waits is all that one notices.
        self._broadcasts: deque[Message] = deque()
        self._unsent = 0
        # Tasks that send the broadcasts, and the close of a client that is too slow for them. They
        # are kept here because an event loop does not keep its tasks.
        self._sender: asyncio.Task[None] | None = None
        self._closer: asyncio.Task[None] | None = None

    def connected(self) -> None:
        """Open the WebSocket: the server has sent the response to the handshake."""
        self._complete_handshake()
        self._send_broadcasts()

    async def receive(self) -> Message:
        """See `WebSocket.receive`."""
        await self.accept()
        self._raise_if_closed()
        event = await self._receive()
        if event["type"] == "websocket.disconnect":
            self._set_closed(event.get("code", NO_STATUS), event.get("reason") or "")
            raise Closed(self.code or NO_STATUS, self.reason)
        data = event.get("bytes")
        message: Message = event["text"] if data is None else data
        return message

    async def send(self, message: Message) -> None:
        """See `WebSocket.send`."""
        await self.accept()
        self._raise_if_closed()
        await self._send_event(_message_event(message))

    async def _send_event(self, event: dict[str, Any]) -> None:
        try:
            await self._send(event)
        except (OSError, RuntimeError) as error:  # what servers raise when the client has gone
            self._set_closed(ABNORMAL, "")
            raise Closed(ABNORMAL) from error

    def send_nowait(self, broadcast: Broadcast, *, max_unsent: int) -> None:
        """See `Link.send_nowait`."""
        if self.code is not None:
            return
        if self._unsent > max_unsent:
            self._broadcasts.clear()
            self._set_closed(TRY_AGAIN_LATER, "too slow to read")
            self._closer = self.loop.create_task(self._close_slow_client())
            return
        self._unsent += len(broadcast.message)
        self._broadcasts.append(broadcast.message)
        if self.handshake is None:
            self._send_broadcasts()

    def _send_broadcasts(self) -> None:
        if self._broadcasts and self._sender is None:
            self._sender = self.loop.create_task(self._send_all_broadcasts())

    async def _send_all_broadcasts(self) -> None:
        try:
            while self._broadcasts:
                message = self._broadcasts.popleft()
                await self._send_event(_message_event(message))
                self._unsent -= len(message)
        except Closed:
            self._broadcasts.clear()
        finally:
            self._sender = None

    async def close(self, code: int = NORMAL, reason: str = "") -> None:
        """See `WebSocket.close`; the server waits for the client's close frame."""
        check_close(code, reason)
        await self.accept()
        if self.code is None:
            self._set_closed(code, reason)
            await self._send_close()

    async def _send_close(self) -> None:
        event = {"type": "websocket.close", "code": self.code, "reason": self.reason}
        await self._send_event(event)

    async def _close_slow_client(self) -> None:
        with contextlib.suppress(Closed):  # the client has gone already
            await self._send_close()

    def _set_closed(self, code: int, reason: str) -> None:
        if self.code is None:
            self.code, self.reason = code, reason

    def _raise_if_closed(self) -> None:
        if self.code is not None:
            raise Closed(self.code, self.reason)

    async def wait_closed(self) -> None:
        """See `Link.wait_closed`; the server waits for its connections itself."""

    def abort(self) -> None:
        """See `Link.abort`; ASGI has no means for it. The server does it when its call returns."""


def _message_event(message: Message) -> dict[str, Any]:
    if isinstance(message, str):
        return {"type": "websocket.send", "text": message}
    if isinstance(message, bytes | bytearray | memoryview):
        return {"type": "websocket.send", "bytes": bytes(message)}
    raise TypeError(f"A WebSocket carries str or bytes, not {type(message).__name__}.")
