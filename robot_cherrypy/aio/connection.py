"""HTTP/1.1 connections: uvicorn's, made to behave towards CherryPy and clients as cheroot does.

What differs from uvicorn: requests have to arrive in time and within limits, malformed ones are
told why, the connection stays in step when a body was not read, and a request whose client has gone
is cancelled. What its responses look like is in `cycle.py`.
"""

import contextvars
import time
from typing import TYPE_CHECKING, Any, Protocol

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from robot_cherrypy.aio import malformed
from robot_cherrypy.aio.clients import CANCELS
from robot_cherrypy.aio.cycle import Cycle
from robot_cherrypy.aio.malformed import IgnoredError, Refusal, RefusedError
from robot_cherrypy.aio.target import split_target

if TYPE_CHECKING:
    import asyncio

    from robot_cherrypy.aio.environ import Scope

_HIGH_WATER = 65536  # bytes of a request body held before the client is made to wait
# Bytes a second below which a body counts as dripping, as Apache's mod_reqtimeout has it.
_MIN_RATE = 500
_LINGER = 2.0  # seconds to go on reading after a refusal, so that the client gets to read it
_HALF_CLOSED = 0.5  # seconds
_VERSIONS = frozenset({"1.0", "1.1"})
_NEVER = float("inf")


class Host(Protocol):
    """What a connection needs of its server."""

    settings: Any
    timeout: float
    requests: dict["asyncio.Task[None]", Any]

    def hosts(self, scope: "Scope") -> bool:
        """Tell whether a WebSocket goes to an ASGI application as it is."""

    def interrupted(self, error: BaseException) -> None:
        """Take note of a SystemExit or KeyboardInterrupt that a page raised."""


def _speaks_http2(transport: Any) -> bool:
    tls = transport.get_extra_info("ssl_object")
    return tls is not None and tls.selected_alpn_protocol() == "h2"


class Connection(HttpToolsProtocol):
    """One client's connection."""

    cycle: Cycle  # type: ignore[assignment]  # the request that was parsed last

    def __init__(self, host: Host, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.parser.set_dangerous_leniencies(  # a request with both is answered, then closed upon
            lenient_data_after_close=True, lenient_chunked_length=True
        )
        self.host = host
        self.context = contextvars.copy_context()
        self.active: Cycle | None = None
        self.deadline = _NEVER
        self._head = b""  # of the request that is arriving
        self._held = b""  # a line of it without its end
        self._in_body = False
        self._body_size = 0
        self._refusal: Refusal | None = None
        self._asked = False
        self._lingering = False
        self._shutting_down = False
        self._leaves = False  # for a hosted ASGI application, as a WebSocket
        self._unsent = 0

    # -- the transport's side

    def connection_made(self, transport: Any) -> None:
        """Start the time within which a request has to arrive."""
        if _speaks_http2(transport):
            self._hand_over(transport)
            return
        super().connection_made(transport)
        self._expect_more()

    def _hand_over(self, transport: Any) -> None:
        from robot_cherrypy.aio.http2 import Http2Connection  # noqa: PLC0415 - an extra

        protocol = Http2Connection(
            self.host,
            config=self.config,
            server_state=self.server_state,
            app_state=self.app_state,
            _loop=self.loop,
        )
        transport.set_protocol(protocol)
        protocol.connection_made(transport)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's interface
        """Cancel the request in progress, whose client cannot be answered any more."""
        self.connections.discard(self)
        self.pipeline.clear()
        self.flow.resume_writing()
        self.transport.close()
        if self.active is not None:
            self.active.lose()

    def eof_received(self) -> bool:  # type: ignore[override]
        """Answer a client that only closed its own half; one that has gone looks the same.

        So what is being done for it may go on for a moment, and is cancelled then.
        """
        active = self.active
        if active is None or self.transport.get_extra_info("ssl_object") is not None:
            return False
        active.keep_alive = False
        self.pipeline.clear()
        self.loop.call_later(_HALF_CLOSED, self._give_up, active, context=self.context)
        return True

    def _give_up(self, cycle: Cycle) -> None:
        if self.active is cycle:
            self.transport.abort()

    def pause_writing(self) -> None:
        """Make responses wait; the client has to go on reading within the time-out."""
        super().pause_writing()
        self._expect_more()

    def _expect_more(self) -> None:
        timeout = self.host.timeout
        self.deadline = time.monotonic() + timeout if timeout else _NEVER

    def check_deadline(self, now: float) -> None:
        """Close a connection that idles for too long, or whose client is too slow."""
        if self.flow.write_paused:
            self._check_sending(now)
        elif now < self.deadline or self.flow.read_paused or self.transport.is_closing():
            return
        elif self._lingering:
            self.transport.abort()
        elif self._head or self._held or self._in_body or not self._asked:
            self._refuse(malformed.TIMEOUT)
        else:
            self.transport.close()

    def _check_sending(self, now: float) -> None:
        unsent = self.transport.get_write_buffer_size()
        if unsent != self._unsent:
            self._unsent = unsent
            self._expect_more()
        elif now >= self.deadline:
            self.transport.abort()

    def data_received(self, data: bytes) -> None:
        """Give the parser what came: of a request's head, only whole lines."""
        if self._lingering:
            return
        if self._in_body:
            self._parse_body(data)
            return
        data = self._held + data
        end = data.rfind(b"\n") + 1
        self._held = data[end:]
        limit = self.host.settings.max_request_header_size
        if limit and len(self._head) + len(data) > limit and b"\r\n\r\n" not in data[:limit]:
            self._refuse(malformed.HEADERS_TOO_LARGE)
            return
        if end:
            self._head += data[:end]
            self._parse(data[:end] if self._held else data)
            if self._in_body and self._held:
                held, self._held = self._held, b""
                self._parse_body(held)

    def _parse_body(self, data: bytes) -> None:
        """Bound what a chunked body may bring, chunk extensions and trailers included."""
        self._body_size += len(data)
        if self.cycle.coding and self._is_too_large():
            self._refuse(malformed.BODY_TOO_LARGE)
        else:
            self._parse(data)

    def _is_too_large(self) -> bool:
        limit = self.host.settings.max_request_body_size
        return bool(limit) and self._body_size > limit

    def _parse(self, data: bytes) -> None:
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade as upgrade:
            if self._leaves:
                self.handle_websocket_upgrade()
            elif rest := data[upgrade.args[0] :]:
                # The page decides on an upgrade; until then what follows is the next request.
                self._parse(rest)
        except httptools.HttpParserError as error:
            cause = error.__context__  # what a callback raised
            if isinstance(cause, IgnoredError):
                self._lingering = True
            elif isinstance(cause, RefusedError):
                self._refuse_in_turn(cause.refusal)
            elif self._in_body:
                self._refuse(malformed.BAD_BODY)
            else:
                self._refuse_in_turn(malformed.explain(self._head))

    def _refuse_in_turn(self, refusal: Refusal) -> None:
        """Refuse a request after those before it were answered."""
        if self.active is None:
            self._refuse(refusal)
        else:
            self._refusal = refusal
            self._lingering = True

    def _refuse(self, refusal: Refusal) -> None:
        """Answer what is arriving with an error, and close the connection."""
        active, self.active = self.active, None
        if active is None or not active.response_started:
            self.transport.write(
                b"HTTP/1.1 %d %b\r\nContent-Length: %d\r\nContent-Type: text/plain\r\n"
                b"Connection: close\r\n\r\n%b"
                % (refusal.status, refusal.reason, len(refusal.message), refusal.message)
            )
        self.linger()
        if active is not None:
            active.lose()

    def linger(self) -> None:
        """Close once the client has read the answer: a reset for unread data would take it away."""
        self._lingering = True
        self.pipeline.clear()
        self.flow.resume_reading()
        self.deadline = time.monotonic() + _LINGER
        if self.transport.can_write_eof():
            self.transport.write_eof()
        else:
            self.transport.close()

    # -- the parser's side

    def on_message_begin(self) -> None:
        """Prepare for the next request."""
        super().on_message_begin()
        self._asked = True
        self._expect_more()

    def on_header(self, name: bytes, value: bytes) -> None:
        """Keep a header, or a trailer when the body has begun."""
        if self._in_body:
            self.cycle.trailers.append((name, value))
            return
        name = name.lower()
        if name == b"expect" and value.lower() == b"100-continue":
            self.expect_100_continue = True
        self.headers.append((name, value))

    def on_headers_complete(self) -> None:
        """Start to answer the request, or put it behind the ones before it."""
        scope: Scope = self.scope  # type: ignore[assignment]
        method = self.parser.get_method()
        scope["method"] = method.decode("ascii")
        version = scope["http_version"] = self.parser.get_http_version()
        if version not in _VERSIONS:
            raise RefusedError(malformed.UNKNOWN_VERSION)
        path, query = split_target(method, self.url)
        scope["raw_path"] = path
        scope["path"] = path.decode("latin-1")
        scope["query_string"] = query
        scope["extensions"] = {CANCELS: {}}
        is_websocket = self.parser.should_upgrade() and self._get_upgrade() == b"websocket"
        self._leaves = (
            is_websocket and self.ws_protocol_class is not None and self.host.hosts(scope)
        )
        if self._leaves:
            return
        if self.cycle is not None and self.cycle.is_last:
            raise IgnoredError
        cycle = Cycle(self, scope, expects_continue=self.expect_100_continue)
        if is_websocket:
            cycle.offer_upgrade()
        if cycle.coding not in {b"", b"chunked"}:
            raise RefusedError(malformed.UNKNOWN_CODING)
        self._body_size = len(self._head) - self._head.find(b"\r\n\r\n") - 4
        if cycle.coding and self._is_too_large():
            raise RefusedError(malformed.BODY_TOO_LARGE)
        self._in_body = True
        self._head = b""
        self._begin(cycle)

    def _begin(self, cycle: Cycle) -> None:
        self.cycle = cycle
        if self.active is None:
            self._start(cycle)
        else:
            self.flow.pause_reading()
            self.pipeline.appendleft((cycle, self.app))  # type: ignore[arg-type]

    def _start(self, cycle: Cycle) -> None:
        """Start a request in the connection's context, not in that of the request before."""
        self.active = cycle
        task = self.loop.create_task(cycle.run(self.app), context=self.context.copy())
        cycle.task = task
        self.host.requests[task] = cycle
        self.tasks.add(task)

    def finish(self, cycle: Cycle) -> None:
        """Forget a request, whose task is about to end."""
        self.tasks.discard(cycle.task)
        self.host.requests.pop(cycle.task, None)  # type: ignore[arg-type]

    def on_body(self, body: bytes) -> None:
        """Hand a piece of the body to the request."""
        cycle = self.cycle
        now = time.monotonic()
        self.deadline = min(self.deadline + len(body) / _MIN_RATE, now + self.host.timeout or now)
        if cycle.response_complete:
            return  # and so read to its end, to find the next request
        cycle.body += body
        if len(cycle.body) > _HIGH_WATER:
            self.flow.pause_reading()
        cycle.wake()

    def on_message_complete(self) -> None:
        """Note that the request has arrived as a whole."""
        if self._leaves:
            return
        self._in_body = False
        cycle = self.cycle
        cycle.more_body = False
        cycle.wake()
        if cycle.response_complete:
            self._expect_more()
        else:
            self.deadline = _NEVER

    # -- the request's side

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
        elif self._refusal is not None:
            self._refuse(self._refusal)
        elif not self._in_body:
            self._expect_more()

    def hand_over(self, successor: Any, task: "asyncio.Task[None]") -> None:
        """Give the transport to another protocol (see `upgrade.TransportUpgrade`)."""
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
        if self._shutting_down:
            successor.shutdown()
        # These refer to us, so that we would stay in memory until garbage is collected.
        self.parser = self.cycle = self.active = None  # type: ignore[assignment]

    def shutdown(self) -> None:
        """Close the connection as soon as what it asked for is answered."""
        self._shutting_down = True
        self.pipeline.clear()
        if self.active is None:
            self.transport.close()
        else:
            self.active.keep_alive = False
