"""Serve the pages of the benchmark with CherryPy: `cherrypy_app.py PORT WAY`.

WAY is `threaded` (CherryPy as it is), `patched` (threaded, with our patches) or `asyncio`.
"""

import asyncio
import sys
import time

import cherrypy

PAUSE = 0.01  # seconds
BLOCK = b"x" * 65536


@cherrypy.tools.register("before_handler")
def greeter():
    """A tool as applications have them."""
    cherrypy.request.greeting = "Hello world!"


class Coroutines:
    """The pages as coroutines."""

    @cherrypy.expose
    async def index(self):
        return "Hello world!"

    @cherrypy.expose
    async def pause(self):
        await asyncio.sleep(PAUSE)
        return "done"

    @cherrypy.expose
    async def form(self, **fields):
        return repr(sorted(fields.items()))

    @cherrypy.expose
    async def block(self):
        return BLOCK

    @cherrypy.expose
    def plain(self):
        return "Hello world!"

    @cherrypy.expose
    @cherrypy.tools.greeter()
    def tool(self):
        return cherrypy.request.greeting


class Plain:
    """The same pages as plain functions."""

    @cherrypy.expose
    def index(self):
        return "Hello world!"

    plain = index

    @cherrypy.expose
    @cherrypy.tools.greeter()
    def tool(self):
        return cherrypy.request.greeting

    @cherrypy.expose
    def pause(self):
        time.sleep(PAUSE)
        return "done"

    @cherrypy.expose
    def form(self, **fields):
        return repr(sorted(fields.items()))

    @cherrypy.expose
    def block(self):
        return BLOCK


def main():
    """Serve until a signal arrives."""
    port, way = int(sys.argv[1]), sys.argv[2]
    if way != "threaded":
        from robot_cherrypy import aio

        aio.install()
    if way != "asyncio":
        cherrypy.server.instance = "cherrypy._cpwsgi_server.CPWSGIServer"
    cherrypy.config.update(
        {
            "environment": "production",
            "log.screen": False,
            "server.socket_port": port,
            "server.socket_timeout": 60,
        }
    )
    cherrypy.quickstart(Coroutines() if way == "asyncio" else Plain())


if __name__ == "__main__":
    main()
