"""A threaded server with the interface that Django's `LiveServerThread` expects."""

import copy
from collections.abc import Callable, Iterator
from typing import Any

import cherrypy
from cherrypy._cpwsgi_server import CPWSGIServer
from django.db import connections

_SHUTDOWN_TIMEOUT = 1.0  # seconds that requests have to end when the test case does
_EXPIRATION_INTERVAL = 0.02  # seconds that cheroot takes at least to stop


class LiveServer:
    """What both servers have in common; the names are those of `socketserver`.

    Args:
        address: Host and port; port 0 for a free one.
        handler: What Django's server would handle requests with, of no use here.
        connections_override: Database connections that requests are to share with the test, since
            they are in memory.
        allow_reuse_address: Of no use here either.
    """

    def __init__(
        self,
        address: tuple[str, int],
        handler: Any,  # noqa: ARG002
        *,
        connections_override: dict[str, Any] | None = None,
        allow_reuse_address: bool = False,  # noqa: ARG002
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
        """Serve what Django's static files handler wraps around its WSGI handler."""
        raise NotImplementedError

    @property
    def server_address(self) -> tuple[str, int]:
        """Host and port, the real one."""
        host, port = self._server.bind_addr[:2]
        return host, port

    def serve_forever(self) -> None:
        """Serve until `shutdown`."""
        self._server.serve()

    def shutdown(self) -> None:
        """Stop serving."""
        self._server.stop()

    def server_close(self) -> None:
        """Do nothing more: `shutdown` has closed the socket."""

    def _share_connections(self) -> None:
        """Let the running thread use the test's connections."""
        for alias, connection in self.connections_override.items():
            connections[alias] = connection

    def _close_connections(self) -> None:
        """Close what the running thread has opened; the name is that of Django's server."""
        connections.close_all()


class ThreadedServer(LiveServer):
    """CherryPy's own server."""

    def _make(self, settings: Any) -> Any:
        server = CPWSGIServer(settings)
        server.expiration_interval = _EXPIRATION_INTERVAL
        return server

    def set_app(self, handler: Any) -> None:
        """See `LiveServer.set_app`."""

        def serve(environ: dict[str, Any], start_response: Callable[..., Any]) -> "_Body":
            self._share_connections()
            return _Body(handler(environ, start_response), self._close_connections)

        self._server.wsgi_app = serve


class _Body:
    """A response body that closes database connections when it is closed."""

    def __init__(self, body: Any, close_connections: Callable[[], None]) -> None:
        self._body, self._close_connections = body, close_connections

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._body)

    def close(self) -> None:
        """End the request, as WSGI has it."""
        try:
            self._body.close()
        finally:
            self._close_connections()
