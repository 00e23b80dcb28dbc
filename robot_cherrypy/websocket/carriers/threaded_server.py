"""WebSockets beside CherryPy's own server.

A cheroot server (`cheroot/server.py`, 10 and 11) uses a thread for each request until its response
is sent. A WebSocket would occupy it for hours. So once the response to the handshake is sent, the
socket is detached from cheroot and moves to an event loop, which one more thread runs for all
WebSockets of the server.
"""

import asyncio
import socket
import threading
import weakref
from typing import Any, ClassVar

import cherrypy
from cheroot.makefile import MakeFile

from robot_cherrypy.event_loops import new_event_loop
from robot_cherrypy.patches.replacements import Replacements
from robot_cherrypy.patches.server_stop import announced_stop
from robot_cherrypy.websocket.carriers.socket_transport import SocketTransport
from robot_cherrypy.websocket.handler_run import HandlerRun
from robot_cherrypy.websocket.links.transport_link import TransportLink

# Seconds that page handlers have to end themselves after they were cancelled. It is for clean-up
# in memory only: they have had the server's whole `shutdown_timeout` before.
_CANCEL_TIMEOUT = 0.2


def current_connection() -> Any:
    """Return the cheroot connection whose request this thread serves, or None."""
    return getattr(threading.current_thread(), "conn", None)


def _detach_socket(connection: Any) -> tuple[socket.socket, bytes]:
    """Detach the socket from a cheroot connection.

    cheroot gets a socket in its place whose other end is closed, as if the client had left.

    Returns:
        The socket, and what was read from it beyond the request.
    """
    detached, reader = connection.socket, connection.rfile
    received = reader.peek() if reader.has_data() else b""
    substitute, other_end = socket.socketpair()
    other_end.close()
    connection.socket = substitute
    connection.rfile = MakeFile(substitute, "rb", connection.rbufsize)
    connection.wfile = MakeFile(substitute, "wb", connection.wbufsize)
    return detached, received


class ServerWebSockets:
    """The WebSockets of one server, from its first one until it stops.

    Attributes:
        loop: The event loop of them all.
    """

    _lock: ClassVar = threading.Lock()
    _by_server: ClassVar["weakref.WeakKeyDictionary[Any, ServerWebSockets]"] = (
        weakref.WeakKeyDictionary()
    )

    def __init__(self, server: Any) -> None:
        # Windows' default event loop cannot watch sockets.
        self.loop = new_event_loop(asyncio.SelectorEventLoop)
        self._runs: set[HandlerRun] = set()
        self._server = weakref.ref(server)
        self._is_stopping = False
        self._thread = threading.Thread(target=self._run_loop, name="WebSockets", daemon=True)
        self._thread.start()

    @classmethod
    def of(cls, server: Any) -> "ServerWebSockets":
        """Return the WebSockets of a server.

        Raises:
            HTTPError: The server is about to stop.
        """
        with cls._lock:
            websockets = cls._by_server.get(server)
            if websockets is None:
                if not server.ready:
                    raise cherrypy.HTTPError(503, "The server is about to stop.")
                websockets = cls._by_server[server] = cls(server)
                announced_stop(Replacements(), server, websockets.close)
        if websockets._is_stopping:
            raise cherrypy.HTTPError(503, "The server is about to stop.")
        return websockets

    def _run_loop(self) -> None:
        self.loop.run_forever()
        self.loop.close()

    def add(self, run: HandlerRun) -> None:
        """Add a WebSocket whose handshake is about to be accepted."""
        self.loop.call_soon_threadsafe(self._add, run)

    def _add(self, run: HandlerRun) -> None:
        task = run.task
        assert task is not None
        self._runs.add(run)
        task.add_done_callback(lambda _task: self._runs.discard(run))

    def connect(self, run: HandlerRun, connection: Any) -> None:
        """Connect a WebSocket whose handshake was accepted to its request's socket."""
        sock, received = _detach_socket(connection)
        self.loop.call_soon_threadsafe(self._connect, run, sock, received)

    def _connect(self, run: HandlerRun, sock: socket.socket, received: bytes) -> None:
        link = run.link
        assert isinstance(link, TransportLink)
        SocketTransport(self.loop, sock, link, received)
        if self._is_stopping:
            link.shutdown()

    def close(self) -> None:
        """Close every WebSocket with 1001, within the server's `shutdown_timeout`."""
        server = self._server()
        if server is None:
            return
        self._is_stopping = True
        closing = asyncio.run_coroutine_threadsafe(
            self._close_all(server.shutdown_timeout), self.loop
        )
        if threading.current_thread() is self._thread:
            # A coroutine of ours stops the server. To wait here would be to wait for its own end.
            closing.add_done_callback(lambda _closing: self.loop.stop())
        else:
            closing.result()
            self.loop.call_soon_threadsafe(self.loop.stop)
            self._thread.join()
        with self._lock:
            self._by_server.pop(server, None)

    async def _close_all(self, timeout: float) -> None:  # noqa: ASYNC109 - what is late is cancelled
        for run in self._runs:
            # Those whose handshake is not completed are closed by `_connect`.
            if run.link.handshake is None:
                assert isinstance(run.link, TransportLink)
                run.link.shutdown()
        tasks = {run.task for run in self._runs if run.task is not None}
        if tasks:
            await asyncio.wait(tasks, timeout=timeout)
        late = {task for task in tasks if not task.done()}
        if late:
            names = ", ".join(sorted(_name(run) for run in self._runs))
            cherrypy.engine.log(f"Cut after {timeout} s: {names}", level=30)
            for task in late:
                task.cancel()
            await asyncio.wait(late, timeout=_CANCEL_TIMEOUT)


def _name(run: HandlerRun) -> str:
    request = run.link.request
    return f"WebSocket {request.script_name}{request.path_info} from {request.remote.ip}"
