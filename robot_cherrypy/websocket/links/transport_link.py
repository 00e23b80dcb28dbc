"""A WebSocket on an asyncio transport, for servers that leave the protocol to us."""

import asyncio
from collections.abc import Callable
from typing import Any, cast

from robot_cherrypy.websocket.errors import Closed
from robot_cherrypy.websocket.links.inbox import Inbox, TaskInbox
from robot_cherrypy.websocket.links.link import Broadcast, Link
from robot_cherrypy.websocket.links.phase import SENDABLE, Phase
from robot_cherrypy.websocket.links.thread_port import ThreadPort
from robot_cherrypy.websocket.options import Options
from robot_cherrypy.websocket.protocol import frames
from robot_cherrypy.websocket.protocol.close_codes import (
    ABNORMAL,
    GOING_AWAY,
    INTERNAL_ERROR,
    NORMAL,
    TRY_AGAIN_LATER,
    check_close,
)
from robot_cherrypy.websocket.protocol.frames import (
    Close,
    FrameCodec,
    Message,
    Ping,
    Pong,
    ProtocolViolation,
)

# Bytes up to which header and payload are copied into one piece. Copying that many takes some 3 µs;
# on a `SocketTransport` two pieces take one system call more, which is slower.
_MAX_JOINED = 2**16


class TransportLink(Link, asyncio.Protocol):
    """Drives a `FrameCodec` by what an asyncio transport reports and what the page handler does.

    It is always in one `Phase`. Independently of that, reading is paused while the page handler is
    slow to receive, and writing while the client is slow to read.

    Args:
        codec: The codec of this connection.
        options: The options of the page.
        rest: See `Link`.

    Attributes:
        phase: See `links.phase`.
        transport: The transport, None until it is made.
        is_reading_paused: Whether reading is paused until the page handler has received more.
        may_respond: Whether the page handler has received a message since it last sent one, so that
            in ENDING it may send a response.
    """

    __slots__ = (
        "_codec",
        "_drain_waiters",
        "_heard",
        "_inbox",
        "_is_writing_paused",
        "_lost_waiter",
        "_options",
        "_owed_pong",
        "_peer_end",
        "_sent_close",
        "_task_inbox",
        "_timer",
        "_unsent_frames",
        "is_reading_paused",
        "may_respond",
        "phase",
        "transport",
    )

    def __init__(self, codec: FrameCodec, options: Options, *rest: Any) -> None:
        super().__init__(*rest)
        self._codec = codec
        self._options = options
        self.phase = Phase.OPENING
        self.transport: asyncio.Transport | None = None
        # Frames that are kept in OPENING.
        self._unsent_frames: list[bytes] = []
        # What was the peer's end, from ENDING on.
        self._peer_end: Close | ProtocolViolation | None = None
        # Code and reason of our close frame, from CLOSING on.
        self._sent_close: tuple[int, str] | None = None
        self._task_inbox = TaskInbox(self.loop)
        self._inbox: Inbox = self._task_inbox
        self.may_respond = False
        self.is_reading_paused = False
        self._is_writing_paused = False
        self._drain_waiters: list[asyncio.Future[None]] | None = None
        self._lost_waiter: asyncio.Future[None] | None = None
        # The response to the client's last ping, while the client is slow to read.
        self._owed_pong = b""
        # Whether anything has arrived since the last ping.
        self._heard = True
        # One timer for all: in OPEN it is for pings, later for the time-out.
        self._timer: asyncio.TimerHandle | None = None

    # What the transport reports

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Open the WebSocket: the response to the handshake is sent."""
        # Not asserted: uvloop's transport is one, but does not derive from it.
        self.transport = cast("asyncio.Transport", transport)
        for frame in self._unsent_frames:
            self.transport.write(frame)
        self._unsent_frames.clear()
        if self.phase is Phase.OPENING:
            self.phase = Phase.OPEN
            if self._options.ping_interval is not None:
                self._set_timer(self._options.ping_interval, self._ping)
        else:
            self._set_timer(self._options.close_timeout, self.abort)
        self._complete_handshake()

    def data_received(self, data: bytes) -> None:
        """Read the frames that arrived."""
        self._heard = True
        self._codec.feed(data)
        self._handle_events()

    def _handle_events(self) -> None:
        for event in self._codec.events():
            if isinstance(event, Message):
                self._keep(event)
                if self.is_reading_paused:
                    break
            elif isinstance(event, Ping):
                self._respond_to_ping(event.payload)
            elif not isinstance(event, Pong):
                self._handle_peer_end(event)

    def _respond_to_ping(self, payload: bytes) -> None:
        """Send a pong; while the client is slow to read, only for its last ping (5.5.3)."""
        if self.phase is not Phase.OPEN:
            return
        pong = frames.pong(payload)
        if self._is_writing_paused:
            self._owed_pong = pong
        else:
            self._write(pong)

    def _keep(self, message: Message) -> None:
        """Keep a message for the page handler; pause reading if there are too many."""
        if self.phase is not Phase.OPEN:
            return
        self._inbox.put(message)
        if self._inbox.unread > self._options.max_queue and not self.is_reading_paused:
            assert self.transport is not None
            self.is_reading_paused = True
            self.transport.pause_reading()
            # A thread may have received everything just before it could see that reading is paused.
            if self.is_relieved:
                self.loop.call_soon(self.resume_reading)

    @property
    def is_relieved(self) -> bool:
        """Whether the page handler has received enough for reading to be resumed."""
        return self._inbox.unread <= self._options.max_queue // 2

    def resume_reading(self) -> None:
        """Go on reading, if reading is paused."""
        if self.is_reading_paused and self.phase is not Phase.LOST:
            assert self.transport is not None
            self.is_reading_paused = False
            self._handle_events()
            if not self.is_reading_paused:
                self.transport.resume_reading()

    def pause_writing(self) -> None:
        """Let senders wait: the client is slow to read."""
        self._is_writing_paused = True

    def resume_writing(self) -> None:
        """Let senders go on."""
        self._is_writing_paused = False
        pong, self._owed_pong = self._owed_pong, b""
        if pong and self.phase is Phase.OPEN:
            self._write(pong)
        self._release_senders()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - code 1006 tells it
        """Set how the WebSocket was closed, if that is not known yet, and wake all who wait."""
        if self.code is None and isinstance(self._peer_end, Close):
            self.code, self.reason = self._peer_end.code, self._peer_end.reason
        elif self.code is None:
            self.code = ABNORMAL
        self.phase = Phase.LOST
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._inbox.end()
        self.resume_writing()
        if self._lost_waiter is not None and not self._lost_waiter.done():
            self._lost_waiter.set_result(None)

    # What the page handler does

    def open_thread_port(self) -> ThreadPort:
        """See `Link.open_thread_port`."""
        self._inbox = port = ThreadPort(self)
        return port

    async def receive(self) -> Message:
        """See `WebSocket.receive`."""
        if self.handshake is not None:
            await self.accept()
        while (message := self._task_inbox.pop()) is None:
            if self.phase is not Phase.OPEN:
                self._finish_ending()
                raise self._closed()
            await self._task_inbox.wait()
        self.may_respond = True
        if self.is_reading_paused and self.is_relieved:
            self.resume_reading()
        return message

    async def send(self, message: Message) -> None:
        """See `WebSocket.send`."""
        if self.phase is not Phase.OPEN:
            await self._check_may_send()
        self._send(message)
        is_response, self.may_respond = self.may_respond, False
        if self._is_writing_paused:
            await self._drained()
        elif not is_response:
            # While its client reads fast, a page that only sends would never suspend: let other
            # tasks of the loop run, and the client's close frame arrive.
            await asyncio.sleep(0)

    async def _check_may_send(self) -> None:
        if self.handshake is not None:
            await self.accept()
        if not (self.may_respond or self._inbox.unread):
            self._finish_ending()
        if self.phase not in SENDABLE:
            raise self._closed()

    def _send(self, message: Message) -> None:
        assert self.transport is not None
        header, payload = self._codec.encode(message)
        if len(payload) <= _MAX_JOINED:
            self.transport.write(header + payload)
        else:
            self.transport.writelines((header, payload))

    async def _drained(self) -> None:
        waiter = self.loop.create_future()
        self._drain_waiters = self._drain_waiters or []
        self._drain_waiters.append(waiter)
        await waiter

    def _release_senders(self) -> None:
        waiters, self._drain_waiters = self._drain_waiters, None
        for waiter in waiters or ():
            if not waiter.done():
                waiter.set_result(None)

    @property
    def can_send_now(self) -> bool:
        """Whether a thread may send a message without having to wait."""
        return self.phase is Phase.OPEN and not self._is_writing_paused

    def send_unless_closed(self, message: Message) -> None:
        """Send a message that a thread has handed over, unless our close frame was sent since."""
        if self.phase in SENDABLE:
            self._send(message)

    def send_nowait(self, broadcast: Broadcast, *, max_unsent: int) -> None:
        """See `Link.send_nowait`."""
        if self.phase is Phase.OPENING:
            self._unsent_frames.append(broadcast.frame)
            unsent = sum(map(len, self._unsent_frames))
        elif self.phase in SENDABLE:
            assert self.transport is not None
            self.transport.write(broadcast.frame)
            unsent = self.transport.get_write_buffer_size()
        else:
            return
        if unsent > max_unsent:
            self._begin_close(TRY_AGAIN_LATER, "too slow to read")

    async def close(self, code: int = NORMAL, reason: str = "") -> None:
        """See `WebSocket.close`."""
        check_close(code, reason)
        if self.handshake is not None:
            await self.accept()
        self._begin_close(code, reason)
        await self.wait_closed()

    async def wait_closed(self) -> None:
        """See `Link.wait_closed`."""
        if self.transport is not None and self.phase is not Phase.LOST:
            self._lost_waiter = self._lost_waiter or self.loop.create_future()
            await asyncio.shield(self._lost_waiter)

    def _closed(self) -> Closed:
        """Return the error that tells how the WebSocket was closed."""
        if self.code is not None:
            return Closed(self.code, self.reason)
        assert self._sent_close is not None
        return Closed(*self._sent_close)

    # What the server does

    def shutdown(self) -> None:
        """Close with 1001, without waiting: the server stops."""
        if self.phase is Phase.DISCONNECTING:
            assert self.transport is not None
            self.transport.close()
        else:
            self._begin_close(GOING_AWAY, "")

    def abort(self) -> None:
        """See `Link.abort`."""
        if self.transport is not None:
            self.transport.abort()

    # Closing

    def _begin_close(self, code: int, reason: str) -> None:
        """Send our close frame, unless that has happened."""
        if self.phase is Phase.ENDING:
            self._finish_ending()
        elif self.phase is Phase.OPENING or self.phase is Phase.OPEN:
            self.phase = Phase.CLOSING
            self._sent_close = code, reason
            self._inbox.discard()
            self._write(frames.close(code, reason))
            self._set_timer(self._options.close_timeout, self.abort)
            self.resume_reading()

    def _handle_peer_end(self, end: Close | ProtocolViolation) -> None:
        if self.phase is Phase.CLOSING:
            self._disconnect(end)
        elif self.phase is Phase.OPEN:
            self.phase = Phase.ENDING
            self._peer_end = end
            if self._inbox.is_awaited:
                self._finish_ending()
            else:
                self._set_timer(self._options.close_timeout, self._finish_ending)
                self._release_senders()
            self._inbox.end()

    def _finish_ending(self) -> None:
        """Leave ENDING, if that is the phase: the page handler is done, or its time is over."""
        if self.phase is Phase.ENDING:
            end = self._peer_end
            assert end is not None
            reason = end.reason if isinstance(end, ProtocolViolation) else ""
            self._write(frames.close(end.code, reason))
            self._disconnect(end)

    def _disconnect(self, end: Close | ProtocolViolation) -> None:
        """Close the transport once everything is sent; cut it if that takes too long."""
        self.phase = Phase.DISCONNECTING
        self.code, self.reason = end.code, end.reason
        transport = self.transport
        assert transport is not None
        self._set_timer(self._options.close_timeout, transport.abort)
        if transport.is_closing():
            return
        # After a violation the peer may still be sending. If the socket were closed with bytes
        # unread, TCP would reset the connection, and the peer might never read our close frame. So
        # only our direction is closed, and what the peer still sends is read and dropped (7.1.1).
        if isinstance(end, ProtocolViolation) and transport.can_write_eof():
            transport.write_eof()
            self.resume_reading()
        else:
            transport.close()

    # Common

    def _write(self, frame: bytes) -> None:
        if self.transport is None:
            self._unsent_frames.append(frame)
        else:
            self.transport.write(frame)

    def _set_timer(self, seconds: float, action: Callable[[], Any]) -> None:
        """Call a function later, in place of the one that was to be called so far."""
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self.loop.call_later(seconds, action)

    def _ping(self) -> None:
        self._heard = False
        self._write(frames.ping(b""))
        self._set_timer(self._options.ping_timeout, self._check_heard)

    def _check_heard(self) -> None:
        interval = self._options.ping_interval
        assert interval is not None
        # While reading is paused, a pong cannot be read.
        if self._heard or self.is_reading_paused:
            self._set_timer(interval, self._ping)
        else:
            self._begin_close(INTERNAL_ERROR, "no sign of life")
