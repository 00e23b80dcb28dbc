"""HTTP/2 connections (RFC 9113), which the library h2 reads and writes.

What a client makes the server keep is bounded: by flow control, as what arrives is acknowledged
when the application has received it, and what is sent waits for the client; by the numbers below;
and in time, by `socket_timeout`.
"""

import asyncio
import contextlib
import contextvars
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from h2.config import H2Configuration
from h2.errors import ErrorCodes
from h2.events import (
    ConnectionTerminated,
    DataReceived,
    RemoteSettingsChanged,
    RequestReceived,
    StreamEnded,
    StreamReset,
    TrailersReceived,
    WindowUpdated,
)
from h2.exceptions import ProtocolError
from h2.settings import SettingCodes, Settings
from hyperframe.frame import GoAwayFrame
from uvicorn.protocols.utils import get_local_addr, get_remote_addr

from robot_cherrypy.aio.http import refusals
from robot_cherrypy.aio.http.http2_limits import BoundedH2Connection, FrameAllowance
from robot_cherrypy.aio.http.http2_request import MalformedError, response_fields, scope_of
from robot_cherrypy.aio.http.http2_stream import Stream
from robot_cherrypy.aio.http.states import COMPLETE
from robot_cherrypy.asgi import TLS_CONNECTION

if TYPE_CHECKING:
    from robot_cherrypy.aio.http.collaborators import Server
    from robot_cherrypy.aio.http.refusals import Refusal
    from robot_cherrypy.asgi import AsgiCallable, RawHeaders

# Requests of one connection that are served at a time: the least that RFC 9113, 6.5.2 recommends.
_MAX_STREAMS = 100
# Bytes of bodies that may wait on one connection for applications to receive them; a stream has a
# window of 64 KiB in it, so that one slow application does not stop the others' uploads.
_WINDOW = 2**20
# Bytes of response bodies on one connection that wait for the client to read. If there are more, no
# further request of it is started. It has room for several pages that are made as a whole.
_MAX_UNSENT = 2**24
# Bytes; a window that is opened by less is counted as such a frame.
_SMALL_WINDOW = 1024
# Bytes of the table by which headers of responses are compressed, whatever the client allows: the
# initial size (RFC 7541, 4.2).
_MAX_HEADER_TABLE = 4096
# Bytes of data that are parsed before what they say is done.
_STEP = 2**14
# Bytes of one frame that we send, at most: as much as a transport sends at once.
_MAX_FRAME = 2**16
_NEVER = float("inf")


class Http2Connection(asyncio.Protocol):
    """The HTTP/2 connection of one client.

    Attributes:
        http_server: The server.
        transport: The transport.
        unsent: Bytes of response bodies that wait for the client to read.
    """

    transport: asyncio.Transport

    def __init__(
        self,
        http_server: "Server",
        application: "AsgiCallable",
        server_state: Any,
        app_state: dict[str, Any],
        loop: asyncio.AbstractEventLoop,
    ) -> None:
        self.http_server = http_server
        self.unsent = 0
        self._application = application
        self._server_state = server_state
        self._app_state = app_state
        self.loop = loop
        self._context = contextvars.copy_context()
        # In the order in which they began.
        self._streams: dict[int, Stream] = {}
        self._running: set[Stream] = set()
        # Whether a further application may be called, see `wait_until_sent`.
        self._has_room = asyncio.Event()
        self._has_room.set()
        self._h2 = BoundedH2Connection(H2Configuration(client_side=False, header_encoding=None))
        self._is_stopping = False
        self._is_writing_paused = False
        # How many bytes the transport had still to send when it was last seen to send some.
        self._unwritten = 0
        # When an idle connection is closed, and a client that does not read.
        self._deadline = self.new_deadline()
        self._allowance = FrameAllowance()

    # -- the transport's side

    def connection_made(self, transport: Any) -> None:
        """Send our settings; the time within which a request has to begin is running."""
        self.transport = transport
        self._server_state.connections.add(self)
        limit = self.http_server.settings.max_request_header_size or 2**32 - 1
        connection = self._h2
        connection.local_settings = Settings(
            client=False,
            initial_values={
                SettingCodes.MAX_CONCURRENT_STREAMS: _MAX_STREAMS,
                SettingCodes.MAX_HEADER_LIST_SIZE: limit,
            },
        )
        connection.decoder.max_header_list_size = limit
        connection.initiate_connection()
        connection.increment_flow_control_window(_WINDOW - 2**16 + 1)
        self.flush()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's interface
        """Cancel the requests in flight, as their client cannot receive responses any more."""
        self._server_state.connections.discard(self)
        for stream in [*self._streams.values(), *self._running]:
            stream.cancel()
        self._streams.clear()

    def pause_writing(self) -> None:
        """Read nothing while the client does not read: responses to pings must not pile up."""
        self._is_writing_paused = True
        self._deadline = self.new_deadline()
        self.transport.pause_reading()

    def resume_writing(self) -> None:
        """Go on."""
        self._is_writing_paused = False
        self._deadline = self.new_deadline()
        self.transport.resume_reading()
        self._wake_streams()

    def data_received(self, data: bytes) -> None:
        """Do what the frames that have arrived say."""
        for start in range(0, len(data), _STEP):
            if self.transport.is_closing():
                return
            try:
                events = self._h2.receive_data(data[start : start + _STEP])
            except ProtocolError:
                self._close_transport()  # h2 has queued a GOAWAY
                return
            for event in events:
                if self.transport.is_closing():
                    return
                _HANDLERS.get(type(event), Http2Connection._count_frame)(self, event)
            self.flush()

    def _count_frame(self, _event: Any = None) -> None:
        """Close the connection if a client sends too many frames that are of no use."""
        if not self._allowance.spend():
            self._close(ErrorCodes.ENHANCE_YOUR_CALM)

    def _begin(self, event: RequestReceived) -> None:
        """Start a request, unless it is refused."""
        number = event.stream_id
        if self._is_stopping or len(self._running) >= _MAX_STREAMS:
            self.reset(number, ErrorCodes.REFUSED_STREAM)
            self._count_frame()
            return
        try:
            scope = self._scope(event.headers)
        except MalformedError:
            self.reset(number, ErrorCodes.PROTOCOL_ERROR)
            self._count_frame()
        except refusals.RefusedError as error:
            self.send_refusal(number, error.refusal)
            if event.stream_ended is None:
                self.reset(number, ErrorCodes.NO_ERROR)
        else:
            self._start(Stream(self, number, scope))

    def _scope(self, fields: Any) -> dict[str, Any]:
        limit = self.http_server.settings.max_request_body_size
        for name, value in fields:
            if name == b"content-length" and limit and int(value) > limit:
                raise refusals.RefusedError(refusals.BODY_TOO_LARGE)
        scope = scope_of(
            fields,
            server=get_local_addr(self.transport),
            client=get_remote_addr(self.transport),
            scheme="https",
            state=self._app_state.copy(),
        )
        scope["extensions"][TLS_CONNECTION] = self.transport.get_extra_info("ssl_object")
        return scope

    def _start(self, stream: Stream) -> None:
        self._streams[stream.number] = stream
        self._running.add(stream)
        if (b"expect", b"100-continue") in stream.scope["headers"]:
            with contextlib.suppress(ProtocolError):  # it was reset meanwhile
                self._h2.send_headers(stream.number, [(b":status", b"100")])
        task = self.loop.create_task(stream.run(self._application), context=self._context.copy())
        stream.task = task
        self.http_server.requests[task] = stream
        self._server_state.tasks.add(task)

    def _add_data(self, event: DataReceived) -> None:
        if not event.data and event.stream_ended is None:
            self._count_frame()
        size = event.flow_controlled_length
        stream = self._streams.get(event.stream_id)
        if stream is None:
            self.acknowledge(event.stream_id, size)
        elif not stream.add(event.data, size):
            stream.refuse(refusals.BODY_TOO_LARGE)

    def _add_trailers(self, event: TrailersReceived) -> None:
        if stream := self._streams.get(event.stream_id):
            stream.trailers = event.headers

    def _end_request(self, event: StreamEnded) -> None:
        if stream := self._streams.get(event.stream_id):
            stream.end()
            if stream not in self._running:
                self._remove(stream.number)

    def _end_stream(self, event: StreamReset) -> None:
        """Cancel the request whose stream the client has reset."""
        self._count_frame()
        if stream := self._streams.get(event.stream_id):
            self._remove(stream.number)
            stream.cancel()

    def _open_window(self, event: WindowUpdated) -> None:
        if (event.delta or 0) < _SMALL_WINDOW:
            self._count_frame()
        self._wake_streams()

    def _follow_settings(self, _event: RemoteSettingsChanged) -> None:
        self._count_frame()
        encoder = self._h2.encoder
        encoder.header_table_size = min(encoder.header_table_size, _MAX_HEADER_TABLE)
        self._wake_streams()

    def _end(self, _event: ConnectionTerminated) -> None:
        self._close()

    def check_deadline(self, now: float) -> None:
        """Close the connection if it was idle for too long, or if its client is too slow."""
        if self._is_writing_paused:
            unwritten = self.transport.get_write_buffer_size()
            if unwritten != self._unwritten:
                self._unwritten = unwritten
                self._deadline = self.new_deadline()
        if now >= self._deadline and (self._is_writing_paused or self.transport.is_closing()):
            self.transport.abort()
        elif not self._streams and not self._running and now >= self._deadline:
            self._close()
        for stream in list(self._streams.values()):
            stream.check_deadline(now)
        self.flush()

    def shutdown(self) -> None:
        """Close the connection once the requests that have arrived have their responses."""
        self._is_stopping = True
        if not self._running:
            self._close()
            return
        # h2 would send nothing after its own.
        frame = GoAwayFrame(0, last_stream_id=self._h2.highest_inbound_stream_id)
        self.transport.write(frame.serialize())

    def _close(self, code: ErrorCodes = ErrorCodes.NO_ERROR) -> None:
        if self.transport.is_closing():
            return
        with contextlib.suppress(ProtocolError):  # it is closed already
            self._h2.close_connection(code)
        self._close_transport()

    def _close_transport(self) -> None:
        for stream in list(self._running):
            stream.cancel()
        self.flush()
        self._deadline = self.new_deadline()
        self.transport.close()

    # -- the streams' side

    def new_deadline(self) -> float:
        """Return the time at which what begins now is too late."""
        timeout = self.http_server.socket_timeout
        return time.monotonic() + timeout if timeout else _NEVER

    async def wait_until_sent(self) -> None:
        """Wait, before an application is called, until the client has read enough of the others."""
        while self.unsent > _MAX_UNSENT:
            self._has_room.clear()
            await self._has_room.wait()

    def wake_next(self) -> None:
        """Let the streams go on that wait in `wait_until_sent`, if there is room."""
        if self.unsent <= _MAX_UNSENT:
            self._has_room.set()

    def _wake_streams(self) -> None:
        for stream in self._streams.values():
            stream.wake()

    def room(self, number: int) -> int:
        """Return how many bytes of a stream may be sent now in one frame."""
        if self._is_writing_paused or self.transport.is_closing():
            return 0
        window = self._h2.local_flow_control_window(number)
        return max(0, min(window, self._h2.max_outbound_frame_size, _MAX_FRAME))

    def send_headers(self, number: int, fields: "RawHeaders", *, is_end: bool) -> None:
        """Send the head of a response, at the next `flush`: its body may follow."""
        if not self.transport.is_closing():
            self._h2.send_headers(number, fields, end_stream=is_end)

    def send_data(self, number: int, data: bytes, *, is_end: bool) -> None:
        """Send a piece of a response's body, for which there is room."""
        if not self.transport.is_closing():
            self._h2.send_data(number, data, end_stream=is_end)
            self.flush()

    def send_refusal(self, number: int, refusal: "Refusal") -> None:
        """Send an error, and end the response."""
        message = refusal.message
        headers = [(b"content-type", b"text/plain"), (b"content-length", b"%d" % len(message))]
        with contextlib.suppress(ProtocolError):  # the stream, or the connection, was closed
            has_room = self.room(number) >= len(message) > 0
            fields = response_fields(refusal.status, headers if has_room else [])
            self._h2.send_headers(number, fields, end_stream=not has_room)
            if has_room:
                self._h2.send_data(number, message, end_stream=True)
        self.flush()

    def reset(self, number: int, code: ErrorCodes) -> None:
        """End a stream at once, unless it has ended."""
        with contextlib.suppress(ProtocolError):
            self._h2.reset_stream(number, code)
        self.flush()
        self._remove(number)

    def acknowledge(self, number: int, size: int) -> None:
        """Let the client send as many bytes more of a body."""
        if not self.transport.is_closing() and size:
            self._h2.acknowledge_received_data(size, number)
            self.flush()

    def forget(self, stream: Stream) -> None:
        """Remove a request whose task is about to end from those in flight."""
        task = stream.task
        self._server_state.tasks.discard(task)
        self.http_server.requests.pop(task, None)  # type: ignore[arg-type]
        self._running.discard(stream)
        self._server_state.total_requests += 1
        if stream.response_state is COMPLETE:
            self._allowance.earn()
        self.wake_next()
        if stream.is_over:
            self._remove(stream.number)

    def _remove(self, number: int) -> None:
        self._streams.pop(number, None)
        if not self._streams and not self._running:
            self._deadline = self.new_deadline()
            if self._is_stopping:
                self._close()

    def flush(self) -> None:
        """Write what h2 has to send."""
        data = self._h2.data_to_send()
        if data and not self.transport.is_closing():
            self.transport.write(data)


# What is done about each event of h2; all others are frames that are of no use to a request.
_HANDLERS: dict[type, Callable[[Http2Connection, Any], None]] = {
    RequestReceived: Http2Connection._begin,  # noqa: SLF001 - here and below, methods of the class above
    DataReceived: Http2Connection._add_data,  # noqa: SLF001
    TrailersReceived: Http2Connection._add_trailers,  # noqa: SLF001
    StreamEnded: Http2Connection._end_request,  # noqa: SLF001
    StreamReset: Http2Connection._end_stream,  # noqa: SLF001
    WindowUpdated: Http2Connection._open_window,  # noqa: SLF001
    RemoteSettingsChanged: Http2Connection._follow_settings,  # noqa: SLF001
    ConnectionTerminated: Http2Connection._end,  # noqa: SLF001
}
