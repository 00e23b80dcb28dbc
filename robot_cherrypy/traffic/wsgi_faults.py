"""Faults on a thread of cheroot, the threaded server."""

import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any

from robot_cherrypy.traffic.exchange import ExchangeCutError
from robot_cherrypy.traffic.faults import Cut, Injection, Wait, error_page


def injected(application: Callable[..., Any], injection: Injection) -> Callable[..., Any]:
    """Return a WSGI application whose response suffers the faults of an injection."""

    def faulty(environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        if injection.delay:
            injection.wait(injection.delay)
        if injection.drop:
            _disconnect()
            raise ExchangeCutError("the test wants the connection dropped")
        if injection.status:
            phrase, body = error_page(injection.status)
            headers = [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))]
            start_response(f"{injection.status} {phrase}", headers)
            return [body]
        return _Body(application(environ, start_response), injection)

    return faulty


def _disconnect() -> None:
    """Close the connection that this worker thread serves (`cheroot/workers/threadpool.py`)."""
    connection: Any = threading.current_thread().conn  # type: ignore[attr-defined]
    connection.socket.shutdown(socket.SHUT_RDWR)


class _Body:
    """A response body that is slow or breaks off."""

    def __init__(self, body: Any, injection: Injection) -> None:
        self._body, self._injection = body, injection
        self._parts = self._faulty_parts()

    def __iter__(self) -> Iterator[bytes]:
        return self._parts

    def close(self) -> None:
        """Close the body of the application."""
        if hasattr(self._body, "close"):
            self._body.close()

    def _faulty_parts(self) -> Iterator[bytes]:
        for chunk in self._body:
            for step in self._injection.steps(chunk):
                match step:
                    case Wait(seconds):
                        self._injection.wait(seconds)
                    case Cut():
                        _disconnect()
                        return
                    case part:
                        yield part
