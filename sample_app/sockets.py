"""WebSocket pages, one for each behaviour that a test may need."""

import cherrypy

from robot_cherrypy.websocket import WebSocket, websocket


class Sockets:
    """Pages that send, refuse, close and raise."""

    @cherrypy.expose
    @websocket(subprotocols=("shouting", "whispering"))
    async def echo(self, ws: WebSocket) -> None:
        """Send each message back, in capitals if the subprotocol is `shouting`."""
        async for message in ws:
            if ws.subprotocol == "shouting" and isinstance(message, str):
                await ws.send(message.upper())
            else:
                await ws.send(message)

    @cherrypy.expose
    @websocket
    async def count(self, ws: WebSocket, upto: str = "3") -> None:
        """Send the numbers from 1, then close."""
        for number in range(1, int(upto) + 1):
            await ws.send(str(number))

    @cherrypy.expose
    @websocket
    async def close(self, ws: WebSocket, code: str, reason: str = "") -> None:
        """Accept the handshake and close."""
        await ws.close(int(code), reason)

    @cherrypy.expose
    @websocket
    async def members(self, ws: WebSocket) -> None:
        """Refuse clients without the right `Pass` header."""
        if cherrypy.request.headers.get("Pass") != "sesame":
            raise cherrypy.HTTPError(403, "Members only")
        await ws.send("Welcome")

    @cherrypy.expose
    @websocket
    async def broken(self, ws: WebSocket) -> None:
        """Raise an error when a message arrives."""
        await ws.receive()
        raise RuntimeError("out of order")
