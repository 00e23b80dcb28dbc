"""WebSocket pages, one for each thing that a test may want to see."""

import cherrypy

from robot_cherrypy.websocket import WebSocket, websocket


class Sockets:
    """Pages that answer, refuse, close and break."""

    @cherrypy.expose
    @websocket(subprotocols=("shouting", "whispering"))
    async def echo(self, ws: WebSocket) -> None:
        """Send back what comes; in capitals to those who speak `shouting`."""
        async for message in ws:
            if ws.subprotocol == "shouting" and isinstance(message, str):
                await ws.send(message.upper())
            else:
                await ws.send(message)

    @cherrypy.expose
    @websocket
    async def count(self, ws: WebSocket, upto: str = "3") -> None:
        """Send the numbers, then close."""
        for number in range(1, int(upto) + 1):
            await ws.send(str(number))

    @cherrypy.expose
    @websocket
    async def close(self, ws: WebSocket, code: str, reason: str = "") -> None:
        """Close at once."""
        await ws.close(int(code), reason)

    @cherrypy.expose
    @websocket
    async def members(self, ws: WebSocket) -> None:
        """Refuse whoever comes without a pass."""
        if cherrypy.request.headers.get("Pass") != "sesame":
            raise cherrypy.HTTPError(403, "Members only")
        await ws.send("Welcome")

    @cherrypy.expose
    @websocket
    async def broken(self, ws: WebSocket) -> None:
        """Break when a message comes."""
        await ws.receive()
        raise RuntimeError("out of order")
