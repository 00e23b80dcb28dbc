"""The lifespan of what is mounted on a tree, as an ASGI server's application (ASGI, "Lifespan")."""

import asyncio
import traceback
from collections.abc import Awaitable, Callable
from typing import Any

import cherrypy

from robot_cherrypy.aio.runtime.workers import close_pool_of
from robot_cherrypy.asgi import ON_THE_BUS, Receive, Scope, Send
from robot_cherrypy.asgi.lifespan import LOOP_OF_TREE


async def run_lifespan(scope: Scope, receive: Receive, send: Send, tree: Any) -> None:
    """Start up what is mounted when the ASGI server starts, and shut it down when that stops.

    The engine starts and exits with the server, unless the server runs on the engine's bus. The
    engine does not start CherryPy's own HTTP server, as the ASGI server listens.
    """
    engine = None if ON_THE_BUS in scope.get("extensions", {}) else cherrypy.engine
    await receive()
    LOOP_OF_TREE[tree] = asyncio.get_running_loop()
    try:
        await _complete("startup", lambda: _start(tree, engine), send)
        await receive()
        await _complete("shutdown", lambda: _stop(tree, engine), send)
    finally:
        del LOOP_OF_TREE[tree]


async def _start(tree: Any, engine: Any) -> None:
    for mounted in list(tree.apps.values()):
        if hasattr(mounted, "startup"):
            await mounted.startup()
    if engine is not None:
        cherrypy.server.unsubscribe()
        # On a thread, since listeners may block.
        await asyncio.to_thread(engine.start)


async def _stop(tree: Any, engine: Any) -> None:
    for mounted in list(tree.apps.values()):
        if hasattr(mounted, "shutdown"):
            await mounted.shutdown()
    if engine is not None:
        await asyncio.to_thread(engine.exit)
        close_pool_of(asyncio.get_running_loop(), cherrypy.server.shutdown_timeout)


async def _complete(event: str, act: Callable[[], Awaitable[None]], send: Send) -> None:
    """Start up or shut down, and report to the server whether that succeeded."""
    try:
        await act()
    except Exception as error:
        message = "".join(traceback.format_exception(error))
        await send({"type": f"lifespan.{event}.failed", "message": message})
        raise
    await send({"type": f"lifespan.{event}.complete"})
