"""Groups of WebSockets that get the same messages."""

import asyncio
import contextlib
import threading
from collections import defaultdict, deque
from collections.abc import Iterator
from weakref import WeakKeyDictionary

from robot_cherrypy.event_loops import runs_here
from robot_cherrypy.websocket.links.link import Broadcast, Link
from robot_cherrypy.websocket.page_websocket import BlockingWebSocket, WebSocket, link_of
from robot_cherrypy.websocket.protocol.frames import Message, encode_uncompressed

_Member = WebSocket | BlockingWebSocket


class Group:
    """WebSockets that get the same messages. Any thread may use it.

    Args:
        max_unsent: Bytes that may wait for a member that is slow to read. If there are more, it is
            closed with 1013, so that it delays nobody and costs no more memory.
    """

    # The default has room for one message of the biggest size that a page receives by default.
    def __init__(self, *, max_unsent: int = 2**20) -> None:
        self._max_unsent = max_unsent
        self._members: set[Link] = set()
        # Broadcasts that are not sent yet, with those who were members when they were made.
        self._waiting: WeakKeyDictionary[
            asyncio.AbstractEventLoop, deque[tuple[list[Link], Broadcast]]
        ] = WeakKeyDictionary()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._members)

    @contextlib.contextmanager
    def joined(self, ws: _Member) -> Iterator[None]:
        """Make a WebSocket a member for as long as the context lasts."""
        self.add(ws)
        try:
            yield
        finally:
            self.discard(ws)

    def add(self, ws: _Member) -> None:
        """Make a WebSocket a member."""
        with self._lock:
            self._members.add(link_of(ws))

    def discard(self, ws: _Member) -> None:
        """Remove a WebSocket, if it is a member."""
        with self._lock:
            self._members.discard(link_of(ws))

    def broadcast(self, message: Message) -> None:
        """Send a message to every member, in the order of calls, without waiting.

        The message is made into a frame once for all members, without compression.
        """
        broadcast = Broadcast(message, b"".join(encode_uncompressed(message)))
        with self._lock:
            by_loop: defaultdict[asyncio.AbstractEventLoop, list[Link]] = defaultdict(list)
            for link in self._members:
                by_loop[link.loop].append(link)
            for loop, links in by_loop.items():
                self._waiting.setdefault(loop, deque()).append((links, broadcast))
        for loop in by_loop:
            if runs_here(loop):
                # At once, so that what the caller sends next comes after it.
                self._send_waiting(loop)
            else:
                with contextlib.suppress(
                    RuntimeError
                ):  # the loop is closed, and so are its members
                    loop.call_soon_threadsafe(self._send_waiting, loop)

    def _send_waiting(self, loop: asyncio.AbstractEventLoop) -> None:
        """Send the broadcasts that wait for the members on one event loop, on its thread."""
        waiting = self._waiting.get(loop)
        while waiting:
            links, broadcast = waiting.popleft()
            for link in links:
                link.send_nowait(broadcast, max_unsent=self._max_unsent)
