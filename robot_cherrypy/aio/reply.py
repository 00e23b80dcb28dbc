"""Sending a response from synchronous code over ASGI."""

from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from robot_cherrypy.aio import bridge

Send = Callable[[dict[str, Any]], Awaitable[None]]
RawHeaders = list[tuple[bytes, bytes]]


class Reply:
    """The response to one request."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.started = False

    def whole(self, status: bytes, headers: RawHeaders, body: bytes) -> None:
        """Send a response whose body is at hand."""
        self.started = True
        bridge.wait(
            self._both(_start(status, headers), {"type": "http.response.body", "body": body})
        )

    async def _both(self, start: dict[str, Any], body: dict[str, Any]) -> None:
        await self._send(start)
        await self._send(body)

    def stream(self, status: bytes, headers: RawHeaders, chunks: Iterable[bytes]) -> None:
        """Send a response chunk by chunk, as they come."""
        self.started = True
        bridge.wait(self._send(_start(status, headers)))
        for chunk in chunks:
            if chunk:
                bridge.wait(
                    self._send({"type": "http.response.body", "body": chunk, "more_body": True})
                )
        bridge.wait(self._send({"type": "http.response.body", "body": b""}))


def _start(status: bytes, headers: RawHeaders) -> dict[str, Any]:
    """Make ASGI's start message; `reason` is for servers that can send one, as ours does."""
    return {
        "type": "http.response.start",
        "status": int(status[:3]),
        "reason": status[4:],
        "headers": headers,
    }
