"""CherryPy's own server, as `ServerThread` runs it."""

import contextlib
import logging
import socket
import threading
from collections.abc import Collection
from typing import Any

from cheroot.server import HTTPConnection
from cherrypy._cpserver import Server as ServerSettings
from cherrypy._cptree import Tree
from cherrypy._cpwsgi_server import CPWSGIHTTPRequest, CPWSGIServer

from robot_cherrypy.errors import ServerError
from robot_cherrypy.hosting.cherrypy_server import EXPIRATION_INTERVAL
from robot_cherrypy.settings import checks
from robot_cherrypy.traffic.recorder import Recorder
from robot_cherrypy.traffic.text import text_by

# How long a stop waits until the last connection that was too many has been refused, in seconds.
_REFUSAL_TIMEOUT = 1.0


class _Request(CPWSGIHTTPRequest):  # type: ignore[misc]
    """A request whose connection knows whether its first byte has been read."""

    def parse_request(self) -> None:
        """Wait for the first byte, and read the request line and the header fields."""
        self.conn.has_begun = False
        self.conn.rfile.peek(1)
        self.conn.has_begun = True
        super().parse_request()


class _Connection(HTTPConnection):
    """A connection whose current request has begun when a byte of it has been read."""

    has_begun = False


class ThreadedBackend(CPWSGIServer):  # type: ignore[misc]
    """CherryPy's own server with a recorder around the applications of a tree."""

    ConnectionClass = _Connection

    # An application's lifespan is a listener of the bus here, and no part of the server.
    is_shutting_down = False
    shutdown_error = None

    def __init__(self, settings: ServerSettings, tree: Tree, recorder: Recorder) -> None:
        """Make the server.

        Raises:
            ServerError: The server could not serve with its settings.
        """
        checks.check(settings)
        if settings.socket_timeout == 0:
            raise ServerError("server.socket_timeout is 0: it has to be above 0, or None.")
        if settings.ssl_context and not settings.ssl_certificate:
            raise ServerError(
                "server.ssl_context is set, and server.ssl_certificate is not: CherryPy's own"
                " server needs both, and server.ssl_private_key."
            )
        try:
            super().__init__(settings)
        except Exception as error:
            raise ServerError(
                "CherryPy's own server cannot be made with its settings:"
                f" {type(error).__name__}: {text_by(str, error)}"
            ) from error
        self.ConnectionClass.RequestHandlerClass = _Request  # where CherryPy has put its own
        self.wsgi_app = recorder.wsgi(tree)
        self.expiration_interval = EXPIRATION_INTERVAL
        self._recorder = recorder
        self._refusing_thread: threading.Thread | None = None

    def prepare(self) -> None:
        """Bind and listen, so that a restart can have the same port."""
        super().prepare()
        # cheroot leaves it out for port 0 (`server.py`, prepare_socket). Set after the port was
        # chosen, it lets no other process share the port, and connections that linger inherit it.
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)

    @staticmethod
    def bind_socket(socket_: socket.socket, bind_addr: Any) -> socket.socket:
        """Bind; if that fails, close the socket, which cheroot leaves open."""
        try:
            bound: socket.socket = CPWSGIServer.bind_socket(socket_, bind_addr)
        except OSError:
            socket_.close()
            raise
        return bound

    def stop(self) -> None:
        """Stop, and remove the server's entry from cheroot's global statistics."""
        super().stop()
        if self._refusing_thread:
            self._refusing_thread.join(_REFUSAL_TIMEOUT)
        statistics = getattr(logging, "statistics", {})
        statistics.pop(f"Cheroot HTTPServer {id(self)}", None)

    def _serve_unservicable(self) -> None:
        """Refuse connections that are too many, in a thread that cheroot does not wait for."""
        self._refusing_thread = threading.current_thread()
        super()._serve_unservicable()

    def busy_threads(self) -> Collection[int]:
        """See `server_thread._Backend.busy_threads`."""
        return {exchange.thread for exchange in self._recorder.in_flight()}

    def catch_up(self) -> None:
        """Do nothing: a thread sets `interrupt` before it responds, or the recorder knows."""

    def cut(self) -> None:
        """Do nothing: there is no event loop, but for those of applications."""

    def release_idle(self) -> None:
        """Wake workers that wait for a request, such as those of a browser's spare connections."""
        busy = self.busy_threads()
        for worker in list(self.requests._threads):  # noqa: SLF001 - cheroot tells it nowhere else
            connection = worker.conn
            is_idle = connection is not None and not connection.has_begun
            if is_idle and worker.ident not in busy:
                with contextlib.suppress(OSError):  # it was closed meanwhile
                    connection.socket.shutdown(socket.SHUT_RD)
