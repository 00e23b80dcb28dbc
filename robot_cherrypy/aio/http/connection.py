"""HTTP/1.1 connections: uvicorn's, made to behave towards CherryPy and clients as cheroot does.

What differs from uvicorn: requests have to arrive in time and within limits; a refused request is
told why; the next request is found even if a body was not read; and a request whose client has
disconnected is cancelled. Responses are in `cycle.py`, the states in `states.py`.
"""

import contextvars
import time
from typing import TYPE_CHECKING, Any

from uvicorn.protocols.http.flow_control import HIGH_WATER_LIMIT

from robot_cherrypy.aio.http import refusals
from robot_cherrypy.aio.http.cycle import Cycle
from robot_cherrypy.aio.http.offers import offers_websocket
from robot_cherrypy.aio.http.reader import Reader
from robot_cherrypy.aio.http.refusals import IgnoredError, Refusal, RefusedError
from robot_cherrypy.aio.http.states import (
    ARRIVED,
    BODY,
    COMPLETE,
    HEAD,
    IDLE,
    IGNORING,
    LINGERING,
    MIN_RATE,
    UNDECIDED,
    UPGRADED,
    WAITING,
)
from robot_cherrypy.aio.http.target import split_target
from robot_cherrypy.asgi import CANCELS_REQUESTS, REQUEST_TARGET, TLS_CONNECTION, decoded_path

if TYPE_CHECKING:
    import asyncio
    from ssl import SSLObject

    from robot_cherrypy.aio.http.collaborators import Server
    from robot_cherrypy.asgi import Scope

# Seconds to go on reading after our side of the connection was closed. Without that, unread data
# would make the operating system reset the connection before the client has read the response.
# Apache does so for 2 s as well (SECONDS_TO_LINGER).
_LINGER = 2.0
# Seconds in which a client that has closed its half of the connection still gets its response. A
# client that has left looks the same, so that longer work would mostly be done for nobody.
_HALF_CLOSED = 0.5
_VERSIONS = frozenset({"1.0", "1.1"})
_NEVER = float("inf")


def _speaks_http2(transport: Any) -> bool:
    tls = transport.get_extra_info("ssl_object")
    return tls is not None and tls.selected_alpn_protocol() == "h2"


class Connection(Reader):
    """The HTTP/1.1 connection of one client."""

    def __init__(self, http_server: "Server", **kwargs: Any) -> None:
        super().__init__(http_server, **kwargs)
        # Each request starts in a copy of the context that the connection was made in.
        self._context = contextvars.copy_context()
        # The cycle whose response is being made; those after it wait in uvicorn's `pipeline`.
        self._active: Cycle | None = None
        self._deadline = _NEVER
        self._tls: SSLObject | None = None
        # Sent in IGNORING, after the responses to the requests before.
        self._pending_refusal: Refusal | None = None
        # Whether the server stops, which may be in any state.
        self._shutting_down = False
        # The size of the write buffer when the client was last seen to read.
        self._unsent = 0

    # -- the transport's side

    def connection_made(self, transport: Any) -> None:
        """Start the time within which a request has to arrive."""
        if _speaks_http2(transport):
            self.state = UPGRADED
            self._change_to_http2(transport)
            return
        super().connection_made(transport)
        self._tls = transport.get_extra_info("ssl_object")
        self._restart_timeout()

    def _change_to_http2(self, transport: Any) -> None:
        from robot_cherrypy.aio.http.http2 import Http2Connection  # noqa: PLC0415 - an extra

        protocol = Http2Connection(
            self.http_server,
            self.app,
            self.server_state,
            self.app_state,
            self.loop,
        )
        transport.set_protocol(protocol)
        protocol.connection_made(transport)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's interface
        """Cancel the request in flight, as its client cannot receive a response any more."""
        self.connections.discard(self)
        self.pipeline.clear()
        self.flow.resume_writing()
        self.transport.close()
        if self._active is not None:
            self._active.cancel()

    def eof_received(self) -> bool:  # type: ignore[override]
        """Respond for a moment longer to a client that has closed its half of the connection.

        A client that has left looks the same, so the request in flight is cancelled then.
        """
        active = self._active
        if active is None or self.transport.get_extra_info("ssl_object") is not None:
            return False
        active.keep_alive = False
        self.pipeline.clear()
        self.loop.call_later(_HALF_CLOSED, self._abort_if_active, active, context=self._context)
        return True

    def _abort_if_active(self, cycle: Cycle) -> None:
        if self._active is cycle:
            self.transport.abort()

    def pause_writing(self) -> None:
        """Make the response wait; the client has to go on reading within the time-out."""
        super().pause_writing()
        self._restart_timeout()

    def _restart_timeout(self) -> None:
        timeout = self.http_server.socket_timeout
        self._deadline = time.monotonic() + timeout if timeout else _NEVER

    def check_deadline(self, now: float) -> None:
        """Close the connection if it was idle for too long, or if its client is too slow."""
        if self.flow.write_paused:
            self._check_sending(now)
        elif now < self._deadline or self.flow.read_paused or self.transport.is_closing():
            return
        elif self._active is not None and self.state is not BODY:
            return  # what follows may wait for as long as the response takes
        elif self.state is IDLE:
            self.transport.close()
        elif self.state is LINGERING:
            self.transport.abort()
        else:
            self._refuse(refusals.TIMEOUT)

    def _check_sending(self, now: float) -> None:
        unsent = self.transport.get_write_buffer_size()
        if unsent != self._unsent:
            self._unsent = unsent
            self._restart_timeout()
        elif now >= self._deadline:
            self.transport.abort()

    def _refuse_in_turn(self, refusal: Refusal) -> None:
        """Refuse the request that is arriving, once the responses to those before are complete."""
        has_head = self.state is BODY
        if self._active is None or (has_head and self.cycle is self._active):
            self._refuse(refusal)
            return
        if has_head:
            self.pipeline.popleft()  # where it is the last one
        self._pending_refusal = refusal
        self.state = IGNORING

    def _refuse(self, refusal: Refusal) -> None:
        """Send an error to the request that is arriving, and close the connection."""
        active, self._active = self._active, None
        request = active or (self.cycle if self.state is BODY else None)
        if request is None or request.response_state is WAITING:
            self.transport.write(
                b"HTTP/1.1 %d %b\r\nContent-Length: %d\r\nContent-Type: text/plain\r\n"
                b"Connection: close\r\n\r\n%b"
                % (refusal.status, refusal.reason, len(refusal.message), refusal.message)
            )
        self.linger()
        if active is not None:
            active.cancel()

    def linger(self) -> None:
        """Close our side of the connection, and wait until the client has read the response."""
        self.state = LINGERING
        self.pipeline.clear()
        self.flow.resume_reading()
        self._deadline = time.monotonic() + _LINGER
        if self.transport.can_write_eof():
            self.transport.write_eof()
        else:
            self.transport.close()

    # -- the parser's side

    def on_message_begin(self) -> None:
        """Prepare for a request."""
        super().on_message_begin()
        self.state = HEAD
        self._is_head_begun = True

    def on_header(self, name: bytes, value: bytes) -> None:
        """Keep a header, or a trailer if the body has begun."""
        if self.state is BODY:
            self.cycle.trailers.append((name, value))
            return
        name = name.lower()
        if name == b"expect" and value.lower() == b"100-continue":
            self.expect_100_continue = True
        self.headers.append((name, value.rstrip(b" \t")))

    def on_headers_complete(self) -> None:
        """Start the request, or put it behind those before it.

        Raises:
            RefusedError: The request cannot be served.
            IgnoredError: The request before it is the last of the connection.
        """
        scope: Scope = self.scope  # type: ignore[assignment]
        method = self.parser.get_method()
        scope["method"] = method.decode("ascii")
        version = scope["http_version"] = self.parser.get_http_version()
        if version not in _VERSIONS:
            raise RefusedError(refusals.UNKNOWN_VERSION)
        if self._parsed > self._head_limit:
            self._check_head_size()
        self._parsed = self._piece
        path, query, scheme = split_target(method, self.url)
        if scheme:
            scope["scheme"] = scheme
        scope["raw_path"] = path
        scope["path"] = decoded_path(path)
        scope["query_string"] = query
        scope["extensions"] = {CANCELS_REQUESTS: {}, REQUEST_TARGET: self.url}
        if self._tls is not None:
            scope["extensions"][TLS_CONNECTION] = self._tls
        if self.cycle is not None and self.cycle.is_last:
            raise IgnoredError
        expects_continue = self.expect_100_continue and version == "1.1"
        cycle = Cycle(self, scope, expects_continue=expects_continue)
        if cycle.coding not in {b"", b"chunked"}:
            raise RefusedError(refusals.UNKNOWN_CODING)
        self._body_size = len(self._head) - self._head.find(b"\r\n\r\n") - 4
        if cycle.coding and self._is_too_large():
            raise RefusedError(refusals.BODY_TOO_LARGE)
        self._head = b""
        if self.parser.should_upgrade() and self._accepts_offer(cycle):
            self.state = UPGRADED
            return
        self.state = BODY
        self.cycle = cycle
        if self._active is None:
            self._start(cycle)
        else:
            self.flow.pause_reading()
            self.pipeline.appendleft((cycle, self.app))  # type: ignore[arg-type]

    def _accepts_offer(self, cycle: Cycle) -> bool:
        """Return whether the connection becomes a WebSocket of a hosted application.

        The application decides whether it becomes one of a CherryPy page. Other offers are ignored.
        """
        if cycle.coding or cycle.declared_length:
            self._is_body_skipped = True
        elif offers_websocket(cycle.scope["http_version"], self.headers):
            is_hosted = self.ws_protocol_class and self.http_server.is_hosted(cycle.scope)
            if is_hosted and self._active is None:
                return True
            if not is_hosted:
                cycle.offer_upgrade()
        return False

    def _start(self, cycle: Cycle) -> None:
        """Start a request in the connection's context, not in that of the request before."""
        self._active = cycle
        if self._shutting_down:
            cycle.keep_alive = False
        task = self.loop.create_task(cycle.run(self.app), context=self._context.copy())
        cycle.task = task
        self.http_server.requests[task] = cycle
        self.tasks.add(task)

    def forget(self, cycle: Cycle) -> None:
        """Remove a request whose task is about to end from the lists of those in flight."""
        self.tasks.discard(cycle.task)
        self.http_server.requests.pop(cycle.task, None)  # type: ignore[arg-type]

    def on_body(self, body: bytes) -> None:
        """Add a piece of the body to the request."""
        cycle = self.cycle
        timeout = self.http_server.socket_timeout
        if timeout:
            slowest = self._deadline + len(body) / MIN_RATE
            self._deadline = min(slowest, time.monotonic() + timeout)
        if cycle.response_state is COMPLETE:
            return  # it is read only to find the next request
        cycle.body += body
        if len(cycle.body) > HIGH_WATER_LIMIT:
            self.flow.pause_reading()
        cycle.wake()

    def on_message_complete(self) -> None:
        """End the request."""
        if self.state is UPGRADED or self._is_body_skipped:
            return
        cycle = self.cycle
        self.state = IDLE if cycle.upgrade is None else UNDECIDED
        cycle.request_state = ARRIVED
        cycle.wake()
        if cycle.response_state is COMPLETE:
            self._restart_timeout()
        else:
            self._deadline = _NEVER

    # -- the cycle's side

    def on_response_complete(self) -> None:
        """Go on with the next request of this connection."""
        self._active = None
        self.server_state.total_requests += 1
        if self.transport.is_closing():
            return
        self.flow.resume_reading()
        if self.pipeline:
            cycle, _app = self.pipeline.pop()
            self._start(cycle)  # type: ignore[arg-type]
        elif self._pending_refusal is not None:
            self._refuse(self._pending_refusal)
        elif self.state is UNDECIDED:
            self.state = IDLE
            self._restart_timeout()
            held, self._held = self._held, b""
            if held:
                self.data_received(held)
        elif self.state is IDLE or self.state is HEAD:
            self._restart_timeout()

    def change_protocol(self, successor: Any, task: "asyncio.Task[None]") -> None:
        """Give the transport to another protocol (see `TransportUpgrade.set_successor`)."""
        self.state = UPGRADED
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
        if self._held:
            successor.data_received(self._held)
        if self.flow.write_paused:
            successor.pause_writing()
        self.flow.resume_reading()
        if self._shutting_down:
            successor.shutdown()
        # These refer to this connection, which they would keep in memory until the next garbage
        # collection.
        self.parser = self.cycle = self._active = None  # type: ignore[assignment]

    def finish(self) -> None:
        """Close the connection after the next response that begins."""
        self._shutting_down = True
        if self._active is not None and self._active.response_state is WAITING:
            self._active.keep_alive = False

    @property
    def awaits_request(self) -> bool:
        """Whether the client may send a request, of which nothing has arrived."""
        return self.state is IDLE and self._active is None and not self.transport.is_closing()

    def shutdown(self) -> None:
        """Close the connection once the requests that have arrived have their responses."""
        self._shutting_down = True
        self.pipeline.clear()
        if self._active is not None:
            self._active.keep_alive = False
        elif not self.has_begun:
            self.transport.close()

    @property
    def has_begun(self) -> bool:
        """Whether a part of a request has arrived that is not in flight yet."""
        return self.state is HEAD and not self.transport.is_closing()
