"""Requests that become something else once they are answered with 101, such as a WebSocket.

An application finds what its server offers in the scope's `extensions`, under one of these names.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from robot_cherrypy.aio.environ import Scope

TRANSPORT = "robot_cherrypy.transport"
"""Our server's `TransportUpgrade`."""

MESSAGES = "robot_cherrypy.websocket"
"""Another ASGI server's `MessageUpgrade`."""

Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

_PROTOCOL = b"sec-websocket-protocol"


class TransportUpgrade:
    """A connection whose transport may change its protocol."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self.successor: tuple[Any, asyncio.Task[None]] | None = None

    def take(self, successor: Any, task: "asyncio.Task[None]") -> None:
        """Let a protocol have the transport when the response is out, if that is a 101.

        Args:
            successor: An `asyncio.Protocol` with a `transport` and a `shutdown()`, which the server
                calls when it stops.
            task: Ends when the successor has; the server waits for it when it stops.
        """
        self.successor = successor, task


class MessageUpgrade:
    """An ASGI "websocket" connection, which an application sees as a request first."""

    def __init__(self, receive: Receive, send: Send) -> None:
        self.receive, self.send = receive, send
        self.loop = asyncio.get_running_loop()
        self.accepted = False
        self._asked = False
        self._successor: tuple[Callable[[], None], asyncio.Task[None]] | None = None

    def take(self, connected: Callable[[], None], task: "asyncio.Task[None]") -> None:
        """Let somebody have the connection when the response is out, if that is a 101.

        Args:
            connected: Called then.
            task: Ends when the connection is not needed any more.
        """
        self._successor = connected, task

    async def no_body(self) -> dict[str, Any]:
        """Be the request's `receive`: there is no body; that the client has gone shows later."""
        if self._asked:
            await self.loop.create_future()
        self._asked = True
        return {"type": "http.request", "body": b"", "more_body": False}

    async def reply(self, message: dict[str, Any]) -> None:
        """Send a part of the response to the handshake: 101 accepts it, anything else refuses."""
        if message["type"] == "http.response.start" and message["status"] == 101:
            self.accepted = True
            await self.send(_accept(message["headers"]))
        elif not self.accepted:
            await self._refuse(message)

    async def _refuse(self, message: dict[str, Any]) -> None:
        """Send a part of a response that refuses (ASGI, "Websocket Denial Response")."""
        await self.send({**message, "type": "websocket." + message["type"]})

    async def run(self) -> None:
        """Keep the connection for who took it."""
        if self._successor is not None and self.accepted:
            connected, task = self._successor
            connected()
            await asyncio.shield(task)


class PlainMessageUpgrade(MessageUpgrade):
    """One of a server that cannot refuse with a response of ours: the client gets a 403."""

    async def _refuse(self, message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            await self.send({"type": "websocket.close"})


def _accept(headers: list[tuple[bytes, bytes]]) -> dict[str, Any]:
    names = {name.lower(): value for name, value in headers}
    subprotocol = names.get(_PROTOCOL)
    return {
        "type": "websocket.accept",
        "subprotocol": None if subprotocol is None else subprotocol.decode("latin-1"),
        "headers": [(name.lower(), value) for name, value in headers if name.lower() != _PROTOCOL],
    }


def message_upgrade(scope: Scope, receive: Receive, send: Send) -> MessageUpgrade:
    """Make what an ASGI server can."""
    denies = "websocket.http.response" in (scope.get("extensions") or {})
    return (MessageUpgrade if denies else PlainMessageUpgrade)(receive, send)


def handshake_scope(scope: Scope, upgrade: MessageUpgrade) -> Scope:
    """Return a WebSocket's scope as that of the HTTP request which it began with.

    Over HTTP/2 that was a CONNECT (RFC 8441), to which pages need not be an exception.
    """
    schemes = {"ws": "http", "wss": "https"}
    headers = scope["headers"]
    if scope.get("subprotocols") and _PROTOCOL not in dict(headers):
        # Some servers keep the header for themselves.
        offered = ", ".join(scope["subprotocols"]).encode("latin-1")
        headers = [*headers, (_PROTOCOL, offered)]
    return {
        **scope,
        "type": "http",
        "method": "GET",
        "headers": headers,
        "scheme": schemes.get(scope.get("scheme", "ws"), "http"),
        "extensions": {**(scope.get("extensions") or {}), MESSAGES: upgrade},
    }
