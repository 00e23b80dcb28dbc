"""Running one HTTP server on a thread: open, close within a limit, tell what was cut."""

import contextlib
import copy
import logging
import re
import socket
import threading
import time
from collections.abc import Callable, Collection
from concurrent.futures import Future
from typing import Any, Literal, Protocol

import cherrypy
from cherrypy._cpserver import Server as ServerSettings
from cherrypy._cptree import Tree
from cherrypy._cpwsgi_server import CPWSGIServer

from robot_cherrypy.errors import ApplicationError, MissingExtraError, ServerError
from robot_cherrypy.harness.threads import interrupt
from robot_cherrypy.traffic.recorder import Recorder

Kind = Literal["threaded", "async"]

DRAIN = 1.0
"""How long requests in flight may take to finish when a server stops, in seconds."""

_CUT = 1.0
"""How long those that did not may take to notice that they were cut, in seconds."""

# How often cheroot looks for connections that expired, in seconds. It is also how long stopping
# takes at least (`cheroot/connections.py`); as shipped it is half a second.
_EXPIRATION_INTERVAL = 0.02


class _Backend(Protocol):
    """An HTTP server as cheroot draws it (see docs/architecture.md)."""

    @property
    def bind_addr(self) -> Any: ...

    def prepare(self) -> None: ...
    def serve(self) -> None: ...
    def stop(self) -> None: ...

    def busy_threads(self) -> Collection[int]:
        """The threads that run page handlers now."""

    def release_idle(self) -> None:
        """Let go of connections that wait for a request and would hold up stopping."""


class Listening:
    """One HTTP server, of either kind, for one tree."""

    def __init__(
        self,
        kind: Kind,
        tree: Tree,
        recorder: Recorder,
        *,
        host: str,
        port: int,
        on_exit: Callable[[str], None],
    ) -> None:
        """Take the settings of `cherrypy.server`, but for the address.

        Args:
            kind: Which server.
            tree: What it serves.
            recorder: Sees each exchange.
            host: Address to bind.
            port: Port to bind, 0 for a free one.
            on_exit: Told when a page handler ended the server by `SystemExit`, and how.
        """
        settings = copy.copy(cherrypy.server)
        settings.socket_host, settings.socket_port = host, port
        # Later than our own limit, so that what is cut can be named first.
        settings.shutdown_timeout = DRAIN + 0.2
        self.scheme = "https" if settings.ssl_certificate or settings.ssl_context else "http"
        self._recorder = recorder
        self._on_exit = on_exit
        self._thread: threading.Thread | None = None
        self._is_closing = False
        self._host, self._port = host, port
        make = _async_backend if kind == "async" else _threaded_backend
        self._backend = make(settings, tree, recorder)

    @property
    def port(self) -> int:
        """The real port, once open."""
        port: int = self._backend.bind_addr[1]
        return port

    def open(self, timeout: float) -> None:
        """Bind and serve.

        Raises:
            ServerError: The address cannot be bound, or the application does not start up.
        """
        ready: Future[None] = Future()
        # A daemon, and so are the workers, which inherit it: none may hold the process.
        self._thread = threading.Thread(
            target=self._serve, args=(ready,), name=f"serve {self._host}", daemon=True
        )
        self._thread.start()
        try:
            ready.result(timeout)
        except ApplicationError as error:
            raise ServerError(str(error)) from error
        except TimeoutError as error:
            raise ServerError(f"The application did not start up within {timeout:g} s.") from error
        except OSError as error:
            address = f"{self._host}:{self._port}"
            raise ServerError(f"{address} cannot be bound: {_reason(error)}.") from error

    def end(self) -> None:
        """Stop serving without waiting, as a page handler asks for it."""
        threading.Thread(target=self._backend.stop, name="server-end", daemon=True).start()

    def close(self) -> list[str]:
        """Stop serving; return the requests that were cut because they did not finish in time."""
        self._is_closing = True
        stopping = threading.Thread(target=self._backend.stop, name="server-stop", daemon=True)
        stopping.start()
        cut: list[str] = []
        if not self._ended(stopping, DRAIN):
            exchanges = self._recorder.in_flight()
            cut = [str(exchange) for exchange in exchanges]
            self._recorder.cut()
            for thread in self._backend.busy_threads():
                interrupt(thread)
            self._ended(stopping, _CUT)
        if self._thread is not None:
            self._thread.join(_CUT)
        return cut

    def _serve(self, ready: "Future[None]") -> None:
        try:
            self._backend.prepare()
        except BaseException as error:  # noqa: BLE001 - raised by the thread that waits
            ready.set_exception(error)
            return
        ready.set_result(None)
        try:
            self._backend.serve()
        except (KeyboardInterrupt, SystemExit) as error:
            if not self._is_closing:  # else it may well be the `Interrupted` of `close`
                self._on_exit(self._recorder.exit_request or f"{type(error).__name__}: {error}")

    def _ended(self, thread: threading.Thread, timeout: float) -> bool:
        deadline = time.monotonic() + timeout
        while thread.is_alive() and time.monotonic() < deadline:
            self._backend.release_idle()
            thread.join(0.01)
        return not thread.is_alive()


class _ThreadedBackend(CPWSGIServer):  # type: ignore[misc]
    """CherryPy's own server."""

    def __init__(self, settings: ServerSettings, tree: Tree, recorder: Recorder) -> None:
        super().__init__(settings)
        self.wsgi_app = recorder.wsgi(tree)
        self.expiration_interval = _EXPIRATION_INTERVAL
        self._recorder = recorder

    def prepare(self) -> None:
        """Bind and listen, so that a restart can have the same port."""
        super().prepare()
        # cheroot leaves it out for port 0 (`server.py`, prepare_socket). Set after the port was
        # chosen it lets nobody steal that, and connections that linger inherit it.
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)

    @staticmethod
    def bind_socket(socket_: socket.socket, bind_addr: Any) -> socket.socket:
        """Bind; close the socket, which cheroot forgets, if it cannot be bound."""
        try:
            bound: socket.socket = CPWSGIServer.bind_socket(socket_, bind_addr)
        except OSError:
            socket_.close()
            raise
        return bound

    def stop(self) -> None:
        """Stop, and leave no entry in cheroot's global statistics."""
        super().stop()
        statistics = getattr(logging, "statistics", {})
        statistics.pop(f"Cheroot HTTPServer {id(self)}", None)

    def busy_threads(self) -> Collection[int]:
        """See `_Backend.busy_threads`."""
        return {exchange.thread for exchange in self._recorder.in_flight()}

    def release_idle(self) -> None:
        """Wake workers that wait for a request: browsers open spare connections."""
        busy = self.busy_threads()
        for worker in list(self.requests._threads):  # noqa: SLF001
            connection = worker.conn
            if connection is not None and worker.ident not in busy:
                with contextlib.suppress(OSError):  # it was closed meanwhile
                    connection.socket.shutdown(socket.SHUT_RD)


def _threaded_backend(settings: ServerSettings, tree: Tree, recorder: Recorder) -> _Backend:
    return _ThreadedBackend(settings, tree, recorder)


def _async_backend(settings: ServerSettings, tree: Tree, recorder: Recorder) -> _Backend:
    """Make the asyncio server.

    Raises:
        MissingExtraError: Its packages are not installed.
    """
    try:
        from robot_cherrypy import aio  # noqa: PLC0415
        from robot_cherrypy.aio.server import HTTPServer  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise MissingExtraError("The asyncio server", "async") from error

    class AsyncBackend(HTTPServer):
        def busy_threads(self) -> Collection[int]:
            return self.busy_workers()

        def release_idle(self) -> None:
            """Do nothing: an idle connection holds nothing up here."""

    return AsyncBackend(settings, recorder.asgi(aio.application(tree)))


def _reason(error: OSError) -> str:
    """Return what the operating system said, which cheroot wraps in words of its own."""
    wrapped = re.search(r"\[Errno \d+\] (.+?)\)", str(error))
    return wrapped[1] if wrapped else error.strerror or str(error)
