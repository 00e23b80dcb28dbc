"""Threads for plain code that may block: page handlers, marked hooks, files, WSGI callables."""

import asyncio
import contextlib
import contextvars
import queue
import sys
import threading
import time
import weakref
from collections import deque
from collections.abc import Callable
from typing import Any, TypeVar, cast

import cherrypy

from robot_cherrypy.aio import bridge

T = TypeVar("T")
_ABSENT = object()


class _Job:
    """One function to run on a thread, and what became of it."""

    __slots__ = (
        "_unclaimed",
        "args",
        "context",
        "error",
        "function",
        "future",
        "interrupted",
        "value",
    )

    def __init__(
        self, function: Callable[..., Any], args: tuple[Any, ...], future: "asyncio.Future[None]"
    ) -> None:
        self.function = function
        self.args = args
        self.future = future
        self.context = contextvars.copy_context()
        self.value: Any = None
        self.error: BaseException | None = None
        self.interrupted = False
        self._unclaimed = [True]

    def claim(self) -> bool:
        """Take the job, to run or to drop it, unless the other side has; a list's pop is atomic."""
        try:
            return self._unclaimed.pop()
        except IndexError:
            return False

    def run(self) -> None:
        """Call the function, and keep what comes of it."""
        try:
            self.value = self.context.run(self.function, *self.args)
        except BaseException as error:  # noqa: BLE001 - goes to whoever awaits
            self.error = error

    def result(self) -> Any:
        """Return or raise what the function did, and take over its changes of context variables.

        Not to be called in a coroutine, which could not pass on StopIteration.
        """
        for variable, value in self.context.items():
            if variable.get(_ABSENT) is not value:
                variable.set(value)
        error, self.error = self.error, None
        if error is None:
            return self.value
        try:
            raise error
        finally:
            del error


class Workers:
    """A pool of threads that works for one event loop.

    Unlike the standard executor's, its threads never hold up the end of the process, and results
    that arrive while the loop is busy wake it only once.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        size: int,
        *,
        queue_size: int = -1,
        queue_timeout: float = 10,
    ) -> None:
        self.size = size
        self._most = size + queue_size if queue_size >= 0 else sys.maxsize
        self._queue_timeout = queue_timeout
        self._loop = loop
        self._unfinished = 0
        self._outside: deque[asyncio.Future[None]] = deque()
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._threads: list[threading.Thread] = []
        self._idle = 0
        self._done: deque[_Job] = deque()
        self._woken = False
        self._busy: set[int] = set()

    @property
    def busy(self) -> frozenset[int]:
        """The identifiers (`threading.get_ident`) of the threads that run something now."""
        return frozenset(self._busy)

    async def run(self, function: Callable[..., Any], *args: Any) -> _Job:
        """Run `function(*args)` on a thread of the pool, in a copy of this context.

        Raises:
            cherrypy.HTTPError: 503 if pool and queue stay full for too long.
        """
        if self._unfinished >= self._most:
            await self._wait_for_room()
        job = _Job(function, args, self._loop.create_future())
        self._submit(job)
        try:
            await asyncio.shield(job.future)
        except asyncio.CancelledError:
            if job.claim():
                raise
            # A thread cannot be interrupted, and the request is not over before it is. As on
            # CherryPy's own threads, plain code runs to its end when the client has gone. Who
            # cancels a second time does not want to wait.
            task = asyncio.current_task()
            if task is not None:
                task.uncancel()
            job.interrupted = True
            await job.future
        return job

    async def _wait_for_room(self) -> None:
        """Wait outside of the queue, first come, first served."""
        turn: asyncio.Future[None] = self._loop.create_future()
        self._outside.append(turn)
        try:
            await asyncio.wait_for(turn, self._queue_timeout)
        except TimeoutError:
            raise cherrypy.HTTPError(503, "All worker threads are busy.") from None
        finally:
            if not turn.done() or turn.cancelled():
                self._outside.remove(turn)

    def _submit(self, job: _Job) -> None:
        self._unfinished += 1
        if self._idle > 0:
            self._idle -= 1
        elif len(self._threads) < self.size:
            self._add_thread()
        self._jobs.put(job)

    def _add_thread(self) -> None:
        thread = threading.Thread(
            target=self._work, name=f"robot_cherrypy worker {len(self._threads) + 1}", daemon=True
        )
        self._threads.append(thread)
        thread.start()

    def _work(self) -> None:
        me = threading.get_ident()
        try:
            while (job := self._jobs.get()) is not None:
                if job.claim():
                    announce_thread()
                    self._busy.add(me)
                    job.run()
                    self._busy.discard(me)
                self._done.append(job)
                if not self._woken:
                    self._woken = True
                    with contextlib.suppress(RuntimeError):  # the loop was closed: nobody waits
                        self._loop.call_soon_threadsafe(self._collect)
                del job
        finally:
            cherrypy.engine.publish("release_thread")

    def _collect(self) -> None:
        # Lowered first: a job that is done later raises it again.
        self._woken = False
        while self._done:
            job = self._done.popleft()
            self._idle += 1
            self._unfinished -= 1
            self._let_in()
            if not job.future.done():
                job.future.set_result(None)

    def _let_in(self) -> None:
        if self._outside:
            turn = self._outside.popleft()
            if not turn.done():
                turn.set_result(None)

    def close(self, timeout: float) -> list[str]:
        """End the threads, and return the names of those still busy after `timeout` seconds."""
        deadline = time.monotonic() + timeout
        for _ in self._threads:
            self._jobs.put(None)
        for thread in self._threads:
            if thread is not threading.current_thread():
                thread.join(max(0, deadline - time.monotonic()))
        return [thread.name for thread in self._threads if thread.is_alive()]


def announce_thread() -> None:
    """Tell the engine that a page runs on this thread, as `Application.get_serving` does.

    The usual case, a thread that the engine's thread manager knows and nobody else listening, is
    told from the others first, since publishing costs.
    """
    engine = cherrypy.engine
    manager = getattr(engine, "thread_manager", None)
    if (
        manager is None
        or threading.get_ident() not in manager.threads
        or len(engine.listeners.get("acquire_thread", ())) > 1
    ):
        engine.publish("acquire_thread")


_pools: "weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, Workers]" = (
    weakref.WeakKeyDictionary()
)


def open_pool_for(loop: asyncio.AbstractEventLoop, settings: Any) -> Workers:
    """Make the pool of a loop as the settings want it: `thread_pool`, `accepted_queue_size`, ..."""
    pool = _pools[loop] = Workers(
        loop,
        settings.thread_pool,
        queue_size=settings.accepted_queue_size,
        queue_timeout=settings.accepted_queue_timeout,
    )
    return pool


def pool_of(loop: asyncio.AbstractEventLoop) -> Workers:
    """Return the pool of a loop; under other ASGI servers it is as `cherrypy.server` says."""
    return _pools.get(loop) or open_pool_for(loop, cherrypy.server)


def busy_threads_of(loop: asyncio.AbstractEventLoop) -> frozenset[int]:
    """Return the identifiers of the threads that run something for a loop now."""
    pool = _pools.get(loop)
    return pool.busy if pool is not None else frozenset()


def close_pool_of(loop: asyncio.AbstractEventLoop, timeout: float) -> list[str]:
    """End the threads of a loop; return the names of those still busy after `timeout` seconds."""
    pool = _pools.pop(loop, None)
    return pool.close(timeout) if pool else []


def offload(function: Callable[..., T], *args: Any) -> T:
    """Call a function that may block: from a request's greenlet on a worker thread, else here."""
    if not bridge.on_request_greenlet():
        return function(*args)
    job = bridge.wait(pool_of(asyncio.get_running_loop()).run(function, *args))
    return cast("T", job.result())


def offload_step(function: Callable[..., T], *args: Any) -> T:
    """Like `offload`, for one step of many: if the request was cancelled meanwhile, it is the last.

    Raises:
        asyncio.CancelledError: After the step.
    """
    if not bridge.on_request_greenlet():
        return function(*args)
    job = bridge.wait(pool_of(asyncio.get_running_loop()).run(function, *args))
    result = cast("T", job.result())
    if job.interrupted:
        raise asyncio.CancelledError
    return result
