"""Cancelling requests, so that one can tell who did it: the server, or the application itself."""

import weakref
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import asyncio

_BY_SERVER: "weakref.WeakSet[asyncio.Task[Any]]" = weakref.WeakSet()


def cancel(task: "asyncio.Task[Any]") -> None:
    """Cancel a task on behalf of the server: its client has left, or the server stops."""
    _BY_SERVER.add(task)
    task.cancel()


def cancel_with(task: "asyncio.Task[Any]", part: "asyncio.Future[Any]") -> None:
    """Cancel a task because a part of its work was cancelled, on behalf of whom that was."""
    if part in _BY_SERVER:
        _BY_SERVER.add(task)
    task.cancel()


def is_cancelled(task: "asyncio.Task[Any]") -> bool:
    """Whether the server has cancelled a task."""
    return task in _BY_SERVER
