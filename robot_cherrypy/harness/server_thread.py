"""One HTTP server on a thread of this process: start it, and stop it within a limit."""

import copy
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

from robot_cherrypy.asgi.lifespan import LifespanTimeoutError
from robot_cherrypy.errors import (
    ApplicationError,
    MissingExtraError,
    RobotCherryPyError,
    ServerError,
)
from robot_cherrypy.harness.threaded_backend import ThreadedBackend
from robot_cherrypy.harness.threads import interrupt
from robot_cherrypy.stacks import startup_stacks
from robot_cherrypy.traffic.recorder import Recorder
from robot_cherrypy.traffic.text import text_by

Kind = Literal["threaded", "async"]

# How long requests in flight may take to finish when the server of a test stops, in seconds. A page
# answers in less, and a suite should not wait long for a handler that hangs or streams without end.
DRAIN = 1.0

# How long requests that were cut may take to notice it, in seconds. They notice at their next
# bytecode or chunk; one that is inside a C function for longer is left to its daemon thread.
_CUT = 1.0

# How long after its time-out a start-up is taken for one that blocks its thread, in seconds. One
# that waits on its event loop has been ended until then, by its lifespan, which knows more.
_BLOCKED_AFTER = 0.5

# How often a stop looks for connections that have become idle, in seconds: far below `DRAIN`, and
# well above what a look costs.
_RELEASE_INTERVAL = 0.01


class _Backend(Protocol):
    """The interface of cheroot's `HTTPServer`, and what a stop needs (docs/architecture.md)."""

    @property
    def bind_addr(self) -> Any: ...
    @property
    def interrupt(self) -> BaseException | None: ...
    @property
    def socket(self) -> socket.socket | None: ...
    @property
    def is_shutting_down(self) -> bool:
        """Whether the server has no requests any more, and shuts its application down."""

    @property
    def shutdown_error(self) -> ApplicationError | None:
        """Why the application did not shut down, once the server has stopped."""

    def prepare(self) -> None: ...
    def serve(self) -> None: ...
    def stop(self) -> None: ...

    def busy_threads(self) -> Collection[int]:
        """Return the identifiers of the threads that run page handlers now."""

    def catch_up(self) -> None:
        """Wait until `interrupt` is set, if a request that has ended raised SystemExit."""

    def cut(self) -> None:
        """Cancel what is in flight on an event loop, as a stop does after its own limit."""

    def release_idle(self) -> None:
        """Release threads that wait for a request on an open connection and would delay a stop."""


class ServerThread:
    """One HTTP server, of either kind, for one tree."""

    def __init__(
        self,
        kind: Kind,
        tree: Tree,
        recorder: Recorder,
        *,
        host: str,
        port: int,
        timeout: float,
        drain: float | None = None,
        on_end: Callable[[str], None],
    ) -> None:
        """Make the server with the settings of `cherrypy.server`, except for the address.

        Args:
            kind: Which server.
            tree: What it serves.
            recorder: Sees each exchange.
            host: Address to bind.
            port: Port to bind, 0 for a free one.
            timeout: How long the application may take to start up, and to shut down, in seconds.
            drain: How long requests in flight may take to finish at a stop, in seconds; `DRAIN` if
                None.
            on_end: Called with the reason when the server ends by itself, however it does.

        Raises:
            MissingExtraError: The packages of the asyncio server are not installed.
            ServerError: The server could not serve with its settings.
        """
        settings = copy.copy(cherrypy.server)
        settings.socket_file = None
        settings.socket_host, settings.socket_port = host, port
        # Later than our own limit, so that the requests are named before the server cuts them.
        self._drain = DRAIN if drain is None else drain
        settings.shutdown_timeout = self._drain + 0.2
        self.scheme = "https" if settings.ssl_certificate or settings.ssl_context else "http"
        self._recorder = recorder
        self._on_end = on_end
        self._thread: threading.Thread | None = None
        self._is_stopping = False
        self._end_reason: str | None = None
        self._shutdown_error: ApplicationError | None = None
        self._host, self._port = host, port
        settings.lifespan_timeout = self._timeout = timeout
        self._backend = _backend(kind, settings, tree, recorder)

    @property
    def port(self) -> int:
        """The real port, once the server is started."""
        port: int = self._backend.bind_addr[1]
        return port

    @property
    def end_reason(self) -> str | None:
        """Why the server accepts no connections any more though nobody stops it, or None."""
        if self._is_stopping or self._thread is None:
            return None
        if self._backend.interrupt is not None:
            self._thread.join(_CUT)  # it is about to end, and then the reason is complete
        if self._end_reason is None and not _is_listening(self._backend.socket):
            return "its listening socket was closed"
        return self._end_reason

    def catch_up(self) -> None:
        """Wait briefly until `end_reason` says what the requests that have ended led to."""
        self._backend.catch_up()

    def start(self) -> None:
        """Bind and serve.

        Raises:
            ServerError: The address cannot be bound, or the application does not start up.
        """
        ready: Future[None] = Future()
        # A daemon, and so are the workers, which inherit it: none may keep the process alive.
        self._thread = threading.Thread(
            target=self._serve, args=(ready,), name=f"serve {self._host}", daemon=True
        )
        self._thread.start()
        try:
            error = ready.exception(self._timeout + _BLOCKED_AFTER)
        except TimeoutError as late:
            self._is_stopping = True
            raise ServerError(
                f"The application did not start up within {self._timeout:g} s.{startup_stacks()}"
            ) from late
        if error is not None:
            raise ServerError(self._failure(error)) from error

    def _failure(self, error: BaseException) -> str:
        """Return why the server did not start."""
        if isinstance(error, RobotCherryPyError):
            return str(error)
        if isinstance(error, OSError | UnicodeError):
            return f"{self._host}:{self._port} cannot be bound: {_reason(error)}."
        return f"{type(error).__name__}: {text_by(str, error)}"

    def request_stop(self) -> None:
        """Stop serving without waiting for it, as a page handler must that stops its own server."""
        threading.Thread(target=self._backend.stop, name="server-end", daemon=True).start()

    def stop(self) -> list[str]:
        """Stop serving; return the requests that were cut because they did not finish in time.

        Nobody waits for those that are meant to stay open, and they are not returned.
        """
        self._is_stopping = True
        stopping = threading.Thread(target=self._backend.stop, name="server-stop", daemon=True)
        stopping.start()
        cut: list[str] = []
        if not self._ends_within(self._drain, stopping, unless=self._only_open_requests_are_left):
            in_flight = self._recorder.in_flight()
            cut = [str(each) for each in in_flight if not self._recorder.stays_open(each)]
            self._recorder.cut()
            for thread in self._backend.busy_threads():
                interrupt(thread)
            self._backend.cut()
            self._ends_within(_CUT, stopping)
        if self._thread is not None:
            self._thread.join(_CUT)
            if self._backend.is_shutting_down:
                self._thread.join(self._timeout)
                if self._thread.is_alive():
                    self._shutdown_error = LifespanTimeoutError("shutdown", self._timeout)
        return cut

    @property
    def shutdown_error(self) -> ApplicationError | None:
        """Why the application did not shut down, once the server has stopped."""
        return self._shutdown_error or self._backend.shutdown_error

    def _serve(self, ready: "Future[None]") -> None:
        try:
            self._backend.prepare()
        except BaseException as error:  # noqa: BLE001 - raised by the thread that waits
            ready.set_exception(error)
            return
        if self._is_stopping:  # the application has started up, but too late
            self._backend.stop()
            return
        ready.set_result(None)
        reason = "its HTTP server stopped serving, and nobody had asked for it"
        try:
            self._backend.serve()
        except BaseException as error:  # noqa: BLE001 - whatever it is, the server has ended
            reason = self._reason(error)
        if not self._is_stopping:  # else it may well be the `Interrupted` of `stop`
            self._end_reason = reason
            self._on_end(reason)

    def _reason(self, error: BaseException) -> str:
        raised = f"{type(error).__name__}: {text_by(str, error)}"
        return self._recorder.end_reason or f"its HTTP server raised {raised}"

    def _only_open_requests_are_left(self) -> bool:
        """Whether something is in flight, and all of it is meant to stay open."""
        # A request for a WebSocket is about to end when its response has begun: a connection that
        # has become one goes on without it.
        in_flight = self._recorder.in_flight()
        return bool(in_flight) and all(
            self._recorder.stays_open(each) and not (each.websocket and each.status)
            for each in in_flight
        )

    def _ends_within(
        self,
        timeout: float,
        thread: threading.Thread,
        *,
        unless: Callable[[], bool] = lambda: False,
    ) -> bool:
        deadline = time.monotonic() + timeout
        while thread.is_alive() and time.monotonic() < deadline and not unless():
            self._backend.release_idle()
            thread.join(_RELEASE_INTERVAL)
        return not thread.is_alive()


def _is_listening(listener: socket.socket | None) -> bool:
    """Whether a socket listens; a closed one does not, nor does one whose descriptor is closed."""
    try:
        return listener is not None and bool(
            listener.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN)
        )
    except OSError:
        return False


def _backend(kind: Kind, settings: ServerSettings, tree: Tree, recorder: Recorder) -> _Backend:
    if kind == "threaded":
        backend: _Backend = ThreadedBackend(settings, tree, recorder)
        return backend
    try:
        from robot_cherrypy.harness.async_backend import AsyncBackend  # noqa: PLC0415 - an extra
    except ModuleNotFoundError as error:
        raise MissingExtraError("The asyncio server", "async") from error
    return AsyncBackend(settings, tree, recorder)


def _reason(error: OSError | UnicodeError) -> str:
    """Return the operating system's message, which cheroot puts into a message of its own."""
    wrapped = re.search(r"\[Errno -?\d+\] (.+?)\)", str(error))
    return wrapped[1] if wrapped else getattr(error, "strerror", None) or str(error)
