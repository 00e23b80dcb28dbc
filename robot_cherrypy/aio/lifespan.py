"""An ASGI server starts what is mounted on a tree, and the bus where that is the server's to do."""

import asyncio
import traceback
from collections.abc import Awaitable, Callable
from typing import Any

import cherrypy

from robot_cherrypy.aio.workers import close_pool_of
from robot_cherrypy.asgi import LifespanError, Receive, Scope, Send, loops

ON_THE_BUS = "robot_cherrypy.on_the_bus"
"""A server of which the bus takes care, and not the other way round, says so in the scope."""


async def lifespan(scope: Scope, receive: Receive, send: Send, tree: Any) -> None:
    """Start up what is mounted when the ASGI server starts, and shut it down when that stops.

    The engine follows the server, unless the engine itself runs it. CherryPy's own HTTP server is
    left out, since another one listens.
    """
    engine = None if ON_THE_BUS in scope.get("extensions", {}) else cherrypy.engine
    await receive()
    loops[tree] = asyncio.get_running_loop()
    try:
        if not await _publish("startup", lambda: _start(tree, engine), send):
            return
        await receive()
        await _publish("shutdown", lambda: _stop(tree, engine), send)
    finally:
        del loops[tree]


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


async def _publish(event: str, change: Callable[[], Awaitable[None]], send: Send) -> bool:
    """Make a change; tell the ASGI server."""
    try:
        await change()
    except Exception as error:  # noqa: BLE001 - the ASGI server reports it
        message = "".join(traceback.format_exception(error))
        if isinstance(error, LifespanError):
            message += error.reason
        await send({"type": f"lifespan.{event}.failed", "message": message})
        return False
    await send({"type": f"lifespan.{event}.complete"})
    return True
