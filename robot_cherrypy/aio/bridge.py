"""From CherryPy's synchronous code to the event loop and back.

CherryPy's `Request.run` is synchronous. It runs unmodified on a greenlet of its own for each
request. Where it, or a hook, tool or page handler that it called, comes up with an awaitable,
`wait` drives that awaitable on the same greenlet and, whenever it has to pause, hands the whole
stack over to the event loop. This is how SQLAlchemy's asyncio support works
(`sqlalchemy/util/concurrency.py`).
"""

import asyncio
import concurrent.futures
import contextvars
import threading
import types
from collections.abc import Awaitable, Callable, Generator
from typing import Any, TypeVar

from greenlet import getcurrent, greenlet

T = TypeVar("T")

# The first frame of a new greenlet makes CPython map a fresh 16 KiB chunk; waking a parked one
# costs a fifth.
_PARKED_AT_MOST = 64

request_task: contextvars.ContextVar["asyncio.Task[Any] | None"] = contextvars.ContextVar(
    "robot_cherrypy.request_task", default=None
)


class RequestGreenlet(greenlet):
    """A greenlet that runs the synchronous code of one request after the other."""


class _Parked(threading.local):
    """The greenlets of a thread that wait for work."""

    def __init__(self) -> None:
        self.greenlets: list[RequestGreenlet] = []


_parked = _Parked()


class _Outcome:
    """How a function ended on a request greenlet."""

    __slots__ = ("error", "value")

    def __init__(self) -> None:
        self.value: Any = None
        self.error: BaseException | None = None

    def result(self) -> Any:
        """Return or raise it, once: a kept exception would keep its frames."""
        value, error = self.value, self.error
        self.value = self.error = None
        if error is None:
            return value
        try:
            raise error
        finally:
            error = None


def _work(function: Callable[..., Any] | None, args: tuple[Any, ...]) -> None:
    """Run functions, one after the other, each time the event loop's side switches here."""
    outcome = _Outcome()
    while True:
        try:
            outcome.value = function(*args)  # type: ignore[misc]
        except BaseException as error:  # noqa: BLE001 - goes to whoever awaits
            outcome.error = error
        function, args = None, ()
        function, args = getcurrent().parent.switch(outcome)  # type: ignore[union-attr]


class Spawned(Awaitable[T]):
    """An awaitable that runs `function(*args)` on a request greenlet of the awaiting task."""

    __slots__ = ("args", "function")

    def __init__(self, function: Callable[..., T], *args: Any) -> None:
        self.function = function
        self.args = args

    def __await__(self) -> Generator[Any, Any, T]:
        """Start the greenlet, and pass on to the event loop what it has to wait for."""
        current = getcurrent()
        parked = _parked.greenlets
        if parked:
            worker = parked.pop()
            worker.parent = current
        else:
            worker = RequestGreenlet(_work, current)
        worker.gr_context = current.gr_context
        yielded = worker.switch(self.function, self.args)
        while type(yielded) is not _Outcome:
            try:
                sent = yield yielded
            except BaseException as error:  # noqa: BLE001 - cancellation is the greenlet's to handle
                yielded = worker.throw(type(error), error, error.__traceback__)
            else:
                yielded = worker.switch(sent)
        worker.gr_context = None
        if len(parked) < _PARKED_AT_MOST:
            parked.append(worker)
        return yielded.result()  # type: ignore[no-any-return]


def end_parked() -> None:
    """End the parked greenlets of this thread, which would outlive it."""
    parked, _parked.greenlets = _parked.greenlets, []
    for worker in parked:
        worker.parent = getcurrent()
        worker.throw()


def on_request_greenlet() -> bool:
    """Tell whether the running code can wait for the event loop by suspending its greenlet."""
    return isinstance(getcurrent(), RequestGreenlet)


def wait(awaitable: Awaitable[T]) -> T:
    """Wait, from synchronous code, for an awaitable.

    On a request's greenlet the event loop goes on meanwhile. On a worker thread of a request the
    awaitable runs on the loop of that request; on any other thread, on a loop kept for this in the
    background.

    Raises:
        RuntimeError: On an event loop's thread outside of a request, where waiting would block the
        loop.
    """
    current = getcurrent()
    if isinstance(current, RequestGreenlet):
        return _drive(awaitable, current.parent.switch)  # type: ignore[union-attr]
    if _loop_runs_here():
        raise RuntimeError(
            "Synchronous code outside of a request's own task cannot wait on the event loop: await."
        )
    task = request_task.get()
    loop = _background.loop() if task is None else task.get_loop()
    return _from_thread(awaitable, loop).result()


def _drive(awaitable: Awaitable[T], suspend: Callable[[Any], Any]) -> T:
    iterator: Any = (
        awaitable if type(awaitable) is types.CoroutineType else _as_coroutine(awaitable)
    )
    try:
        yielded = iterator.send(None)
        while True:
            try:
                sent = suspend(yielded)
            except BaseException as error:  # noqa: BLE001 - the awaitable's to handle
                yielded = iterator.throw(error)
            else:
                yielded = iterator.send(sent)
    except StopIteration as stop:
        return stop.value  # type: ignore[no-any-return]


async def _as_coroutine(awaitable: Awaitable[T]) -> T:
    return await awaitable


def _loop_runs_here() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


def _from_thread(
    awaitable: Awaitable[T], loop: asyncio.AbstractEventLoop
) -> "concurrent.futures.Future[T]":
    """Run an awaitable on the loop of another thread, in a copy of this thread's context."""
    context = contextvars.copy_context()
    result: concurrent.futures.Future[T] = concurrent.futures.Future()

    async def run() -> None:
        try:
            result.set_result(await awaitable)
        except BaseException as error:  # noqa: BLE001 - goes to the waiting thread
            result.set_exception(error)

    loop.call_soon_threadsafe(lambda: loop.create_task(run(), context=context))
    return result


def wait_for_future(future: "concurrent.futures.Future[T]") -> None:
    """Wait until a future of another thread is done.

    On a loop's thread outside of a request, where that would block the loop, return at once.
    """
    if on_request_greenlet():
        wait(asyncio.wait([asyncio.wrap_future(future)]))
    elif not _loop_runs_here():
        concurrent.futures.wait([future])


class _BackgroundLoop:
    """The event loop for coroutines of threads that no asyncio server serves."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    def loop(self) -> asyncio.AbstractEventLoop:
        """Return the loop, which runs from the first call on."""
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
        """End the loop and its thread, if they were ever needed."""
        with self._guard:
            loop, thread = self._loop, self._thread
            self._loop = self._thread = None
        if loop is not None and thread is not None:
            loop.call_soon_threadsafe(loop.stop)
            thread.join()


_background = _BackgroundLoop()
close_background_loop = _background.close
