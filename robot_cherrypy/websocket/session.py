"""Running a page handler for as long as its WebSocket lives."""

import asyncio
import contextlib
import threading
from collections.abc import Callable
from typing import Any

import cherrypy

from robot_cherrypy.websocket.blocking import BlockingWebSocket
from robot_cherrypy.websocket.connection import WebSocket
from robot_cherrypy.websocket.errors import INTERNAL_ERROR, NORMAL, Closed
from robot_cherrypy.websocket.serving import Served, Serving


class Session:
    """One WebSocket and its page handler. To be made where the request is served.

    Args:
        socket: The WebSocket.
        handler: The page handler, to be called with a WebSocket.
        is_async: Whether it is a coroutine function; plain ones get a thread of their own.
    """

    __slots__ = ("_handler", "_is_async", "_serving", "socket", "task")

    def __init__(self, socket: WebSocket, handler: Callable[[Any], Any], *, is_async: bool) -> None:
        self.socket = socket
        self.task: asyncio.Task[None] | None = None
        self._handler = handler
        self._is_async = is_async
        self._serving = Serving()

    def end_request(self) -> None:
        """Take note that the request has ended, and the WebSocket goes on."""
        self._serving.shrink()

    def start(self) -> None:
        """Begin, on the WebSocket's event loop."""
        self.task = self.socket.loop.create_task(self._run(), name="WebSocket")

    async def _run(self) -> None:
        try:
            await self._converse()
        except asyncio.CancelledError:  # the server cannot wait any longer
            self.socket.abort()
            await self.socket.gone()
            raise

    async def _converse(self) -> None:
        code = NORMAL
        try:
            await self._handle()
        except Closed:
            pass
        except (Exception, SystemExit, KeyboardInterrupt) as error:  # noqa: BLE001 - the loop goes on
            opening = self.socket.opening
            if opening is not None and not opening.wanted.done():
                opening.fail(error)
                return
            code = INTERNAL_ERROR
            with self._serving:
                cherrypy.log("Error in a WebSocket", "WEBSOCKET", 40, traceback=True)
        with contextlib.suppress(Closed):
            await self.socket.close(code)

    async def _handle(self) -> None:
        if self._is_async:
            with self._serving:
                coroutine = self._handler(self.socket)
            await Served(coroutine, self._serving)
        else:
            await self._handle_on_thread()

    async def _handle_on_thread(self) -> None:
        """Run a plain page handler; not on a pool, since it stays for as long as its client."""
        loop = asyncio.get_running_loop()
        ended = loop.create_future()

        def run() -> None:
            error: BaseException | None = None
            try:
                with self._serving:
                    self._handler(BlockingWebSocket(self.socket))
            except BaseException as raised:  # noqa: BLE001 - goes to whoever waits
                error = raised
            with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits
                loop.call_soon_threadsafe(_settle, ended, error)

        threading.Thread(target=run, name="WebSocket", daemon=True).start()
        await ended


def _settle(future: "asyncio.Future[None]", error: BaseException | None) -> None:
    if future.done():
        return
    if error is None:
        future.set_result(None)
    else:
        future.set_exception(error)
