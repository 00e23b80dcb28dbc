"""An ASGI application on a CherryPy tree, whichever server serves the tree."""

import asyncio
import threading
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import unquote

import cherrypy

from robot_cherrypy.asgi import AsgiCallable, Lifespan, Message, Receive, Scope, Send, loops
from robot_cherrypy.hosting.gateway import Exchange
from robot_cherrypy.hosting.loop import LoopThread

TIMEOUT = 30.0
"""How long an application may take to start up or to shut down, in seconds."""

# After the server, whose kind decides on which loop the application runs (`cherrypy.server` starts
# at 75 and stops at 25).
_START, _STOP = 80, 30


class AsgiMount:
    """What stands on the tree for an ASGI application.

    It is a WSGI callable for the threaded server. An asyncio server calls `asgi`, `startup` and
    `shutdown` instead, on its own loop.
    """

    def __init__(self, application: AsgiCallable, *, tree: Any, script_name: str) -> None:
        self.application = application
        self._tree, self._script_name = tree, script_name
        self._lifespan = Lifespan(application)
        self._guard = threading.Lock()
        self._thread: LoopThread | None = None

    def subscribe(self) -> None:
        """Follow the engine."""
        cherrypy.engine.subscribe("start", self.start, _START)
        cherrypy.engine.subscribe("stop", self.stop, _STOP)

    # -- on an asyncio server

    async def startup(self) -> None:
        """Start the application up on the running loop, once.

        Raises:
            ApplicationError: It failed.
        """
        await self._lifespan.startup(TIMEOUT)

    async def shutdown(self) -> None:
        """Shut the application down.

        Raises:
            ApplicationError: It failed.
        """
        lifespan, self._lifespan = self._lifespan, Lifespan(self.application)
        await lifespan.shutdown(TIMEOUT)

    async def asgi(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request or a WebSocket of the server's, as the path that the tree gave us."""
        await self.startup()
        raw = scope.get("raw_path") or scope["path"].encode()
        scope = {
            **scope,
            "path": unquote(raw.decode("latin-1")),
            "root_path": scope.get("root_path", "") + self._script_name,
            "state": self._lifespan.state.copy(),
        }
        await _to_its_end(self.application, scope, receive, send)

    # -- on the bus

    def start(self) -> None:
        """Start the application up, unless the server has.

        Raises:
            ApplicationError: It failed.
        """
        loop = loops.get(self._tree)
        if loop is None:
            loop = self._loop_thread().loop
        asyncio.run_coroutine_threadsafe(self.startup(), loop).result()

    def stop(self) -> None:
        """Shut the application down and end its loop, if it had one to itself.

        Raises:
            ApplicationError: It failed.
        """
        with self._guard:
            thread, self._thread = self._thread, None
        if thread is None:
            return
        try:
            asyncio.run_coroutine_threadsafe(self.shutdown(), thread.loop).result()
        finally:
            if not thread.close(cherrypy.server.shutdown_timeout):
                cherrypy.engine.log(f"{self.application!r} still blocks its event loop", level=30)

    def leave(self) -> None:
        """Follow the engine no longer, as the application was taken off its tree.

        Raises:
            ApplicationError: Its shutdown failed.
        """
        cherrypy.engine.unsubscribe("start", self.start)
        cherrypy.engine.unsubscribe("stop", self.stop)
        loop = loops.get(self._tree)
        if loop is None:
            self.stop()
        else:
            asyncio.run_coroutine_threadsafe(self.shutdown(), loop).result()

    # -- on a threaded server

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        """Serve a request as WSGI (PEP 3333)."""
        return Exchange(self._serve, environ, self._loop_thread()).respond(start_response)

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.startup()
        await self.application({**scope, "state": self._lifespan.state.copy()}, receive, send)

    def _loop_thread(self) -> LoopThread:
        with self._guard:
            if self._thread is None:
                self._thread = LoopThread(f"asgi {self._script_name or '/'}")
            return self._thread


async def _to_its_end(
    application: AsgiCallable, scope: Scope, receive: Receive, send: Send
) -> None:
    """Run an application that may outlive its client.

    Our server cancels what it does for a client that has gone. Applications written for ASGI are
    told by `receive` instead, and may clean up; what they still send goes nowhere. Who cancels a
    second time does not want to wait.
    """
    has_left = False

    async def send_while_there(message: Message) -> None:
        if has_left:
            await asyncio.sleep(0)  # so that a loop that heeds nothing holds up nobody
            return
        await send(message)

    task = asyncio.ensure_future(application(scope, receive, send_while_there))
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        if task.done():
            raise
        has_left = True
        current = asyncio.current_task()
        assert current is not None
        current.uncancel()
        try:
            await task
        finally:
            task.cancel()
