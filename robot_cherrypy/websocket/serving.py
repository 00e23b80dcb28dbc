"""`cherrypy.request`, `response` and `session` for page handlers that outlive their request."""

from collections.abc import Coroutine, Generator
from typing import Any

import cherrypy
from cherrypy._cprequest import Response

# The response to the handshake is out: there is nothing to change about it any more.
_OVER = Response()

# What a request is served with, and nobody asks for when it was served. It would keep the parser
# and the buffers of its connection in memory, for each WebSocket.
_USED_UP = (
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


class Serving:
    """What `cherrypy.serving` held when the page handler was called."""

    __slots__ = ("_request", "_response", "_session")

    def __init__(self) -> None:
        serving = cherrypy.serving
        self._request, self._response = serving.request, serving.response
        self._session = getattr(serving, "session", None)

    def shrink(self) -> None:
        """Let go of what is used up when the request has ended."""
        self._response = _OVER
        for name in _USED_UP:
            vars(self._request).pop(name, None)

    def __enter__(self) -> None:
        cherrypy.serving.load(self._request, self._response)
        if self._session is not None:
            cherrypy.serving.session = self._session

    def __exit__(self, *_exception: object) -> None:
        cherrypy.serving.clear()


class Served(Generator[Any, Any, Any]):
    """A coroutine that sees a `Serving` in each of its steps.

    CherryPy keeps what it serves for each thread, and on an event loop's thread the coroutines of
    many WebSockets take turns.
    """

    __slots__ = ("_coroutine", "_serving")

    def __init__(self, coroutine: Coroutine[Any, Any, Any], serving: Serving) -> None:
        self._coroutine, self._serving = coroutine, serving

    def __await__(self) -> "Served":
        return self

    def send(self, value: Any) -> Any:
        """Go on to the next `await`."""
        with self._serving:
            return self._coroutine.send(value)

    def throw(self, *error: Any) -> Any:
        """Go on with an error."""
        with self._serving:
            return self._coroutine.throw(*error)

    def close(self) -> None:
        """Give up."""
        with self._serving:
            self._coroutine.close()
