"""Under an ASGI server of somebody else, the bus follows that server."""

import asyncio
import traceback
from collections.abc import Awaitable, Callable
from typing import Any

import cherrypy

from robot_cherrypy.aio.workers import close_pool_of


async def lifespan(
    receive: Callable[[], Awaitable[dict[str, Any]]],
    send: Callable[[dict[str, Any]], Awaitable[None]],
) -> None:
    """Start the engine when the ASGI server starts, and exit it when that one stops.

    CherryPy's own HTTP server is left out, since another one listens.
    """
    await receive()
    cherrypy.server.unsubscribe()
    if not await _publish("startup", cherrypy.engine.start, send):
        return
    await receive()
    await _publish("shutdown", cherrypy.engine.exit, send)
    close_pool_of(asyncio.get_running_loop(), cherrypy.server.shutdown_timeout)


async def _publish(
    event: str, change: Callable[[], None], send: Callable[[dict[str, Any]], Awaitable[None]]
) -> bool:
    """Change the state of the bus on a thread, since listeners may block; tell the ASGI server."""
    try:
        await asyncio.to_thread(change)
    except Exception:  # noqa: BLE001 - the ASGI server reports it
        await send({"type": f"lifespan.{event}.failed", "message": traceback.format_exc()})
        return False
    await send({"type": f"lifespan.{event}.complete"})
    return True
