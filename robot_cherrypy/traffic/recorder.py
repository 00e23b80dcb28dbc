"""The recorder: middleware for WSGI and ASGI that sees every exchange of one server.

Each request passes through it, so it only keeps what it gets: `Exchange` reads headers, parameters
and body when somebody asks for them.
"""

import asyncio
import functools
import sys
import time
from collections.abc import Callable, Iterator
from http import HTTPStatus
from typing import Any

from robot_cherrypy.asgi import (
    BODYLESS,
    AsgiCallable,
    Message,
    Receive,
    Scope,
    Send,
    cancelling,
)
from robot_cherrypy.errors import no_bytes
from robot_cherrypy.pauses import PAUSES
from robot_cherrypy.traffic import asgi_faults, wsgi_faults
from robot_cherrypy.traffic.exchange import Exchange, ExchangeCutError, RecordedError
from robot_cherrypy.traffic.faults import Faults
from robot_cherrypy.traffic.idleness import Idleness
from robot_cherrypy.traffic.journal import JOURNAL, current_exchange

_WsgiCallable = Callable[[dict[str, Any], Callable[..., Any]], Any]

# How much of a request's body is kept, in bytes: nearly every form and JSON document as a whole, of
# an upload the beginning.
_MAX_RAW_BODY = 65536

# How much of the response to a request that was refused is kept, in bytes. The report shows half of
# it, so that a secret at the end of that half is known as a whole and masked.
_MAX_RESPONSE_BODY = 4_000

_RECORDED_SCOPES = frozenset({"http", "websocket"})
_WITHOUT_BODY = frozenset({"GET", "HEAD"})
_STATUSES = frozenset(HTTPStatus)


class Recorder:
    """Knows what one server has in flight, and writes its exchanges into the journal.

    Attributes:
        server: Alias of the server.
        faults: What a test injects into its responses.
        end_reason: Which request asked for the end of the whole server, and how, if one did.
    """

    def __init__(self, server: str = "", *, long_polls: tuple[str, ...] = ()) -> None:
        self.server = server
        self.faults = Faults()
        self.end_reason: str | None = None
        # By their numbers.
        self._in_flight: dict[int, Exchange] = {}
        self._cut: frozenset[Exchange] = frozenset()
        self._idleness = Idleness(self.in_flight, long_polls)

    def in_flight(self) -> list[Exchange]:
        """Return the requests whose response has not ended, oldest first."""
        return sorted(self._in_flight.values(), key=lambda exchange: exchange.number)

    def requests_left_after(
        self, timeout: float, *, except_paths: tuple[str, ...] = ()
    ) -> list[Exchange]:
        """See `Idleness.requests_left_after`."""
        return self._idleness.requests_left_after(timeout, except_paths=except_paths)

    def stays_open(self, exchange: Exchange) -> bool:
        """See `Idleness.stays_open`."""
        return self._idleness.stays_open(exchange)

    def wait_for_end(self, since: float, timeout: float) -> None:
        """Wait until requests, and what requests since then started, have ended."""
        deadline = PAUSES.monotonic() + timeout
        if self._in_flight:
            self.requests_left_after(timeout)
        JOURNAL.wait_for_work(since, deadline - PAUSES.monotonic())

    def cut(self) -> None:
        """End each response in flight at its next chunk, and clear the faults."""
        self._cut = frozenset(self._in_flight.values())
        self.faults.clear()

    def raise_if_cut(self, exchange: Exchange) -> None:
        """Raise ExchangeCutError if the response was in flight when the server stopped."""
        if exchange in self._cut:
            raise ExchangeCutError(f"{exchange}: the server has stopped")

    def wsgi(self, application: _WsgiCallable) -> _WsgiCallable:
        """Return a WSGI application (PEP 3333) that is recorded."""

        def recorded(environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
            exchange = self._begin_wsgi(environ)
            called = application
            if self.faults.active and (injection := self.faults.injection(exchange)):
                called = wsgi_faults.injected(application, injection)

            def start(status: str, headers: Any, *args: Any) -> Any:
                write = start_response(status, headers, *args)  # raises if it is too late
                self.response_started(exchange, int(status[:3]), headers)
                return functools.partial(_write, exchange, write)

            try:
                return _ResponseBody(self, exchange, called(environ, start))
            except BaseException as error:
                self.end(exchange, error)
                raise

        return recorded

    def asgi(self, application: AsgiCallable) -> AsgiCallable:
        """Return an ASGI application (ASGI 3.0) that is recorded."""

        async def recorded(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] not in _RECORDED_SCOPES:
                await application(scope, receive, send)
                return
            exchange = self._begin_asgi(scope)
            called = application
            if self.faults.active and (injection := self.faults.injection(exchange)):
                called = asgi_faults.injected(application, injection)
            if exchange.method not in _WITHOUT_BODY:
                receive = _keeping(exchange, receive)
            # Our own server reports what it sends, so that its `send` needs no wrapper.
            observe = getattr(getattr(send, "__self__", None), "observe", None)
            if observe is None:
                send = self._observed(exchange, send)
            else:
                observe(self, exchange)
            try:
                await called(scope, receive, send)
            except BaseException as error:
                self.end(exchange, None if _ends_a_coroutine(error) else error)
                raise
            self.end(exchange)

        recorded.__wrapped__ = application  # type: ignore[attr-defined]  # for servers that look
        return recorded

    def _begin_wsgi(self, environ: dict[str, Any]) -> Exchange:
        get = environ.get
        path = get("SCRIPT_NAME", "") + get("PATH_INFO", "")
        raw_headers = environ.copy()
        raw_headers["wsgi.input"] = None  # does not have to live as long as the exchange
        exchange = Exchange(
            environ["REQUEST_METHOD"],
            path if path.isascii() else path.encode("latin-1").decode("utf-8", "replace"),
            get("QUERY_STRING", ""),
            self.server,
            get("REMOTE_ADDR", ""),
            raw_headers,
            get("HTTP_UPGRADE", "").lower() == "websocket",
        )
        if get("CONTENT_LENGTH") or "HTTP_TRANSFER_ENCODING" in environ:
            environ["wsgi.input"] = _RequestBody(exchange, environ["wsgi.input"])
        before = current_exchange.get()
        if before is not None and before.ended is None and before.number in self._in_flight:
            # cheroot does not close the body if the client disconnects before the headers are sent.
            self.end(before)
        self._begin(exchange)
        return exchange

    def _begin_asgi(self, scope: Scope) -> Exchange:
        client = scope.get("client")
        exchange = Exchange(
            scope.get("method", "GET"),  # a WebSocket has none
            scope["path"],
            scope["query_string"].decode("latin-1"),
            self.server,
            client[0] if client else "",
            scope["headers"],
            scope["type"] == "websocket",
        )
        self._begin(exchange)
        return exchange

    def _begin(self, exchange: Exchange) -> None:
        current_exchange.set(exchange)
        self._in_flight[exchange.number] = exchange
        JOURNAL.exchanges.append(exchange)

    def response_started(self, exchange: Exchange, status: int, headers: Any) -> None:
        """Record status and headers; an error status that no exception explains is an error."""
        if self._cut:
            self.raise_if_cut(exchange)
        exchange.responded = time.monotonic()
        exchange.status, exchange.raw_response_headers = status, headers
        if status >= 500 and not (exchange.errors or exchange.fault):
            phrase = HTTPStatus(status).phrase if status in _STATUSES else ""
            JOURNAL.add_error(
                RecordedError(
                    type=f"HTTP {status}", message=phrase, exchange=exchange, server=self.server
                )
            )
        if self._idleness.waiters and exchange.streams:
            self._idleness.notify()

    def body_sent(self, exchange: Exchange, part: bytes) -> None:
        """Record that a part of the body is sent."""
        if self._cut:
            self.raise_if_cut(exchange)
        exchange.sent += len(part)
        _keep_refusal(exchange, part)
        # The server itself responds after the application has raised an error.
        if exchange.ended is not None and JOURNAL.report:
            JOURNAL.report(exchange)

    def end(self, exchange: Exchange, error: BaseException | None = None) -> None:
        """Record that the response has ended, or that the application raised an error."""
        exchange.ended = time.monotonic()
        try:
            if error is not None:
                self._record_error(exchange, error)
            # Before it is no longer in flight, so that who waits for that in the test process finds
            # the exchange recorded.
            if JOURNAL.report:
                JOURNAL.report(exchange)
            JOURNAL.limit_bodies(exchange)
        finally:
            self._in_flight.pop(exchange.number, None)
            if self._idleness.waiters:
                self._idleness.notify()

    def _observed(self, exchange: Exchange, send: Send) -> Send:
        async def observed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = message.get("headers", ())  # optional (ASGI, "Response Start")
                self.response_started(exchange, message["status"], headers)
            else:
                self.body_sent(exchange, message.get("body", b""))
            await send(message)

        return observed

    def _record_error(self, exchange: Exchange, error: BaseException) -> None:
        if isinstance(error, SystemExit | KeyboardInterrupt):
            raised = f"{type(error).__name__}: {error}"
            self.end_reason = f"{exchange.method} {exchange.path} raised {raised}"
        JOURNAL.add_exception(error, exchange=exchange)


def _ends_a_coroutine(error: BaseException) -> bool:
    """Whether the server ends a coroutine, and no application has raised the exception."""
    if not isinstance(error, asyncio.CancelledError | GeneratorExit):
        return False
    try:
        task = asyncio.current_task()
    except RuntimeError:  # the event loop is closed, and its coroutines are too
        return True
    return task is None or cancelling.is_cancelled(task)


def _keep(exchange: Exchange, data: bytes) -> None:
    """Add what was read of a request's body to its exchange."""
    exchange.received += len(data)
    if len(exchange.raw_body) < _MAX_RAW_BODY:
        exchange.raw_body += data[: _MAX_RAW_BODY - len(exchange.raw_body)]


def _keep_refusal(exchange: Exchange, part: bytes) -> None:
    """Add a part of the response's body to its exchange if its status is 400 or more."""
    kept = exchange.raw_response_body
    if (exchange.status or 0) >= 400 and len(kept) < _MAX_RESPONSE_BODY:
        exchange.raw_response_body = (kept + part)[:_MAX_RESPONSE_BODY]


def _keeping(exchange: Exchange, receive: Receive) -> Receive:
    """Return a `receive` that keeps the request's body while the application reads it."""

    async def keeping() -> Message:
        message = await receive()
        if message["type"] == "http.request":
            _keep(exchange, message.get("body", b""))
        return message

    return keeping


def _write(exchange: Exchange, write: Callable[[bytes], object], data: bytes) -> None:
    """Send a piece by the `write` that `start_response` returns (PEP 3333)."""
    _count_sent(exchange, data)
    write(data)


def _count_sent(exchange: Exchange, part: bytes) -> None:
    exchange.sent += len(part)
    _keep_refusal(exchange, part)


def _declared_length(exchange: Exchange) -> int | None:
    """Return how many bytes the body of a response has to have, as far as it says so."""
    if exchange.method == "HEAD" or exchange.status in BODYLESS or exchange.fault:
        return None
    for name, value in exchange.raw_response_headers:
        if name.lower() == "content-length" and value.isdecimal():
            return int(value)
    return None


class _RequestBody:
    """The input stream of WSGI (PEP 3333), which keeps what the application reads."""

    def __init__(self, exchange: Exchange, stream: Any) -> None:
        self._exchange, self._stream = exchange, stream

    def __getattr__(self, name: str) -> Any:
        """Return what only the server's own stream has, such as `read_trailer_lines`."""
        return getattr(self._stream, name)

    def __iter__(self) -> Iterator[bytes]:
        return iter(self.readline, b"")

    def read(self, *size: int) -> bytes:
        return self._kept(self._stream.read(*size))

    def readline(self, *size: int) -> bytes:
        return self._kept(self._stream.readline(*size))

    def readlines(self, *hint: int) -> list[bytes]:
        return [self._kept(line) for line in self._stream.readlines(*hint)]

    def _kept(self, data: bytes) -> bytes:
        _keep(self._exchange, data)
        return data


class _ResponseBody:
    """The response body of WSGI; the exchange ends when the server closes it."""

    __slots__ = ("_body", "_exchange", "_next", "_recorder")

    def __init__(self, recorder: Recorder, exchange: Exchange, body: Any) -> None:
        self._recorder, self._exchange, self._body = recorder, exchange, body
        self._next = iter(body).__next__

    def __iter__(self) -> Iterator[Any]:
        return self

    def __next__(self) -> Any:
        exchange = self._exchange
        self._recorder.raise_if_cut(exchange)
        try:
            chunk = self._next()
        except StopIteration:
            if exchange.sent < (_declared_length(exchange) or 0):
                self._record(RuntimeError("The response is shorter than its Content-Length."))
            raise
        except BaseException as error:
            self._record(error)
            raise
        if chunk:  # servers skip what is empty
            if not isinstance(chunk, bytes):
                unusable = TypeError(no_bytes(chunk))
                self._record(unusable)
                raise unusable
            _count_sent(exchange, chunk)
        return chunk

    def _record(self, error: BaseException) -> None:
        JOURNAL.add_exception(error, exchange=self._exchange, when="after the headers")

    def close(self) -> None:
        error: BaseException | None = None
        declared = _declared_length(self._exchange)
        if declared is not None and self._exchange.sent > declared:
            self._record(RuntimeError("The response is longer than its Content-Length."))
            # Unless the client has gone, the server raises that, too, and will log it when it is no
            # longer known for which request (`cheroot/wsgi.py`, `write`).
            refused = sys.exc_info()[1]
            if isinstance(refused, ValueError):
                JOURNAL.leave_out(refused)
        try:
            if hasattr(self._body, "close"):
                self._body.close()
        except BaseException as raised:
            error = raised
            raise
        finally:
            self._recorder.end(self._exchange, error)
            current_exchange.set(None)
