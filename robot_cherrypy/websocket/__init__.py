"""WebSocket pages for CherryPy, the same on every server, and clients."""

import importlib
from typing import TYPE_CHECKING, Any

from robot_cherrypy.errors import MissingExtraError

try:
    from robot_cherrypy.websocket.decorator import websocket
    from robot_cherrypy.websocket.errors import Closed
    from robot_cherrypy.websocket.group import Group
    from robot_cherrypy.websocket.page_websocket import BlockingWebSocket, WebSocket
except ModuleNotFoundError as error:
    if error.name in {"websockets", "wsproto"}:
        raise MissingExtraError("A WebSocket page", "websocket") from error
    raise

if TYPE_CHECKING:
    from robot_cherrypy.websocket.client import (
        AsyncClient,
        Client,
        ConnectionRefused,
        connect,
        connect_async,
    )

__all__ = [
    "AsyncClient",
    "BlockingWebSocket",
    "Client",
    "Closed",
    "ConnectionRefused",
    "Group",
    "WebSocket",
    "connect",
    "connect_async",
    "websocket",
]


def __getattr__(name: str) -> Any:
    """Import the clients when they are first used: servers need none."""
    if name in __all__:
        return getattr(importlib.import_module("robot_cherrypy.websocket.client"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
