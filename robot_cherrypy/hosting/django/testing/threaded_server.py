"""CherryPy's threaded server for Django's live-server test cases."""

from collections.abc import Callable, Iterator
from typing import Any

from cherrypy._cpwsgi_server import CPWSGIServer

from robot_cherrypy.hosting.cherrypy_server import EXPIRATION_INTERVAL
from robot_cherrypy.hosting.django.testing.live_server import LiveServer


class ThreadedServer(LiveServer):
    """Serves Django's WSGI handler."""

    def _make(self, settings: Any) -> Any:
        server = CPWSGIServer(settings)
        server.expiration_interval = EXPIRATION_INTERVAL
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
        """Close Django's response, then the connections."""
        try:
            self._body.close()
        finally:
            self._close_connections()
