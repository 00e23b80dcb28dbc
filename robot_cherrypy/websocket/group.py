"""Sending one message to many WebSockets."""

import asyncio
import contextlib
import threading
from collections import defaultdict, deque
from collections.abc import Iterator
from weakref import WeakKeyDictionary

from robot_cherrypy.websocket.blocking import BlockingWebSocket
from robot_cherrypy.websocket.connection import WebSocket
from robot_cherrypy.websocket.loops import runs_here
from robot_cherrypy.websocket.protocol import Message, plain

Member = WebSocket | BlockingWebSocket


class Group:
    """WebSockets that get the same messages. Any thread may use it.

    Args:
        max_unsent: Bytes that may wait for a member that is slow to read. When there are more, it
            is closed with 1013, so that it holds up nobody and costs no more memory.
    """

    def __init__(self, *, max_unsent: int = 2**20) -> None:
        self._max_unsent = max_unsent
        self._members: set[WebSocket] = set()
        self._waiting: WeakKeyDictionary[
            asyncio.AbstractEventLoop, deque[tuple[list[WebSocket], Message, bytes]]
        ] = WeakKeyDictionary()
        self._guard = threading.Lock()

    def __len__(self) -> int:
        return len(self._members)

    @contextlib.contextmanager
    def joined(self, socket: Member) -> Iterator[None]:
        """Make a WebSocket a member for as long as the context lasts."""
        self.add(socket)
        try:
            yield
        finally:
            self.discard(socket)

    def add(self, socket: Member) -> None:
        """Make a WebSocket a member."""
        with self._guard:
            self._members.add(_plain(socket))

    def discard(self, socket: Member) -> None:
        """Let a WebSocket be a member no more, if it is one."""
        with self._guard:
            self._members.discard(_plain(socket))

    def broadcast(self, message: Message) -> None:
        """Send a message to every member. Never waits; members get messages in the order of calls.

        It is made into a frame once for all, without compression.
        """
        frame = b"".join(plain(message))
        with self._guard:
            by_loop: defaultdict[asyncio.AbstractEventLoop, list[WebSocket]] = defaultdict(list)
            for member in self._members:
                by_loop[member.loop].append(member)
            for loop, members in by_loop.items():
                waiting = self._waiting.setdefault(loop, deque())
                waiting.append((members, message, frame))
        for loop in by_loop:
            if runs_here(loop):  # what the caller sends next must not overtake
                self._deliver(loop)
            else:
                with contextlib.suppress(RuntimeError):  # it is closed: its members are gone
                    loop.call_soon_threadsafe(self._deliver, loop)

    def _deliver(self, loop: asyncio.AbstractEventLoop) -> None:
        """Send what waits for the members on one event loop, on its thread."""
        waiting = self._waiting.get(loop)
        while waiting:
            members, message, frame = waiting.popleft()
            for member in members:
                member.offer(message, frame, max_unsent=self._max_unsent)


def _plain(socket: Member) -> WebSocket:
    return socket.socket if isinstance(socket, BlockingWebSocket) else socket
