"""The asyncio server for Django's live-server test cases."""

from collections.abc import AsyncIterator, Iterator
from functools import partial
from typing import Any

from asgiref.sync import ThreadSensitiveContext, sync_to_async
from cherrypy._cptree import Tree
from django.core.handlers.asgi import ASGIHandler

from robot_cherrypy import aio
from robot_cherrypy.asgi import Receive, Scope, Send
from robot_cherrypy.hosting.asgi_mount import AsgiMount
from robot_cherrypy.hosting.django.testing.live_server import LiveServer


class AsyncServer(LiveServer):
    """Serves Django's ASGI handler."""

    def _make(self, settings: Any) -> Any:
        self._tree = Tree()
        return aio.HTTPServer(settings, aio.application(self._tree))

    def set_app(self, handler: Any) -> None:
        """See `LiveServer.set_app`."""
        application = _Handler(list(_file_handlers(handler)))

        async def serve(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] == "lifespan":
                return
            # All synchronous code of a request runs on one thread, and so do its queries: they
            # need the connections that are shared there.
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
    """Django's ASGI handler, which asks the WSGI handlers of static and media files first."""

    def __init__(self, file_handlers: list[Any]) -> None:
        super().__init__()
        self._file_handlers = file_handlers

    async def get_response_async(self, request: Any) -> Any:
        """Return the response with a file, else that of Django."""
        for handler in self._file_handlers:
            if handler._should_handle(request.path):  # noqa: SLF001 - as the handler does itself
                response = await sync_to_async(handler.get_response)(request)
                if response.streaming and not response.is_async:
                    response.streaming_content = _read_async(response.streaming_content)
                return response
        return await super().get_response_async(request)


async def _read_async(chunks: Iterator[bytes]) -> AsyncIterator[bytes]:
    """Read a file on a thread, so that it does not block the event loop."""
    read = sync_to_async(partial(next, chunks, None))
    while (chunk := await read()) is not None:
        yield chunk
