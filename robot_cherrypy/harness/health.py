"""A page that tells load balancers and container engines whether a server wants requests."""

import threading
from collections.abc import Callable, Iterable
from typing import Any

import cherrypy
from cherrypy.process.plugins import SimplePlugin

# Priority among the stop listeners of the bus: before everything that an application may stop.
_FIRST = 1


class HealthPage(SimplePlugin):  # type: ignore[misc]
    """Responds 200, and from the beginning of a stop on 503.

    A load balancer that asks for it sends no more requests to a server that is about to stop. So
    none gets lost between the last connection that is accepted and the end of the socket.
    """

    def __init__(self, stop_delay: float) -> None:
        """Make the page.

        Args:
            stop_delay: How long the server goes on after the page has begun to respond 503, in
                seconds.
        """
        super().__init__(cherrypy.engine)
        self._stop_delay = stop_delay
        self._is_stopping = False

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        """Respond (PEP 3333)."""
        status, text = (
            ("503 Service Unavailable", b"stopping\n")
            if self._is_stopping
            else ("200 OK", b"ready\n")
        )
        body = b"" if environ["REQUEST_METHOD"] == "HEAD" else text
        start_response(
            status,
            [
                ("Content-Type", "text/plain; charset=utf-8"),
                ("Content-Length", str(len(text))),
                ("Cache-Control", "no-store"),
            ],
        )
        return [body]

    def start(self) -> None:
        """Respond 200 (called by the bus)."""
        self._is_stopping = False

    def stop(self) -> None:
        """Respond 503, and let the server stop only when others have had time to see that."""
        self._is_stopping = True
        if self._stop_delay:
            self.bus.log(f"Stopping in {self._stop_delay:g} s")
            threading.Event().wait(self._stop_delay)

    stop.priority = _FIRST  # type: ignore[attr-defined]
