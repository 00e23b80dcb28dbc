"""An HTTP server on asyncio, for `cherrypy.server`, for the bus, or on its own.

It has the interface of `cheroot.server.HTTPServer`: `prepare()`, `serve()`, `start()`, `stop()`,
`ready`, `bind_addr`, `interrupt`.
"""

import asyncio
import concurrent.futures
import inspect
import socket
import threading
import time
from functools import partial
from typing import Any

import cherrypy
from uvicorn.server import ServerState

from robot_cherrypy.aio import bridge, listening
from robot_cherrypy.aio.application import Application
from robot_cherrypy.aio.connection import Connection
from robot_cherrypy.aio.installation import install, uninstall
from robot_cherrypy.aio.lifespan import ON_THE_BUS
from robot_cherrypy.aio.watchdog import Watchdog
from robot_cherrypy.aio.workers import busy_threads_of, close_pool_of, open_pool_for
from robot_cherrypy.asgi import AsgiCallable, Lifespan, Scope
from robot_cherrypy.errors import ApplicationError

_CUT_GRACE = 1.0  # seconds that requests have to end themselves once they were cancelled
_STARTUP_TIMEOUT = 30.0  # seconds that the application's lifespan may take


class HTTPServer:
    """An HTTP server; each has a socket, an event loop and a pool of worker threads of its own.

    Args:
        settings: Address, limits, time-outs and TLS files, as on `cherrypy.server`, which is the
        default. application: The ASGI callable to serve, by default what is mounted on
        `cherrypy.tree`.
    """

    def __init__(self, settings: Any = None, application: AsgiCallable | None = None) -> None:
        self.settings = cherrypy.server if settings is None else settings
        self.application: AsgiCallable = application or Application()
        self.shutdown_timeout: float = self.settings.shutdown_timeout
        self.timeout: float = self.settings.socket_timeout
        self.socket: socket.socket | None = None
        self.ready = False
        self.requests: dict[asyncio.Task[None], Any] = {}
        self._guard = threading.Lock()
        self._interrupt: BaseException | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._prepared: tuple[asyncio.AbstractEventLoop, Lifespan] | None = None
        self._drained: concurrent.futures.Future[None]
        self._finished: concurrent.futures.Future[None]
        self._address: Any = None
        self._state = ServerState()
        self._stop_requested = False
        self._stop: asyncio.Event | None = None
        self._leaving: set[asyncio.Task[Any]] = set()

    def __str__(self) -> str:
        return f"{type(self).__module__}.{type(self).__name__}({self.bind_addr!r})"

    @property
    def bind_addr(self) -> Any:
        """The (host, port), or the Unix socket's path: the real one once the server is prepared."""
        return self._address or self.settings.bind_addr

    @property
    def connections(self) -> int:
        """How many clients are connected."""
        return len(self._state.connections)

    @property
    def interrupt(self) -> BaseException | None:
        """The SystemExit or KeyboardInterrupt that ended `serve`; setting it stops the server."""
        return self._interrupt

    @interrupt.setter
    def interrupt(self, error: BaseException | None) -> None:
        self._interrupt = error
        if error is not None:
            self._request_stop()

    def hosts(self, scope: Scope) -> bool:
        """Tell whether a WebSocket goes to an ASGI application as it is; else it is a request."""
        application = inspect.unwrap(self.application)
        return application.hosts(scope) if isinstance(application, Application) else True

    def interrupted(self, error: BaseException) -> None:
        """Stop serving: a page raised SystemExit or KeyboardInterrupt, which `serve` will raise.

        Meant to be overridden where pages must not stop the server.
        """
        self.interrupt = error

    def prepare(self) -> None:
        """Bind and listen, start the application up, and make CherryPy ready for coroutines.

        Raises:
            OSError: If the address is taken or not to be had.
            ApplicationError: If the application did not start up.
        """
        self._interrupt = None
        self._stop_requested = False
        self.timeout = self.settings.socket_timeout
        self._drained = concurrent.futures.Future()
        self._finished = concurrent.futures.Future()
        self.socket = listening.bind(self.settings)
        address = self.socket.getsockname()
        self._address = address if isinstance(address, str) else address[:2]
        install()
        loop, lifespan = listening.new_event_loop(), Lifespan(self.application, [ON_THE_BUS])
        self._prepared = loop, lifespan
        try:
            loop.run_until_complete(lifespan.startup(_STARTUP_TIMEOUT))
        except BaseException:
            self._unprepare()
            raise

    def start(self) -> None:
        """Prepare and serve, as `cherrypy.process.servers.ServerAdapter` wants it."""
        self.prepare()
        self.serve()

    def serve(self) -> None:
        """Serve until `stop` is called.

        Raises:
            SystemExit: If a page raised it, as it does on CherryPy's own server.
            KeyboardInterrupt: Likewise.
        """
        with self._guard:
            if self.socket is None or self._prepared is None:
                return
            listener, (loop, lifespan) = self.socket, self._prepared
            self._loop, self._prepared = loop, None
        try:
            self._run(loop, listener)
        finally:
            self._close(loop, lifespan)
            self._finished.set_result(None)
        if self._interrupt is not None:
            raise self._interrupt

    def _run(self, loop: asyncio.AbstractEventLoop, listener: socket.socket) -> None:
        main = loop.create_task(self._main(loop, listener))
        try:
            loop.run_until_complete(main)
        except (KeyboardInterrupt, SystemExit) as error:  # a signal, if this is the main thread
            self.interrupt = error
            loop.run_until_complete(main)

    async def _main(self, loop: asyncio.AbstractEventLoop, listener: socket.socket) -> None:
        self._stop = asyncio.Event()
        state = self._state = ServerState()
        config = listening.uvicorn_config(self.application, self.settings)
        open_pool_for(loop, self.settings)
        connection = partial(
            Connection, self, config=config, server_state=state, app_state={}, _loop=loop
        )
        backlog = listening.backlog(self.settings)
        servers = [
            await loop.create_server(connection, sock=one, ssl=config.ssl, backlog=backlog)
            for one in listening.copies(listener)
        ]
        watch = loop.create_task(self._watch_deadlines(state))
        watchdog = self._watchdog(loop)
        self.ready = True
        if self._stop_requested:
            self._stop.set()
        try:
            await self._stop.wait()
        finally:
            self.ready = False
            for server in servers:
                server.close()
            await self._drain(state)
            watch.cancel()
            if watchdog is not None:
                watchdog.close()

    def _watchdog(self, loop: asyncio.AbstractEventLoop) -> Watchdog | None:
        limit = getattr(self.settings, "blocked_after", None)
        return Watchdog(loop, limit) if limit else None

    async def _watch_deadlines(self, state: ServerState) -> None:
        """Look after idle and slow connections, with one timer for all, as each costs memory."""
        while True:
            await asyncio.sleep(min(1.0, (self.timeout or 4) / 4))
            now = time.monotonic()
            for connection in list(state.connections):
                if isinstance(connection, Connection):
                    connection.check_deadline(now)

    async def _drain(self, state: ServerState) -> None:
        """Let requests in flight end; after `shutdown_timeout` seconds, cut them and say which."""
        for connection in list(state.connections):
            connection.shutdown()
        deadline = time.monotonic() + self.shutdown_timeout
        await _wait_for(state.tasks - self._leaving, deadline)
        await self._cut(state.tasks - self._leaving)
        self._drained.set_result(None)
        # Requests that stopped the server themselves still get their answer out.
        await _wait_for(state.tasks & self._leaving, deadline)
        await self._cut(set(state.tasks))
        await _close(state)

    async def _cut(self, tasks: set[Any]) -> None:
        if not tasks:
            return
        names = ", ".join(sorted(str(self.requests.get(task, "a WebSocket")) for task in tasks))
        cherrypy.engine.log(f"Cut after {self.shutdown_timeout} s: {names}", level=30)
        for _ in range(2):  # the second time, nothing waits for worker threads any more
            for task in tasks:
                task.cancel()
            await _wait_for(tasks, time.monotonic() + _CUT_GRACE)

    def _close(self, loop: asyncio.AbstractEventLoop, lifespan: Lifespan) -> None:
        self._release_socket()
        _shut_down(loop, lifespan, self.shutdown_timeout)
        for name in close_pool_of(loop, _CUT_GRACE):
            cherrypy.engine.log(f"{name} is still busy and was left alone", level=30)
        cherrypy.engine.publish("release_thread")
        bridge.end_parked()
        loop.run_until_complete(loop.shutdown_asyncgens())
        with self._guard:
            self._loop = self._address = None
        loop.close()
        self._leaving.clear()

    def _release_socket(self) -> None:
        listener, self.socket = self.socket, None
        if listener is not None:
            listening.release(listener, self._address)
            uninstall()

    def _unprepare(self) -> None:
        """Undo `prepare`, as `serve` does at its end."""
        self._release_socket()
        if self._prepared is not None:
            (loop, lifespan), self._prepared = self._prepared, None
            _shut_down(loop, lifespan, self.shutdown_timeout)
            loop.close()

    def stop(self) -> None:
        """Stop serving, and return when everything of this server is gone.

        Waits for the requests in flight for `shutdown_timeout` seconds, then cancels them. A
        request may stop the server that serves it: then this returns when the other requests are
        done, so that its own can be answered.
        """
        with self._guard:
            if self._loop is None:
                self._unprepare()
                return
        me = bridge.request_task.get()
        mine = me is not None and me in self.requests
        if me is not None and mine:
            self._leaving.add(me)
        self._request_stop()
        bridge.wait_for_future(self._drained if mine else self._finished)

    def busy_workers(self) -> frozenset[int]:
        """Return the identifiers of the worker threads that run plain code now."""
        loop = self._loop
        return busy_threads_of(loop) if loop is not None else frozenset()

    def _request_stop(self) -> None:
        with self._guard:
            self._stop_requested = True
            if self._loop is not None:
                self._loop.call_soon_threadsafe(self._set_stop)

    def _set_stop(self) -> None:
        if self._stop is not None:
            self._stop.set()


def _shut_down(loop: asyncio.AbstractEventLoop, lifespan: Lifespan, timeout: float) -> None:
    try:
        loop.run_until_complete(lifespan.shutdown(timeout))
    except ApplicationError as error:
        cherrypy.engine.log(str(error), level=40, traceback=True)


async def _close(state: ServerState) -> None:
    """Close all connections: those whose client does not take what was sent, by force."""
    for close in ("close", "abort"):
        for connection in list(state.connections):
            getattr(connection.transport, close)()
        deadline = time.monotonic() + _CUT_GRACE
        while state.connections and time.monotonic() < deadline:  # noqa: ASYNC110 - a plain set
            await asyncio.sleep(0.001)


async def _wait_for(tasks: set[Any], deadline: float) -> None:
    if tasks:
        await asyncio.wait(tasks, timeout=max(0, deadline - time.monotonic()))
