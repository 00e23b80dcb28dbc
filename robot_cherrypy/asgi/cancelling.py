"""Cancelling requests, so that one can tell who did it: the server, or the application itself."""

import asyncio
import weakref
from typing import Any

_BY_SERVER: "weakref.WeakSet[asyncio.Task[Any]]" = weakref.WeakSet()


def cancel(task: "asyncio.Task[Any]") -> None:
    """Cancel a task on behalf of the server: its client has left, or the server stops."""
    _BY_SERVER.add(task)
    task.cancel()


def is_cancelled(task: "asyncio.Task[Any]") -> bool:
    """Whether the server has cancelled a task."""
    return task in _BY_SERVER
