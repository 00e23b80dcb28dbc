"""A page that takes 2 ms of processor time: `python busy_app.py PORT WORKERS`."""

import sys
import time

import cherrypy

from robot_cherrypy import aio

PROCESSOR_TIME = 0.002


class Root:
    @cherrypy.expose
    async def index(self):
        end = time.thread_time() + PROCESSOR_TIME
        while time.thread_time() < end:
            pass
        return "done"


aio.quickstart(
    Root(),
    config={
        "global": {
            "environment": "production",
            "server.socket_port": int(sys.argv[1]),
            "server.workers": int(sys.argv[2]),
        }
    },
)
