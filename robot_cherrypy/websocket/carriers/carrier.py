"""How a request becomes a WebSocket: a `Carrier` for each kind of server.

- `_ThreadedServer`, for CherryPy's own server: the socket moves to an event loop beside it.
- `_AsyncServer`, for our asyncio server: the request's transport gets another protocol.
- `_AsgiServer`, for any other ASGI server: ASGI messages go on where the response ended.
"""

import abc
import asyncio
from collections.abc import Mapping
from typing import Any

import cherrypy

from robot_cherrypy.asgi import MESSAGE_UPGRADE, TRANSPORT_UPGRADE
from robot_cherrypy.websocket.carriers.threaded_server import ServerWebSockets, current_connection
from robot_cherrypy.websocket.handler_run import HandlerRun
from robot_cherrypy.websocket.links.asgi_link import AsgiLink
from robot_cherrypy.websocket.links.link import Link
from robot_cherrypy.websocket.links.transport_link import TransportLink
from robot_cherrypy.websocket.options import Options
from robot_cherrypy.websocket.protocol import handshake
from robot_cherrypy.websocket.protocol.compression import negotiate
from robot_cherrypy.websocket.protocol.frames import FrameCodec


class Carrier(abc.ABC):
    """How one request becomes a WebSocket.

    `create_link` comes first. If the page handler accepts, `prepare` comes before the response is
    sent. `end_request` comes last, in any case.

    Attributes:
        loop: The event loop on which the WebSocket will be.
    """

    loop: asyncio.AbstractEventLoop

    @abc.abstractmethod
    def create_link(
        self, request: Any, options: Options, subprotocol: str | None
    ) -> tuple[Link, Mapping[str, str]]:
        """Create a WebSocket that is not connected yet.

        Returns:
            The WebSocket, and headers of the response that accepts the handshake.

        Raises:
            HandshakeRefused: The request is no handshake as RFC 6455 wants it.
        """

    @abc.abstractmethod
    def prepare(self, run: HandlerRun) -> None:
        """Arrange that the WebSocket gets the connection once the response is sent."""

    def end_request(self, run: HandlerRun, *, accepted: bool) -> None:
        """Connect the WebSocket if the handshake was accepted, else end the page handler's wait.

        The response is sent when this is called.
        """
        if not accepted:
            self.loop.call_soon_threadsafe(run.link.abandon_handshake)


def carrier_of(request: Any) -> Carrier:
    """Return the carrier for the server that serves a request.

    Raises:
        HTTPError: The request is no handshake, or the server cannot carry WebSockets or is about to
            stop.
    """
    scope = getattr(request, "asgi_scope", None)
    extensions = (scope or {}).get("extensions", {})
    if TRANSPORT_UPGRADE in extensions:
        return _AsyncServer(extensions[TRANSPORT_UPGRADE])
    if MESSAGE_UPGRADE in extensions:
        return _AsgiServer(extensions[MESSAGE_UPGRADE])
    connection = current_connection()
    if connection is not None:
        return _ThreadedServer(connection)
    if scope is not None or "Upgrade" not in request.headers:
        raise cherrypy.HTTPError(426, "This page is a WebSocket.")
    raise cherrypy.HTTPError(501, "This server cannot carry WebSockets.")


class _SocketCarrier(Carrier):
    """A carrier whose server leaves the protocol to us."""

    def create_link(
        self, request: Any, options: Options, subprotocol: str | None
    ) -> tuple[Link, Mapping[str, str]]:
        headers = request.headers
        accept = handshake.check_request(
            headers, method=request.method, is_http_1_1=request.protocol >= (1, 1)
        )
        deflate, extensions = negotiate(
            headers.get("Sec-WebSocket-Extensions", "") if options.compression else "",
            max_message=options.max_message,
            max_frame=options.max_frame or options.max_message,
        )
        response_headers = {
            "Upgrade": "websocket",
            "Connection": "Upgrade",
            "Sec-WebSocket-Accept": accept,
        }
        if extensions is not None:
            response_headers["Sec-WebSocket-Extensions"] = extensions
        link = TransportLink(FrameCodec(deflate), options, self.loop, request, subprotocol)
        return link, response_headers


class _ThreadedServer(_SocketCarrier):
    """CherryPy's own server: the socket moves to an event loop beside its worker threads."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self._websockets = ServerWebSockets.of(connection.server)
        self.loop = self._websockets.loop

    def prepare(self, run: HandlerRun) -> None:
        """See `Carrier.prepare`. The server may stop before the request has ended."""
        self._websockets.add(run)

    def end_request(self, run: HandlerRun, *, accepted: bool) -> None:
        super().end_request(run, accepted=accepted)
        if accepted:
            self._websockets.connect(run, self._connection)


class _AsyncServer(_SocketCarrier):
    """Our asyncio server: the transport changes its protocol."""

    def __init__(self, upgrade: Any) -> None:
        self._upgrade = upgrade
        self.loop = upgrade.loop

    def prepare(self, run: HandlerRun) -> None:
        self._upgrade.set_successor(run.link, run.task)

    def end_request(self, run: HandlerRun, *, accepted: bool) -> None:
        assert isinstance(run.link, TransportLink)
        # The server has connected the WebSocket by now, unless the client was gone.
        super().end_request(run, accepted=accepted and run.link.transport is not None)


class _AsgiServer(Carrier):
    """An ASGI server other than ours; it handles WebSocket frames itself."""

    def __init__(self, upgrade: Any) -> None:
        self._upgrade = upgrade
        self.loop = upgrade.loop

    def create_link(
        self,
        request: Any,
        options: Options,  # noqa: ARG002 - the server has options of its own
        subprotocol: str | None,
    ) -> tuple[Link, Mapping[str, str]]:
        upgrade = self._upgrade
        return AsgiLink(upgrade.receive, upgrade.send, self.loop, request, subprotocol), {}

    def prepare(self, run: HandlerRun) -> None:
        assert isinstance(run.link, AsgiLink)
        self._upgrade.set_successor(run.link.connected, run.task)
