"""What the cases talk to: a page that sends back what it gets."""

from typing import Any

import cherrypy

from robot_cherrypy.websocket import websocket

_LARGEST = 2**25  # groups 9.1 to 9.6 send 16 MiB


class Echo:
    """Echoes, by a coroutine or on a thread."""

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
