"""Sending a response from synchronous code over ASGI."""

import asyncio
import functools
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from robot_cherrypy.aio import bridge
from robot_cherrypy.aio.clients import cycle_of

Send = Callable[[dict[str, Any]], Awaitable[None]]
RawHeaders = list[tuple[bytes, bytes]]


class Reply:
    """The response to one request."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.cycle = cycle_of(send)
        self.started = False
        self.finished = False

    def task(self) -> "asyncio.Task[Any] | None":
        """Return the task that the request is served by."""
        # Up to Python 3.11, asyncio.current_task is slow.
        return asyncio.current_task() if self.cycle is None else self.cycle.task

    def whole(self, status: bytes, headers: RawHeaders, body: bytes) -> None:
        """Send a response whose body is at hand."""
        cycle = self.cycle
        if cycle is not None and not cycle.flow.write_paused:
            cycle.respond(*_parse(status), headers, body)  # nothing to wait for
            self.started = self.finished = True
        else:
            self.started = self.finished = True
            bridge.wait(self._both(status, headers, body))

    async def _both(self, status: bytes, headers: RawHeaders, body: bytes) -> None:
        await self._send(_start(status, headers))
        await self._send({"type": "http.response.body", "body": body})

    def stream(self, status: bytes, headers: RawHeaders, chunks: Iterable[bytes]) -> None:
        """Send a response chunk by chunk, as they come."""
        self.started = True
        bridge.wait(self._send(_start(status, headers)))
        for chunk in chunks:
            if chunk:
                bridge.wait(self._chunk(chunk))
        self.finished = True
        bridge.wait(self._send({"type": "http.response.body", "body": b""}))

    async def _chunk(self, chunk: bytes) -> None:
        await self._send({"type": "http.response.body", "body": chunk, "more_body": True})
        # Neither a fast client nor one that has gone makes `send` pause; others want their turn.
        await asyncio.sleep(0)


def _start(status: bytes, headers: RawHeaders) -> dict[str, Any]:
    """Make ASGI's start message; `reason` is for servers that can send one, as ours does."""
    code, reason = _parse(status)
    return {"type": "http.response.start", "status": code, "reason": reason, "headers": headers}


@functools.lru_cache(256)
def _parse(status: bytes) -> tuple[int, bytes]:
    return int(status[:3]), status[4:]
