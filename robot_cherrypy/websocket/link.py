"""A WebSocket on an asyncio transport."""

import asyncio
from collections import deque
from typing import Any, cast

from robot_cherrypy.websocket import protocol as frames
from robot_cherrypy.websocket.connection import WebSocket
from robot_cherrypy.websocket.errors import (
    ABNORMAL,
    GOING_AWAY,
    INTERNAL_ERROR,
    NORMAL,
    TRY_AGAIN_LATER,
    Closed,
    check_close,
)
from robot_cherrypy.websocket.inbox import Inbox
from robot_cherrypy.websocket.options import Options
from robot_cherrypy.websocket.protocol import Close, Failure, Message, Ping, Pong, Protocol

_JOINED = 2**16  # bytes up to which header and payload are copied into one piece

_POSTED = 2**18  # bytes that threads may have on the way to the event loop without waiting

_OVERHEAD = 64  # bytes that a message costs besides its content, so that empty ones count, too


class Link(WebSocket, asyncio.Protocol):
    """Drives a `Protocol` by what an asyncio transport reports.

    Until `connection_made`, when the response to the handshake is out, what is offered is kept.

    Args:
        protocol: The connection's state.
        options: The page's.
        rest: See `WebSocket`.
    """

    __slots__ = (
        "_closing",
        "_drains",
        "_early",
        "_ending",
        "_heard",
        "_inbox",
        "_lost",
        "_messages",
        "_options",
        "_over",
        "_owes_answer",
        "_paused",
        "_protocol",
        "_queued",
        "_receiver",
        "_said",
        "_timer",
        "_write_paused",
        "transport",
    )

    def __init__(self, protocol: Protocol, options: Options, *rest: Any) -> None:
        super().__init__(*rest)
        self._protocol = protocol
        self._options = options
        self.transport: asyncio.Transport | None = None
        self._early: list[bytes] = []
        # Received, and not yet taken by the page handler.
        self._messages: deque[Message] = deque()
        self._queued = 0
        self._paused = False
        self._receiver: asyncio.Future[None] | None = None
        # The peer's close or offence. It takes effect when the messages before it are dealt with.
        self._ending: Close | Failure | None = None
        self._closing = False  # our close frame is sent
        self._said: Closed | None = None  # what was in it, if it was the first
        self._over = False  # the transport is lost
        self._lost: asyncio.Future[None] | None = None
        self._write_paused = False
        self._drains: list[asyncio.Future[None]] | None = None
        self._heard = True
        self._inbox: Inbox | None = None  # of a plain page handler, instead of `_messages`
        self._owes_answer = False
        self._timer: asyncio.TimerHandle | None = None

    # What the transport reports

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        # Not asserted: uvloop's transport is one, but does not derive from it.
        self.transport = cast("asyncio.Transport", transport)
        for frame in self._early:
            self.transport.write(frame)
        self._early.clear()
        if self._options.ping_interval is not None:
            self._arm(self._options.ping_interval, self._ping)
        opening, self.opening = self.opening, None
        if opening is not None:
            opening.succeed()

    def data_received(self, data: bytes) -> None:
        """Take what came."""
        self._heard = True
        if self._ending is None:
            self._protocol.feed(data)
            self._parse()

    def _parse(self) -> None:
        for event in self._protocol.events():
            if isinstance(event, str | bytes):
                self._keep(event)
                if self._paused:
                    break
            elif isinstance(event, Ping):
                if not self._closing:
                    self._write(frames.pong(event.payload))
            elif not isinstance(event, Pong):
                self._end(event)
        self._wake()

    def _keep(self, message: Message) -> None:
        if self._closing:
            return
        self._queued += len(message) + _OVERHEAD
        if self._inbox is None:
            self._messages.append(message)
        else:
            self._inbox.put(message)
        if self._waiting > self._options.max_queue and not self._paused:
            self._paused = True
            assert self.transport is not None
            self.transport.pause_reading()
            # The thread may have taken all of it just before it could see that it should tell.
            if self._inbox is not None and self._is_relieved:
                self.loop.call_soon(self._resume)

    @property
    def _waiting(self) -> int:
        """Bytes of messages that the page handler has not taken."""
        return self._queued if self._inbox is None else self._queued - self._inbox.taken

    @property
    def _is_relieved(self) -> bool:
        return self._waiting <= self._options.max_queue // 2

    def _end(self, event: Close | Failure) -> None:
        self._ending = event
        if self._closing or (self._receiver is not None and not self._messages):
            self._conclude()
        else:  # the handler may answer what it has received, but not for ever
            self._arm(self._options.close_timeout, self._conclude)
            self._release_senders()

    def _conclude(self) -> None:
        """Let the peer's close or offence take effect."""
        ending = self._ending
        if ending is None or self.code is not None:
            return
        self.code, self.reason = ending.code, ending.reason
        if not self._closing:
            self._closing = True
            reason = ending.reason if isinstance(ending, Failure) else ""
            self._write(frames.close(ending.code, reason))
        self._hang_up(linger=isinstance(ending, Failure))

    def _hang_up(self, *, linger: bool) -> None:
        """Close the connection when what is written has been read, or at the latest in a while.

        Args:
            linger: The peer may still be sending. If the connection were closed with bytes unread,
                TCP would reset it, and the peer might never read our close frame.
        """
        transport = self.transport
        if transport is None or transport.is_closing():
            return
        self._arm(self._options.close_timeout, transport.abort)
        if linger and transport.can_write_eof():
            transport.write_eof()
            self._resume()
        else:
            transport.close()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - 1006 says as much
        """Take note of the end."""
        if self.code is None:
            ended = isinstance(self._ending, Close)
            self.code = self._ending.code if ended and self._ending else ABNORMAL
        self._over = True
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._ending = self._ending or Close(self.code, "")
        self._closing = True
        self._wake()
        self.resume_writing()
        if self._lost is not None and not self._lost.done():
            self._lost.set_result(None)

    def pause_writing(self) -> None:
        """Make those who send wait: the client is slow to read."""
        self._write_paused = True

    def resume_writing(self) -> None:
        """Let those who send go on."""
        self._write_paused = False
        self._release_senders()

    def _release_senders(self) -> None:
        drains, self._drains = self._drains, None
        for waiter in drains or ():
            if not waiter.done():
                waiter.set_result(None)

    # What the page handler does

    async def receive(self) -> Message:
        """See `WebSocket.receive`."""
        if self.opening is not None:
            await self.accept()
        while not self._messages:
            if self._ending is not None or self._closing:
                self._conclude()
                raise self._closed()
            await self._arrival()
        message = self._messages.popleft()
        self._owes_answer = True
        self._queued -= len(message) + _OVERHEAD
        if self._paused and self._is_relieved:
            self._resume()
        return message

    async def _arrival(self) -> None:
        if self._receiver is not None:
            raise RuntimeError("Two tasks wait for messages of the same WebSocket.")
        self._receiver = self.loop.create_future()
        try:
            await self._receiver
        finally:
            self._receiver = None

    def _wake(self) -> None:
        if self._inbox is not None and (self._closing or self._ending is not None):
            self._inbox.put(None)
        if self._receiver is not None and not self._receiver.done():
            self._receiver.set_result(None)

    def _resume(self) -> None:
        if self._paused and self.transport is not None:
            self._paused = False
            self._parse()
            if not self._paused:
                self.transport.resume_reading()

    async def send(self, message: Message) -> None:
        """See `WebSocket.send`."""
        if self.opening is not None:
            await self.accept()
        if self._ending is not None and not self._owes_answer and not self._waiting:
            self._conclude()
        if self._closing:
            raise self._closed()
        self._send(message)
        self._owes_answer = False
        if self._write_paused:
            await self._drained()

    def _send(self, message: Message) -> None:
        assert self.transport is not None
        head, payload = self._protocol.message(message)
        if len(payload) <= _JOINED:
            self.transport.write(head + payload)
        else:
            self.transport.writelines((head, payload))

    async def _drained(self) -> None:
        waiter = self.loop.create_future()
        self._drains = self._drains or []
        self._drains.append(waiter)
        await waiter

    def offer(self, message: Message, frame: bytes, *, max_unsent: int) -> None:  # noqa: ARG002
        """See `WebSocket.offer`."""
        if self._closing:
            return
        transport = self.transport
        if transport is None:
            self._early.append(frame)
            unsent = sum(map(len, self._early))
        else:
            transport.write(frame)
            unsent = transport.get_write_buffer_size()
        if unsent > max_unsent:
            self._begin_close(TRY_AGAIN_LATER, "too slow to read")

    # What the thread of a plain page handler does; nothing else here is for threads

    def serve_thread(self) -> bool:
        """See `WebSocket.serve_thread`."""
        self._inbox = Inbox()
        return True

    def take(self, timeout: float | None) -> Message | None:
        """See `WebSocket.take`."""
        assert self._inbox is not None
        message = None if self._said else self._inbox.take(timeout, self._is_over)
        if message is None or self._said:
            return None
        self._owes_answer = True
        self._inbox.taken += len(message) + _OVERHEAD
        if self._paused and self._is_relieved:
            self.loop.call_soon_threadsafe(self._resume)
        return message

    def _is_over(self) -> bool:
        return self._closing or self._ending is not None or self.loop.is_closed()

    def post(self, message: Message) -> bool:
        """See `WebSocket.post`."""
        assert self._inbox is not None
        if self.opening is not None or self._write_paused or self._is_over():
            return False
        if not _is_sendable(message):
            return False
        size = len(message) + _OVERHEAD
        if not self._inbox.post(size, limit=_POSTED):
            return False
        self._owes_answer = False
        self.loop.call_soon_threadsafe(self._send_posted, message, size)
        return True

    def _send_posted(self, message: Message, size: int) -> None:
        assert self._inbox is not None
        self._inbox.sent += size
        if not self._closing:
            self._send(message)

    async def close(self, code: int = NORMAL, reason: str = "") -> None:
        """See `WebSocket.close`."""
        check_close(code, reason)
        if self.opening is not None:
            await self.accept()
        if self._ending is not None:
            self._conclude()
        else:
            self._begin_close(code, reason)
        await self.gone()

    async def gone(self) -> None:
        """See `WebSocket.gone`."""
        if self.transport is not None and not self._over:
            self._lost = self._lost or self.loop.create_future()
            await asyncio.shield(self._lost)

    def shutdown(self) -> None:
        """See `WebSocket.shutdown`."""
        if self.code is not None:  # and so only waiting for the client to leave
            if self.transport is not None:
                self.transport.close()
        elif self._ending is not None:
            self._conclude()
        else:
            self._begin_close(GOING_AWAY, "")

    def abort(self) -> None:
        """See `WebSocket.abort`."""
        if self.transport is not None:
            self.transport.abort()

    def _begin_close(self, code: int, reason: str) -> None:
        if self._closing:
            return
        self._closing = True
        self._said = Closed(code, reason)
        self._messages.clear()
        self._write(frames.close(code, reason))
        self._wake()
        self._resume()
        if self.transport is not None:
            self._arm(self._options.close_timeout, self.transport.abort)

    # Common

    def _write(self, data: bytes) -> None:
        if self.transport is None:
            self._early.append(data)
        else:
            self.transport.write(data)

    def _closed(self) -> Closed:
        if self.code is None:
            return self._said or Closed(ABNORMAL)
        return Closed(self.code, self.reason)

    def _arm(self, seconds: float, action: Any) -> None:
        """Do something later, instead of what was to be done later so far."""
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self.loop.call_later(seconds, action)

    def _ping(self) -> None:
        self._heard = False
        self._write(frames.ping(b""))
        self._arm(self._options.ping_timeout, self._check_alive)

    def _check_alive(self) -> None:
        interval = self._options.ping_interval
        assert interval is not None
        if self._heard or self._paused:  # while we do not read, nobody can be heard
            self._arm(interval, self._ping)
        else:
            self._begin_close(INTERNAL_ERROR, "no sign of life")


def _is_sendable(message: Message) -> bool:
    """Tell whether it surely can be sent, so that no error comes later on another thread."""
    if isinstance(message, str) and not message.isascii():
        try:
            message.encode()
        except UnicodeEncodeError:
            return False
    return isinstance(message, str | bytes)
