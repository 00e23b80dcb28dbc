"""An ASGI "websocket" connection of another server, served as the request that it began with."""

import asyncio
from collections.abc import Callable

from robot_cherrypy.asgi import MESSAGE_UPGRADE, Message, RawHeaders, Receive, Scope, Send

_PROTOCOL = b"sec-websocket-protocol"
_SCHEMES = {"ws": "http", "wss": "https"}


class MessageUpgrade:
    """The handshake of an ASGI "websocket" connection as `receive` and `send` of a request.

    A page handler finds it in the scope's `extensions`, as `asgi.MESSAGE_UPGRADE`.
    """

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.receive, self.send = receive, send
        self.loop = asyncio.get_running_loop()
        # Whether the server can refuse with a response of ours (ASGI, "Websocket Denial Response").
        self._can_deny = "websocket.http.response" in (scope.get("extensions") or {})
        self._accepted = False
        self._body_received = False
        self._successor: tuple[Callable[[], None], asyncio.Task[None]] | None = None

    def set_successor(self, connected: Callable[[], None], task: "asyncio.Task[None]") -> None:
        """Set what uses the connection once the response is sent, if that is a 101.

        Args:
            connected: Is called then.
            task: Ends when the connection is not needed any more.
        """
        self._successor = connected, task

    async def receive_no_body(self) -> Message:
        """Return an empty body the first time; wait for ever the next time.

        The request's `receive`. A WebSocket whose client disconnects shows that later, by its own
        messages.
        """
        if self._body_received:
            await self.loop.create_future()
        self._body_received = True
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send_response(self, message: Message) -> None:
        """Send a part of the response: 101 accepts the WebSocket, any other status refuses it.

        The request's `send`.
        """
        if message["type"] == "http.response.start" and message["status"] == 101:
            self._accepted = True
            await self.send(_accept(message["headers"]))
        elif not self._accepted:
            await self._refuse(message)

    async def _refuse(self, message: Message) -> None:
        if self._can_deny:
            await self.send({**message, "type": "websocket." + message["type"]})
        elif message["type"] == "http.response.start":
            await self.send({"type": "websocket.close"})  # the client gets a 403

    async def run_successor(self) -> None:
        """Keep the connection open until the successor has ended, if it was accepted for one."""
        if self._successor is not None and self._accepted:
            connected, task = self._successor
            connected()
            await asyncio.shield(task)


def _accept(headers: RawHeaders) -> Message:
    names = {name.lower(): value for name, value in headers}
    subprotocol = names.get(_PROTOCOL)
    return {
        "type": "websocket.accept",
        "subprotocol": None if subprotocol is None else subprotocol.decode("latin-1"),
        "headers": [(name.lower(), value) for name, value in headers if name.lower() != _PROTOCOL],
    }


def handshake_scope(scope: Scope, upgrade: MessageUpgrade) -> Scope:
    """Return a WebSocket's scope as that of the HTTP request which it began with.

    Over HTTP/2 that request was a CONNECT (RFC 8441). Here it is a GET as well, so that page
    handlers need not tell them apart.
    """
    headers = scope["headers"]
    if scope.get("subprotocols") and _PROTOCOL not in dict(headers):
        # Some servers leave the header out.
        offered = ", ".join(scope["subprotocols"]).encode("latin-1")
        headers = [*headers, (_PROTOCOL, offered)]
    return {
        "http_version": "1.1",  # daphne leaves it out, as it may
        "query_string": b"",
        **scope,
        "type": "http",
        "method": "GET",
        "headers": headers,
        "scheme": _SCHEMES.get(scope.get("scheme", "ws"), "http"),
        "extensions": {**(scope.get("extensions") or {}), MESSAGE_UPGRADE: upgrade},
    }
