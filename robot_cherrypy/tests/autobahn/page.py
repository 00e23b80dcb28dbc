"""The pages that the cases test: they send back what they receive."""

from typing import Any

import cherrypy

from robot_cherrypy.websocket import websocket

# The largest message in bytes: groups 9.1 to 9.6 send 16 MiB.
_LARGEST = 2**25


class Echo:
    """Sends back each message, by a coroutine or by a plain page handler."""

    @cherrypy.expose
    @websocket(max_message=_LARGEST, max_queue=_LARGEST, ping_interval=None)
    async def index(self, ws: Any) -> None:
        async for message in ws:
            await ws.send(message)

    @cherrypy.expose
    @websocket(max_message=_LARGEST, max_queue=_LARGEST, ping_interval=None)
    def plain(self, ws: Any) -> None:
        for message in ws:
            ws.send(message)
