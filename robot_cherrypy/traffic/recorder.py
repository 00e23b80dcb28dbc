"""Sees every exchange of one server from outside: a middleware for WSGI and for ASGI."""

import itertools
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

Scope = dict[str, Any]
Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
ASGIApplication = Callable[[Scope, Receive, Send], Awaitable[None]]
WSGIApplication = Callable[[dict[str, Any], Callable[..., Any]], Any]

_numbers = itertools.count(1)


@dataclass(eq=False)
class Exchange:
    """A request and its response. Times are of `time.monotonic`, in seconds."""

    method: str
    path: str
    thread: int = field(default_factory=threading.get_ident)
    number: int = field(default_factory=lambda: next(_numbers))
    started: float = field(default_factory=time.monotonic)

    def __str__(self) -> str:
        """Name the exchange as an error does: method, path and age."""
        return f"{self.method} {self.path} ({time.monotonic() - self.started:.1f} s)"


class ExchangeCutError(ConnectionError):
    """Ends a streamed response whose server has stopped."""


class Recorder:
    """Knows which requests of one server are in flight."""

    def __init__(self) -> None:
        self._in_flight: dict[int, Exchange] = {}
        self._cut = False
        self.exit_request: str | None = None

    def in_flight(self) -> list[Exchange]:
        """Return the requests whose response has not ended, oldest first."""
        return sorted(self._in_flight.values(), key=lambda exchange: exchange.number)

    def cut(self) -> None:
        """End every streamed response at its next chunk."""
        self._cut = True

    def wsgi(self, application: WSGIApplication) -> WSGIApplication:
        """Wrap a WSGI application (PEP 3333)."""

        def recorded(environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
            path = environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", "")
            exchange = self._begin(environ["REQUEST_METHOD"], path)
            try:
                return _Body(self, exchange, application(environ, start_response))
            except BaseException as error:
                self._end(exchange, error)
                raise

        return recorded

    def asgi(self, application: ASGIApplication) -> ASGIApplication:
        """Wrap an ASGI application (ASGI 3.0)."""

        async def recorded(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] != "http":
                await application(scope, receive, send)
                return
            exchange = self._begin(scope["method"], scope["path"])

            async def cut_send(message: Message) -> None:
                self._raise_if_cut(exchange)
                await send(message)

            try:
                await application(scope, receive, cut_send)
            except BaseException as error:
                self._end(exchange, error)
                raise
            self._end(exchange)

        return recorded

    def _next_chunk(self, exchange: Exchange, chunks: Iterator[bytes]) -> bytes:
        self._raise_if_cut(exchange)
        return next(chunks)

    def _raise_if_cut(self, exchange: Exchange) -> None:
        if self._cut:
            raise ExchangeCutError(f"{exchange}: the server has stopped")

    def _begin(self, method: str, path: str) -> Exchange:
        exchange = Exchange(method, path)
        self._in_flight[exchange.number] = exchange
        return exchange

    def _end(self, exchange: Exchange, error: BaseException | None = None) -> None:
        self._in_flight.pop(exchange.number, None)
        if isinstance(error, SystemExit | KeyboardInterrupt):
            raised = f"{type(error).__name__}: {error}"
            self.exit_request = f"{exchange.method} {exchange.path} raised {raised}"


class _Body:
    """A WSGI response body that says when it has ended."""

    def __init__(self, recorder: Recorder, exchange: Exchange, body: Any) -> None:
        self._recorder, self._exchange, self._body = recorder, exchange, body
        self._chunks = iter(body)

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        return self._recorder._next_chunk(self._exchange, self._chunks)  # noqa: SLF001

    def close(self) -> None:
        try:
            if hasattr(self._body, "close"):
                self._body.close()
        finally:
            self._recorder._end(self._exchange)  # noqa: SLF001
