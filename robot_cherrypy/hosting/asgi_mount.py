"""An ASGI application on a CherryPy tree, served by a threaded or an asyncio server."""

import asyncio
import concurrent.futures
import contextlib
import threading
from collections.abc import Callable, Coroutine, Iterable
from typing import Any

import cherrypy

from robot_cherrypy.asgi import AsgiCallable, Message, Receive, Scope, Send, decoded_path
from robot_cherrypy.asgi.lifespan import (
    LOOP_OF_TREE,
    Lifespan,
    LifespanError,
    LifespanTimeoutError,
    shown,
)
from robot_cherrypy.hosting.asgi_call import AsgiCall
from robot_cherrypy.hosting.cherrypy_server import (
    AFTER_SERVER_START,
    AFTER_SERVER_STOP,
    BEFORE_SERVER_STOP,
)
from robot_cherrypy.hosting.hosted_calls import HostedCalls
from robot_cherrypy.hosting.hosted_websocket import HostedWebSocket
from robot_cherrypy.hosting.loop_thread import LoopThread
from robot_cherrypy.settings.lifespan_timeout import lifespan_timeout

# How much later than the time-out itself an event loop is taken for blocked, in seconds.
_BLOCKED_AFTER = 0.5

# How much later an event loop may tell that a time-out is over that nothing blocks, in seconds.
_ON_A_BUSY_MACHINE = 10.0


class AsgiMount:
    """What the tree holds for an ASGI application.

    A threaded server calls it as a WSGI application. An asyncio server calls `asgi`, `startup` and
    `shutdown` instead, on its own event loop.
    """

    def __init__(self, application: AsgiCallable, *, tree: Any, script_name: str) -> None:
        self.application = application
        self._tree, self._script_name = tree, script_name
        self._lifespan = Lifespan(application)
        self._calls = HostedCalls()
        self._guard = threading.Lock()
        self._thread: LoopThread | None = None
        # While the bus waits for the application: gets the error with which a task of it exits.
        self._exit: concurrent.futures.Future[None] | None = None
        self._is_blocked = False

    def subscribe(self) -> None:
        """Subscribe to the engine's start and stop."""
        cherrypy.engine.subscribe("start", self._start, AFTER_SERVER_START)
        cherrypy.engine.subscribe("stop", self._prepare_stop, BEFORE_SERVER_STOP)
        cherrypy.engine.subscribe("stop", self._stop, AFTER_SERVER_STOP)

    # -- on an asyncio server

    async def startup(self) -> None:
        """Start the application up on the running loop, unless it is started already.

        Raises:
            ApplicationError: The startup failed.
        """
        await self._lifespan.startup(lifespan_timeout(cherrypy.server))

    async def shutdown(self) -> None:
        """Shut the application down.

        Raises:
            ApplicationError: The shutdown failed.
        """
        lifespan, self._lifespan = self._lifespan, Lifespan(self.application)
        await self._calls.end(cherrypy.server.shutdown_timeout)
        await lifespan.shutdown(lifespan_timeout(cherrypy.server))

    async def asgi(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request or a WebSocket, as ASGI has it for an application below a path."""
        await self.startup()
        raw_path = scope.get("raw_path")
        scope = {
            **scope,
            "path": decoded_path(raw_path) if raw_path else scope["path"],
            "root_path": scope.get("root_path", "") + self._script_name,
            "state": self._lifespan.state.copy(),
        }
        with self._calls.running():
            if scope["type"] == "websocket":
                await HostedWebSocket(receive, send).run(self.application, scope)
            else:
                await _to_its_end(self.application, scope, receive, send, self._calls.abandon)

    # -- on the bus

    def _start(self) -> None:
        """Start the application up, unless the asyncio server has done so.

        Raises:
            ApplicationError: The startup failed.
        """
        loop = LOOP_OF_TREE.get(self._tree)
        if loop is None:
            loop = self._loop_thread().loop
        self._is_blocked = False
        self._wait_for(self.startup(), loop, "startup")

    def _prepare_stop(self) -> None:
        """Let the server not wait for calls whose clients have left."""
        loop = LOOP_OF_TREE.get(self._tree)
        if loop is not None:
            loop.call_soon_threadsafe(self._calls.cancel_abandoned)

    def _stop(self) -> None:
        """Shut the application down and close its own event loop, if it has one.

        Raises:
            ApplicationError: The shutdown failed.
        """
        with self._guard:
            thread, self._thread = self._thread, None
        if thread is None:
            return
        try:
            if not self._is_blocked:
                self._wait_for(self.shutdown(), thread.loop, "shutdown")
        finally:
            if not thread.close(0 if self._is_blocked else cherrypy.server.shutdown_timeout):
                cherrypy.engine.log(f"{self.application!r} still blocks its event loop", level=30)

    def leave(self) -> None:
        """See `Mounted.leave`.

        Raises:
            ApplicationError: The shutdown failed.
        """
        cherrypy.engine.unsubscribe("start", self._start)
        cherrypy.engine.unsubscribe("stop", self._prepare_stop)
        cherrypy.engine.unsubscribe("stop", self._stop)
        loop = LOOP_OF_TREE.get(self._tree)
        if loop is None:
            self._stop()
        else:
            self._wait_for(self.shutdown(), loop, "shutdown")

    def _wait_for(
        self, coroutine: Coroutine[Any, Any, None], loop: asyncio.AbstractEventLoop, event: str
    ) -> None:
        """Run the application's start-up or shutdown on its event loop, and wait for its end.

        Raises:
            LifespanError: It failed, or a task of the application exits.
            LifespanTimeoutError: It took too long, or blocks the loop.
        """
        timeout = lifespan_timeout(cherrypy.server)
        # Before the shutdown, the calls have as much time.
        of_calls = cherrypy.server.shutdown_timeout if event == "shutdown" else 0
        self._exit = concurrent.futures.Future()
        future = asyncio.run_coroutine_threadsafe(coroutine, loop)
        try:
            ended, _ = concurrent.futures.wait(
                {future, self._exit},
                of_calls + timeout + _BLOCKED_AFTER,
                concurrent.futures.FIRST_COMPLETED,
            )
            for each in ended:
                each.result()
        except (SystemExit, KeyboardInterrupt) as error:
            raise LifespanError(event, shown(error)) from error
        finally:
            self._exit = None
        if not ended:
            late = LifespanTimeoutError(event, timeout)
            if not late.where:  # nothing blocks the loop: it tells more, once it comes to it
                with contextlib.suppress(TimeoutError):
                    future.result(_ON_A_BUSY_MACHINE)
                    return
            self._is_blocked = True
            future.cancel()
            raise late

    def _exited(self, error: BaseException) -> None:
        """Let the start-up or shutdown fail, else the engine exit as for a page handler."""
        waiting = self._exit
        if waiting is not None:
            with contextlib.suppress(concurrent.futures.InvalidStateError):  # a second one
                waiting.set_exception(error)
            return
        text = f"A task of the application raised {shown(error)}"
        cherrypy.engine.log(text, level=40, traceback=True)
        # On another thread: an exit of the engine waits for the event loop.
        threading.Thread(target=cherrypy.engine.exit, name="engine-exit", daemon=True).start()

    # -- on a threaded server

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        """Serve a request as WSGI (PEP 3333)."""
        if environ.get("HTTP_UPGRADE", "").lower() == "websocket":
            cherrypy.log(
                f"{environ['PATH_INFO']}: a WebSocket of an ASGI application needs the asyncio"
                " server (server=async). The application gets an ordinary request.",
                severity=30,
            )
        call = AsgiCall(self._serve, environ, self._loop_thread(), self._calls.abandon)
        return call.respond(start_response)

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.startup()
        with self._calls.running():
            await self.application({**scope, "state": self._lifespan.state.copy()}, receive, send)

    def _loop_thread(self) -> LoopThread:
        with self._guard:
            if self._thread is None:
                self._thread = LoopThread(f"asgi {self._script_name or '/'}", self._exited)
            return self._thread


async def _to_its_end(
    application: AsgiCallable,
    scope: Scope,
    receive: Receive,
    send: Send,
    abandon: Callable[[asyncio.Task[None]], None],
) -> None:
    """Run an application to its end, even when its client has left.

    The asyncio server cancels a call whose client has left. ASGI applications are not written for
    that: `receive` tells them of the disconnect, and they may clean up then. So the first
    cancellation only makes `send` ignore what is sent from then on. The second one, of a server
    that stops, cancels the application; so does who stops abandoned tasks.
    """
    client_left = False

    async def send_to_client(message: Message) -> None:
        if not client_left:
            await send(message)
        if client_left or message.get("more_body"):
            # Sending need not suspend: a loop that only sends would block the event loop.
            await asyncio.sleep(0)

    task = asyncio.ensure_future(application(scope, receive, send_to_client))
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        if task.done():
            raise
        client_left = True
        current = asyncio.current_task()
        assert current is not None
        current.uncancel()
        abandon(task)
        try:
            await asyncio.wait({task})
        except asyncio.CancelledError:
            task.cancel()
            await asyncio.wait({task})
            raise
        if not task.cancelled():
            task.result()
