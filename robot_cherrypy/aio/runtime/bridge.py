"""Run CherryPy's synchronous code on the event loop, and let that code wait for awaitables.

CherryPy's `Request.run` is synchronous. It runs on a greenlet; a greenlet serves one request after
the other. When `Request.run`, or a hook, tool or page handler that it called, gets an awaitable,
`wait` runs the awaitable on the same greenlet. Each time the awaitable has to pause, the greenlet
is suspended with its whole stack, and the event loop runs other tasks. SQLAlchemy's asyncio support
works in the same way (`sqlalchemy/util/concurrency.py`).
"""

import asyncio
import concurrent.futures
import contextvars
import threading
import types
from collections.abc import Awaitable, Callable, Generator
from typing import Any, Protocol, TypeVar

from greenlet import getcurrent, greenlet

from robot_cherrypy.event_loops import runs_here

_T = TypeVar("_T")

# Parked greenlets of a thread. For the first frame of a new greenlet, CPython maps a new chunk of
# 16 KiB, which takes five times as long as to wake a parked one. 64 of them keep 1 MiB; more
# requests than that are seldom in flight on one event loop.
_MAX_PARKED = 64

request_task: contextvars.ContextVar["asyncio.Task[Any] | None"] = contextvars.ContextVar(
    "robot_cherrypy.request_task", default=None
)


class _RequestGreenlet(greenlet):
    """A greenlet that runs the synchronous code of one request after the other."""


class _Parked(threading.local):
    """The greenlets of a thread that wait for their next request."""

    def __init__(self) -> None:
        self.greenlets: list[_RequestGreenlet] = []


class _Job(Protocol):
    """What a worker thread runs for a request (`jobs.Job`)."""

    cancelled: bool

    def wait(self, awaitable: Awaitable[_T]) -> _T:
        """Wait for an awaitable that runs on the event loop."""

    def post(self, function: Callable[..., object], *args: Any) -> None:
        """Call a function on the event loop, without waiting for it."""


class _Thread(threading.local):
    """What the running thread runs for a request; None if it is not a worker thread at work."""

    job: _Job | None = None


class _Outcome:
    """What a function returned or raised on a request greenlet."""

    __slots__ = ("error", "value")

    def __init__(self) -> None:
        self.value: Any = None
        self.error: BaseException | None = None

    def result(self) -> Any:
        """Return the value or raise the error, and forget both: an error keeps its frames alive."""
        value, error = self.value, self.error
        self.value = self.error = None
        if error is None:
            return value
        try:
            raise error
        finally:
            error = None


def _run_calls(function: Callable[..., Any] | None, args: tuple[Any, ...]) -> None:
    """Call a function each time that a `GreenletCall` switches here, and switch back at its end."""
    outcome = _Outcome()
    while True:
        try:
            outcome.value = function(*args)  # type: ignore[misc]
        except BaseException as error:  # noqa: BLE001 - raised where the call is awaited
            outcome.error = error
        function, args = None, ()
        function, args = getcurrent().parent.switch(outcome)  # type: ignore[union-attr]


class GreenletCall(Awaitable[_T]):
    """An awaitable that calls `function(*args)` on a request greenlet, in the awaiting task."""

    __slots__ = ("_args", "_function")

    def __init__(self, function: Callable[..., _T], *args: Any) -> None:
        self._function = function
        self._args = args

    def __await__(self) -> Generator[Any, Any, _T]:
        """Run the greenlet, and yield to the event loop the futures that it waits for."""
        current = getcurrent()
        parked = _parked.greenlets
        if parked:
            worker = parked.pop()
            worker.parent = current
        else:
            worker = _RequestGreenlet(_run_calls, current)
        worker.gr_context = current.gr_context
        yielded = worker.switch(self._function, self._args)
        while type(yielded) is not _Outcome:
            try:
                sent = yield yielded
            except BaseException as error:  # noqa: BLE001 - raised on the greenlet, as CancelledError
                yielded = worker.throw(type(error), error, error.__traceback__)
            else:
                yielded = worker.switch(sent)
        worker.gr_context = None
        if len(parked) < _MAX_PARKED:
            parked.append(worker)
        return yielded.result()  # type: ignore[no-any-return]


def end_parked_greenlets() -> None:
    """End the parked greenlets of this thread, which would outlive the thread."""
    parked, _parked.greenlets = _parked.greenlets, []
    for worker in parked:
        worker.parent = getcurrent()
        worker.throw()


def on_request_greenlet() -> bool:
    """Return whether the running code can wait for the event loop by suspending its greenlet."""
    return isinstance(getcurrent(), _RequestGreenlet)


def in_request() -> bool:
    """Return whether the running code is a request's, which `wait` lets wait without a thread.

    It runs on a request greenlet or on a worker thread. A worker thread that waits does not count
    as one of the pool's.
    """
    return on_request_greenlet() or thread.job is not None


def raise_if_cancelled() -> None:
    """Raise CancelledError on a worker thread whose request was cancelled."""
    job = thread.job
    if job is not None and job.cancelled:
        raise asyncio.CancelledError


def wait(awaitable: Awaitable[_T]) -> _T:
    """Wait, in synchronous code, for an awaitable.

    On a request greenlet the event loop runs other tasks meanwhile. On a worker thread that runs
    code of a request, the awaitable runs on the event loop of that request, also if the code has an
    event loop of its own, as Flask's coroutine views have, and on threads that it has started; on
    any other thread, on an event loop that a background thread runs.

    Raises:
        RuntimeError: On the thread of the request's event loop, or of any loop outside of a
            request, as waiting would block the loop. A coroutine is closed then: CPython may crash
            when another thread collects one that was never awaited.
    """
    current = getcurrent()
    if isinstance(current, _RequestGreenlet):
        return _drive(awaitable, current.parent.switch)  # type: ignore[union-attr]
    job = thread.job
    if job is not None:
        return job.wait(awaitable)
    task = request_task.get()
    if runs_here(task.get_loop()) if task is not None else _loop_runs_here():
        if asyncio.iscoroutine(awaitable):
            awaitable.close()
        raise RuntimeError(
            "Synchronous code outside of a request's own task cannot wait on the event loop: await."
        )
    loop = _background.loop() if task is None else task.get_loop()
    return _submit(awaitable, loop).result()


def _drive(awaitable: Awaitable[_T], suspend: Callable[[Any], Any]) -> _T:
    iterator: Any = (
        awaitable if type(awaitable) is types.CoroutineType else _as_coroutine(awaitable)
    )
    try:
        yielded = iterator.send(None)
        while True:
            try:
                sent = suspend(yielded)
            except BaseException as error:  # noqa: BLE001 - raised in the awaitable
                yielded = iterator.throw(error)
            else:
                yielded = iterator.send(sent)
    except StopIteration as stop:
        return stop.value  # type: ignore[no-any-return]


async def _as_coroutine(awaitable: Awaitable[_T]) -> _T:
    return await awaitable


def _loop_runs_here() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


def _submit(
    awaitable: Awaitable[_T], loop: asyncio.AbstractEventLoop
) -> "concurrent.futures.Future[_T]":
    """Run an awaitable on the event loop of another thread, in a copy of this thread's context."""
    context = contextvars.copy_context()
    result: concurrent.futures.Future[_T] = concurrent.futures.Future()

    async def run() -> None:
        try:
            result.set_result(await awaitable)
        except BaseException as error:  # noqa: BLE001 - raised in the waiting thread
            result.set_exception(error)

    loop.call_soon_threadsafe(lambda: loop.create_task(run(), context=context))
    return result


def wait_for_future(future: "concurrent.futures.Future[Any]") -> None:
    """Wait until a future of another thread is done.

    On the thread of an event loop outside of a request, return at once: waiting would block the
    loop.
    """
    if on_request_greenlet():
        wait(asyncio.wait([asyncio.wrap_future(future)]))
    elif not _loop_runs_here():
        concurrent.futures.wait([future])


class _BackgroundLoop:
    """The event loop for awaitables of threads that no asyncio server started."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    def loop(self) -> asyncio.AbstractEventLoop:
        """Return the loop; the first call starts it."""
        with self._guard:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                self._thread = threading.Thread(
                    target=self._run,
                    args=(self._loop,),
                    name="robot_cherrypy background loop",
                    daemon=True,
                )
                self._thread.start()
            return self._loop

    @staticmethod
    def _run(loop: asyncio.AbstractEventLoop) -> None:
        try:
            loop.run_forever()
        finally:
            loop.close()

    def close(self) -> None:
        """Stop the loop and end its thread, if they were started."""
        with self._guard:
            loop, thread = self._loop, self._thread
            self._loop = self._thread = None
        if loop is not None and thread is not None:
            loop.call_soon_threadsafe(loop.stop)
            thread.join()


thread = _Thread()
_parked = _Parked()
_background = _BackgroundLoop()
close_background_loop = _background.close
