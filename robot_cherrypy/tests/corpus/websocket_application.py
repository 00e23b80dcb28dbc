"""A WebSocket page for both kinds of our servers."""

import cherrypy

from robot_cherrypy.websocket import websocket


class Root:
    """The page, which sends back each message."""

    @cherrypy.expose
    @websocket(subprotocols=["one", "two"], ping_interval=None)
    async def echo(self, socket):
        async for message in socket:
            await socket.send(message)
