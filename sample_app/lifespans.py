"""ASGI applications whose start-up or shutdown goes wrong, each in a way of its own."""

import asyncio
import sys
import time
from typing import Any, Never


def _application(at_startup: Any = None, at_shutdown: Any = None) -> Any:
    """Make an application that does something at an event of its lifespan."""

    async def application(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            for event, act in (("startup", at_startup), ("shutdown", at_shutdown)):
                await receive()
                if act is not None:
                    await act(send)
                await send({"type": f"lifespan.{event}.complete"})
            return
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"served"})

    return application


async def _exit(_send: Any) -> None:
    sys.exit("no database")


async def _interrupt(_send: Any) -> Never:
    raise KeyboardInterrupt


async def _exit_in_a_task(_send: Any) -> None:
    async def exits() -> Never:
        sys.exit("no queue")

    task = asyncio.create_task(exits())
    await asyncio.sleep(3600)
    await task


async def _hang(_send: Any) -> None:
    await asyncio.sleep(3600)


async def _block(_send: Any) -> None:
    time.sleep(4)  # noqa: ASYNC251 - this is the fault


async def _fail(_send: Any) -> Never:
    raise ValueError("boom")


async def _refuse(send: Any) -> None:
    await send({"type": "lifespan.shutdown.failed", "message": "not now"})
    await asyncio.sleep(3600)


exits_at_startup = _application(_exit)
interrupts_at_startup = _application(_interrupt)
exits_in_a_task_at_startup = _application(_exit_in_a_task)
hangs_at_startup = _application(_hang)
blocks_at_startup = _application(_block)
fails_at_startup = _application(_fail)

exits_at_shutdown = _application(None, _exit)
interrupts_at_shutdown = _application(None, _interrupt)
exits_in_a_task_at_shutdown = _application(None, _exit_in_a_task)
hangs_at_shutdown = _application(None, _hang)
fails_at_shutdown = _application(None, _fail)
refuses_to_shut_down = _application(None, _refuse)


async def hangs_directly_at_startup(scope: Any, receive: Any, _send: Any) -> None:
    """Hangs in the application itself, and in no function that it calls."""
    if scope["type"] == "lifespan":
        await receive()
        await asyncio.sleep(3600)


async def refuses_unasked(scope: Any, receive: Any, send: Any) -> None:
    """Says that its shutdown has failed though nobody has asked for it."""
    if scope["type"] == "lifespan":
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await send({"type": "lifespan.shutdown.failed", "message": "not now"})


async def exits_while_served(scope: Any, _receive: Any, send: Any) -> None:
    """Exits in a task that a request starts."""
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"served"})
        await _exit_in_a_task(send)
