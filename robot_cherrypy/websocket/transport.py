"""An asyncio transport on a socket that was somebody else's.

asyncio takes over accepted sockets as well, but not those that already speak TLS
(`asyncio/selector_events.py`, `_check_ssl_socket`).
"""

import asyncio
import contextlib
import socket
import ssl
from collections import deque
from collections.abc import Iterable
from typing import Any

_CHUNK = 2**18
_HIGH_WATER = 2**16  # as asyncio's own transports
_LOW_WATER = _HIGH_WATER // 4
_NOT_NOW = (BlockingIOError, InterruptedError, ssl.SSLWantReadError, ssl.SSLWantWriteError)


class SocketTransport(asyncio.Transport):
    """Reads and writes one connected socket, plain or TLS, on a selector event loop.

    To be made on the loop's thread.

    Args:
        loop: The event loop.
        sock: The socket, which it owns from now on.
        protocol: Whom to tell what comes.
        received: Bytes that were read from the socket already.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        sock: socket.socket,
        protocol: asyncio.Protocol,
        received: bytes = b"",
    ) -> None:
        super().__init__()
        sock.setblocking(False)
        self._loop = loop
        self._socket = sock
        self._protocol = protocol
        self._unsent: deque[memoryview] = deque()
        self._unsent_size = 0
        self._writing_paused = False
        self._reading = False
        self._closing = False
        self._lost = False
        self._eof_written = False
        protocol.connection_made(self)
        if received and not self._closing:
            protocol.data_received(received)
        self.resume_reading()

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        """Return the socket, which is all there is."""
        return self._socket if name == "socket" else default

    def get_protocol(self) -> asyncio.BaseProtocol:
        """Return whom it tells."""
        return self._protocol

    def is_closing(self) -> bool:
        """Tell whether it is closed or about to be."""
        return self._closing

    def is_reading(self) -> bool:
        """Tell whether it reads."""
        return self._reading

    def resume_reading(self) -> None:
        """Read, and tell the protocol."""
        if not (self._reading or self._closing):
            self._reading = True
            self._loop.add_reader(self._socket, self._read)
            if isinstance(self._socket, ssl.SSLSocket):
                # What TLS has decrypted already makes no socket readable.
                self._loop.call_soon(self._read)

    def pause_reading(self) -> None:
        """Leave what comes to the kernel, which makes the peer wait."""
        if self._reading:
            self._reading = False
            self._loop.remove_reader(self._socket)

    def _read(self) -> None:
        while self._reading:
            try:
                data = self._socket.recv(_CHUNK)
            except _NOT_NOW:
                return
            except OSError as error:
                self._lose(error)
                return
            if not data:
                self.close()
                return
            self._protocol.data_received(data)
            if not (isinstance(self._socket, ssl.SSLSocket) and self._socket.pending()):
                return

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Send, now or when the socket takes it."""
        self.writelines((data,))

    def writelines(self, list_of_data: Iterable[Any]) -> None:
        """Send several pieces."""
        if self._lost or self._eof_written:
            return
        idle = not self._unsent
        for data in list_of_data:
            if data:
                self._unsent.append(memoryview(data))
                self._unsent_size += len(data)
        if idle and self._unsent:
            self._flush()
            if self._unsent and not self._lost:
                self._loop.add_writer(self._socket, self._flush)
        if self._unsent_size > _HIGH_WATER and not self._writing_paused:
            self._writing_paused = True
            self._protocol.pause_writing()

    def _flush(self) -> None:
        while self._unsent:
            piece = self._unsent[0]
            try:
                sent = self._socket.send(piece)
            except _NOT_NOW:
                return
            except OSError as error:
                self._lose(error)
                return
            self._unsent_size -= sent
            if sent < len(piece):
                self._unsent[0] = piece[sent:]
            else:
                self._unsent.popleft()
            if self._writing_paused and self._unsent_size <= _LOW_WATER:
                self._writing_paused = False
                self._protocol.resume_writing()
        self._loop.remove_writer(self._socket)
        if self._eof_written:
            self._shut_down_writing()
        if self._closing:
            self._lose(None)

    def get_write_buffer_size(self) -> int:
        """Return how many bytes wait to be sent."""
        return self._unsent_size

    def can_write_eof(self) -> bool:
        """Tell whether one direction can be closed alone, which TLS does not know."""
        return not isinstance(self._socket, ssl.SSLSocket)

    def write_eof(self) -> None:
        """Send nothing after what waits to be sent."""
        self._eof_written = True
        if not self._unsent:
            self._shut_down_writing()

    def _shut_down_writing(self) -> None:
        with contextlib.suppress(OSError):  # the peer was quicker
            self._socket.shutdown(socket.SHUT_WR)

    def close(self) -> None:
        """Close when everything is sent."""
        if not self._closing:
            self.pause_reading()
            self._closing = True
            if not self._unsent:
                self._loop.call_soon(self._lose, None)

    def abort(self) -> None:
        """Close now."""
        self.pause_reading()
        self._closing = True
        self._loop.call_soon(self._lose, None)

    def _lose(self, error: OSError | None) -> None:
        if self._lost:
            return
        self._lost = self._closing = True
        self.pause_reading()
        self._loop.remove_writer(self._socket)
        self._unsent.clear()
        self._unsent_size = 0
        try:
            self._protocol.connection_lost(error)
        finally:
            self._socket.close()
