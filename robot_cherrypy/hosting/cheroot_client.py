"""The client of a request on cheroot: its body as it arrives, and whether it has left.

On another WSGI server neither can be seen: there a body is read in blocks, and a client that leaves
is noticed when something is sent to it.
"""

import errno
import sys
import threading
from typing import Any

from cheroot.errors import MaxSizeExceeded

from robot_cherrypy.asgi import ClientDisconnectedError

# How much of a request's body is read at a time, in bytes: as much as uvicorn buffers.
_BLOCK = 65536


class CherootClient:
    """The client whose request the calling thread serves.

    Args:
        environ: The WSGI environ of the request (PEP 3333).
    """

    def __init__(self, environ: dict[str, Any]) -> None:
        self._stream = environ["wsgi.input"]
        self._is_chunked = hasattr(self._stream, "read_trailer_lines")
        self.has_length = hasattr(self._stream, "remaining")
        # `cheroot.workers.threadpool.WorkerThread.conn`
        connection = getattr(threading.current_thread(), "conn", None)
        is_known = connection is not None and (self._is_chunked or self.has_length)
        self._connection = connection if is_known else None
        # Bytes that other servers let an application read: not all of them end the stream after it.
        ends = bool(environ.get("wsgi.input_terminated"))
        self._left = sys.maxsize if ends else int(environ.get("CONTENT_LENGTH") or 0)

    def fileno(self) -> int:
        """Return the descriptor of the client's socket; -1 if it is unknown or closed."""
        return self._connection.socket.fileno() if self._connection is not None else -1

    def local_address(self) -> Any:
        """Return the address that the client has connected to; None if it is unknown."""
        return self._connection.socket.getsockname() if self._connection is not None else None

    def timeout(self) -> float | None:
        """Return how long the client may send nothing of its body, in seconds."""
        if self._connection is None:
            return None
        timeout: float | None = self._connection.socket.gettimeout()
        return timeout

    def has_sent(self) -> bool:
        """Whether something of the client can be read without waiting for it."""
        if self._connection is None or (self.has_length and not self._stream.remaining):
            return True
        pending = getattr(self._connection.socket, "pending", int)  # of a TLS socket
        return bool(self._connection.rfile.has_data() or pending())

    def read_body(self) -> tuple[bytes, bool]:
        """Read what has arrived of the body, or wait for more of it.

        Returns:
            The piece, and whether more of the body may follow.

        Raises:
            ClientDisconnectedError: The client left before the end of the body.
        """
        if self._connection is None:
            piece = self._stream.read(min(_BLOCK, self._left))
            self._left -= len(piece)
            return piece, bool(piece and self._left)
        if self.has_length and not self._stream.remaining:
            return b"", False
        try:
            arrived = len(self._connection.rfile.peek(1))
        except OSError as error:
            raise ClientDisconnectedError(errno.ECONNRESET, str(error)) from error
        if not arrived:
            raise ClientDisconnectedError(errno.ECONNRESET, "The client left during its request.")
        if self._is_chunked:
            return self._read_chunk()
        piece = self._stream.read(min(arrived, self._stream.remaining, _BLOCK))
        return piece, self._stream.remaining > 0

    def _read_chunk(self) -> tuple[bytes, bool]:
        piece = self._stream.read(
            1
        )  # cheroot reads the whole chunk, but returns what was asked for
        if piece and self._stream.buffer:
            piece += self._stream.read(len(self._stream.buffer))
        if not piece:
            self._skip_trailers()
        return piece, bool(piece)

    def _skip_trailers(self) -> None:
        """Read the trailers, which cheroot would take for the next request."""
        for _line in self._stream.read_trailer_lines():
            pass

    def skip_body(self) -> None:
        """Read the rest of a chunked body, which cheroot would take for the next request.

        Raises:
            ClientDisconnectedError: It does not end, is malformed or too large.
        """
        if self._connection is None or not self._is_chunked or self._stream.closed:
            return
        try:
            while self._stream.read(_BLOCK):
                pass
            self._skip_trailers()
        except (OSError, ValueError, MaxSizeExceeded) as error:
            raise ClientDisconnectedError(errno.ECONNRESET, str(error)) from error

    def has_left(self) -> bool:
        """Whether the client has closed its side; to be called when its socket is readable."""
        assert self._connection is not None
        reader = self._connection.rfile
        kept = len(reader.peek(1)) if reader.has_data() else 0
        try:
            return self.can_be_watched() and len(reader.peek(kept + 1)) == kept
        except OSError:  # the connection was reset
            return True

    def can_be_watched(self) -> bool:
        """Whether there is room for what the client sends while nobody reads it."""
        if self._connection is None:
            return False
        reader = self._connection.rfile
        return not reader.has_data() or len(reader.peek(1)) < reader.buffer_size
