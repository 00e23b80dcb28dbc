"""One request of an HTTP/2 connection and its response, as ASGI's `receive` and `send`.

A part of a response is sent as far as the client's flow control (RFC 9113, 5.2) and the transport
allow, and `send` waits meanwhile. What arrives of a body is acknowledged when the application has
received it, so that the client has to wait for a slow application. The states are those of
`states.py`.
"""

import asyncio
import time
from typing import TYPE_CHECKING

import cherrypy
from h2.errors import ErrorCodes

from robot_cherrypy.aio.http.cycle import (
    LONGER,
    SHORTER,
    cancel,
    described,
    is_cut,
    require_end,
)
from robot_cherrypy.aio.http.http2_request import response_fields
from robot_cherrypy.aio.http.refusals import TIMEOUT, Refusal
from robot_cherrypy.aio.http.response_head import headers_of
from robot_cherrypy.aio.http.states import (
    ARRIVED,
    ARRIVING,
    COMPLETE,
    LOST,
    MIN_RATE,
    RECEIVED,
    SENDING,
    STARTED,
    WAITING,
    RequestState,
    ResponseState,
)
from robot_cherrypy.asgi import BODYLESS

if TYPE_CHECKING:
    from robot_cherrypy.aio.http.http2 import Http2Connection
    from robot_cherrypy.asgi import AsgiCallable, Message, RawHeaders, Scope

_FAILED = Refusal(500, b"Internal Server Error", b"Internal Server Error")
_NEVER = float("inf")


class Stream:
    """A request and the response to it.

    Attributes:
        number: The stream's identifier (RFC 9113, 5.1.1).
        scope: The ASGI scope.
        task: Runs the application.
        trailers: The header fields after the body.
    """

    def __init__(self, connection: "Http2Connection", number: int, scope: "Scope") -> None:
        self.number = number
        self.scope = scope
        self.task: asyncio.Task[None] | None = None
        self._is_cancelled = False
        self.trailers: RawHeaders = []
        self.request_state: RequestState = ARRIVING
        self.response_state: ResponseState = WAITING
        self._connection = connection
        self._changed = asyncio.Event()
        self._body = bytearray()
        # Bytes of the client's flow control that were not given back.
        self._unacknowledged = 0
        self._received = 0
        self._start: tuple[int, RawHeaders] | None = None
        self._is_bodyless = False
        # What was not sent yet of a declared length.
        self._remaining: int | None = None
        self._is_longer = False
        # When the rest of the request has to have arrived, and when more of the response has to
        # have been sent.
        self._arrival_deadline = connection.new_deadline()
        self._sending_deadline: float | None = None

    def __str__(self) -> str:
        return described(self.scope)

    # -- the connection's side

    async def run(self, application: "AsgiCallable") -> None:
        """Run the application, and end the response if it does not."""
        connection = self._connection
        try:
            await connection.wait_until_sent()
            await application(self.scope, self.receive, self.send)
            require_end(self.response_state)
        except (KeyboardInterrupt, SystemExit) as error:
            connection.transport.close()
            connection.http_server.interrupted(error)
        except BaseException as error:  # noqa: BLE001 - where an application's error ends up
            if is_cut(error, self.task, connection.loop):
                self._reset(ErrorCodes.CANCEL)
            else:
                cherrypy.engine.log(f"Error while serving {self}", level=40, traceback=True)
                self._fail()
        finally:
            connection.forget(self)

    def _fail(self) -> None:
        """End a response that the application has not completed."""
        if self.response_state is WAITING or self.response_state is STARTED:
            self._connection.send_refusal(self.number, _FAILED)
            self._complete()
        else:
            self._reset(ErrorCodes.INTERNAL_ERROR)

    def add(self, data: bytes, size: int) -> bool:
        """Add a piece of the body, which took `size` bytes of the flow control.

        Returns:
            Whether the body is within the server's limit.
        """
        self._unacknowledged += size
        self._received += len(data)
        if timeout := self._connection.http_server.socket_timeout:
            slowest = self._arrival_deadline + len(data) / MIN_RATE
            self._arrival_deadline = min(slowest, time.monotonic() + timeout)
        if self.response_state is COMPLETE or self.response_state is LOST:
            self._acknowledge()
        else:
            self._body += data
            self.wake()
        limit = self._connection.http_server.settings.max_request_body_size
        return not limit or self._received <= limit

    def end(self) -> None:
        """End the request: its last byte has arrived."""
        self.request_state = ARRIVED
        self._arrival_deadline = _NEVER
        self.wake()

    @property
    def is_over(self) -> bool:
        """Whether nothing is expected any more of the client."""
        return self.request_state is not ARRIVING or self.response_state is LOST

    def wake(self) -> None:
        """Wake the application if it waits in `receive` or `send`."""
        self._changed.set()

    def cancel(self) -> None:
        """Cancel the application's task: the client has disconnected, or was refused."""
        self._drop_body()
        if self.response_state is not COMPLETE and not self._is_cancelled:
            self._is_cancelled = True  # a second time would not let the application clean up
            self.response_state = LOST
            self.wake()
            if self.task is not None and cancel(self.task):
                self._connection.forget(self)

    def refuse(self, refusal: Refusal) -> None:
        """Send an error if no response has begun, and end the stream."""
        if self.response_state is WAITING or self.response_state is STARTED:
            self._connection.send_refusal(self.number, refusal)
        self._connection.reset(self.number, ErrorCodes.NO_ERROR)
        self.cancel()

    def check_deadline(self, now: float) -> None:
        """End the stream if the client is too slow."""
        if self._sending_deadline is not None and now >= self._sending_deadline:
            self._reset(ErrorCodes.CANCEL)
            self.cancel()
        elif self.request_state is ARRIVING:
            if self._body:  # the application is slow
                self._arrival_deadline = self._connection.new_deadline()
            elif now >= self._arrival_deadline:
                self.refuse(TIMEOUT)

    def _drop_body(self) -> None:
        """Keep nothing of the body; the client may send as much of others."""
        self._body.clear()
        self._acknowledge()

    def _acknowledge(self) -> None:
        size, self._unacknowledged = self._unacknowledged, 0
        if size:
            self._connection.acknowledge(self.number, size)

    def _reset(self, code: ErrorCodes) -> None:
        if self.response_state is not COMPLETE and self.response_state is not LOST:
            self.response_state = LOST
            self._drop_body()
            self._connection.reset(self.number, code)
            self.wake()

    async def _wait(self) -> None:
        self._changed.clear()
        await self._changed.wait()

    # -- the application's side

    async def receive(self) -> "Message":
        """Return the next piece of the body, or wait until the response is complete or lost."""
        while self.request_state is ARRIVING and not self._body and not self._has_ended():
            await self._wait()
        if self.request_state is RECEIVED or self._has_ended():
            while not self._has_ended():
                await self._wait()
            return {"type": "http.disconnect"}
        body, self._body = bytes(self._body), bytearray()
        self._acknowledge()
        more = self.request_state is ARRIVING
        if not more:
            self.request_state = RECEIVED
        message = {"type": "http.request", "body": body, "more_body": more}
        if self.trailers:
            message["trailers"] = self.trailers
        return message

    def _has_ended(self) -> bool:
        return self.response_state is COMPLETE or self.response_state is LOST

    async def send(self, message: "Message") -> None:
        """Send a part of the response.

        Raises:
            RuntimeError: The message is not the one that has to come next.
            ValueError: A header has a character that is not allowed.
        """
        state = self.response_state
        if state is LOST:
            return
        if message["type"] == "http.response.start":
            if state is not WAITING:
                raise RuntimeError(f"The response to {self} was started twice.")
            self._start = message["status"], message.get("headers", [])
            self.response_state = STARTED
            return
        if message["type"] != "http.response.body" or state is WAITING or state is COMPLETE:
            raise RuntimeError(f"{message['type']!r} cannot be sent now in the response to {self}.")
        body, more = message.get("body", b""), message.get("more_body", False)
        if self._start is not None:
            start, self._start = self._start, None
            self._send_head(*start, has_body=bool(body), has_more=more)
            if not body or self._is_bodyless:
                self._connection.flush()
        await self._send_body(b"" if self._is_bodyless else self._shorten(body), is_end=not more)
        if self._is_longer and not more:
            raise RuntimeError(LONGER)

    def _send_head(
        self, status: int, headers: "RawHeaders", *, has_body: bool, has_more: bool
    ) -> None:
        if status < 200:
            raise RuntimeError(f"HTTP/2 has no response {status}, to {self}.")
        fields = response_fields(status, headers_of(status, headers))
        self._is_bodyless = self.scope["method"] == "HEAD" or status in BODYLESS
        if not self._is_bodyless:
            lengths = [int(value) for name, value in fields if name == b"content-length"]
            self._remaining = lengths[-1] if lengths else None
        self.response_state = SENDING
        is_end = not has_more and (self._is_bodyless or not (has_body or self._remaining))
        self._connection.send_headers(self.number, fields, is_end=is_end)
        if is_end:
            self._complete()

    def _shorten(self, body: bytes) -> bytes:
        """Keep a body within its Content-Length, as in HTTP/1."""
        if self._remaining is not None:
            self._is_longer = self._is_longer or len(body) > self._remaining
            body = body[: self._remaining]
            self._remaining -= len(body)
        return body

    async def _send_body(self, body: bytes, *, is_end: bool) -> None:
        connection, rest = self._connection, memoryview(body)
        connection.unsent += len(rest)
        try:
            while rest and self.response_state is SENDING:
                part = rest[: connection.room(self.number)]
                if not part:
                    connection.flush()
                    self._sending_deadline = self._sending_deadline or connection.new_deadline()
                    await self._wait()
                    continue
                self._sending_deadline = None
                rest = rest[len(part) :]
                connection.unsent -= len(part)
                is_last = is_end and not rest and not self._remaining
                connection.send_data(self.number, bytes(part), is_end=is_last)
                if is_last:
                    self._complete()
        finally:
            self._sending_deadline = None
            connection.unsent -= len(rest)
            connection.wake_next()
        if is_end and self.response_state is SENDING:
            self._end_body()

    def _end_body(self) -> None:
        if self._remaining:  # the client must not believe that it has the whole
            self._reset(ErrorCodes.INTERNAL_ERROR)
            raise RuntimeError(SHORTER)
        self._connection.send_data(self.number, b"", is_end=True)
        self._complete()

    def _complete(self) -> None:
        self.response_state = COMPLETE
        # The rest of the request is read, and not kept: not every client understands that it need
        # not send it.
        self._drop_body()
        self.wake()
