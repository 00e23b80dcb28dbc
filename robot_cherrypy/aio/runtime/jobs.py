"""A function that runs on a worker thread for a request, and how it waits for the event loop.

The function runs in the context of the task that awaits it: not in a copy, so that a context
variable that one part of a request sets can be reset by any other part, on whichever thread. That
is possible because a greenlet has a context without having entered it (`greenlet.gr_context`), and
the function and the task do not run at the same time.
"""

import asyncio
import concurrent.futures
import functools
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from greenlet import getcurrent

from robot_cherrypy.aio.runtime import bridge
from robot_cherrypy.asgi.cancelling import cancel_with

if TYPE_CHECKING:
    from contextvars import Context

_T = TypeVar("_T")


class _Pool(Protocol):
    """What a job needs of the worker threads."""

    loop: asyncio.AbstractEventLoop

    def call_on_loop(self, function: Callable[[], object]) -> None:
        """Call a function on the event loop; callable on any thread."""

    def wait_began(self) -> None:
        """Count one more thread that waits; to be called on the event loop."""

    def wait_ended(self) -> None:
        """Count one thread less that waits; to be called on the event loop."""


class Job:
    """One function to run on a worker thread, and what it returned or raised.

    Attributes:
        future: Is done when the function has ended.
        cancelled: Whether the request was cancelled while the function ran.
    """

    __slots__ = (
        "_args",
        "_context",
        "_error",
        "_function",
        "_pool",
        "_task",
        "_unclaimed",
        "_value",
        "_waiting",
        "cancelled",
        "future",
    )

    def __init__(self, pool: _Pool, function: Callable[..., Any], args: tuple[Any, ...]) -> None:
        self.future: asyncio.Future[None] = pool.loop.create_future()
        self.cancelled = False
        self._pool = pool
        self._function = function
        self._args = args
        context = getcurrent().gr_context
        assert context is not None
        self._context: Context = context
        # The task of the request.
        self._task = bridge.request_task.get()
        self._value: Any = None
        self._error: BaseException | None = None
        self._unclaimed = [True]
        # What the thread waits for.
        self._waiting: asyncio.Task[Any] | None = None

    # -- on the worker thread

    def claim(self) -> bool:
        """Return True to the first caller, which may run or drop the job; `list.pop` is atomic."""
        try:
            return self._unclaimed.pop()
        except IndexError:
            return False

    def run(self) -> None:
        """Call the function, and keep its value or error."""
        thread = getcurrent()
        context, thread.gr_context = thread.gr_context, self._context
        bridge.thread.job = self
        try:
            self._value = self._function(*self._args)
        except BaseException as error:  # noqa: BLE001 - raised by `result`
            self._error = error
        finally:
            bridge.thread.job = None
            thread.gr_context = context

    def post(self, function: Callable[..., object], *args: Any) -> None:
        """Call a function on the event loop, in the context of the request, without waiting."""
        self._pool.call_on_loop(functools.partial(self._context.run, function, *args))

    def wait(self, awaitable: Awaitable[_T]) -> _T:
        """Wait until the event loop has awaited something in the context of the request.

        Raises:
            asyncio.CancelledError: The request was cancelled meanwhile, or the loop is closed.
        """
        waiter: concurrent.futures.Future[_T] = concurrent.futures.Future()
        try:
            self._pool.loop.call_soon_threadsafe(self._start_wait, awaitable, waiter)
        except RuntimeError:  # the loop is closed
            _close(awaitable)
            raise asyncio.CancelledError from None
        return waiter.result()

    # -- on the event loop

    def _start_wait(
        self, awaitable: Awaitable[_T], waiter: "concurrent.futures.Future[_T]"
    ) -> None:
        self._pool.wait_began()
        self._waiting = self._pool.loop.create_task(_outcome(awaitable), context=self._context)
        self._waiting.add_done_callback(functools.partial(self._end_wait, awaitable, waiter))

    def _end_wait(
        self,
        awaitable: Awaitable[Any],
        waiter: "concurrent.futures.Future[Any]",
        waiting: "asyncio.Task[Any]",
    ) -> None:
        _close(awaitable)
        self._waiting = None
        self._pool.wait_ended()
        if waiting.cancelling() and not self.cancelled and self._task is not None:
            cancel_with(self._task, waiting)
        value, error = (None, asyncio.CancelledError()) if waiting.cancelled() else waiting.result()
        if error is None:
            waiter.set_result(value)
        else:
            waiter.set_exception(error)

    def cancel(self) -> None:
        """Cancel what the thread waits for; a thread that does not wait cannot be interrupted."""
        self.cancelled = True
        if self._waiting is not None:
            self._waiting.cancel()

    def result(self) -> Any:
        """Return the function's value or raise its error.

        Not to be called in a coroutine, which cannot raise StopIteration.
        """
        error, self._error = self._error, None
        if error is None:
            return self._value
        try:
            raise error
        finally:
            del error


def _close(awaitable: Awaitable[Any]) -> None:
    """Close a coroutine, as nobody awaits it if its task was cancelled before it began."""
    if asyncio.iscoroutine(awaitable):
        awaitable.close()


async def _outcome(awaitable: Awaitable[_T]) -> tuple[_T | None, BaseException | None]:
    """Await, and return the value or the error: a task that raises SystemExit ends the loop."""
    try:
        return await awaitable, None
    except BaseException as error:  # noqa: BLE001 - raised on the thread
        return None, error
