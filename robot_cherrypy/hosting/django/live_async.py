"""The asyncio server with the interface that Django's `LiveServerThread` expects."""

from collections.abc import AsyncIterator, Iterator
from functools import partial
from typing import Any

from asgiref.sync import ThreadSensitiveContext, sync_to_async
from cherrypy._cptree import Tree
from django.core.handlers.asgi import ASGIHandler

from robot_cherrypy import aio
from robot_cherrypy.aio.server import HTTPServer
from robot_cherrypy.asgi import Receive, Scope, Send
from robot_cherrypy.hosting.asgi import AsgiMount
from robot_cherrypy.hosting.django.live import LiveServer


class AsyncServer(LiveServer):
    """Serves Django's ASGI handler."""

    def _make(self, settings: Any) -> Any:
        self._tree = Tree()
        return HTTPServer(settings, aio.application(self._tree))

    def set_app(self, handler: Any) -> None:
        """See `LiveServer.set_app`."""
        application = _Handler(list(_file_handlers(handler)))

        async def serve(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] == "lifespan":
                return
            # All synchronous code of a request, the ORM's included, runs on one thread.
            async with ThreadSensitiveContext():
                await sync_to_async(self._share_connections)()
                try:
                    await application(scope, receive, send)
                finally:
                    await sync_to_async(self._close_connections)()

        self._tree.graft(AsgiMount(serve, tree=self._tree, script_name=""), "")


def _file_handlers(handler: Any) -> Iterator[Any]:
    """Yield the handlers of static and of media files, outermost first."""
    while hasattr(handler, "application"):
        yield handler
        handler = handler.application


class _Handler(ASGIHandler):  # type: ignore[misc]
    """Django's handler, with the files that the WSGI handlers would serve in front of it."""

    def __init__(self, file_handlers: list[Any]) -> None:
        super().__init__()
        self._file_handlers = file_handlers

    async def get_response_async(self, request: Any) -> Any:
        """Return a file, or what Django answers."""
        for files in self._file_handlers:
            if files._should_handle(request.path):  # noqa: SLF001 - as the handlers ask themselves
                response = await sync_to_async(files.get_response)(request)
                if response.streaming and not response.is_async:
                    response.streaming_content = _in_pieces(response.streaming_content)
                return response
        return await super().get_response_async(request)


async def _in_pieces(chunks: Iterator[bytes]) -> AsyncIterator[bytes]:
    """Read a file without blocking the loop."""
    read = sync_to_async(partial(next, chunks, None))
    while (chunk := await read()) is not None:
        yield chunk
