"""What both servers have in common: the interface that Django's `LiveServerThread` expects."""

import copy
from typing import Any

import cherrypy
from django.db import connections

# How long requests may still take when the test case ends, in seconds. They are requests that
# nobody waits for any more, so it is short.
_SHUTDOWN_TIMEOUT = 1.0


class LiveServer:
    """A server whose methods have the names of `socketserver`'s, as Django calls them.

    Args:
        address: Host and port; port 0 for a free one.
        handler: The class that handles requests on Django's own server; not used.
        connections_override: Database connections that requests share with the test: databases in
            memory have no other.
        allow_reuse_address: Not used; CherryPy's servers decide this themselves.
    """

    def __init__(
        self,
        address: tuple[str, int],
        handler: Any,  # noqa: ARG002 - Django passes it
        *,
        connections_override: dict[str, Any] | None = None,
        allow_reuse_address: bool = False,  # noqa: ARG002 - Django passes it
    ) -> None:
        self.connections_override = connections_override or {}
        settings = copy.copy(cherrypy.server)
        settings.socket_host, settings.socket_port = address
        settings.shutdown_timeout = _SHUTDOWN_TIMEOUT
        self._server = self._make(settings)
        self._server.prepare()

    def _make(self, settings: Any) -> Any:
        raise NotImplementedError

    def set_app(self, handler: Any) -> None:
        """Set the application: Django's WSGI handler inside its handlers of static files."""
        raise NotImplementedError

    @property
    def server_address(self) -> tuple[str, int]:
        """The host and the port that the server listens on."""
        host, port = self._server.bind_addr[:2]
        return host, port

    def serve_forever(self) -> None:
        """Serve until `shutdown` is called."""
        self._server.serve()

    def shutdown(self) -> None:
        """Stop serving, and close the socket."""
        self._server.stop()

    def server_close(self) -> None:
        """Do nothing: `shutdown` has closed the socket."""

    def _share_connections(self) -> None:
        """Let the current thread use the test's connections."""
        for alias, connection in self.connections_override.items():
            connections[alias] = connection

    def _close_connections(self) -> None:
        """Close the connections of the current thread; Django's own tests override it."""
        connections.close_all()
