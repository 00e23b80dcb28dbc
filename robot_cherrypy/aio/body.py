"""The request body as the file that CherryPy and WSGI applications read."""

import sys
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

from cheroot.errors import MaxSizeExceeded

from robot_cherrypy.aio import bridge


class ClientGone(BaseException):
    """The client went away before it had sent its whole request.

    Not an `Exception`: there is nobody to send an error page to, and no error to log.
    """


class RequestBody:
    """A file over ASGI's `receive`, for the request's greenlet and for worker threads."""

    def __init__(
        self,
        receive: Callable[[], Awaitable[Any]],
        *,
        limit: int = 0,
        at_end: Callable[[], None] | None = None,
    ) -> None:
        self._receive = receive
        self._at_end = at_end
        self.limit = limit
        self._received = 0
        self._buffer = bytearray()
        self._more = True
        self._trailers: list[tuple[bytes, bytes]] = []

    def _fill(self) -> None:
        message = bridge.wait(self._receive())
        if message["type"] == "http.disconnect":
            self._more = False
            raise ClientGone
        chunk = message.get("body", b"")
        self._more = message.get("more_body", False)
        self._trailers = message.get("trailers", [])
        self._received += len(chunk)
        if self.limit and self._received > self.limit:
            # cherrypy/_cpreqbody.py makes a 413 of this one.
            raise MaxSizeExceeded("Request Entity Too Large", self.limit)
        self._buffer += chunk
        if not self._more and self._at_end is not None:
            self._at_end()

    def _take(self, size: int) -> bytes:
        taken = bytes(self._buffer[:size])
        del self._buffer[:size]
        return taken

    def read(self, size: int | None = None) -> bytes:
        """Read `size` bytes, or fewer if the body ends before; without `size`, all that is left."""
        wanted = sys.maxsize if size is None or size < 0 else size
        while self._more and len(self._buffer) < wanted:
            self._fill()
        return self._take(wanted)

    def readline(self, size: int | None = None) -> bytes:
        """Read up to the end of a line, but at most `size` bytes."""
        wanted = sys.maxsize if size is None or size < 0 else size
        searched = 0
        while True:
            end = self._buffer.find(b"\n", searched, wanted) + 1
            if end or len(self._buffer) >= wanted or not self._more:
                return self._take(end or wanted)
            searched = len(self._buffer)
            self._fill()

    def readlines(self, hint: int | None = None) -> list[bytes]:
        """Read lines until the body ends, or until they are `hint` bytes together."""
        lines: list[bytes] = []
        total = 0
        for line in self:
            lines.append(line)
            total += len(line)
            if hint and total >= hint:
                break
        return lines

    def __iter__(self) -> Iterator[bytes]:
        return iter(self.readline, b"")

    def read_trailer_lines(self) -> Iterator[bytes]:
        """Yield the header lines after a chunked body, as `cheroot.server.ChunkedRFile` does."""
        for name, value in self._trailers:
            yield name + b": " + value + b"\r\n"
