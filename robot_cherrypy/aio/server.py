"""An HTTP server on asyncio, for `cherrypy.server`, for the bus, or on its own.

It has the interface of `cheroot.server.HTTPServer`: `prepare()`, `serve()`, `start()`, `stop()`,
`ready`, `bind_addr`, `interrupt`.
"""

import asyncio
import concurrent.futures
import contextlib
import inspect
import socket
import threading
import time
from collections.abc import Coroutine
from dataclasses import dataclass
from functools import partial
from typing import Any

import cherrypy
import uvicorn
from uvicorn.server import ServerState

from robot_cherrypy.aio import sockets
from robot_cherrypy.aio.config import uvicorn_config
from robot_cherrypy.aio.http.connection import Connection
from robot_cherrypy.aio.installation import install, uninstall
from robot_cherrypy.aio.request.application import Application
from robot_cherrypy.aio.runtime import bridge
from robot_cherrypy.aio.runtime.watchdog import Watchdog
from robot_cherrypy.aio.runtime.workers import busy_threads_of, close_pool_of, open_pool_for
from robot_cherrypy.aio.worker_processes.worker import current
from robot_cherrypy.asgi import ON_THE_BUS, AsgiCallable, Scope
from robot_cherrypy.asgi.cancelling import cancel
from robot_cherrypy.asgi.lifespan import Lifespan, LifespanError, shown
from robot_cherrypy.errors import ApplicationError
from robot_cherrypy.event_loops import new_event_loop
from robot_cherrypy.settings import checks
from robot_cherrypy.settings.lifespan_timeout import lifespan_timeout

# Seconds that cancelled requests have to clean up: enough to release a session or to roll a
# transaction back. After that they are left alone, as a thread cannot be interrupted.
_CUT_GRACE = 1.0
# How often a stop looks whether a request that had begun to arrive is in flight or was given up, in
# seconds: far below what a person notices, and well above what a look costs.
_ARRIVAL_INTERVAL = 0.01
# How often deadlines of connections are checked within one time-out: a connection is closed at most
# a quarter of its time-out too late.
_CHECKS_PER_TIMEOUT = 4
# The longest time between two checks, in seconds, so that long time-outs are kept to a second.
_MAX_CHECK_INTERVAL = 1.0
# Turns of the event loop after which what clients had sent is read: uvloop reads from a new
# connection in the turn after the one that accepts it.
_TURNS = 3


class HTTPServer:
    """An HTTP server with a socket, an event loop and a pool of worker threads of its own.

    Args:
        settings: Address, limits, time-outs and TLS files, as attributes; by default those of
            `cherrypy.server`.
        application: The ASGI callable to serve, by default what is mounted on `cherrypy.tree`.
    """

    def __init__(self, settings: Any = None, application: AsgiCallable | None = None) -> None:
        self.settings = cherrypy.server if settings is None else settings
        self.application: AsgiCallable = application or Application()
        served = inspect.unwrap(self.application)
        if isinstance(served, Application):
            served.settings = self.settings
        self.shutdown_timeout: float = self.settings.shutdown_timeout
        self.socket_timeout: float | None = self.settings.socket_timeout
        self.socket: socket.socket | None = None
        self.ready = False
        self.requests: dict[asyncio.Task[None], Any] = {}
        self._guard = threading.Lock()
        self._interrupt: BaseException | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._prepared: _Prepared | None = None
        self.is_shutting_down = False
        self._drained: concurrent.futures.Future[None]
        self._finished: concurrent.futures.Future[None]
        self._address: Any = None
        self._state = ServerState()
        self._stop_requested = False
        # How long a stop keeps idle connections for one request more, in seconds.
        self.idle_grace = 0.0
        self._stop: asyncio.Event | None = None
        # The requests that called `stop` themselves.
        self._stopping_tasks: set[asyncio.Task[Any]] = set()

    def __str__(self) -> str:
        return f"{type(self).__module__}.{type(self).__name__}({self.bind_addr!r})"

    @property
    def bind_addr(self) -> Any:
        """The (host, port), or the path of the Unix socket; the real one after `prepare`."""
        return self._address or self.settings.bind_addr

    @property
    def timeout(self) -> float | None:
        """The `socket_timeout`, by the name that applications know from `cheroot.server`."""
        return self.socket_timeout

    @timeout.setter
    def timeout(self, seconds: float | None) -> None:
        self.socket_timeout = seconds

    @property
    def connections(self) -> int:
        """How many clients are connected."""
        return len(self._state.connections)

    def counts(self) -> tuple[int, int, int]:
        """Return the numbers of responses, of requests in flight and of connections."""
        return self._state.total_requests, len(self._state.tasks), self.connections

    @property
    def interrupt(self) -> BaseException | None:
        """The SystemExit or KeyboardInterrupt that ended `serve`; setting it stops the server."""
        return self._interrupt

    @interrupt.setter
    def interrupt(self, error: BaseException | None) -> None:
        self._interrupt = error
        if error is not None:
            self._request_stop()

    def is_hosted(self, scope: Scope) -> bool:
        """Return whether a WebSocket goes to an ASGI application, and not to a CherryPy page."""
        application = inspect.unwrap(self.application)
        return application.is_hosted(scope) if isinstance(application, Application) else True

    def interrupted(self, error: BaseException) -> None:
        """Stop, as a page handler raised SystemExit or KeyboardInterrupt; `serve` will raise it.

        Meant to be overridden where page handlers must not stop the server.
        """
        self.interrupt = error

    def prepare(self) -> None:
        """Bind and listen, make CherryPy ready for coroutines, and start the application up.

        Raises:
            ServerError: The server could not serve with its settings.
            OSError: The address is taken or cannot be used.
            ApplicationError: The application did not start up.
        """
        config = uvicorn_config(self.application, self.settings)
        checks.check(self.settings)
        self._interrupt = None
        self._stop_requested = False
        self.socket_timeout = self.settings.socket_timeout
        self._drained = concurrent.futures.Future()
        self._finished = concurrent.futures.Future()
        self.socket = sockets.bind(self.settings)
        address = self.socket.getsockname()
        self._address = address if isinstance(address, str) else address[:2]
        install()
        loop, lifespan = new_event_loop(), Lifespan(self.application, [ON_THE_BUS])
        self._prepared = _Prepared(loop, lifespan, config)
        open_pool_for(loop, self.settings)
        timeout = lifespan_timeout(self.settings)
        try:
            _run_event(loop, "startup", lifespan.startup(timeout))
        except BaseException:
            self._unprepare()
            raise

    def start(self) -> None:
        """Prepare and serve; `cherrypy.process.servers.ServerAdapter` calls it."""
        self.prepare()
        self.serve()

    def serve(self) -> None:
        """Serve until `stop` is called.

        Raises:
            SystemExit: A page handler raised it, as it does on CherryPy's own server.
            KeyboardInterrupt: Likewise.
        """
        with self._guard:
            if self.socket is None or self._prepared is None:
                return
            listener, prepared = self.socket, self._prepared
            self._loop, self._prepared = prepared.loop, None
        try:
            self._run(prepared, listener)
        finally:
            try:
                self._close(prepared)
            finally:
                self._finished.set_result(None)
        if self._interrupt is not None:
            raise self._interrupt

    def _run(self, prepared: "_Prepared", listener: socket.socket) -> None:
        loop = prepared.loop
        main = loop.create_task(self._main(prepared, listener))
        while not main.done():
            try:
                loop.run_until_complete(main)
            except (KeyboardInterrupt, SystemExit, RuntimeError) as error:
                # A signal, if this is the main thread; or somebody has called the loop's `stop`.
                self.interrupt = error

    async def _main(self, prepared: "_Prepared", listener: socket.socket) -> None:
        loop, config, worker = prepared.loop, prepared.config, current()
        self._stop = asyncio.Event()
        state = self._state = ServerState()
        connection = partial(
            Connection, self, config=config, server_state=state, app_state={}, _loop=loop
        )
        options: dict[str, Any] = {"backlog": sockets.backlog(self.settings)}
        if config.ssl is not None:
            timeout = self.socket_timeout or None
            options |= {"ssl": config.ssl, "ssl_handshake_timeout": timeout}
        listeners = [
            await loop.create_server(connection, sock=copy, **options)
            for copy in sockets.copies(listener, is_shared=worker is not None)
        ]
        if worker is not None:
            worker.serves(self)
        deadlines = loop.create_task(self._check_deadlines(state))
        watchdog = self._watchdog(loop)
        self.ready = True
        if self._stop_requested:
            self._stop.set()
        try:
            await self._stop.wait()
        finally:
            self.ready = False
            for accepting in listeners:
                accepting.close()
            await self._drain(state)
            deadlines.cancel()
            if watchdog is not None:
                watchdog.close()

    def _watchdog(self, loop: asyncio.AbstractEventLoop) -> Watchdog | None:
        limit = getattr(self.settings, "blocked_after", None)
        return Watchdog(loop, limit) if limit else None

    async def _check_deadlines(self, state: ServerState) -> None:
        """Close idle and slow connections: one timer for all, as a timer for each costs memory."""
        interval = _MAX_CHECK_INTERVAL
        if self.socket_timeout:
            interval = min(interval, self.socket_timeout / _CHECKS_PER_TIMEOUT)
        while True:
            await asyncio.sleep(interval)
            if worker := current():
                worker.update_figures()
            now = time.monotonic()
            for connection in list(state.connections):
                check = getattr(connection, "check_deadline", None)  # of HTTP connections
                if check is not None:
                    check(now)

    async def _drain(self, state: ServerState) -> None:
        """Let requests in flight end; after `shutdown_timeout` seconds, cut those that are left."""
        # What had arrived before the sockets were closed is read meanwhile.
        for _ in range(_TURNS):
            await asyncio.sleep(0)
        await self._finish_connections(state)
        for connection in list(state.connections):
            connection.shutdown()
        deadline = time.monotonic() + self.shutdown_timeout
        while time.monotonic() < deadline:
            in_flight = state.tasks - self._stopping_tasks
            if in_flight:
                await _wait_for(in_flight, deadline)
            elif any(getattr(each, "has_begun", False) for each in state.connections):
                await asyncio.sleep(_ARRIVAL_INTERVAL)
            else:
                break
        await self._cut(state.tasks - self._stopping_tasks)
        self._drained.set_result(None)
        # `stop` returns now to the requests that called it, which still send their responses.
        await _wait_for(state.tasks & self._stopping_tasks, deadline)
        await self._cut(set(state.tasks))
        await _close_connections(state)

    async def _finish_connections(self, state: ServerState) -> None:
        """Give idle connections one request more, within `idle_grace` seconds."""
        if not self.idle_grace:
            return
        deadline = time.monotonic() + min(self.idle_grace, self.shutdown_timeout / 2)
        for connection in list(state.connections):
            if isinstance(connection, Connection):
                connection.finish()

        def are_awaited() -> bool:
            connections = (each for each in state.connections if isinstance(each, Connection))
            return any(each.awaits_request for each in connections)

        while time.monotonic() < deadline and are_awaited():  # noqa: ASYNC110 - no event tells
            await asyncio.sleep(_ARRIVAL_INTERVAL)

    async def _cut(self, tasks: set[Any]) -> None:
        if not tasks:
            return
        names = ", ".join(sorted(str(self.requests.get(task, "a WebSocket")) for task in tasks))
        cherrypy.engine.log(f"Cut after {self.shutdown_timeout} s: {names}", level=30)
        for _ in range(2):  # a request does not wait for its worker thread the second time
            for task in tasks:
                cancel(task)
            await _wait_for(tasks, time.monotonic() + _CUT_GRACE)

    def _close(self, prepared: "_Prepared") -> None:
        loop = prepared.loop
        self._release_socket()
        self._shut_down(prepared)
        for name in close_pool_of(loop, _CUT_GRACE):
            cherrypy.engine.log(f"{name} is still busy and was left alone", level=30)
        cherrypy.engine.publish("release_thread")
        bridge.end_parked_greenlets()
        with self._guard:
            self._loop = self._address = None
        _close_loop(loop)
        self._stopping_tasks.clear()

    def _shut_down(self, prepared: "_Prepared") -> None:
        self.is_shutting_down = True
        timeout = lifespan_timeout(self.settings)
        try:
            _run_event(prepared.loop, "shutdown", prepared.lifespan.shutdown(timeout))
        except ApplicationError as error:
            self.shutdown_failed(error)
        finally:
            self.is_shutting_down = False

    def shutdown_failed(self, error: ApplicationError) -> None:
        """Log the error with which the application's shutdown has failed.

        Meant to be overridden where somebody waits for the end of the server.
        """
        cherrypy.engine.log(str(error), level=40, traceback=True)

    def _release_socket(self) -> None:
        listener, self.socket = self.socket, None
        if listener is not None:
            sockets.release(listener, self._address)
            uninstall()

    def _unprepare(self) -> None:
        """Undo `prepare` before `serve`, which otherwise does so at its end."""
        self._release_socket()
        if self._prepared is not None:
            prepared, self._prepared = self._prepared, None
            self._shut_down(prepared)
            close_pool_of(prepared.loop, _CUT_GRACE)
            _close_loop(prepared.loop)

    def stop(self) -> None:
        """Stop serving, and return when the socket and all threads of this server are closed.

        Requests in flight have `shutdown_timeout` seconds to end, then they are cancelled. A
        request may stop the server that serves it: then this returns when the other requests have
        ended, so that the request can send its response.
        """
        with self._guard:
            if self._loop is None:
                self._unprepare()
                return
        task = bridge.request_task.get()
        if task is not None and task in self.requests:
            self._stopping_tasks.add(task)
            stopped = self._drained
        else:
            stopped = self._finished
        self._request_stop()
        bridge.wait_for_future(stopped)

    def busy_workers(self) -> frozenset[int]:
        """Return the identifiers of the worker threads that run plain functions now."""
        loop = self._loop
        return busy_threads_of(loop) if loop is not None else frozenset()

    def wait_for_turns(self, timeout: float) -> None:
        """Wait until the event loop has done what it had to do when this was called.

        Args:
            timeout: How long to wait at most, in seconds: code may block the loop.
        """
        deadline = time.monotonic() + timeout
        # What is done in the first turn may ask for something in the next; uvloop's `stop` does.
        for _ in range(3):
            turn = threading.Event()
            with self._guard:
                if self._loop is not None:
                    self._loop.call_soon_threadsafe(turn.set)
                else:
                    return
            turn.wait(deadline - time.monotonic())

    def cut_requests(self) -> None:
        """Close all connections, which cancels the requests in flight."""
        with self._guard:
            if self._loop is not None:
                self._loop.call_soon_threadsafe(self._abort_connections)

    def _abort_connections(self) -> None:
        for connection in list(self._state.connections):
            connection.transport.abort()

    def _request_stop(self) -> None:
        with self._guard:
            self._stop_requested = True
            if self._loop is not None:
                self._loop.call_soon_threadsafe(self._set_stop)

    def _set_stop(self) -> None:
        if self._stop is not None:
            self._stop.set()


@dataclass(frozen=True)
class _Prepared:
    """What `prepare` has made for `serve`."""

    loop: asyncio.AbstractEventLoop
    lifespan: Lifespan
    config: uvicorn.Config


def _run_event(
    loop: asyncio.AbstractEventLoop, event: str, coroutine: Coroutine[Any, Any, None]
) -> None:
    """Start the application up, or shut it down.

    Raises:
        ApplicationError: It failed, or one of its tasks raised SystemExit or KeyboardInterrupt,
            with which asyncio ends `run_until_complete`.
    """
    try:
        loop.run_until_complete(coroutine)
    except (SystemExit, KeyboardInterrupt) as error:
        raise LifespanError(event, shown(error)) from error


def _close_loop(loop: asyncio.AbstractEventLoop) -> None:
    """Cancel the tasks that the application has left, as `asyncio.run` does, and close the loop."""
    with contextlib.suppress(SystemExit, KeyboardInterrupt):
        tasks = asyncio.all_tasks(loop)
        for task in tasks:
            cancel(task)
        if tasks:
            loop.run_until_complete(asyncio.wait(tasks, timeout=_CUT_GRACE))
        loop.run_until_complete(loop.shutdown_asyncgens())
    loop.close()


async def _close_connections(state: ServerState) -> None:
    """Close all connections; abort those whose client does not read what was sent."""
    for close in ("close", "abort"):
        for connection in list(state.connections):
            getattr(connection.transport, close)()
        deadline = time.monotonic() + _CUT_GRACE
        while state.connections and time.monotonic() < deadline:  # noqa: ASYNC110 - a plain set
            await asyncio.sleep(0.001)


async def _wait_for(tasks: set[Any], deadline: float) -> None:
    if tasks:
        await asyncio.wait(tasks, timeout=max(0, deadline - time.monotonic()))
