"""Types of the ASGI specification, and the extensions by which our own parts know each other.

The name of an extension is a key of the scope's `extensions` (ASGI, "Extensions").
"""

from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import unquote_to_bytes

Scope = dict[str, Any]
Message = dict[str, Any]
RawHeaders = list[tuple[bytes, bytes]]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
AsgiCallable = Callable[[Scope, Receive, Send], Awaitable[None]]


class ClientDisconnectedError(ConnectionResetError):
    """The client has left before its response was complete; no error of the application."""


# The statuses of final responses without a body (RFC 9110, 6.4.1 and 15.3.6).
BODYLESS = frozenset({204, 205, 304})

VERSION = {"version": "3.0", "spec_version": "2.3"}

# The server cancels the task of a request whose client has disconnected.
CANCELS_REQUESTS = "robot_cherrypy.cancels"

# The request target as the client has sent it, in bytes (RFC 9112, 3.2).
REQUEST_TARGET = "robot_cherrypy.target"

# Holds the `ssl.SSLObject` of a connection with TLS.
TLS_CONNECTION = "robot_cherrypy.tls"

# Holds an `aio.http.upgrade.TransportUpgrade`: our own server can change the connection's protocol.
TRANSPORT_UPGRADE = "robot_cherrypy.transport"

# Holds an `aio.request.message_upgrade.MessageUpgrade`: another ASGI server speaks the WebSocket.
MESSAGE_UPGRADE = "robot_cherrypy.websocket"

# The server runs on the bus, so that the application must not start the engine.
ON_THE_BUS = "robot_cherrypy.on_the_bus"


def decoded_path(raw_path: bytes) -> str:
    """Decode percent-encoded sequences and UTF-8, as the `path` of a scope is (ASGI, "HTTP")."""
    path = unquote_to_bytes(raw_path) if b"%" in raw_path else raw_path
    return path.decode("utf-8", "replace")
