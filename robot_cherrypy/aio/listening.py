"""Sockets, event loops and TLS for the server, as `cherrypy.server`'s settings ask for them."""

import asyncio
import functools
import socket
import ssl
from pathlib import Path
from typing import Any

import uvicorn

# cherrypy.server.socket_queue_size is 5 by default: enough for threads that accept at once, too few
# for a burst.
_SMALLEST_BACKLOG = 2048


def backlog(settings: Any) -> int:
    """Return how many connections may wait to be accepted."""
    size: int = settings.socket_queue_size
    return max(size, _SMALLEST_BACKLOG)


def bind(settings: Any) -> socket.socket:
    """Make the listening socket.

    Raises:
        OSError: If the address is taken or not to be had.
    """
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


def _bind_unix(path: str, size: int) -> socket.socket:
    if Path(path).is_socket():
        Path(path).unlink()
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        listener.bind(path)
        listener.listen(size)
        listener.setblocking(False)
    except OSError:
        listener.close()
        raise
    return listener


def release(listener: socket.socket) -> None:
    """Close a listening socket, and remove its file if it has one."""
    if listener.fileno() >= 0 and listener.family == socket.AF_UNIX:
        Path(listener.getsockname()).unlink(missing_ok=True)
    listener.close()


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
    """Make the configuration that uvicorn's connections look into."""
    config = uvicorn.Config(
        application,
        lifespan="off",
        interface="asgi3",
        log_config=None,
        access_log=False,
        ws="none",  # to us a WebSocket's handshake is a request as any other
    )
    config.load()
    config.ssl = ssl_context(settings)
    return config


def ssl_context(settings: Any) -> ssl.SSLContext | None:
    """Make the TLS context that the settings ask for, if they do."""
    if isinstance(settings.ssl_context, ssl.SSLContext):
        return settings.ssl_context
    if not settings.ssl_certificate:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(settings.ssl_certificate, settings.ssl_private_key)
    if settings.ssl_certificate_chain:
        context.load_verify_locations(settings.ssl_certificate_chain)
    if settings.ssl_ciphers:
        context.set_ciphers(settings.ssl_ciphers)
    return context
