"""The interfaces of the server and of observers that HTTP connections call."""

import asyncio
from typing import Any, Protocol

from robot_cherrypy.asgi import Scope


class Server(Protocol):
    """The server of a connection."""

    # Those of `cherrypy.server`.
    settings: Any
    # In seconds: for a request to arrive, for an idle connection, and for a client that does not
    # read; None or 0 for any time.
    socket_timeout: float | None
    # The request that each task serves; `str` of it goes into log messages.
    requests: dict[asyncio.Task[None], Any]

    def is_hosted(self, scope: Scope) -> bool:
        """Return whether a WebSocket goes to an ASGI application, and not to a CherryPy page."""

    def interrupted(self, error: BaseException) -> None:
        """Handle a SystemExit or KeyboardInterrupt that a page handler raised."""


class ResponseObserver(Protocol):
    """Is told of a response, before each part of it is sent."""

    def response_started(self, observed: Any, status: int, headers: Any) -> None:
        """Record the status and the headers; an error that this raises cuts the response."""

    def body_sent(self, observed: Any, part: bytes) -> None:
        """Record a part of the body; an error that this raises cuts the response."""
