"""Messages that have arrived and that the page handler has not received yet."""

import abc
import asyncio
from collections import deque

from robot_cherrypy.websocket.protocol.frames import Message

# Bytes that a message counts besides its content, so that empty ones count as well: about what
# CPython needs for the object (49 for a str, 33 for bytes) and a place in the queue.
OVERHEAD = 64


class Inbox(abc.ABC):
    """What a `TransportLink` puts messages into. Its methods are for the event loop."""

    __slots__ = ()

    @property
    @abc.abstractmethod
    def unread(self) -> int:
        """Bytes of messages that the page handler has not received."""

    @property
    @abc.abstractmethod
    def is_awaited(self) -> bool:
        """Whether a coroutine is known to wait for a message, and there is none."""

    @abc.abstractmethod
    def put(self, message: Message) -> None:
        """Add a message."""

    @abc.abstractmethod
    def end(self) -> None:
        """Wake who waits for a message: none will be added any more."""

    @abc.abstractmethod
    def discard(self) -> None:
        """Remove all messages; none will be added any more."""


class TaskInbox(Inbox):
    """Messages for one coroutine on the event loop."""

    __slots__ = ("_loop", "_messages", "_waiter", "unread")

    unread: int

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._messages: deque[Message] = deque()
        self.unread = 0
        self._waiter: asyncio.Future[None] | None = None

    @property
    def is_awaited(self) -> bool:
        """See `Inbox.is_awaited`."""
        return self._waiter is not None and not self._messages

    def put(self, message: Message) -> None:
        """See `Inbox.put`."""
        self.unread += len(message) + OVERHEAD
        self._messages.append(message)
        self._wake()

    def end(self) -> None:
        """See `Inbox.end`."""
        self._wake()

    def discard(self) -> None:
        """See `Inbox.discard`."""
        self._messages.clear()
        self.unread = 0
        self._wake()

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def pop(self) -> Message | None:
        """Remove the oldest message and return it; None if there is none."""
        if not self._messages:
            return None
        message = self._messages.popleft()
        self.unread -= len(message) + OVERHEAD
        return message

    async def wait(self) -> None:
        """Wait until a message is added or none will be.

        Raises:
            RuntimeError: Another coroutine waits.
        """
        if self._waiter is not None:
            raise RuntimeError("Two tasks wait for messages of the same WebSocket.")
        self._waiter = self._loop.create_future()
        try:
            await self._waiter
        finally:
            self._waiter = None
