"""The calls of a hosted ASGI application, and what has to end before it shuts down."""

import asyncio
import contextlib
import contextvars
import sys
import weakref
from collections.abc import AsyncGenerator, Callable, Iterator
from typing import Any

_Generators = weakref.WeakSet[AsyncGenerator[Any, Any]]

# How long calls may take to end after they were cancelled, in seconds: enough to close connections.
_CANCEL_GRACE = 1.0

# Where the generators belong that the running code begins.
_generators: contextvars.ContextVar[_Generators | None] = contextvars.ContextVar(
    "robot_cherrypy.hosted_generators", default=None
)


class HostedCalls:
    """The calls of one application that have not ended, and the generators that they have begun.

    An asynchronous generator that nobody iterates over any more, such as the body of a response
    whose client has left, is closed by the event loop when it is collected (PEP 525). That may be
    long after the application has shut down, which the generator's `finally` may need.
    """

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[Any]] = set()
        self._abandoned: weakref.WeakSet[asyncio.Task[Any]] = weakref.WeakSet()
        self._generators: _Generators = weakref.WeakSet()

    @contextlib.contextmanager
    def running(self) -> Iterator[None]:
        """Know the running task as a call meanwhile, and the generators that it begins."""
        task = asyncio.current_task()
        assert task is not None
        hook = sys.get_asyncgen_hooks().firstiter
        if not isinstance(hook, _Hook):
            sys.set_asyncgen_hooks(firstiter=_Hook(hook))
        token = _generators.set(self._generators)
        self._tasks.add(task)
        try:
            yield
        finally:
            self._tasks.discard(task)
            _generators.reset(token)

    def abandon(self, task: asyncio.Task[Any]) -> None:
        """Let a task be cancelled as soon as the server stops, since its client has left."""
        self._abandoned.add(task)

    def cancel_abandoned(self) -> None:
        """Cancel the tasks whose clients have left; to be called when the server stops."""
        for task in self._abandoned:
            task.cancel()

    async def end(self, timeout: float) -> None:  # noqa: ASYNC109 - what is late is cancelled
        """Wait `timeout` seconds for the calls, cancel those left, and close their generators."""
        self.cancel_abandoned()
        tasks = self._tasks - {asyncio.current_task()}
        if tasks:
            await asyncio.wait(tasks, timeout=timeout)
        left = {task for task in tasks if not task.done()}
        for task in left:
            task.cancel()
        if left:
            await asyncio.wait(left, timeout=_CANCEL_GRACE)
        for generator in list(self._generators):
            with contextlib.suppress(Exception):  # as if it had been collected
                await generator.aclose()
        await asyncio.sleep(0)  # for those that were collected just now


class _Hook:
    """Adds a generator at its first iteration to the generators of the application (PEP 525)."""

    def __init__(self, event_loops: Callable[[AsyncGenerator[Any, Any]], None] | None) -> None:
        self._event_loops = event_loops

    def __call__(self, generator: AsyncGenerator[Any, Any]) -> None:
        generators = _generators.get()
        if generators is not None:
            generators.add(generator)
        if self._event_loops is not None:
            self._event_loops(generator)
