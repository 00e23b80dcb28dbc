"""Where a WebSocket's bytes travel: a way for each server that a CherryPy page may run under."""

import abc
import asyncio
from collections.abc import Mapping
from typing import Any

import cherrypy

from robot_cherrypy.websocket import handshake
from robot_cherrypy.websocket.asgi import AsgiWebSocket
from robot_cherrypy.websocket.connection import WebSocket
from robot_cherrypy.websocket.deflate import negotiate
from robot_cherrypy.websocket.link import Link
from robot_cherrypy.websocket.options import Options
from robot_cherrypy.websocket.protocol import Protocol
from robot_cherrypy.websocket.session import Session
from robot_cherrypy.websocket.threaded import Sockets, current_connection

# As in `aio.upgrade`, which is not imported: CherryPy's own server needs nothing of that room.
TRANSPORT = "robot_cherrypy.transport"
MESSAGES = "robot_cherrypy.websocket"


class Carrier(abc.ABC):
    """How one request becomes a WebSocket."""

    loop: asyncio.AbstractEventLoop

    @abc.abstractmethod
    def open(
        self, request: Any, options: Options, subprotocol: str | None
    ) -> tuple[WebSocket, Mapping[str, str]]:
        """Make a WebSocket that is not connected yet.

        Returns:
            It, and the headers to accept it with.

        Raises:
            Refused: The request does not ask for one as it should.
        """

    @abc.abstractmethod
    def hand_over(self, session: Session) -> None:
        """Arrange that the WebSocket gets the connection once the response is out."""

    def end_request(self, session: Session, *, accepted: bool) -> None:
        """Take note that the request has ended, its response being out."""
        if not accepted:
            self.loop.call_soon_threadsafe(_abandon, session)


def carrier_of(request: Any) -> Carrier:
    """Find out what serves a request.

    Raises:
        HTTPError: It cannot carry WebSockets, or it is about to stop.
    """
    scope = getattr(request, "asgi_scope", None)
    extensions = (scope or {}).get("extensions", {})
    if TRANSPORT in extensions:
        return _AsyncServer(extensions[TRANSPORT])
    if MESSAGES in extensions:
        return _AsgiServer(extensions[MESSAGES])
    connection = current_connection()
    if connection is not None:
        return _ThreadedServer(connection)
    if scope is not None or "Upgrade" not in request.headers:
        raise cherrypy.HTTPError(426, "This page is a WebSocket.")
    raise cherrypy.HTTPError(501, "This server cannot carry WebSockets.")


class _SocketCarrier(Carrier):
    """Carriers that speak the protocol themselves."""

    def open(
        self, request: Any, options: Options, subprotocol: str | None
    ) -> tuple[WebSocket, Mapping[str, str]]:
        headers = request.headers
        accept = handshake.check(headers, method=request.method, modern=request.protocol >= (1, 1))
        inbound, extensions = negotiate(
            headers.get("Sec-WebSocket-Extensions", "") if options.compression else "",
            max_message=options.max_message,
            max_frame=options.max_frame or options.max_message,
        )
        answer = {"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Accept": accept}
        if extensions is not None:
            answer["Sec-WebSocket-Extensions"] = extensions
        return Link(Protocol(inbound), options, self.loop, request, subprotocol), answer


class _ThreadedServer(_SocketCarrier):
    """CherryPy's own server: the socket moves to an event loop beside its workers."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self._sockets = Sockets.of(connection.server)
        self.loop = self._sockets.loop

    def hand_over(self, session: Session) -> None:
        """See `Carrier`; it happens when the request ends, but the server may stop before."""
        self._sockets.expect(session)

    def end_request(self, session: Session, *, accepted: bool) -> None:
        super().end_request(session, accepted=accepted)
        if accepted:
            self._sockets.adopt(self._connection, session)


class _AsyncServer(_SocketCarrier):
    """Our asyncio server: the transport changes its protocol."""

    def __init__(self, upgrade: Any) -> None:
        self._upgrade = upgrade
        self.loop = upgrade.loop

    def hand_over(self, session: Session) -> None:
        self._upgrade.take(session.socket, session.task)

    def end_request(self, session: Session, *, accepted: bool) -> None:
        assert isinstance(session.socket, Link)
        super().end_request(session, accepted=accepted and session.socket.transport is not None)


class _AsgiServer(Carrier):
    """Any other ASGI server, which speaks the protocol for us."""

    def __init__(self, upgrade: Any) -> None:
        self._upgrade = upgrade
        self.loop = upgrade.loop

    def open(
        self,
        request: Any,
        options: Options,  # noqa: ARG002 - they are the server's
        subprotocol: str | None,
    ) -> tuple[WebSocket, Mapping[str, str]]:
        socket = AsgiWebSocket(
            self._upgrade.receive, self._upgrade.send, self.loop, request, subprotocol
        )
        return socket, {}

    def hand_over(self, session: Session) -> None:
        socket = session.socket
        assert isinstance(socket, AsgiWebSocket)
        self._upgrade.take(socket.connected, session.task)


def _abandon(session: Session) -> None:
    opening = session.socket.opening
    if opening is not None:
        opening.abandon()
