"""HTTP/1.1 connections: uvicorn's, made to behave towards CherryPy and its clients as cheroot does.

What differs from uvicorn: reason phrases and the case of header names are CherryPy's, HTTP/1.0
keeps alive, headers have a size limit, requests have to arrive in time, a response that breaks its
own Content-Length is cut, and a request whose client has gone is cancelled.
"""

import asyncio
import contextvars
import time
from typing import TYPE_CHECKING, Any, Protocol

import cherrypy
import httptools
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from robot_cherrypy.aio.upgrade import TRANSPORT, TransportUpgrade

if TYPE_CHECKING:
    from robot_cherrypy.aio.application import AsgiCallable
    from robot_cherrypy.aio.environ import Scope

_TOO_LONG = b"The requested resource returned more bytes than the declared Content-Length."
_HEADERS_TOO_LARGE = b"The headers sent with the request exceed the maximum allowed bytes."
_HIGH_WATER = 65536  # bytes of request body held before the client is made to wait


class Host(Protocol):
    """What a connection needs of its server."""

    settings: Any
    requests: dict["asyncio.Task[None]", "Cycle"]

    def interrupted(self, error: BaseException) -> None:
        """Take note of a SystemExit or KeyboardInterrupt that a page raised."""


class Connection(HttpToolsProtocol):
    """One client's connection."""

    cycle: "Cycle"  # type: ignore[assignment]  # the request that was parsed last

    def __init__(self, host: Host, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.host = host
        self.context = contextvars.copy_context()
        self.active: Cycle | None = None
        self.deadline = 0.0
        self._head_size = 0
        self._in_body = False

    def connection_made(self, transport: Any) -> None:
        """Start the time within which a request has to arrive."""
        super().connection_made(transport)
        self._expect_bytes()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's interface
        """Cancel the request in progress, whose client cannot be answered any more."""
        self.connections.discard(self)
        self.pipeline.clear()
        self.flow.resume_writing()
        self.transport.close()
        if self.active is not None:
            self.active.lose()

    def _expect_bytes(self) -> None:
        timeout = self.host.settings.socket_timeout
        self.deadline = time.monotonic() + timeout if timeout else float("inf")

    def check_deadline(self, now: float) -> None:
        """Close a connection that idles for too long, or whose request does not arrive in time."""
        if now < self.deadline or self.transport.is_closing():
            return
        if self.cycle is None or self._head_size or self._in_body:
            self._refuse(408, b"Request Timeout", b"")
        else:
            self.transport.close()

    def data_received(self, data: bytes) -> None:
        """Parse what came, unless the headers exceed `server.max_request_header_size`."""
        limit = self.host.settings.max_request_header_size
        if limit and not self._in_body:
            self._head_size += len(data)
            if self._head_size > limit and b"\r\n\r\n" not in data[: limit - self._head_size]:
                self._refuse(413, b"Request Entity Too Large", _HEADERS_TOO_LARGE)
                return
        super().data_received(data)

    def send_400_response(self, msg: str) -> None:
        """Refuse a malformed request, after those before it were answered."""
        if self.active is None:
            self._refuse(400, b"Bad Request", msg.encode())
        else:
            self.active.keep_alive = False
            self.flow.pause_reading()

    def _refuse(self, status: int, reason: bytes, message: bytes) -> None:
        active = self.active
        self.transport.write(
            b"HTTP/1.1 %d %b\r\nContent-Length: %d\r\nContent-Type: text/plain\r\n"
            b"Connection: close\r\n\r\n%b" % (status, reason, len(message), message)
        )
        self.transport.close()
        if active is not None:
            active.lose()

    def on_message_begin(self) -> None:
        """Prepare for the next request."""
        super().on_message_begin()
        self._expect_bytes()

    def on_header(self, name: bytes, value: bytes) -> None:
        """Keep a header, or a trailer when the body has begun."""
        if self._in_body:
            self.cycle.trailers.append((name, value))
        else:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """Start to answer the request, or put it behind the ones before it."""
        version = self.parser.get_http_version()
        scope: Scope = self.scope  # type: ignore[assignment]
        scope["method"] = self.parser.get_method().decode("ascii")
        scope["http_version"] = version
        url = httptools.parse_url(self.url)
        scope["raw_path"] = url.path
        scope["path"] = url.path.decode("ascii")
        scope["query_string"] = url.query or b""
        self._in_body = True
        self._head_size = 0
        cycle = Cycle(self, scope, expects_continue=self.expect_100_continue)
        if self.parser.should_upgrade():
            cycle.offer_upgrade()
        self.cycle = cycle
        if self.active is None:
            self._start(cycle)
        else:
            self.flow.pause_reading()
            self.pipeline.appendleft((cycle, self.app))  # type: ignore[arg-type]

    def _start(self, cycle: "Cycle") -> None:
        """Start a request in the connection's context, not in that of the request before."""
        self.active = cycle
        task = self.loop.create_task(cycle.run(self.app), context=self.context.copy())
        cycle.task = task
        self.host.requests[task] = cycle
        self.tasks.add(task)
        task.add_done_callback(self._finish, context=self.context)

    def _finish(self, task: "asyncio.Task[None]") -> None:
        self.tasks.discard(task)
        del self.host.requests[task]

    def on_body(self, body: bytes) -> None:
        """Hand a piece of the body to the request."""
        cycle = self.cycle
        if cycle.response_complete:
            return
        cycle.body += body
        if len(cycle.body) > _HIGH_WATER:
            self.flow.pause_reading()
        cycle.wake()
        self._expect_bytes()

    def on_message_complete(self) -> None:
        """Note that the request has arrived as a whole."""
        self._in_body = False
        self._head_size = 0
        self.cycle.more_body = False
        self.cycle.wake()
        self.deadline = float("inf")

    def answered(self) -> None:
        """Go on with the next request of this connection."""
        self.active = None
        self.server_state.total_requests += 1
        if self.transport.is_closing():
            return
        self.flow.resume_reading()
        if self.pipeline:
            cycle, _app = self.pipeline.pop()
            self._start(cycle)  # type: ignore[arg-type]
        elif not self._in_body:
            self._expect_bytes()

    def _unsupported_upgrade_warning(self) -> None:
        """Say nothing: the page decides."""

    def hand_over(self, successor: Any, task: "asyncio.Task[None]") -> None:
        """Give the transport to another protocol, and be gone."""
        connections, tasks = self.connections, self.tasks
        connections.discard(self)
        connections.add(successor)
        tasks.add(task)

        def forget(_task: "asyncio.Task[None]") -> None:
            connections.discard(successor)
            tasks.discard(task)

        task.add_done_callback(forget)
        self.transport.set_protocol(successor)
        successor.connection_made(self.transport)
        if self.flow.write_paused:
            successor.pause_writing()
        self.flow.resume_reading()
        # The parser and the last request refer to us, and so we would stay until the next
        # collection of garbage.
        self.parser = self.cycle = self.active = None  # type: ignore[assignment]

    def shutdown(self) -> None:
        """Close the connection as soon as what it asked for is answered."""
        self.pipeline.clear()
        if self.active is None:
            self.transport.close()
        else:
            self.active.keep_alive = False


class Cycle:
    """One request of a connection and the response to it, as ASGI's `receive` and `send`."""

    def __init__(self, connection: Connection, scope: "Scope", *, expects_continue: bool) -> None:
        self.connection = connection
        self.transport = connection.transport
        self.flow = connection.flow
        self.scope = scope
        self.task: asyncio.Task[None] | None = None
        self.keep_alive = connection.parser.should_keep_alive()
        self.expects_continue = expects_continue
        self.body = bytearray()
        self.more_body = True
        self.trailers: list[tuple[bytes, bytes]] = []
        self.response_started = False
        self.response_complete = False
        self.disconnected = False
        self._arrival: asyncio.Future[None] | None = None
        self._start: dict[str, Any] | None = None
        self._without_body = False
        self._chunked = False
        self._remaining: int | None = None
        self._upgrade: TransportUpgrade | None = None
        self._upgraded = False

    def offer_upgrade(self) -> None:
        """Let the application take the connection over, after this request or never."""
        self.keep_alive = False
        self._upgrade = TransportUpgrade(self.connection.loop)
        self.scope["extensions"] = {TRANSPORT: self._upgrade}

    def __str__(self) -> str:
        client = self.scope["client"]
        name = client[0] if client else "a client"
        return f"{self.scope['method']} {self.scope['path']} from {name}"

    async def run(self, application: "AsgiCallable") -> None:
        """Let the application answer, and do not leave the client waiting if it does not."""
        try:
            await application(self.scope, self.receive, self.send)
        except (KeyboardInterrupt, SystemExit) as error:
            self.transport.close()
            self.connection.host.interrupted(error)
        except asyncio.CancelledError:
            self.transport.abort()
        except Exception:  # noqa: BLE001 - the one place where an application's error ends up
            cherrypy.engine.log(f"Error while serving {self}", level=40, traceback=True)
            await self._fail()
        else:
            if not self.response_complete:
                await self._fail()

    async def _fail(self) -> None:
        if self.response_started or self.disconnected:
            self.transport.close()
            return
        headers = [(b"Content-Length", b"0"), (b"Connection", b"close")]
        await self.send({"type": "http.response.start", "status": 500, "headers": headers})
        await self.send({"type": "http.response.body"})

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

    async def receive(self) -> dict[str, Any]:
        """Return the next piece of the body, or wait for the end of the exchange."""
        if self.expects_continue:
            self.expects_continue = False
            if not self.response_started:
                self.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        while not (self.body or not self.more_body or self.disconnected):
            await self._wait()
        if self.disconnected or self.more_body is None:
            while not (self.disconnected or self.response_complete):
                await self._wait()
            return {"type": "http.disconnect"}
        body, self.body = bytes(self.body), bytearray()
        more = self.more_body
        if not more:
            self.more_body = None  # type: ignore[assignment]  # told once
        message = {"type": "http.request", "body": body, "more_body": more}
        if self.trailers and not more:
            message["trailers"] = self.trailers
        return message

    async def _wait(self) -> None:
        self.flow.resume_reading()
        if self._arrival is None:
            self._arrival = self.connection.loop.create_future()
        await self._arrival

    async def send(self, message: dict[str, Any]) -> None:
        """Send a part of the response; its start is held back until its body begins."""
        if self.flow.write_paused and not self.disconnected:
            await self.flow.drain()
        if self.disconnected:
            return
        if message["type"] == "http.response.start":
            self.response_started = True
            self.expects_continue = False
            self._start = message
            return
        if self.response_complete:
            raise RuntimeError(f"The response to {self} is complete, but more of it was sent.")
        self._send_body(message.get("body", b""), more=message.get("more_body", False))

    def _send_body(self, body: bytes, *, more: bool) -> None:
        out: list[bytes] = []
        if self._start is not None:
            start, self._start = self._start, None
            if not self._head(start, body, out):
                return
        if body and not self._without_body:
            if self._chunked:
                out += (b"%x\r\n" % len(body), body, b"\r\n")
            else:
                out.append(self._cut(body))
        if not more and self._chunked and not self._without_body:
            out.append(b"0\r\n\r\n")
        if out:
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
        if self._upgraded and self._upgrade is not None and self._upgrade.successor is not None:
            self.connection.hand_over(*self._upgrade.successor)
            return
        if not self.keep_alive or self.more_body:
            # A body that nobody read cannot be told from the next request.
            self.transport.close()
        self.connection.answered()

    def _head(self, start: dict[str, Any], body: bytes, out: list[bytes]) -> bool:
        """Put status line and headers into `out`; False if the response had to be replaced."""
        status: int = start["status"]
        reason = start.get("reason")
        out.append(
            STATUS_LINE[status] if reason is None else b"HTTP/1.1 %d %b\r\n" % (status, reason)
        )
        self._upgraded = status == 101
        self._without_body = (
            self.scope["method"] == "HEAD" or status < 200 or status in {204, 205, 304}
        )
        length = connection = None
        for name, value in start["headers"]:
            lower = name.lower()
            if lower == b"content-length":
                length = int(value)
            elif lower == b"connection":
                connection = value.lower()
            elif lower == b"transfer-encoding" and value.lower() == b"chunked":
                self._chunked = True
            if b"\n" in value or b"\r" in value or b"\n" in name:
                raise RuntimeError(
                    f"A header of the response to {self} has a line break: {name!r}."
                )
            out += (name, b": ", value, b"\r\n")
        if length is not None and len(body) > length and not self._without_body:
            self._too_long()
            return False
        self._frame(status, length, connection, out)
        return True

    def _too_long(self) -> None:
        """Answer as cheroot does to a body whose first part exceeds its Content-Length."""
        self.transport.write(
            b"HTTP/1.1 500 Internal Server Error\r\nContent-Length: %d\r\n"
            b"Content-Type: text/plain\r\nConnection: close\r\n\r\n%b" % (len(_TOO_LONG), _TOO_LONG)
        )
        self.keep_alive = False
        self._complete()

    def _frame(
        self, status: int, length: int | None, connection: bytes | None, out: list[bytes]
    ) -> None:
        """Settle how the client finds the end of the body, and whether the connection stays."""
        modern = self.scope["http_version"] == "1.1"
        if connection == b"close" or status == 413:
            self.keep_alive = False
        if length is None and not self._without_body and not self._chunked:
            if modern and status != 413:
                self._chunked = True
                out.append(b"Transfer-Encoding: chunked\r\n")
            else:
                self.keep_alive = False
        self._remaining = None if self._without_body or self._chunked else length
        if connection is None:
            if modern and not self.keep_alive:
                out.append(b"Connection: close\r\n")
            elif not modern and self.keep_alive:
                out.append(b"Connection: Keep-Alive\r\n")
        out.append(b"\r\n")
