"""What passes between the event loop and the thread of a plain page handler."""

import queue
import threading
import time
from collections.abc import Callable

from robot_cherrypy.websocket.protocol import Message

GLANCE = 1.0  # seconds between a thread's looks at whether the event loop still runs


class Inbox:
    """Messages for one thread, and how far both sides are.

    Each count is written by one side alone, so that none of them needs a lock that both take.

    Attributes:
        taken: Bytes of messages that the thread has taken out.
        sent: Bytes of messages, of those that threads have given it, that the event loop has sent.
    """

    __slots__ = ("_messages", "_posted", "_posting", "sent", "taken")

    def __init__(self) -> None:
        self._messages: queue.SimpleQueue[Message | None] = queue.SimpleQueue()
        self._posting = threading.Lock()
        self.taken = self._posted = self.sent = 0

    def put(self, message: Message | None) -> None:
        """Deliver a message, or None to let the thread look how the WebSocket is."""
        self._messages.put(message)

    def take(self, timeout: float | None, is_over: Callable[[], bool]) -> Message | None:
        """Wait for what is delivered; return None if nothing is and nothing will be.

        Raises:
            TimeoutError: Nothing came within `timeout` seconds.
        """
        deadline = float("inf") if timeout is None else time.monotonic() + timeout
        while True:
            left = 0 if is_over() else max(0, min(GLANCE, deadline - time.monotonic()))
            try:
                return self._messages.get(timeout=left)
            except queue.Empty:
                if is_over():
                    return None
                if time.monotonic() >= deadline:
                    raise TimeoutError from None

    def post(self, size: int, *, limit: int) -> bool:
        """Take note of bytes that are given to the event loop, if not too many are on their way."""
        with self._posting:
            if self._posted + size - self.sent > limit:
                return False
            self._posted += size
            return True
