"""Making event loops, with uvloop where it is installed, and asking which one runs here."""

import asyncio
import functools
from collections.abc import Callable
from typing import Any


def new_event_loop(
    otherwise: Callable[[], asyncio.AbstractEventLoop] = asyncio.new_event_loop,
) -> asyncio.AbstractEventLoop:
    """Make an event loop with uvloop, or with `otherwise` where uvloop is not installed."""
    loop: asyncio.AbstractEventLoop = (_uvloop_factory() or otherwise)()
    leave_exits_to_runner(loop)
    return loop


def leave_exits_to_runner(loop: asyncio.AbstractEventLoop) -> None:
    """Do not log that nobody has read the SystemExit or KeyboardInterrupt of a task.

    A task raises these two to who runs the loop, too.
    """

    def handle(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        if not isinstance(context.get("exception"), SystemExit | KeyboardInterrupt):
            loop.default_exception_handler(context)

    loop.set_exception_handler(handle)


@functools.cache
def _uvloop_factory() -> Any:
    try:
        import uvloop  # noqa: PLC0415 - an extra; there is none for Windows and PyPy
    except ImportError:
        return None
    return uvloop.new_event_loop


def runs_here(loop: asyncio.AbstractEventLoop) -> bool:
    """Return whether this thread is running a callback or a task of an event loop now."""
    try:
        return asyncio.get_running_loop() is loop
    except RuntimeError:
        return False
