"""TLS for a connection that one thread reads and another one writes.

OpenSSL forbids that two threads are in one TLS connection at the same time (openssl-threads(7)),
and Python's `ssl.SSLSocket` does not prevent it. With TLS 1.3 a server sends its session tickets
right after the handshake (RFC 8446, section 4.6.1): a request that was written while another thread
read them was lost in about one of 300 connections.
"""

import contextlib
import functools
import selectors
import socket
import ssl
import threading
from collections.abc import Callable
from typing import Any, TypeVar

_Result = TypeVar("_Result")


class TlsContext:
    """Wraps sockets as a `ssl.SSLContext` does, for clients that read and write in two threads.

    Args:
        context: Certificates, versions and ciphers.
    """

    def __init__(self, context: ssl.SSLContext) -> None:
        self._context = context

    def wrap_socket(self, sock: socket.socket, server_hostname: str | None = None) -> "_TlsSocket":
        """Shake hands within the time-out of the socket, and return the encrypted socket."""
        return _TlsSocket(self._context.wrap_socket(sock, server_hostname=server_hostname))


class _TlsSocket:
    """A connected TLS socket into which only one thread goes at a time.

    It waits for the network outside of its lock. What is not defined here is that of the socket.
    """

    def __init__(self, sock: ssl.SSLSocket) -> None:
        self._timeout = sock.gettimeout()
        sock.setblocking(False)
        self._socket = sock
        self._lock = threading.Lock()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._socket, name)

    def settimeout(self, timeout: float | None) -> None:
        """Set the seconds that a call may wait for the network; None for any time."""
        self._timeout = timeout

    def recv(self, size: int) -> bytes:
        """Wait for bytes, and return them; none of them mean the end."""
        return self._run(functools.partial(self._socket.recv, size))

    def sendall(self, data: bytes | bytearray | memoryview) -> None:
        """Send all bytes."""
        with memoryview(data) as view, view.cast("B") as unsent:
            sent = 0
            while sent < len(unsent):
                sent += self._run(functools.partial(self._socket.send, unsent[sent:]))

    def shutdown(self, how: int) -> None:
        """Close directions of the connection, as `socket.shutdown` does.

        That of `ssl.SSLSocket` would go on without encryption.
        """
        socket.socket.shutdown(self._socket, how)

    def close(self) -> None:
        """Close the socket, and wake a thread that waits for it."""
        with self._lock:
            with contextlib.suppress(OSError):  # the peer has closed the connection
                self.shutdown(socket.SHUT_RDWR)
            self._socket.close()

    def _run(self, function: Callable[[], _Result]) -> _Result:
        while True:
            try:
                with self._lock:
                    return function()
            except ssl.SSLWantReadError:
                self._wait(selectors.EVENT_READ)
            except ssl.SSLWantWriteError:
                self._wait(selectors.EVENT_WRITE)

    def _wait(self, event: int) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(self._socket, event)
            if not selector.select(self._timeout):
                raise TimeoutError("timed out")
