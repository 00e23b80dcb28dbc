"""Making event loops, with uvloop where it is installed, and asking which one runs here."""

import asyncio
import contextlib
import functools
from collections.abc import Callable, Iterator
from typing import Any

# What makes the tasks of new event loops; the last one does.
_task_factories: list[Any] = []


def new_event_loop(
    otherwise: Callable[[], asyncio.AbstractEventLoop] = asyncio.new_event_loop,
) -> asyncio.AbstractEventLoop:
    """Make an event loop with uvloop, or with `otherwise` where uvloop is not installed."""
    loop: asyncio.AbstractEventLoop = (_uvloop_factory() or otherwise)()
    configure(loop)
    return loop


def configure(loop: asyncio.AbstractEventLoop) -> None:
    """Have a new event loop make its tasks and log their errors as those of this package do.

    That nobody has read the SystemExit or KeyboardInterrupt of a task is not logged: a task raises
    these two to who runs the loop, too.
    """

    def handle(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        if not isinstance(context.get("exception"), SystemExit | KeyboardInterrupt):
            loop.default_exception_handler(context)

    loop.set_exception_handler(handle)
    if _task_factories:
        loop.set_task_factory(_task_factories[-1])


@contextlib.contextmanager
def tasks_made_by(factory: Any) -> Iterator[None]:
    """Have each event loop that is made within the context make its tasks by a function.

    Args:
        factory: As `set_task_factory` of an event loop takes it.
    """
    _task_factories.append(factory)
    try:
        yield
    finally:
        _task_factories.remove(factory)


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
