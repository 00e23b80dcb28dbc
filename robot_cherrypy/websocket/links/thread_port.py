"""What the threads of a plain page handler use to exchange messages with a WebSocket."""

import contextlib
import queue
import threading
import time
from typing import TYPE_CHECKING

from robot_cherrypy.websocket.links.inbox import OVERHEAD, Inbox
from robot_cherrypy.websocket.protocol.frames import Message

if TYPE_CHECKING:
    from robot_cherrypy.websocket.links.transport_link import TransportLink

# Seconds between a waiting thread's checks whether the event loop still runs. So the thread ends
# soon after a server that was stopped by force; a check takes some microseconds.
LOOP_CHECK_INTERVAL = 1.0

# Bytes that threads may have handed to the event loop before it has sent them: as much as may wait
# in the other direction by default (`Options.max_queue`). Then they wait for the client.
_MAX_HANDED_OVER = 2**18


class ThreadPort(Inbox):
    """Passes messages between threads and the event loop of a `TransportLink`.

    One thread may call `receive` and any thread `send`; the other methods are for the event loop.
    Unlike the link's coroutines, they spare a thread the wait for the event loop.

    Each count of bytes is written by one side only, so the other side can read it without a lock.
    """

    __slots__ = (
        "_handed_over",
        "_is_discarded",
        "_is_ended",
        "_link",
        "_lock",
        "_messages",
        "_put",
        "_received",
        "_sent",
    )

    def __init__(self, link: "TransportLink") -> None:
        self._link = link
        # None wakes the thread that waits, so that it sees that no message will come.
        self._messages: queue.SimpleQueue[Message | None] = queue.SimpleQueue()
        self._is_ended = self._is_discarded = False
        # Bytes that the event loop has put in, and that the receiving thread has received.
        self._put = self._received = 0
        # Bytes that threads have handed over, under the lock, and that the event loop has sent.
        self._handed_over = self._sent = 0
        self._lock = threading.Lock()

    @property
    def unread(self) -> int:
        """See `Inbox.unread`."""
        return self._put - self._received

    @property
    def is_awaited(self) -> bool:
        """See `Inbox.is_awaited`; a thread may be waiting, but no coroutine."""
        return False

    def put(self, message: Message) -> None:
        """See `Inbox.put`."""
        self._put += len(message) + OVERHEAD
        self._messages.put(message)

    def end(self) -> None:
        """See `Inbox.end`."""
        self._is_ended = True
        self._messages.put(None)

    def discard(self) -> None:
        """See `Inbox.discard`."""
        self._is_discarded = True
        self.end()

    def receive(self, timeout: float | None) -> Message | None:
        """Wait for a message of an accepted WebSocket, on a thread.

        Returns:
            The message, or None if the WebSocket is closed; `Link.receive` then raises `Closed`.

        Raises:
            TimeoutError: There was none within `timeout` seconds.
        """
        message = None if self._is_discarded else self._get(timeout)
        if message is None or self._is_discarded:
            return None
        link = self._link
        link.may_respond = True
        self._received += len(message) + OVERHEAD
        if link.is_reading_paused and link.is_relieved:
            with contextlib.suppress(RuntimeError):  # the event loop is closed
                link.loop.call_soon_threadsafe(link.resume_reading)
        return message

    def _get(self, timeout: float | None) -> Message | None:
        deadline = float("inf") if timeout is None else time.monotonic() + timeout
        while True:
            is_over = self._is_ended or self._link.loop.is_closed()
            left = max(0, min(LOOP_CHECK_INTERVAL, deadline - time.monotonic()))
            try:
                return self._messages.get(timeout=0 if is_over else left)
            except queue.Empty:
                if is_over:
                    return None
                if time.monotonic() >= deadline:
                    raise TimeoutError from None

    def send(self, message: Message) -> bool:
        """Let the event loop send a message, if the thread need not wait for that.

        Returns:
            Whether it will be sent; if not, it is for `Link.send` to send it.

        Raises:
            RuntimeError: The event loop is closed.
        """
        if not self._link.can_send_now or not _is_sendable(message):
            return False
        size = len(message) + OVERHEAD
        with self._lock:
            if self._handed_over + size - self._sent > _MAX_HANDED_OVER:
                return False
            self._handed_over += size
        self._link.may_respond = False
        self._link.loop.call_soon_threadsafe(self._send, message, size)
        return True

    def _send(self, message: Message, size: int) -> None:
        self._sent += size
        self._link.send_unless_closed(message)


def _is_sendable(message: Message) -> bool:
    """Return whether sending a message cannot fail.

    An error has to be raised to the caller, so it must not come later, on the event loop.
    """
    if isinstance(message, str) and not message.isascii():
        try:
            message.encode()
        except UnicodeEncodeError:
            return False
    return isinstance(message, str | bytes)
