"""Sockets, event loops and TLS for the server, as `cherrypy.server`'s settings ask for them."""

import asyncio
import functools
import importlib.util
import os
import socket
import ssl
from pathlib import Path
from typing import Any

import uvicorn

# cherrypy.server.socket_queue_size is 5 by default: enough for threads that accept at once, too few
# for a burst.
_SMALLEST_BACKLOG = 2048
_ACCEPTED_A_TURN = 16  # connections
_FIRST_INHERITED = 3  # SD_LISTEN_FDS_START


def backlog(settings: Any) -> int:
    """Return how many connections may wait to be accepted."""
    size: int = settings.socket_queue_size
    return max(size, _SMALLEST_BACKLOG)


def bind(settings: Any) -> socket.socket:
    """Make the listening socket.

    Raises:
        OSError: If the address is taken or not to be had.
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
    """Return the socket that systemd listens on for this process (`sd_listen_fds(3)`), if it does.

    A copy, so that the server can be stopped and started again.
    """
    if not _is_activated():
        return None
    listener = socket.socket(fileno=os.dup(_FIRST_INHERITED))
    listener.setblocking(False)
    return listener


def _bind_unix(path: str, size: int) -> socket.socket:
    file = None if path.startswith("\0") else Path(path)  # or an abstract socket, without a file
    if file is not None and file.is_socket():
        file.unlink()
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        listener.bind(path)
        if file is not None:
            file.chmod(0o777)  # as cheroot does: proxies run as somebody else
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


def copies(listener: socket.socket) -> list[socket.socket]:
    """Return the listening socket and copies of it, each of which the event loop accepts from.

    libuv takes one connection a turn from each socket, so that a burst of clients would wait for as
    many turns as it has clients, each as long as the requests of those before.
    """
    return [listener, *(listener.dup() for _ in range(_ACCEPTED_A_TURN - 1))]


def new_event_loop() -> asyncio.AbstractEventLoop:
    """Make an event loop: uvloop's where it is installed."""
    loop: asyncio.AbstractEventLoop = _loop_factory()()
    return loop


@functools.cache
def _loop_factory() -> Any:
    try:
        import uvloop  # noqa: PLC0415 - there is none for Windows and PyPy
    except ImportError:
        return asyncio.new_event_loop
    return uvloop.new_event_loop


def uvicorn_config(application: Any, settings: Any) -> uvicorn.Config:
    """Make the configuration that uvicorn's connections look into.

    `X-Forwarded-For` and its like are left to `tools.proxy`, as on CherryPy's own server.
    """
    config = uvicorn.Config(
        application,
        lifespan="off",
        interface="asgi3",
        log_config=None,
        access_log=False,
        proxy_headers=False,
    )
    config.load()
    config.ssl = ssl_context(settings)
    return config


def ssl_context(settings: Any) -> ssl.SSLContext | None:
    """Make the TLS context that the settings ask for, if they do; HTTP/2 needs its extra."""
    if isinstance(settings.ssl_context, ssl.SSLContext):
        return settings.ssl_context
    if not settings.ssl_certificate:
        return None
    protocols = ["h2", "http/1.1"] if importlib.util.find_spec("zttp") else ["http/1.1"]
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(settings.ssl_certificate, settings.ssl_private_key)
    context.set_alpn_protocols(protocols)
    if settings.ssl_certificate_chain:
        context.load_verify_locations(settings.ssl_certificate_chain)
    if settings.ssl_ciphers:
        context.set_ciphers(settings.ssl_ciphers)
    return context
