"""Running a page handler for as long as its WebSocket is open."""

import asyncio
import contextlib
import threading
from collections.abc import Callable
from typing import Any

import cherrypy

from robot_cherrypy.websocket.errors import Closed
from robot_cherrypy.websocket.links.link import Link
from robot_cherrypy.websocket.page_websocket import BlockingWebSocket, WebSocket
from robot_cherrypy.websocket.protocol.close_codes import INTERNAL_ERROR, NORMAL
from robot_cherrypy.websocket.request_context import InRequestContext, RequestContext


class HandlerRun:
    """One run of a page handler, with its WebSocket.

    It has to be made where the request is served, to know that request's context.

    Args:
        link: The WebSocket.
        handler: The page handler, to be called with a `WebSocket` or a `BlockingWebSocket`.
        is_async: Whether it is a coroutine function. A plain one gets a thread of its own.

    Attributes:
        link: The WebSocket.
        task: Ends when the handler has returned and the WebSocket is closed. None before `start`.
    """

    __slots__ = ("_context", "_handler", "_is_async", "link", "task")

    def __init__(self, link: Link, handler: Callable[[Any], Any], *, is_async: bool) -> None:
        self.link = link
        self.task: asyncio.Task[None] | None = None
        self._handler = handler
        self._is_async = is_async
        self._context = RequestContext()

    def end_request(self) -> None:
        """Remove what only the request needed; the WebSocket goes on without it."""
        self._context.shrink()

    def start(self) -> None:
        """Start the handler. To be called on the WebSocket's event loop."""
        self.task = self.link.loop.create_task(self._run(), name="WebSocket")

    async def _run(self) -> None:
        try:
            await self._handle_and_close()
        except asyncio.CancelledError:  # the time of a server that stops is over
            self.link.abort()
            await self.link.wait_closed()
            raise

    async def _handle_and_close(self) -> None:
        code = NORMAL
        try:
            await self._handle()
        except Closed:
            pass
        except (Exception, SystemExit, KeyboardInterrupt) as error:  # noqa: BLE001 - must not end the event loop
            handshake = self.link.handshake
            if handshake is not None and not handshake.decision.done():
                handshake.refuse(error)
                return
            code = INTERNAL_ERROR
            with self._context:
                cherrypy.log("Error in a WebSocket", "WEBSOCKET", 40, traceback=True)
        with contextlib.suppress(Closed):
            await self.link.close(code)

    async def _handle(self) -> None:
        if self._is_async:
            with self._context:
                coroutine = self._handler(WebSocket(self.link))
            await InRequestContext(coroutine, self._context)
        else:
            await self._handle_on_thread()

    async def _handle_on_thread(self) -> None:
        """Run a plain page handler.

        It gets no thread of a pool, because it keeps it for as long as its client stays.
        """
        loop = asyncio.get_running_loop()
        ended = loop.create_future()

        def handle() -> None:
            error: BaseException | None = None
            try:
                with self._context:
                    self._handler(BlockingWebSocket(self.link))
            except BaseException as raised:  # noqa: BLE001 - `ended` raises it
                error = raised
            with contextlib.suppress(RuntimeError):  # the event loop is closed
                loop.call_soon_threadsafe(_resolve, ended, error)

        threading.Thread(target=handle, name="WebSocket", daemon=True).start()
        await ended


def _resolve(future: "asyncio.Future[None]", error: BaseException | None) -> None:
    if future.done():
        return
    if error is None:
        future.set_result(None)
    else:
        future.set_exception(error)
