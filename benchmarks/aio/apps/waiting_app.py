"""Serve plain pages that wait for their clients or for each other: `waiting_app.py PORT`."""

import sys
import time

import cherrypy

from robot_cherrypy import aio

HOLD = 5  # seconds


class Waiting:
    """Plain pages, each of which keeps a thread busy on CherryPy's own server."""

    @cherrypy.expose
    def index(self):
        return "Hello world!"

    @cherrypy.expose
    def upload(self, **_fields):
        return "received"

    @cherrypy.expose
    @cherrypy.tools.sessions()
    def session(self):
        if not cherrypy.session.get("held"):
            cherrypy.session["held"] = True
            return "started"
        if not cherrypy.session.get("waited"):
            cherrypy.session["waited"] = True
            time.sleep(HOLD)
        return "done"

    @cherrypy.expose
    @cherrypy.config(**{"response.stream": True})
    def stream(self):
        for _ in range(1000):
            yield b"x" * 100_000


def main():
    """Serve until a signal arrives."""
    cherrypy.config.update(
        {
            "environment": "production",
            "log.screen": False,
            "server.socket_port": int(sys.argv[1]),
            "server.socket_timeout": 60,
        }
    )
    aio.quickstart(Waiting())


if __name__ == "__main__":
    main()
