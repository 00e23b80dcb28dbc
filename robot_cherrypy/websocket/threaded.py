"""WebSockets on CherryPy's own server.

A cheroot server (`cheroot/server.py`, 10 and 11) has a thread for each request that it answers. A
WebSocket would keep it for hours; so once its response is out, the socket is taken from cheroot and
moves to an event loop, which one more thread runs for all WebSockets of the server.
"""

import asyncio
import socket
import threading
import weakref
from typing import Any, ClassVar

import cherrypy
from cheroot.makefile import MakeFile

from robot_cherrypy.websocket.link import Link
from robot_cherrypy.websocket.session import Session
from robot_cherrypy.websocket.transport import SocketTransport

_GRACE = 0.2  # seconds that page handlers have to end themselves once they were cancelled


def current_connection() -> Any:
    """Return the cheroot connection whose request this thread serves, or None."""
    return getattr(threading.current_thread(), "conn", None)


def take_socket(connection: Any) -> tuple[socket.socket, bytes]:
    """Take the socket from a cheroot connection.

    cheroot goes on with a socket whose other end is closed already: to it, the client has left.

    Returns:
        The socket, and what was read from it beyond the request.
    """
    taken, reader = connection.socket, connection.rfile
    received = reader.peek() if reader.has_data() else b""
    left, other = socket.socketpair()
    other.close()
    connection.socket = left
    connection.rfile = MakeFile(left, "rb", connection.rbufsize)
    connection.wfile = MakeFile(left, "wb", connection.wbufsize)
    return taken, received


def _new_event_loop() -> asyncio.AbstractEventLoop:
    """Make an event loop that can watch sockets: uvloop's where it is installed."""
    try:
        import uvloop  # noqa: PLC0415 - another extra brings it
    except ImportError:
        return asyncio.SelectorEventLoop()
    loop: asyncio.AbstractEventLoop = uvloop.new_event_loop()
    return loop


class Sockets:
    """The WebSockets of one server, from its first one until it stops."""

    _guard: ClassVar = threading.Lock()
    _of: ClassVar["weakref.WeakKeyDictionary[Any, Sockets]"] = weakref.WeakKeyDictionary()

    def __init__(self, server: Any) -> None:
        self.loop = _new_event_loop()
        self._sessions: set[Session] = set()
        self._server = weakref.ref(server)
        self._closing = False
        self._thread = threading.Thread(target=self._serve, name="WebSockets", daemon=True)
        self._thread.start()

    @classmethod
    def of(cls, server: Any) -> "Sockets":
        """Return the WebSockets of a server.

        Raises:
            HTTPError: The server is about to stop.
        """
        with cls._guard:
            sockets = cls._of.get(server)
            if sockets is None:
                if not server.ready:
                    raise cherrypy.HTTPError(503, "The server is about to stop.")
                sockets = cls._of[server] = cls(server)
                # cheroot tells nobody that it stops, and CherryPy's bus only of the one server
                # that is `cherrypy.server`.
                server.stop = sockets.stop
        if sockets._closing:
            raise cherrypy.HTTPError(503, "The server is about to stop.")
        return sockets

    def _serve(self) -> None:
        self.loop.run_forever()
        self.loop.close()

    def expect(self, session: Session) -> None:
        """Take note of a WebSocket whose handshake is about to be answered."""
        self.loop.call_soon_threadsafe(self._add, session)

    def _add(self, session: Session) -> None:
        task = session.task
        assert task is not None
        self._sessions.add(session)
        task.add_done_callback(lambda _task: self._sessions.discard(session))

    def adopt(self, connection: Any, session: Session) -> None:
        """Connect a WebSocket to the socket of a request that was accepted."""
        sock, received = take_socket(connection)
        self.loop.call_soon_threadsafe(self._connect, sock, received, session)

    def _connect(self, sock: socket.socket, received: bytes, session: Session) -> None:
        link = session.socket
        assert isinstance(link, Link)
        SocketTransport(self.loop, sock, link, received)
        if self._closing:
            link.shutdown()

    def stop(self) -> None:
        """Close every WebSocket with 1001, within the server's `shutdown_timeout`; then stop it."""
        server = self._server()
        if server is None:
            return
        self._closing = True
        closing = asyncio.run_coroutine_threadsafe(
            self._close_all(server.shutdown_timeout), self.loop
        )
        if threading.current_thread() is self._thread:
            # A page handler stops the server; its own end is not to be waited for.
            closing.add_done_callback(lambda _closing: self.loop.stop())
        else:
            closing.result()
            self.loop.call_soon_threadsafe(self.loop.stop)
            self._thread.join()
        with self._guard:
            self._of.pop(server, None)
        del server.stop
        server.stop()

    async def _close_all(self, timeout: float) -> None:  # noqa: ASYNC109 - it closes what is late
        for session in self._sessions:
            if session.socket.opening is None:  # else it is told as soon as it has its socket
                session.socket.shutdown()
        tasks = {session.task for session in self._sessions if session.task is not None}
        if tasks:
            await asyncio.wait(tasks, timeout=timeout)
        rest = {task for task in tasks if not task.done()}
        if rest:
            names = ", ".join(sorted(_name(session) for session in self._sessions))
            cherrypy.engine.log(f"Cut after {timeout} s: {names}", level=30)
            for task in rest:
                task.cancel()
            await asyncio.wait(rest, timeout=_GRACE)


def _name(session: Session) -> str:
    request = session.socket.request
    return f"WebSocket {request.script_name}{request.path_info} from {request.remote.ip}"
