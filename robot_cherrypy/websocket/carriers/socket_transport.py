"""An asyncio transport on a socket that is connected already, with or without TLS.

asyncio itself makes transports for connected sockets, but not if they speak TLS already
(`asyncio/selector_events.py`, `_check_ssl_socket`).
"""

import asyncio
import contextlib
import socket
import ssl
from collections import deque
from collections.abc import Iterable
from typing import Any

# Bytes to read at once, and bytes to be sent above which and down to which the protocol is to pause
# and to resume writing: as in asyncio's own transports.
_MAX_READ = 2**18
_HIGH_WATER = 2**16
_LOW_WATER = _HIGH_WATER // 4

# What a socket raises that cannot read or write at the moment.
_NOT_READY = (BlockingIOError, InterruptedError, ssl.SSLWantReadError, ssl.SSLWantWriteError)


class SocketTransport(asyncio.Transport):
    """Reads and writes one connected socket, with or without TLS, on an event loop.

    To be made on the loop's thread. It closes in the order of asyncio's transports: `close` and the
    peer's end of stream stop reading (`_is_closing`); once everything is sent, the protocol is told
    and the socket is closed (`_is_lost`). `abort` and errors do so without sending the rest.

    Args:
        loop: The event loop. It has to be able to watch sockets.
        sock: The socket, which the transport closes in the end.
        protocol: What to report to.
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
        self._is_writing_paused = False
        self._is_reading = False
        self._is_closing = False
        self._is_lost = False
        self._is_eof_written = False
        protocol.connection_made(self)
        self.resume_reading()
        # After that, as the protocol may pause reading in response to it.
        if received and not self._is_closing:
            protocol.data_received(received)

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        """Return the socket under its name; nothing else is known."""
        return self._socket if name == "socket" else default

    def get_protocol(self) -> asyncio.BaseProtocol:
        """Return what it reports to."""
        return self._protocol

    def is_closing(self) -> bool:
        """Return whether it is closed or about to be."""
        return self._is_closing

    def is_reading(self) -> bool:
        """Return whether it reads."""
        return self._is_reading

    def resume_reading(self) -> None:
        """Read, and report what arrives."""
        if not (self._is_reading or self._is_closing):
            self._is_reading = True
            self._loop.add_reader(self._socket, self._read)
            if isinstance(self._socket, ssl.SSLSocket):
                # Bytes that TLS has decrypted already do not make the socket readable.
                self._loop.call_soon(self._read)

    def pause_reading(self) -> None:
        """Stop reading. When the kernel's buffer is full, the peer has to wait."""
        if self._is_reading:
            self._is_reading = False
            self._loop.remove_reader(self._socket)

    def _read(self) -> None:
        while self._is_reading:
            try:
                data = self._socket.recv(_MAX_READ)
            except _NOT_READY:
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
        """Send bytes, at once as far as the socket accepts them."""
        self.writelines((data,))

    def writelines(self, list_of_data: Iterable[Any]) -> None:
        """Send several pieces, as `write` does."""
        if self._is_lost or self._is_eof_written:
            return
        idle = not self._unsent
        for data in list_of_data:
            if data:
                self._unsent.append(memoryview(data))
                self._unsent_size += len(data)
        if idle and self._unsent:
            self._flush()
            if self._unsent and not self._is_lost:
                self._loop.add_writer(self._socket, self._flush)
        if self._unsent_size > _HIGH_WATER and not self._is_writing_paused:
            self._is_writing_paused = True
            self._protocol.pause_writing()

    def _flush(self) -> None:
        while self._unsent:
            piece = self._unsent[0]
            try:
                sent = self._socket.send(piece)
            except _NOT_READY:
                return
            except OSError as error:
                self._lose(error)
                return
            self._unsent_size -= sent
            if sent < len(piece):
                self._unsent[0] = piece[sent:]
            else:
                self._unsent.popleft()
            if self._is_writing_paused and self._unsent_size <= _LOW_WATER:
                self._is_writing_paused = False
                self._protocol.resume_writing()
        self._loop.remove_writer(self._socket)
        if self._is_eof_written:
            self._shut_down_writing()
        if self._is_closing:
            self._lose(None)

    def get_write_buffer_size(self) -> int:
        """Return how many bytes are still to be sent."""
        return self._unsent_size

    def can_write_eof(self) -> bool:
        """Return whether our direction can be closed alone: not with TLS."""
        return not isinstance(self._socket, ssl.SSLSocket)

    def write_eof(self) -> None:
        """Close our direction when everything is sent."""
        self._is_eof_written = True
        if not self._unsent:
            self._shut_down_writing()

    def _shut_down_writing(self) -> None:
        with contextlib.suppress(OSError):  # the peer has closed both directions
            self._socket.shutdown(socket.SHUT_WR)

    def close(self) -> None:
        """Close when everything is sent."""
        if not self._is_closing:
            self.pause_reading()
            self._is_closing = True
            if not self._unsent:
                self._loop.call_soon(self._lose, None)

    def abort(self) -> None:
        """Close without sending the rest."""
        self.pause_reading()
        self._is_closing = True
        self._loop.call_soon(self._lose, None)

    def _lose(self, error: OSError | None) -> None:
        if self._is_lost:
            return
        self._is_lost = self._is_closing = True
        self.pause_reading()
        self._loop.remove_writer(self._socket)
        self._unsent.clear()
        self._unsent_size = 0
        try:
            self._protocol.connection_lost(error)
        finally:
            self._socket.close()
