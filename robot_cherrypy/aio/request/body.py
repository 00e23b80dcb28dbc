"""The request body as the file that CherryPy and WSGI applications read."""

import sys
from collections.abc import Callable, Iterator

from cheroot.errors import MaxSizeExceeded

from robot_cherrypy.aio.runtime import bridge
from robot_cherrypy.asgi import Message, RawHeaders, Receive


class ClientDisconnected(BaseException):
    """The client disconnected before it had sent its whole request.

    Not an `Exception`: no error page can be sent, and no error is to be logged.
    """


class RequestBody:
    """A file over ASGI's `receive`, for request greenlets and worker threads.

    Args:
        receive: ASGI's `receive`.
        limit: Bytes of the body, at most; 0 for any number.
        on_end: Is called when the whole body has been received.
    """

    def __init__(
        self, receive: Receive, *, limit: int = 0, on_end: Callable[[], None] | None = None
    ) -> None:
        self._receive = receive
        self._on_end = on_end
        self._limit = limit
        self._received = 0
        self._buffer = bytearray()
        self._more = True
        self._trailers: RawHeaders = []
        self._too_large: MaxSizeExceeded | None = None

    async def read_ahead(self, size: int, *, to_line_end: bool = False) -> None:
        """Receive the body until it ends or `size` bytes of it are there.

        A worker thread lets the event loop do this for all that it reads at once.

        Args:
            size: In bytes.
            to_line_end: Whether to stop after a piece with the end of a line.

        Raises:
            ClientDisconnected: The client has disconnected.
        """
        while self._more and len(self._buffer) < size and self._too_large is None:
            before = len(self._buffer)
            self._add(await self._receive())
            if to_line_end and self._buffer.find(b"\n", before) >= 0:
                return

    def _fill(self, size: int, *, to_line_end: bool = False) -> None:
        if self._too_large is None:
            bridge.wait(self.read_ahead(size, to_line_end=to_line_end))
        if self._too_large is not None:
            # cherrypy/_cpreqbody.py makes a 413 of this error.
            raise self._too_large

    def _add(self, message: Message) -> None:
        if message["type"] == "http.disconnect":
            self._more = False
            raise ClientDisconnected
        chunk = message.get("body", b"")
        self._more = message.get("more_body", False)
        self._trailers = message.get("trailers", [])
        self._received += len(chunk)
        if self._limit and self._received > self._limit:
            self._too_large = MaxSizeExceeded("Request Entity Too Large", self._limit)
            return
        self._buffer += chunk
        if not self._more and self._on_end is not None:
            self._on_end()

    def _pop(self, size: int) -> bytes:
        data = bytes(self._buffer[:size])
        del self._buffer[:size]
        return data

    def read(self, size: int | None = None) -> bytes:
        """Read `size` bytes, or fewer at the end of the body; without `size`, all that is left."""
        wanted = sys.maxsize if size is None or size < 0 else size
        if self._more and len(self._buffer) < wanted:
            self._fill(wanted)
        return self._pop(wanted)

    def readline(self, size: int | None = None) -> bytes:
        """Read up to the end of a line, but at most `size` bytes."""
        wanted = sys.maxsize if size is None or size < 0 else size
        searched = 0
        while True:
            end = self._buffer.find(b"\n", searched, wanted) + 1
            if end or len(self._buffer) >= wanted or not self._more:
                return self._pop(end or wanted)
            searched = len(self._buffer)
            self._fill(wanted, to_line_end=True)

    def readlines(self, hint: int | None = None) -> list[bytes]:
        """Read lines until the body ends, or until they have `hint` bytes together."""
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
