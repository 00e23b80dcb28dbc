"""One request of an HTTP/1 connection and its response, as ASGI's `receive` and `send`.

What differs from uvicorn's: reason phrases and the case of header names are CherryPy's, HTTP/1.0
connections are kept alive, and a response that is longer than its own Content-Length is shortened,
as cheroot does. The states are those of `states.py`.
"""

import asyncio
import inspect
from enum import Enum, auto
from typing import TYPE_CHECKING, Any

import cherrypy

from robot_cherrypy.aio.http.response_head import (
    header_line,
    headers_of,
    is_framing,
    status_line,
)
from robot_cherrypy.aio.http.states import (
    ARRIVING,
    COMPLETE,
    LOST,
    RECEIVED,
    SENDING,
    STARTED,
    WAITING,
    RequestState,
    ResponseState,
)
from robot_cherrypy.aio.http.upgrade import TransportUpgrade
from robot_cherrypy.asgi import BODYLESS, TRANSPORT_UPGRADE, RawHeaders, cancelling
from robot_cherrypy.errors import no_bytes

if TYPE_CHECKING:
    from robot_cherrypy.aio.http.collaborators import ResponseObserver
    from robot_cherrypy.aio.http.connection import Connection
    from robot_cherrypy.asgi import AsgiCallable, Message, Scope

# The status, the reason phrase if it is not the standard one, and the headers.
_Start = tuple[int, bytes | None, RawHeaders]

_FAILED = b"Internal Server Error"
_LENGTH_OF_FAILED = (b"Content-Length", b"%d" % len(_FAILED))
_PLAIN_TEXT = (b"Content-Type", b"text/plain")
_CLOSING = (b"Connection", b"close")
# What is wrong with the response that an application has made.
LONGER = "The response is longer than its Content-Length."
SHORTER = "The response is shorter than its Content-Length."
_TOO_LONG = b"The requested resource returned more bytes than the declared Content-Length."

# The longest body, in bytes, that is joined with its head and written at once. Above 16 KiB, the
# copy takes longer than to write two buffers (measured with uvloop).
_MAX_JOINED = 16384
_BODYLESS = BODYLESS | {101}


class _BodyEnd(Enum):
    """How the client finds the end of the response's body (RFC 9112, 6.3)."""

    # There is no body, whatever the headers say.
    NO_BODY = auto()
    LENGTH = auto()
    CHUNKED = auto()
    # The connection is closed at the end.
    CLOSE = auto()


_NO_BODY, _LENGTH, _CHUNKED, _CLOSE = _BodyEnd


def _framing_of(scope: "Scope") -> tuple[bytes, int | None]:
    """Return the transfer coding of a request, and the length that it declares."""
    coding, length = b"", None
    for name, value in scope["headers"]:
        if name == b"transfer-encoding":
            coding = coding + b"," + value.lower() if coding else value.lower()
        elif name == b"content-length":
            length = int(value)
    return coding.strip(), length


def _bytes_of(body: Any) -> bytes:
    try:
        return memoryview(body).tobytes()
    except TypeError:
        raise TypeError(no_bytes(body)) from None


def cancel(task: "asyncio.Task[None]") -> bool:
    """Cancel a task; return whether it has not begun, so that nothing of it is run any more."""
    cancelling.cancel(task)
    return inspect.getcoroutinestate(task.get_coro()) == inspect.CORO_CREATED  # type: ignore[arg-type]


def is_cut(
    error: BaseException, task: "asyncio.Task[None] | None", loop: asyncio.AbstractEventLoop
) -> bool:
    """Whether the server has cancelled a task; an application may raise the same errors."""
    if not isinstance(error, asyncio.CancelledError | GeneratorExit):
        return False
    # When the loop does not run any more, its coroutines are closed.
    return not loop.is_running() or task is None or cancelling.is_cancelled(task)


def require_end(state: ResponseState) -> None:
    """Raise an error unless the response of an application that has returned has ended."""
    if state is not COMPLETE and state is not LOST:
        raise RuntimeError("The ASGI application did not complete its response.")


def described(scope: "Scope") -> str:
    """Return how messages name a request."""
    client = scope["client"]
    name = client[0] if client else "a client"
    return f"{scope['method']} {scope['path']} from {name}"


class Cycle:
    """A request and the response to it."""

    def __init__(self, connection: "Connection", scope: "Scope", *, expects_continue: bool) -> None:
        self.request_state: RequestState = ARRIVING
        self.response_state: ResponseState = WAITING
        self._connection = connection
        self._transport = connection.transport
        self.flow = connection.flow
        self.scope = scope
        self.coding, self.declared_length = _framing_of(scope)
        # RFC 9112, 6.1 and 6.3: a request with both a length and a coding, or with a coding in
        # HTTP/1.0, may hide another request, so that nothing may follow it.
        self.is_last = not connection.parser.should_keep_alive() or bool(
            self.coding and (self.declared_length is not None or scope["http_version"] == "1.0")
        )
        # Whether the connection stays open after the response. The response, a shutdown and a
        # client that closes its half of the connection may decide against it.
        self.keep_alive = not self.is_last
        self._expects_continue = expects_continue
        self.body = bytearray()
        self.trailers: RawHeaders = []
        self.task: asyncio.Task[None] | None = None
        # What `receive` waits for while the application waits in it.
        self._arrival: asyncio.Future[None] | None = None
        # Kept in STARTED.
        self._start: _Start | None = None
        # Those of the response's head, once it is made. `_remaining` is what was not sent yet of a
        # declared length.
        self._status = 0
        self._body_end = _CLOSE
        self._remaining: int | None = None
        self._is_longer = False
        # There if the request offers to become a WebSocket.
        self.upgrade: TransportUpgrade | None = None
        self._observer: ResponseObserver | None = None
        self._observed: Any = None

    def __str__(self) -> str:
        return described(self.scope)

    # -- the connection's side

    async def run(self, application: "AsgiCallable") -> None:
        """Run the application, and end the response if it does not."""
        try:
            await application(self.scope, self.receive, self.send)
            require_end(self.response_state)
        except (KeyboardInterrupt, SystemExit) as error:
            self._transport.close()
            self._connection.http_server.interrupted(error)
        except BaseException as error:  # noqa: BLE001 - where an application's error ends up
            if not is_cut(error, self.task, self._connection.loop):
                cherrypy.engine.log(f"Error while serving {self}", level=40, traceback=True)
                self._fail()
            elif self.response_state is not LOST:
                self._transport.abort()
        finally:
            self._connection.forget(self)

    def _fail(self) -> None:
        """Send a 500; if a part of the response was sent, close the connection."""
        try:
            if self.response_state is WAITING or self.response_state is STARTED:
                self.respond(500, _FAILED, [_LENGTH_OF_FAILED, _PLAIN_TEXT, _CLOSING], _FAILED)
        finally:
            if self.response_state is not COMPLETE:
                self._transport.close()

    def offer_upgrade(self) -> None:
        """Let the application set a protocol that gets the connection after this request."""
        self.upgrade = TransportUpgrade(self._connection.loop)
        self.scope["extensions"][TRANSPORT_UPGRADE] = self.upgrade

    def wake(self) -> None:
        """Wake the application if it waits in `receive`, as a state or the body has changed."""
        arrival, self._arrival = self._arrival, None
        if arrival is not None and not arrival.done():
            arrival.set_result(None)

    def cancel(self) -> None:
        """Cancel the application's task: the client has disconnected or was refused."""
        self.response_state = LOST
        self.wake()
        if self.task is not None and cancel(self.task):
            self._connection.forget(self)

    # -- the application's side: the request

    async def receive(self) -> "Message":
        """Return the next piece of the body, or wait until the response is complete or lost."""
        while self.request_state is ARRIVING and not self.body and self.response_state is not LOST:
            if self._expects_continue:
                self._invite()
            await self._wait()
        if self.request_state is RECEIVED or self.response_state is LOST:
            while self.response_state is not COMPLETE and self.response_state is not LOST:
                await self._wait()
            return {"type": "http.disconnect"}
        body, self.body = bytes(self.body), bytearray()
        more = self.request_state is ARRIVING
        if not more:
            self.request_state = RECEIVED
        message = {"type": "http.request", "body": body, "more_body": more}
        if self.trailers:
            message["trailers"] = self.trailers
        return message

    async def _wait(self) -> None:
        self.flow.resume_reading()
        if self._arrival is None:
            self._arrival = self._connection.loop.create_future()
        # Whoever calls `receive` may be cancelled, and others may wait at the same time.
        await asyncio.shield(self._arrival)

    def _invite(self) -> None:
        """Ask for the body of a client that waits for that (RFC 9110, 10.1.1)."""
        self._expects_continue = False
        if self.response_state is WAITING or self.response_state is STARTED:
            self._transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")

    # -- the application's side: the response

    def observe(self, observer: "ResponseObserver", observed: Any) -> None:
        """Tell an observer of each part of the response before it is sent.

        Args:
            observer: The observer. An error that it raises cuts the response.
            observed: Is passed to the methods of the observer.
        """
        self._observer, self._observed = observer, observed

    async def send(self, message: "Message") -> None:
        """Send a part of the response.

        Raises:
            RuntimeError: The message is not the one that has to come next, or the body is not as
                long as declared.
            KeyError, TypeError, ValueError: It is not as ASGI has it.
        """
        if self.flow.write_paused and self.response_state is not LOST:
            await self.flow.drain()
        if self.response_state is LOST:
            return
        kind = message["type"]
        if kind == "http.response.start":
            self._keep_start(message)
        elif kind == "http.response.body":
            body = message.get("body", b"")
            if type(body) is not bytes:
                body = _bytes_of(body)
            self._send_body(body, more=message.get("more_body", False))
        else:
            raise RuntimeError(f"A message {kind!r} was sent in the response to {self}.")

    def _send_body(self, body: bytes, *, more: bool) -> None:
        state = self.response_state
        if state is COMPLETE:
            raise RuntimeError(f"The response to {self} is complete, but more of it was sent.")
        if state is WAITING:
            raise RuntimeError(f"The response to {self} was not started, but its body was sent.")
        if self._observer is not None:
            self._observer.body_sent(self._observed, body)
        if state is SENDING:
            self._write(b"", body, more=more)
            return
        assert self._start is not None
        head = self._head(*self._start, body)
        self._start = None
        self.response_state = SENDING
        self._write(head, body, more=more)

    def _keep_start(self, message: "Message") -> None:
        if self.response_state is not WAITING:
            raise RuntimeError(f"The response to {self} was started twice.")
        headers = [(b"%b" % name, b"%b" % value) for name, value in message.get("headers", ())]
        status, reason = message["status"], message.get("reason")
        status_line(status, reason)  # here, and not first with the body, if they cannot be sent
        for header in headers:
            header_line(header)
        if self._observer is not None:
            self._observer.response_started(self._observed, status, headers)
        self.response_state = STARTED
        self._start = status, reason, headers

    def respond(self, status: int, reason: bytes, headers: RawHeaders, body: bytes) -> None:
        """Send a whole response at once; not to be called while `flow` asks to wait.

        Raises:
            RuntimeError: The body is not as long as declared.
            ValueError: A header or the reason phrase cannot be sent.
        """
        if self.response_state is LOST:
            return
        if self._observer is not None:
            self._observer.response_started(self._observed, status, headers)
            self._observer.body_sent(self._observed, body)
        head = self._head(status, reason, headers, body)
        if self._remaining == len(body) <= _MAX_JOINED:  # as nearly always
            self._transport.write(head + body)
            self._complete()
        else:
            self._write(head, body, more=False)

    def _write(self, head: bytes, body: bytes, *, more: bool) -> None:
        buffers = [head] if head else []
        if body and self._body_end is not _NO_BODY:
            if self._body_end is _CHUNKED:
                buffers += (b"%x\r\n" % len(body), body, b"\r\n")
            else:
                buffers.append(self._shorten(body))
        if not more and self._body_end is _CHUNKED:
            buffers.append(b"0\r\n\r\n")
        if len(body) > _MAX_JOINED:
            self._transport.writelines(buffers)
        elif buffers:
            self._transport.write(b"".join(buffers))
        if not more:
            if self._remaining:
                self.keep_alive = False
            self._complete()
            if self._is_longer or self._remaining:
                raise RuntimeError(LONGER if self._is_longer else SHORTER)

    def _shorten(self, body: bytes) -> bytes:
        """Keep a body within its Content-Length, as cheroot does (`cheroot/wsgi.py`, `write`)."""
        if self._remaining is None:
            return body
        if len(body) > self._remaining:
            body = body[: self._remaining]
            self._is_longer = True
            self.keep_alive = False
        self._remaining -= len(body)
        return body

    def _complete(self) -> None:
        self.response_state = COMPLETE
        self.wake()
        if self._status == 101 and self.upgrade is not None and self.upgrade.successor:
            self._connection.change_protocol(*self.upgrade.successor)
            return
        if not self.keep_alive:
            if self.request_state is ARRIVING:
                self._connection.linger()
            else:
                self._transport.close()
        self._connection.on_response_complete()

    def _head(self, status: int, reason: bytes | None, headers: RawHeaders, body: bytes) -> bytes:
        """Return status line and headers.

        Raises:
            RuntimeError: The body is too long; a 500 was sent.
        """
        if status <= 205 and status != 200:
            headers = headers_of(status, headers)
        self._status = status
        length = connection_option = None
        is_chunked = False
        lines = status_line(status, reason) + b"".join(map(header_line, headers))
        for name, value in filter(is_framing, headers):
            lower = name.lower()
            if lower == b"content-length":
                length = int(value)
            elif lower == b"connection":
                connection_option = value.lower()
            elif value.lower() == b"chunked":
                is_chunked = True
        if self.scope["method"] == "HEAD" or status in _BODYLESS:
            self._body_end = _NO_BODY
        elif length is not None and len(body) > length:
            self._send_too_long()
            raise RuntimeError(LONGER)
        elif is_chunked:
            self._body_end = _CHUNKED
        elif length is not None:
            self._body_end = _LENGTH
            self._remaining = length
        return lines + self._framing(status, connection_option)

    def _send_too_long(self) -> None:
        """Send a 500, as cheroot does if the first part of a body exceeds its Content-Length."""
        self._transport.write(
            b"HTTP/1.1 500 Internal Server Error\r\nContent-Length: %d\r\n"
            b"Content-Type: text/plain\r\nConnection: close\r\n\r\n%b" % (len(_TOO_LONG), _TOO_LONG)
        )
        self.keep_alive = False
        self._complete()

    def _framing(self, status: int, connection_option: bytes | None) -> bytes:
        """Return the end of the head, with headers for what the application's own leave open.

        That is how the body ends, and whether the connection is kept alive.
        """
        modern = self.scope["http_version"] == "1.1"
        lines = b""
        if connection_option == b"close" or status == 413 or self._is_body_uncertain():
            self.keep_alive = False
        if self._body_end is _CLOSE:
            if modern and status != 413:
                self._body_end = _CHUNKED
                lines = b"Transfer-Encoding: chunked\r\n"
            else:
                self.keep_alive = False
        if connection_option is None:
            if modern and not self.keep_alive:
                lines += b"Connection: close\r\n"
            elif not modern and self.keep_alive:
                lines += b"Connection: Keep-Alive\r\n"
                if timeout := self._connection.http_server.socket_timeout:
                    lines += b"Keep-Alive: timeout=%g\r\n" % timeout
        return lines + b"\r\n"

    def _is_body_uncertain(self) -> bool:
        """Whether the client may send a body or, as it was not asked for that, another request."""
        return self._expects_continue and self.request_state is ARRIVING and not self.body


def cycle_of(function: Any) -> Cycle | None:
    """Return the cycle whose `receive` or `send` this is; None if it is not of our own server."""
    owner = getattr(function, "__self__", None)
    return owner if type(owner) is Cycle else None
