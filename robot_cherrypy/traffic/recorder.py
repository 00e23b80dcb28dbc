"""Sees every exchange of one server from outside: a middleware for WSGI and for ASGI.

It is on the path of every request, so it keeps what it gets and works it out when somebody asks.
"""

import time
from collections.abc import Awaitable, Callable, Iterator
from http import HTTPStatus
from typing import Any
from urllib.parse import unquote

from robot_cherrypy.traffic.exchange import Exchange, ServerFailure
from robot_cherrypy.traffic.faults import Faults
from robot_cherrypy.traffic.idleness import Idleness
from robot_cherrypy.traffic.journal import JOURNAL, ExchangeCutError, current

Scope = dict[str, Any]
Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
ASGIApplication = Callable[[Scope, Receive, Send], Awaitable[None]]
WSGIApplication = Callable[[dict[str, Any], Callable[..., Any]], Any]

_KEPT = 65536
"""How much of a request's body is kept, in bytes."""

_KINDS = frozenset({"http", "websocket"})
_WITHOUT_BODY = frozenset({"GET", "HEAD"})
_STATUSES = frozenset(HTTPStatus)


class Recorder:
    """Knows what one server has in flight, and puts it into the journal."""

    def __init__(self, server: str = "") -> None:
        """Record under the alias of a server."""
        self.server = server
        self.faults = Faults()
        self.exit_request: str | None = None
        self._in_flight: dict[int, Exchange] = {}
        self._idleness = Idleness(self.in_flight)
        self._cut = False

    def in_flight(self) -> list[Exchange]:
        """Return the requests whose response has not ended, oldest first."""
        return sorted(self._in_flight.values(), key=lambda exchange: exchange.number)

    def wait_until_idle(
        self, timeout: float, *, except_paths: tuple[str, ...] = ()
    ) -> list[Exchange]:
        """Wait until nothing is in flight; see `Idleness.wait`."""
        return self._idleness.wait(timeout, except_paths=except_paths)

    def settle(self, since: float, timeout: float) -> None:
        """Wait until requests, and threads that requests since then started, have ended."""
        deadline = time.monotonic() + timeout
        if self._in_flight:
            self.wait_until_idle(timeout)
        JOURNAL.wait_for_work(since, deadline - time.monotonic())

    def cut(self) -> None:
        """End every streamed response at its next chunk, and every fault now."""
        self._cut = True
        self.faults.clear()

    def wsgi(self, application: WSGIApplication) -> WSGIApplication:
        """Wrap a WSGI application (PEP 3333)."""

        def recorded(environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
            exchange = self._begin_wsgi(environ)
            answer = self.faults.wsgi(exchange, application) if self.faults.active else application

            def start(status: str, headers: Any, *args: Any) -> Any:
                write = start_response(status, headers, *args)  # raises if it is too late
                self.responds(exchange, int(status[:3]), headers)
                return write

            try:
                return _Body(self, exchange, answer(environ, start))
            except BaseException as error:
                self.end(exchange, error)
                raise

        return recorded

    def asgi(self, application: ASGIApplication) -> ASGIApplication:
        """Wrap an ASGI application (ASGI 3.0)."""

        async def recorded(scope: Scope, receive: Receive, send: Send) -> None:
            kind = scope["type"]
            if kind not in _KINDS:
                await application(scope, receive, send)
                return
            client, path = scope.get("client"), scope["path"]
            exchange = Exchange(
                scope.get("method", "GET"),  # a WebSocket has none
                unquote(path) if "%" in path else path,
                scope["query_string"].decode("latin-1"),
                self.server,
                client[0] if client else "",
                scope["headers"],
                kind == "websocket",
            )
            self._begin(exchange)
            answer = self.faults.asgi(exchange, application) if self.faults.active else application
            if exchange.method not in _WITHOUT_BODY:
                receive = _keeping(exchange, receive)
            # Our own server tells by itself, so that `send` stays what it answers quickest.
            observe = getattr(getattr(send, "__self__", None), "observe", None)
            if observe is None:
                send = self._watching(exchange, send)
            else:
                observe(self, exchange)
            try:
                await answer(scope, receive, send)
            except BaseException as error:
                self.end(exchange, error)
                raise
            self.end(exchange)

        recorded.__wrapped__ = application  # type: ignore[attr-defined]  # servers look through us
        return recorded

    def _begin_wsgi(self, environ: dict[str, Any]) -> Exchange:
        get = environ.get
        path = get("SCRIPT_NAME", "") + get("PATH_INFO", "")
        exchange = Exchange(
            environ["REQUEST_METHOD"],
            path if path.isascii() else path.encode("latin-1").decode("utf-8", "replace"),
            get("QUERY_STRING", ""),
            self.server,
            get("REMOTE_ADDR", ""),
            environ.copy(),
            get("HTTP_UPGRADE", "").lower() == "websocket",
        )
        exchange.raw_headers["wsgi.input"] = None  # is not kept for as long as the exchange
        if get("CONTENT_LENGTH") or "HTTP_TRANSFER_ENCODING" in environ:
            environ["wsgi.input"] = _Input(exchange, environ["wsgi.input"])
        before = current.get()
        if before is not None and before.ended is None and before.number in self._in_flight:
            # cheroot forgets to close the body if the client has gone before the headers are sent.
            self.end(before)
        self._begin(exchange)
        return exchange

    def _begin(self, exchange: Exchange) -> None:
        current.set(exchange)
        self._in_flight[exchange.number] = exchange
        JOURNAL.exchanges.append(exchange)

    def responds(self, exchange: Exchange, status: int, headers: Any) -> None:
        """Take note of status and headers; an error that the page does not explain is one too."""
        if self._cut:
            self.raise_if_cut(exchange)
        exchange.responded = time.monotonic()
        exchange.status, exchange.response_headers = status, headers
        if status >= 500 and not (exchange.failures or exchange.fault):
            phrase = HTTPStatus(status).phrase if status in _STATUSES else ""
            JOURNAL.add(
                ServerFailure(
                    type=f"HTTP {status}", message=phrase, exchange=exchange, server=self.server
                )
            )
        if self._idleness.waiters and exchange.streams:
            self._idleness.exchange_ended()

    def sends(self, exchange: Exchange, size: int) -> None:
        """Take note of a part of the body."""
        if self._cut:
            self.raise_if_cut(exchange)
        exchange.sent += size

    def _watching(self, exchange: Exchange, send: Send) -> Send:
        async def watched(message: Message) -> None:
            if message["type"] == "http.response.start":
                self.responds(exchange, message["status"], message["headers"])
            else:
                self.sends(exchange, len(message.get("body", b"")))
            await send(message)

        return watched

    def raise_if_cut(self, exchange: Exchange) -> None:
        """End what streams when the server has stopped."""
        if self._cut:
            raise ExchangeCutError(f"{exchange}: the server has stopped")

    def end(self, exchange: Exchange, error: BaseException | None = None) -> None:
        """Take note that an exchange is over."""
        exchange.ended = time.monotonic()
        self._in_flight.pop(exchange.number, None)
        if error is not None:
            self._note_error(exchange, error)
        if self._idleness.waiters:
            self._idleness.exchange_ended()
        if JOURNAL.report:
            JOURNAL.report(exchange)

    def _note_error(self, exchange: Exchange, error: BaseException) -> None:
        if isinstance(error, SystemExit | KeyboardInterrupt):
            raised = f"{type(error).__name__}: {error}"
            self.exit_request = f"{exchange.method} {exchange.path} raised {raised}"
        JOURNAL.fail(error, exchange=exchange)


def _keep(exchange: Exchange, data: bytes) -> None:
    exchange.received += len(data)
    if len(exchange.kept) < _KEPT:
        exchange.kept += data[: _KEPT - len(exchange.kept)]


def _keeping(exchange: Exchange, receive: Receive) -> Receive:
    async def kept() -> Message:
        message = await receive()
        if message["type"] == "http.request":
            _keep(exchange, message.get("body", b""))
        return message

    return kept


class _Input:
    """A request body that is kept while the application reads it (PEP 3333, input stream)."""

    def __init__(self, exchange: Exchange, source: Any) -> None:
        self._exchange, self._source = exchange, source

    def __getattr__(self, name: str) -> Any:
        """Offer what the server's own has besides, such as `read_trailer_lines`."""
        return getattr(self._source, name)

    def __iter__(self) -> Iterator[bytes]:
        return iter(self.readline, b"")

    def read(self, *size: int) -> bytes:
        return self._kept(self._source.read(*size))

    def readline(self, *size: int) -> bytes:
        return self._kept(self._source.readline(*size))

    def readlines(self, *hint: int) -> list[bytes]:
        return [self._kept(line) for line in self._source.readlines(*hint)]

    def _kept(self, data: bytes) -> bytes:
        _keep(self._exchange, data)
        return data


class _Body:
    """A WSGI response body that says when it has ended."""

    __slots__ = ("_body", "_exchange", "_next", "_recorder")

    def __init__(self, recorder: Recorder, exchange: Exchange, body: Any) -> None:
        self._recorder, self._exchange, self._body = recorder, exchange, body
        self._next = iter(body).__next__

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        exchange = self._exchange
        self._recorder.raise_if_cut(exchange)
        try:
            chunk: bytes = self._next()
        except StopIteration:
            raise
        except Exception as error:
            JOURNAL.fail(error, exchange=exchange, when="after the headers")
            raise
        exchange.sent += len(chunk)
        return chunk

    def close(self) -> None:
        error: BaseException | None = None
        try:
            if hasattr(self._body, "close"):
                self._body.close()
        except BaseException as raised:
            error = raised
            raise
        finally:
            self._recorder.end(self._exchange, error)
            current.set(None)
