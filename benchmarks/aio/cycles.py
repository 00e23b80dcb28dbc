"""Measures how long a server takes to start and stop, and whether threads or files are left."""

import gc
import http.client
import statistics
import threading
import time
from pathlib import Path

import cherrypy
from cherrypy._cpserver import Server
from cherrypy._cptree import Tree

from robot_cherrypy import aio


class Root:
    @cherrypy.expose
    async def index(self):
        return "Hello world!"


def measure(number):
    """Start a server, send a request and stop it, many times; return medians and what is left."""
    cherrypy.config.update({"environment": "embedded", "log.screen": False})
    tree = Tree()
    tree.mount(Root())
    _cycle(tree)
    before = _left()
    times = [_cycle(tree) for _ in range(number)]
    gc.collect()
    after = _left()
    return {
        "cycles": number,
        "start and stop ms": round(statistics.median(times), 2),
        "threads left": after[0] - before[0],
        "files left": after[1] - before[1],
    }


def _cycle(tree):
    settings = Server()
    settings.socket_port = 0
    server = aio.HTTPServer(settings, aio.application(tree))
    started = time.perf_counter()
    server.prepare()
    thread = threading.Thread(target=server.serve)
    thread.start()
    start = time.perf_counter() - started
    client = http.client.HTTPConnection(*server.bind_addr)
    client.request("GET", "/")
    client.getresponse().read()
    started = time.perf_counter()
    server.stop()
    thread.join()
    stop = time.perf_counter() - started
    client.close()
    return (start + stop) * 1000


def _left():
    return threading.active_count(), sum(1 for _ in Path("/proc/self/fd").iterdir())
