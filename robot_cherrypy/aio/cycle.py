"""One request of an HTTP/1 connection and the response to it, as ASGI's `receive` and `send`.

What differs from uvicorn's: reason phrases and the case of header names are CherryPy's, HTTP/1.0
keeps alive, and a response that breaks its own Content-Length is cut, as cheroot cuts it.
"""

import asyncio
import functools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import cherrypy
from uvicorn.protocols.http.httptools_impl import STATUS_LINE

from robot_cherrypy.aio.upgrade import TRANSPORT, TransportUpgrade

if TYPE_CHECKING:
    from robot_cherrypy.aio.connection import Connection
    from robot_cherrypy.aio.environ import Scope
    from robot_cherrypy.asgi import AsgiCallable

T = TypeVar("T")

Header = tuple[bytes, bytes]
# The status, the reason phrase if it is not the standard one, and the headers.
Start = tuple[int, bytes | None, list[Header]]

_TOO_LONG = b"The requested resource returned more bytes than the declared Content-Length."

_WORTH_NO_COPY = 16384  # bytes
_WITHOUT_BODY = frozenset({101, 204, 205, 304})


def _framing_of(scope: "Scope") -> tuple[bytes, int | None]:
    """Return the transfer coding of a request, and the length that it declares."""
    coding, length = b"", None
    for name, value in scope["headers"]:
        if name == b"transfer-encoding":
            coding = coding + b"," + value.lower() if coding else value.lower()
        elif name == b"content-length":
            length = int(value)
    return coding.strip(), length


@functools.lru_cache(256)
def _status_line(status: int, reason: bytes | None) -> bytes:
    if reason is None:
        return STATUS_LINE[status]
    return _one_line(b"HTTP/1.1 %d %b\r\n" % (status, reason), "reason phrase")


def _one_line(line: bytes, what: str) -> bytes:
    if line.count(b"\n") != 1 or line.count(b"\r") != 1:
        raise ValueError(f"The {what} of a response has a line break.")
    return line


_MOST_HEADERS = 1024
_FRAMING = frozenset({b"content-length", b"connection", b"transfer-encoding"})


class _Kept(dict[Header, T]):
    """What a function makes of response headers, of which an application has few.

    It takes two thirds of the time of `functools.lru_cache`, twice for each header of a response.
    """

    def __init__(self, make: Callable[[Header], T]) -> None:
        self._make = make

    def __missing__(self, header: Header) -> T:
        made = self._make(header)
        if len(self) >= _MOST_HEADERS:
            self.clear()
        self[header] = made
        return made


def _to_line(header: Header) -> bytes:
    return _one_line(b"%b: %b\r\n" % header, f"header {header[0]!r}")


def _frames(header: Header) -> bool:
    return header[0].lower() in _FRAMING


_line_of = _Kept(_to_line).__getitem__
_is_framing = _Kept(_frames).__getitem__


class Observer(Protocol):
    """Something that wants to know of a response."""

    def responds(self, observed: Any, status: int, headers: Any) -> None:
        """Take note of the status and the headers."""

    def sends(self, observed: Any, size: int) -> None:
        """Take note of a part of the body, in bytes."""


class Cycle:
    """A request and the response to it."""

    task: asyncio.Task[None] | None = None
    more_body = True
    response_started = response_complete = disconnected = False
    _told_all = _without_body = _chunked = False
    _arrival: asyncio.Future[None] | None = None
    _start: Start | None = None
    _remaining: int | None = None
    _upgrade: TransportUpgrade | None = None
    _observer: "Observer | None" = None
    _observed: Any = None
    _status = 0

    def __init__(self, connection: "Connection", scope: "Scope", *, expects_continue: bool) -> None:
        self.connection = connection
        self.transport = connection.transport
        self.flow = connection.flow
        self.scope = scope
        self.coding, self.declared_length = _framing_of(scope)
        # RFC 9112, 6.1 and 6.3: who sends both a length and a coding, or a coding in HTTP/1.0, may
        # be smuggling, so that nothing may follow.
        self.keep_alive = connection.parser.should_keep_alive() and not (
            self.coding and (self.declared_length is not None or scope["http_version"] == "1.0")
        )
        self.is_last = not self.keep_alive
        self.expects_continue = expects_continue
        self.body = bytearray()
        self.trailers: list[tuple[bytes, bytes]] = []

    def __str__(self) -> str:
        client = self.scope["client"]
        name = client[0] if client else "a client"
        return f"{self.scope['method']} {self.scope['path']} from {name}"

    # -- the connection's side

    async def run(self, application: "AsgiCallable") -> None:
        """Let the application answer, and do not leave the client waiting if it does not."""
        if self.expects_continue:
            self.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        try:
            await application(self.scope, self.receive, self.send)
        except (KeyboardInterrupt, SystemExit) as error:
            self.transport.close()
            self.connection.host.interrupted(error)
        except asyncio.CancelledError:
            if not self.disconnected:
                self.transport.abort()
        except Exception:  # noqa: BLE001 - the one place where an application's error ends up
            cherrypy.engine.log(f"Error while serving {self}", level=40, traceback=True)
            await self._fail()
        else:
            if not self.response_complete:
                await self._fail()
        finally:
            self.connection.finish(self)

    async def _fail(self) -> None:
        if self.response_started or self.disconnected:
            self.transport.close()
            return
        headers = [(b"Content-Length", b"0"), (b"Connection", b"close")]
        await self.send({"type": "http.response.start", "status": 500, "headers": headers})
        await self.send({"type": "http.response.body"})

    def offer_upgrade(self) -> None:
        """Let the application take the connection over after this request."""
        self._upgrade = TransportUpgrade(self.connection.loop)
        self.scope["extensions"][TRANSPORT] = self._upgrade

    def wake(self) -> None:
        """Wake whoever waits for the request's body or end."""
        arrival, self._arrival = self._arrival, None
        if arrival is not None and not arrival.done():
            arrival.set_result(None)

    def lose(self) -> None:
        """Take note that the client has gone: cancel what is being done for it."""
        self.disconnected = True
        self.wake()
        if self.task is not None and not self.response_complete:
            self.task.cancel()

    # -- the application's side: the request

    async def receive(self) -> dict[str, Any]:
        """Return the next piece of the body, or wait for the end of the exchange."""
        while not (self.body or not self.more_body or self.disconnected):
            await self._wait()
        if self.disconnected or self._told_all:
            while not (self.disconnected or self.response_complete):
                await self._wait()
            return {"type": "http.disconnect"}
        body, self.body = bytes(self.body), bytearray()
        self._told_all = not self.more_body
        message = {"type": "http.request", "body": body, "more_body": self.more_body}
        if self.trailers:
            message["trailers"] = self.trailers
        return message

    async def _wait(self) -> None:
        self.flow.resume_reading()
        if self._arrival is None:
            self._arrival = self.connection.loop.create_future()
        await self._arrival

    # -- the application's side: the response

    def observe(self, observer: "Observer", observed: Any) -> None:
        """Tell an observer of the response, before it is sent; what the observer raises cuts it.

        Args:
            observer: Who is told.
            observed: What it is told that the response belongs to.
        """
        self._observer, self._observed = observer, observed

    async def send(self, message: dict[str, Any]) -> None:
        """Send a part of the response; its start is held back until its body begins."""
        if self.flow.write_paused and not self.disconnected:
            await self.flow.drain()
        if self.disconnected:
            return
        if message["type"] == "http.response.start":
            headers = [(b"%b" % name, b"%b" % value) for name, value in message["headers"]]
            if self._observer is not None:
                self._observer.responds(self._observed, message["status"], headers)
            self.response_started = True
            self._start = message["status"], message.get("reason"), headers
            return
        if self.response_complete:
            raise RuntimeError(f"The response to {self} is complete, but more of it was sent.")
        body, more = message.get("body", b""), message.get("more_body", False)
        if self._observer is not None:
            self._observer.sends(self._observed, len(body))
        head: bytes | None = b""
        if self._start is not None:
            start, self._start = self._start, None
            head = self._head(*start, body)
        if head is not None:
            self._send_body(head, body, more=more)

    def respond(self, status: int, reason: bytes, headers: list[Header], body: bytes) -> None:
        """Send a whole response, while `flow` does not ask to wait."""
        if self.disconnected:
            return
        if self._observer is not None:
            self._observer.responds(self._observed, status, headers)
            self._observer.sends(self._observed, len(body))
        head = self._head(status, reason, headers, body)
        self.response_started = True
        if head is None:
            return
        if self._remaining == len(body) <= _WORTH_NO_COPY:  # as nearly always
            self.transport.write(head + body)
            self._complete()
        else:
            self._send_body(head, body, more=False)

    def _send_body(self, head: bytes, body: bytes, *, more: bool) -> None:
        out = [head] if head else []
        if body and not self._without_body:
            if self._chunked:
                out += (b"%x\r\n" % len(body), body, b"\r\n")
            else:
                out.append(self._cut(body))
        if not more and self._chunked and not self._without_body:
            out.append(b"0\r\n\r\n")
        if len(body) > _WORTH_NO_COPY:
            self.transport.writelines(out)
        elif out:
            self.transport.write(b"".join(out))
        if not more:
            if self._remaining:
                self.keep_alive = False
            self._complete()

    def _cut(self, body: bytes) -> bytes:
        """Keep a body within its Content-Length, as cheroot does (`cheroot/wsgi.py`, `write`)."""
        if self._remaining is None:
            return body
        if len(body) > self._remaining:
            body = body[: self._remaining]
            self.keep_alive = False
        self._remaining -= len(body)
        return body

    def _complete(self) -> None:
        self.response_complete = True
        self.wake()
        if self._status == 101 and self._upgrade is not None and self._upgrade.successor:
            self.connection.hand_over(*self._upgrade.successor)
            return
        if not self.keep_alive:
            if self.more_body:
                self.connection.linger()
            else:
                self.transport.close()
        self.connection.answered()

    def _head(
        self, status: int, reason: bytes | None, headers: list[Header], body: bytes
    ) -> bytes | None:
        """Return status line and headers, or None if the response had to be replaced."""
        self._status = status
        self._without_body = self.scope["method"] == "HEAD" or status in _WITHOUT_BODY
        length = connection = None
        head = _status_line(status, reason) + b"".join(map(_line_of, headers))
        for name, value in filter(_is_framing, headers):
            kind = name.lower()
            if kind == b"content-length":
                length = int(value)
            elif kind == b"connection":
                connection = value.lower()
            elif value.lower() == b"chunked":
                self._chunked = True
        if length is not None and len(body) > length and not self._without_body:
            self._too_long()
            return None
        return head + self._framing(status, length, connection)

    def _too_long(self) -> None:
        """Answer as cheroot does to a body whose first part exceeds its Content-Length."""
        self.transport.write(
            b"HTTP/1.1 500 Internal Server Error\r\nContent-Length: %d\r\n"
            b"Content-Type: text/plain\r\nConnection: close\r\n\r\n%b" % (len(_TOO_LONG), _TOO_LONG)
        )
        self.keep_alive = False
        self._complete()

    def _framing(self, status: int, length: int | None, connection: bytes | None) -> bytes:
        """Settle how the client finds the end of the body, and whether the connection stays.

        Return the headers that say so, and the end of the head.
        """
        modern = self.scope["http_version"] == "1.1"
        framing = b""
        if connection == b"close" or status == 413:
            self.keep_alive = False
        if length is None and not self._without_body and not self._chunked:
            if modern and status != 413:
                self._chunked = True
                framing = b"Transfer-Encoding: chunked\r\n"
            else:
                self.keep_alive = False
        self._remaining = None if self._without_body or self._chunked else length
        if connection is None:
            if modern and not self.keep_alive:
                framing += b"Connection: close\r\n"
            elif not modern and self.keep_alive:
                timeout = b"%g" % (self.connection.host.timeout or 0)
                framing += b"Connection: Keep-Alive\r\nKeep-Alive: timeout=%b\r\n" % timeout
        return framing + b"\r\n"
