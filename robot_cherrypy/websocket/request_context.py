"""`cherrypy.request`, `response` and `session` for page handlers that outlive their request."""

from collections.abc import Coroutine, Generator
from typing import Any

import cherrypy
from cherrypy._cprequest import Response

# What page handlers see as `cherrypy.response` once the response to the handshake is sent: all the
# same one, because changing it has no effect any more.
_SENT_RESPONSE = Response()

# Attributes of a request that only serve to answer it. They refer to the parser and the buffers of
# its connection, and would keep these in memory for each open WebSocket.
_NEEDED_FOR_RESPONSE = (
    "asgi_scope",
    "body",
    "error_page",
    "handler",
    "header_list",
    "hooks",
    "namespaces",
    "rfile",
    "toolmaps",
    "wsgi_environ",
)


class RequestContext:
    """What `cherrypy.serving` holds where this is made, to be put back for the page handler.

    As a context manager it sets `cherrypy.serving` for the current thread.
    """

    __slots__ = ("_request", "_response", "_session")

    def __init__(self) -> None:
        serving = cherrypy.serving
        self._request, self._response = serving.request, serving.response
        self._session = getattr(serving, "session", None)

    def shrink(self) -> None:
        """Remove what nobody needs when the request has ended."""
        self._response = _SENT_RESPONSE
        for name in _NEEDED_FOR_RESPONSE:
            vars(self._request).pop(name, None)

    def __enter__(self) -> None:
        cherrypy.serving.load(self._request, self._response)
        if self._session is not None:
            cherrypy.serving.session = self._session

    def __exit__(self, *_exception: object) -> None:
        cherrypy.serving.clear()


class InRequestContext(Generator[Any, Any, Any]):
    """Awaits a coroutine, and enters a `RequestContext` for each of its steps.

    For CherryPy keeps `cherrypy.serving` for each thread, and the coroutines of many WebSockets
    take turns on the event loop's one thread.
    """

    __slots__ = ("_context", "_coroutine")

    def __init__(self, coroutine: Coroutine[Any, Any, Any], context: RequestContext) -> None:
        self._coroutine, self._context = coroutine, context

    def __await__(self) -> "InRequestContext":
        return self

    def send(self, value: Any) -> Any:
        """Run the coroutine to its next `await`."""
        with self._context:
            return self._coroutine.send(value)

    def throw(self, *error: Any) -> Any:
        """Raise an error in the coroutine, and run it to its next `await`."""
        with self._context:
            return self._coroutine.throw(*error)

    def close(self) -> None:
        """Close the coroutine."""
        with self._context:
            self._coroutine.close()
