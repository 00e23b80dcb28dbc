"""Serves three requests and prints what CherryPy did for each, and where it ran, as JSON.

It is a program of its own: the asyncio server changes CherryPy in its process.
"""

import asyncio
import contextlib
import http.client
import json
import sys
import threading
from collections.abc import Iterator
from typing import Any

import cherrypy
from cheroot.wsgi import Server as ThreadedServer
from cherrypy._cprequest import hookpoints
from cherrypy._cpserver import Server as Settings
from cherrypy._cptree import Tree

from robot_cherrypy import aio

_steps: list[tuple[str, str]] = []


def _note(step: str) -> None:
    """Note a step of the request that is being served, and where it runs."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        _steps.append((step, "worker thread"))
    else:
        _steps.append((step, "event loop"))


@contextlib.contextmanager
def _watched_dispatcher() -> Iterator[None]:
    """Note when CherryPy's own dispatcher looks for the page handler."""
    find = cherrypy.dispatch.Dispatcher.find_handler

    def noting(self: Any, path: str) -> Any:
        _note("dispatcher")
        return find(self, path)

    cherrypy.dispatch.Dispatcher.find_handler = noting
    yield
    cherrypy.dispatch.Dispatcher.find_handler = find


class _Root:
    @cherrypy.expose
    def plain(self) -> str:
        _note("page handler")
        return "plain"

    @cherrypy.expose
    async def coroutine(self) -> str:
        _note("page handler")
        await asyncio.sleep(0)
        return "coroutine"


def _tree() -> Tree:
    tree = Tree()
    hooks = {f"hooks.{point}": lambda point=point: _note(point) for point in hookpoints}
    tree.mount(_Root(), "", {"/": hooks})
    return tree


def _life(server: Any, path: str) -> list[tuple[str, str]]:
    """Serve one request; return its steps."""
    _steps.clear()
    server.prepare()
    thread = threading.Thread(target=server.serve)
    thread.start()
    try:
        connection = http.client.HTTPConnection(*server.bind_addr[:2], timeout=30)
        connection.request("GET", path, headers={"Connection": "close"})
        if connection.getresponse().read().decode() != path[1:]:
            raise RuntimeError(f"{path} was not served.")
    finally:
        server.stop()
        thread.join()
    return list(_steps)


def main() -> None:
    """Print the life of a request on CherryPy's own server, and of two on the asyncio server."""
    cherrypy.config.update({"log.screen": False, "environment": "embedded"})
    for channel in ("before_request", "after_request"):
        cherrypy.engine.subscribe(channel, lambda channel=channel: _note(channel))
    with _watched_dispatcher():
        lives = {"threaded server": _life(ThreadedServer(("127.0.0.1", 0), _tree()), "/plain")}
    aio.install()  # before the dispatcher is watched, as it changes the dispatcher, too
    with _watched_dispatcher():
        for path in ("/plain", "/coroutine"):
            settings = Settings()
            settings.socket_port = 0
            server = aio.HTTPServer(settings, aio.application(_tree()))
            lives[f"asyncio server, {path[1:]} page"] = _life(server, path)
    json.dump(lives, sys.stdout)


if __name__ == "__main__":
    main()
