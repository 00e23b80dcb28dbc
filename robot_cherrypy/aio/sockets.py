"""The listening sockets of a server, as the settings of `cherrypy.server` describe them."""

import os
import socket
from pathlib import Path
from typing import Any

# Connections that may wait to be accepted, at least. `cherrypy.server.socket_queue_size` is 5 by
# default: enough for a server that accepts on a thread of its own, too few for a burst of clients
# while one event loop does everything. 2048 is uvicorn's default; the kernel may lower it
# (net.core.somaxconn).
_MIN_BACKLOG = 2048
# Connections accepted in one turn of the event loop, see `copies`. With 16 in place of 1, the
# slowest percent of requests in a burst took 12 ms in place of 150 ms.
_ACCEPTED_PER_TURN = 16
# SD_LISTEN_FDS_START of sd_listen_fds(3): the first file descriptor that systemd passes.
_FIRST_INHERITED = 3


def backlog(settings: Any) -> int:
    """Return how many connections may wait to be accepted."""
    size: int = settings.socket_queue_size
    return max(size, _MIN_BACKLOG)


def bind(settings: Any) -> socket.socket:
    """Return the listening socket: that of systemd if it passes one, else a new one.

    Raises:
        OSError: The address is taken or cannot be used.
    """
    if inherited := _inherited():
        return inherited
    address = settings.bind_addr
    if isinstance(address, str):
        return _bind_unix(address, backlog(settings))
    host, port = address
    family, _kind, _protocol, _name, resolved = socket.getaddrinfo(
        host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    # With protocol 0, asyncio would leave Nagle's algorithm on (asyncio/base_events.py,
    # _set_nodelay).
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(resolved)
        listener.listen(backlog(settings))
        listener.setblocking(False)
    except OSError:
        listener.close()
        raise
    return listener


def _is_activated() -> bool:
    return os.environ.get("LISTEN_PID") == str(os.getpid()) and "LISTEN_FDS" in os.environ


def _inherited() -> socket.socket | None:
    """Return a copy of the socket that systemd passes to this process, if any: sd_listen_fds(3).

    The copy is closed when the server stops; the original is there for the next start.
    """
    if not _is_activated():
        return None
    listener = socket.socket(fileno=os.dup(_FIRST_INHERITED))
    listener.setblocking(False)
    return listener


def _bind_unix(path: str, size: int) -> socket.socket:
    file = None if path.startswith("\0") else Path(path)  # an abstract socket has no file
    if file is not None and file.is_socket():
        file.unlink()
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        listener.bind(path)
        if file is not None:
            file.chmod(0o777)  # as cheroot does: a proxy may run as another user
        listener.listen(size)
        listener.setblocking(False)
    except OSError:
        listener.close()
        raise
    return listener


def release(listener: socket.socket, address: Any) -> None:
    """Close a listening socket, and remove the file of a Unix socket unless it is systemd's."""
    listener.close()
    if isinstance(address, str) and address[0] != "\0" and not _is_activated():
        Path(address).unlink(missing_ok=True)


def copies(listener: socket.socket, *, is_shared: bool) -> list[socket.socket]:
    """Return the listening socket and copies of it; the event loop accepts from each of them.

    libuv accepts one connection from each socket in a turn of the loop. With one socket, a client
    in a burst would wait for as many turns as there are clients before it, and each turn takes as
    long as their requests. A worker process takes one connection in a turn, as it would otherwise
    take all of a burst while the others have none.

    Args:
        listener: The socket.
        is_shared: Whether other processes accept from it, too.
    """
    if is_shared:
        return [listener]
    return [listener, *(listener.dup() for _ in range(_ACCEPTED_PER_TURN - 1))]
