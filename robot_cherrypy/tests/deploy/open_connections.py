"""Pages whose responses take a while, each on another kind of connection."""
# ruff: noqa: T201 - their log tells the test that they have begun

import time
from collections.abc import Iterator

import cherrypy

from robot_cherrypy.websocket import BlockingWebSocket, websocket


class Pages:
    """Each says in the log that it has begun."""

    @cherrypy.expose
    def slow(self, client: str) -> str:
        """Respond after three seconds."""
        print(f"begun: {client}", flush=True)
        time.sleep(3)
        return "done"

    @cherrypy.expose
    @cherrypy.config(**{"response.stream": True})
    def download(self) -> Iterator[str]:
        """Send lines for three seconds."""
        cherrypy.response.headers["Content-Type"] = "text/plain"
        return self._lines()

    @staticmethod
    def _lines() -> Iterator[str]:
        print("begun: download", flush=True)
        for number in range(30):
            yield f"{number}\n"
            time.sleep(0.1)

    @cherrypy.expose
    @cherrypy.config(**{"response.stream": True})
    def events(self) -> Iterator[str]:
        """Send events for ever."""
        cherrypy.response.headers["Content-Type"] = "text/event-stream"
        return self._events()

    @staticmethod
    def _events() -> Iterator[str]:
        print("begun: events", flush=True)
        while True:
            yield "data: tick\n\n"
            time.sleep(0.1)

    @cherrypy.expose
    @websocket
    def echo(self, ws: BlockingWebSocket) -> None:
        """Send back each message."""
        for message in ws:
            ws.send(message)
            print("begun: echo", flush=True)


cherrypy.tree.mount(Pages(), "/")
