"""What arrives on an HTTP/1.1 connection, until the parser has it.

The parser gets only whole lines of a request's head, so that a head has a limit and a malformed one
is explained, and goes on after an offer to upgrade that nobody accepts.
"""

from typing import TYPE_CHECKING, Any

import httptools
from uvicorn.protocols.http.flow_control import HIGH_WATER_LIMIT
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from robot_cherrypy.aio.http import refusals
from robot_cherrypy.aio.http.malformed import EMPTY_LINES, REQUEST_LINE, explain
from robot_cherrypy.aio.http.offers import body_parser, set_leniencies, single_offer
from robot_cherrypy.aio.http.refusals import IgnoredError, Refusal, RefusedError
from robot_cherrypy.aio.http.states import (
    BODY,
    HEAD,
    IDLE,
    IGNORING,
    LINGERING,
    NEW,
    UNDECIDED,
    ConnectionState,
)

if TYPE_CHECKING:
    from robot_cherrypy.aio.http.collaborators import Server
    from robot_cherrypy.aio.http.cycle import Cycle


class Reader(HttpToolsProtocol):
    """Gives what arrives on a connection to its parser."""

    cycle: "Cycle"  # type: ignore[assignment]  # the request that was parsed last

    def __init__(self, http_server: "Server", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        set_leniencies(self.parser)
        self.http_server = http_server
        self.state: ConnectionState = NEW
        # Bytes of a head, at most.
        self._head_limit = http_server.settings.max_request_header_size or float("inf")
        # The whole lines of the head that is arriving, and a last line without its end. Of a head
        # that began behind another request in one piece, only the end of that piece.
        self._head = b""
        self._line = b""
        # Whether the parser has begun to read the head that is arriving.
        self._is_head_begun = False
        # How many bytes the parser was given since the end of the last head, at least; and last.
        self._parsed = self._piece = 0
        self._body_size = 0
        # Whether the parser has not read the body of the request whose head it has just read.
        self._is_body_skipped = False
        # What has arrived in UNDECIDED.
        self._held = b""

    def _restart_timeout(self) -> None:
        raise NotImplementedError

    def _refuse_in_turn(self, refusal: Refusal) -> None:
        raise NotImplementedError

    def data_received(self, data: bytes) -> None:
        """Give the data to the parser: of a request's head, only whole lines."""
        state = self.state
        if state is BODY:
            self._parse_body(data)
            return
        if state is IGNORING or state is LINGERING:
            return
        if state is UNDECIDED:
            self._hold(data)
            return
        if state is not HEAD:
            self.state = HEAD
            self._is_head_begun = False
            self._restart_timeout()
        data = self._line + data
        if not self._is_head_begun and data[:2] == b"\r\n":
            data = data[EMPTY_LINES.match(data).end() :]  # type: ignore[union-attr]  # matches
        end = data.rfind(b"\n") + 1
        self._line = data[end:]
        if len(self._head) + len(data) > self._head_limit and (
            refusal := self._head_too_large(self._head + data)
        ):
            self._refuse_in_turn(refusal)
        elif end:
            self._head += data[:end]
            if not self._is_head_begun and not REQUEST_LINE.match(data):
                self._refuse_in_turn(explain(self._head))
                return
            self._parse(data[:end] if self._line else data)
            if self._line:
                self._parse_rest()

    def _head_too_large(self, arrived: bytes) -> Refusal | None:
        if 0 <= arrived.find(b"\r\n\r\n") <= self._head_limit - 4:
            return None
        has_line = 0 <= arrived.find(b"\n") < self._head_limit
        return refusals.HEADERS_TOO_LARGE if has_line else refusals.TARGET_TOO_LONG

    def _parse_rest(self) -> None:
        """Handle the last line that was kept, which may not be of the head that was parsed."""
        if self.state is BODY:
            rest, self._line = self._line, b""
            self._parse_body(rest)
        elif self.state is IDLE:
            self.state = HEAD
            self._is_head_begun = False

    def _hold(self, data: bytes) -> None:
        """Keep what follows an offer of a WebSocket until the response has decided on it."""
        self._held += data
        if len(self._held) > HIGH_WATER_LIMIT:
            self.flow.pause_reading()

    def _parse_body(self, data: bytes) -> None:
        """Limit what arrives of a chunked body, chunk extensions and trailers included."""
        self._body_size += len(data)
        if self.cycle.coding and self._is_too_large():
            self._refuse_in_turn(refusals.BODY_TOO_LARGE)
        else:
            self._parse(data)

    def _is_too_large(self) -> bool:
        limit = self.http_server.settings.max_request_body_size
        return bool(limit) and self._body_size > limit

    def _parse(self, data: bytes) -> None:
        self._piece = len(data)
        self._parsed += self._piece
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade as upgrade:
            self._parse_after_offer(data[upgrade.args[0] :])
        except httptools.HttpParserError as error:
            self._end_requests(error)
        if self.state is HEAD and not self._head:
            self._head = data[-3:]  # so that the end of the head is found in what comes next

    def _parse_after_offer(self, data: bytes) -> None:
        """Go on with the data after a request with an offer to upgrade, or after its head."""
        while data := self._after_offer(data):
            try:
                self.parser.feed_data(data)
            except httptools.HttpParserUpgrade as upgrade:
                data = data[upgrade.args[0] :]
            except httptools.HttpParserError as error:
                self._end_requests(error)
                return
            else:
                return

    def _after_offer(self, data: bytes) -> bytes:
        """Return what the parser has to read next of this data."""
        if self._is_body_skipped:
            self._is_body_skipped = False
            length, is_chunked = self.cycle.declared_length, bool(self.cycle.coding)
            self.parser = body_parser(self, length=length, is_chunked=is_chunked)
            return data
        if self.state is IDLE:
            return data
        data, self._line = data + self._line, b""
        if self.state is UNDECIDED:
            self._hold(data)
        else:
            self._change_to_websocket(data)
        return b""

    def _end_requests(self, error: Exception) -> None:
        """Read no further requests, and refuse the last one unless it is to be ignored."""
        cause = error.__context__  # what a callback raised
        if isinstance(cause, IgnoredError):
            self.state = IGNORING
        elif isinstance(cause, RefusedError):
            self._refuse_in_turn(cause.refusal)
        elif self.state is BODY:
            self._refuse_in_turn(refusals.BAD_BODY)
        else:
            self._refuse_in_turn(explain(self._head))

    def _change_to_websocket(self, rest: bytes) -> None:
        """Give the transport to uvicorn's WebSocket, with what has arrived after the handshake."""
        self.scope["headers"] = single_offer(self.headers)
        self.handle_websocket_upgrade()
        if rest:
            self.transport.get_protocol().data_received(rest)  # type: ignore[attr-defined]

    def _check_head_size(self) -> None:
        """Refuse a head that is too large, though it has arrived at once or behind another."""
        size = len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers)
        if size > self._head_limit:
            raise RefusedError(refusals.HEADERS_TOO_LARGE)
