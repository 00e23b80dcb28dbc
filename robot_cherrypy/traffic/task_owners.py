"""The tasks that requests start: when they have ended, and whose their errors are.

asyncio tells of an exception that nobody has read when the task is forgotten, in whatever runs at
that time.
"""

import asyncio
import contextlib
import functools
from collections.abc import Coroutine, Iterator
from typing import Any

from robot_cherrypy.event_loops import tasks_made_by
from robot_cherrypy.traffic.exchange import Exchange
from robot_cherrypy.traffic.journal import JOURNAL, attributes_of, current_exchange

# The attribute of a task's exception: the exchange that the task worked for.
_EXCHANGE = "_robot_cherrypy_exchange"


@contextlib.contextmanager
def installed() -> Iterator[None]:
    """Know the tasks of the event loops that are made within the context."""
    with tasks_made_by(_make):
        yield


def exchange_of(error: BaseException) -> Exchange | None:
    """Return the request whose task an exception has ended, if one has."""
    return attributes_of(error).get(_EXCHANGE)


def _make(
    loop: asyncio.AbstractEventLoop, coroutine: Coroutine[Any, Any, Any], **options: Any
) -> "asyncio.Task[Any]":
    """Make a task, as `set_task_factory` of an event loop wants it."""
    task = asyncio.Task(coroutine, loop=loop, **options)
    context = options.get("context")
    exchange = current_exchange.get() if context is None else context.get(current_exchange)
    if exchange is not None:
        JOURNAL.work_started(exchange)
        task.add_done_callback(functools.partial(_end, exchange))
    return task


def _end(exchange: Exchange, task: "asyncio.Task[Any]") -> None:
    # `exception()` would tell asyncio that it was read.
    error = None if task.cancelled() else task._exception  # noqa: SLF001
    if error is not None:
        attributes_of(error)[_EXCHANGE] = exchange
    # At the next turn of the loop, when asyncio has forgotten the task and told of its error.
    task.get_loop().call_soon(JOURNAL.work_ended, exchange)
