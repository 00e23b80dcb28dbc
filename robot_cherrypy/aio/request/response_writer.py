"""The response to a request, sent over ASGI by synchronous code."""

import asyncio
from collections.abc import Iterable
from typing import Any

from robot_cherrypy.aio.http.cycle import cycle_of
from robot_cherrypy.aio.runtime import bridge
from robot_cherrypy.aio.runtime.turns import with_turns
from robot_cherrypy.asgi import Message, RawHeaders, Send
from robot_cherrypy.asgi.cancelling import cancel_with
from robot_cherrypy.errors import no_bytes

# How many statuses are kept, and how long, in bytes: an application may make a reason phrase of
# what a client sends.
_MAX_KEPT, _MAX_KEPT_LENGTH = 256, 256
# Bytes of a body that are sent at once: to copy them into the kernel and into buffers takes about a
# millisecond, in which nobody else is served.
_PORTION = 2**20


class ResponseWriter:
    """Sends the response to one request; used on the request's greenlet or worker thread."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.cycle = cycle_of(send)
        self.started = False
        self.finished = False
        # What `complete` waits for or raises.
        self._sending: asyncio.Task[None] | None = None
        self._error: Exception | None = None

    def task(self) -> "asyncio.Task[Any] | None":
        """Return the task that serves the request."""
        # Up to Python 3.11, asyncio.current_task is slow.
        return asyncio.current_task() if self.cycle is None else self.cycle.task

    def send(self, status: bytes, headers: RawHeaders, body: bytes) -> None:
        """Send a response with the whole body at once; a worker thread does not wait for that."""
        cycle, job = self.cycle, bridge.thread.job
        if job is not None:
            self.started = True
            job.post(self._respond, status, headers, body)
        elif cycle is not None and not cycle.flow.write_paused and len(body) <= _PORTION:
            cycle.respond(*_STATUSES[status], headers, body)  # does not have to wait
            self.started = self.finished = True
        else:
            self.started = self.finished = True
            bridge.wait(self._send_messages(status, headers, body))

    def _respond(self, status: bytes, headers: RawHeaders, body: bytes) -> None:
        """Do on the event loop what a worker thread has posted; `complete` raises its error."""
        cycle = self.cycle
        self.finished = True
        try:
            if cycle is not None and not cycle.flow.write_paused and len(body) <= _PORTION:
                cycle.respond(*_STATUSES[status], headers, body)
                return
            sending = self._send_messages(status, headers, body)
        except Exception as error:  # noqa: BLE001 - raised by `complete`
            self._error = error
        else:
            self._sending = asyncio.get_running_loop().create_task(sending)

    async def complete(self) -> None:
        """Wait until the response is sent that a worker thread has posted, and raise its error."""
        error, self._error = self._error, None
        if error is not None:
            raise error
        if self._sending is None:
            return
        try:
            await self._sending
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if task is not None and not task.cancelling():
                cancel_with(task, self._sending)
            raise

    async def _send_messages(self, status: bytes, headers: RawHeaders, body: bytes) -> None:
        await self._send(self._start(status, headers))
        sent = 0
        # HTTP/2 has portions of its own.
        is_divided = self.cycle is not None and any(
            name.lower() == b"content-length" for name, _value in headers
        )
        while is_divided and len(body) - sent > _PORTION:
            piece = body[sent : sent + _PORTION]
            await self._send({"type": "http.response.body", "body": piece, "more_body": True})
            await asyncio.sleep(0)
            sent += _PORTION
        await self._send({"type": "http.response.body", "body": body[sent:]})

    def stream(self, status: bytes, headers: RawHeaders, chunks: Iterable[bytes]) -> None:
        """Send a response, and each chunk of its body when the iterable yields it."""
        self.start(status, headers)
        for chunk in with_turns(chunks):
            if self.cycle is not None and isinstance(chunk, bytes) and len(chunk) > _PORTION:
                for begin in range(0, len(chunk), _PORTION):
                    self.write(chunk[begin : begin + _PORTION])
            elif chunk:
                self.write(chunk)
            bridge.raise_if_cancelled()
        self.end()

    def start(self, status: bytes, headers: RawHeaders) -> None:
        """Send status and headers of a response whose body follows in pieces."""
        self.started = True
        bridge.wait(self._send(self._start(status, headers)))

    def write(self, chunk: Any) -> None:
        """Send a piece of the body; return when it is on its way."""
        bridge.wait(self._send_chunk(chunk))

    def end(self) -> None:
        """Send the end of a body that was sent in pieces."""
        self.finished = True
        bridge.wait(self._send({"type": "http.response.body", "body": b""}))

    def _start(self, status: bytes, headers: RawHeaders) -> Message:
        """Make ASGI's start message; its `reason` is an addition for servers that send it.

        Other servers than ours get the names of headers in lower case, as ASGI has them.
        """
        code, reason = _STATUSES[status]
        if self.cycle is None:
            headers = [(name.lower(), value) for name, value in headers]
        return {"type": "http.response.start", "status": code, "reason": reason, "headers": headers}

    async def _send_chunk(self, chunk: Any) -> None:
        if isinstance(chunk, str):
            raise TypeError(no_bytes(chunk))
        await self._send({"type": "http.response.body", "body": chunk, "more_body": True})
        # For a fast client, and for one that has disconnected, `send` does not suspend: let other
        # tasks of the loop run.
        await asyncio.sleep(0)


class _Statuses(dict[bytes, tuple[int, bytes]]):
    """The codes and reason phrases of statuses."""

    def __missing__(self, status: bytes) -> tuple[int, bytes]:
        parsed = int(status[:3]), status[4:]
        if len(status) <= _MAX_KEPT_LENGTH and len(self) < _MAX_KEPT:
            self[status] = parsed
        return parsed


_STATUSES = _Statuses()
