"""WebSocket pages for CherryPy, the same on every server, and a client."""

from robot_cherrypy.websocket.blocking import BlockingWebSocket
from robot_cherrypy.websocket.connection import WebSocket
from robot_cherrypy.websocket.errors import Closed
from robot_cherrypy.websocket.group import Group
from robot_cherrypy.websocket.handler import websocket

__all__ = ["BlockingWebSocket", "Closed", "Group", "WebSocket", "websocket"]
