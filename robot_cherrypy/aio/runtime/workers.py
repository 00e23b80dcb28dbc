"""Worker threads: for plain requests as a whole, and for what coroutine pages have to offload."""

import asyncio
import contextlib
import functools
import queue
import sys
import threading
import time
import weakref
from collections import deque
from collections.abc import Callable
from typing import Any, TypeVar, cast

import cherrypy

from robot_cherrypy.aio.runtime import bridge
from robot_cherrypy.aio.runtime.jobs import Job

_T = TypeVar("_T")
# How many threads may wait without being counted: for the lock of a session, a body that arrives
# slowly, a client that reads slowly. A waiting thread needs some 100 KB, so that these are 50 MB.
_MAX_UNCOUNTED = 500


class BusyError(cherrypy.HTTPError):  # type: ignore[misc]  # CherryPy has no types
    """No worker thread was free in time (503)."""

    def __init__(self) -> None:
        super().__init__(503, "All worker threads are busy.")


class _Workers:
    """The worker threads of one event loop.

    Unlike those of `ThreadPoolExecutor`, they never delay the end of the process, and they wake the
    loop only once for all results that arrive while it is busy. A thread that waits for the event
    loop (`Job.wait`) does not count, up to a limit: another one is started if there is work for it,
    and there are more threads than `size` until the work at hand is done.

    Args:
        loop: The event loop.
        size: The number of threads, at most, that do not wait.
        queue_size: How many functions may wait for a thread; -1 for any number.
        queue_timeout: Seconds that a request waits for room in the queue.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        size: int,
        *,
        queue_size: int,
        queue_timeout: float,
    ) -> None:
        self.loop = loop
        self._size = size
        self._max_unfinished = size + queue_size if queue_size >= 0 else sys.maxsize
        self._queue_timeout = queue_timeout
        # The jobs that are queued or on a thread, and those of them whose thread waits.
        self._unfinished = 0
        self._waiting = 0
        self._waiting_for_room: deque[asyncio.Future[None]] = deque()
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._threads: set[threading.Thread] = set()
        # The threads that were not told to end.
        self._count = 0
        self._started = 0
        self._calls: deque[Callable[[], object]] = deque()
        self._woken = False
        self._busy: set[int] = set()

    @property
    def busy(self) -> frozenset[int]:
        """The identifiers (`threading.get_ident`) of the threads that run a function now."""
        return frozenset(self._busy)

    async def run(self, function: Callable[..., Any], *args: Any) -> Job:
        """Run `function(*args)` on a thread of the pool, in the context of the running task.

        Cancelled, it waits for the function, as a thread cannot be interrupted: on CherryPy's own
        server, too, a plain function runs to its end when the client has disconnected. What the
        thread waits for is cancelled. Cancelled again, at a server's stop, it does not wait.

        Raises:
            BusyError: Threads and queue were full for `queue_timeout` seconds.
        """
        if self._unfinished - self._waiting >= self._max_unfinished:
            await self._wait_for_room()
        job = Job(self, function, args)
        self._unfinished += 1
        self._adjust()
        self._jobs.put(job)
        try:
            await asyncio.shield(job.future)
        except asyncio.CancelledError:
            if job.claim():
                self._finish(job)
                raise
            job.cancel()
            try:
                await job.future
            except asyncio.CancelledError:
                job.cancel()
                raise
        return job

    async def _wait_for_room(self) -> None:
        """Wait until the queue has room; the first that waits is the first to get it."""
        turn: asyncio.Future[None] = self.loop.create_future()
        self._waiting_for_room.append(turn)
        try:
            await asyncio.wait_for(turn, self._queue_timeout)
        except TimeoutError:
            raise BusyError from None
        finally:
            if not turn.done() or turn.cancelled():
                self._waiting_for_room.remove(turn)

    def wait_began(self) -> None:
        """Count one more thread that waits."""
        self._waiting += 1
        self._adjust()
        self._give_room()

    def wait_ended(self) -> None:
        """Count one thread less that waits."""
        self._waiting -= 1
        self._adjust()

    def _adjust(self) -> None:
        """Start a thread if there is work for it, or let one end if there are too many."""
        allowed = self._size + min(self._waiting, _MAX_UNCOUNTED)
        if self._count < self._unfinished and self._count < allowed:
            self._add_thread()
        elif self._count > allowed:
            self._count -= 1
            self._jobs.put(None)

    def _add_thread(self) -> None:
        self._count += 1
        self._started += 1
        thread = threading.Thread(
            target=self._work, name=f"robot_cherrypy worker {self._started}", daemon=True
        )
        self._threads.add(thread)
        thread.start()

    def _work(self) -> None:
        ident = threading.get_ident()
        try:
            while (job := self._jobs.get()) is not None:
                if job.claim():
                    announce_thread()
                    self._busy.add(ident)
                    job.run()
                    self._busy.discard(ident)
                    self.call_on_loop(functools.partial(self._finish, job))
                del job
        finally:
            cherrypy.engine.publish("release_thread")
            self._threads.discard(threading.current_thread())

    def call_on_loop(self, function: Callable[[], object]) -> None:
        """Call a function on the event loop, in the order of these calls; callable on any thread.

        The function must not raise.
        """
        self._calls.append(function)
        if not self._woken:
            self._woken = True
            with contextlib.suppress(RuntimeError):  # the loop is closed: no task waits
                self.loop.call_soon_threadsafe(self._run_calls)

    def _run_calls(self) -> None:
        # Before the loop below: a call that is added after that sets it again.
        self._woken = False
        while self._calls:
            self._calls.popleft()()

    def _finish(self, job: Job) -> None:
        self._unfinished -= 1
        self._give_room()
        if not job.future.done():
            job.future.set_result(None)

    def _give_room(self) -> None:
        if self._waiting_for_room:
            turn = self._waiting_for_room.popleft()
            if not turn.done():
                turn.set_result(None)

    def close(self, timeout: float) -> list[str]:
        """End the threads; return the names of those that are busy after `timeout` seconds."""
        deadline = time.monotonic() + timeout
        threads = list(self._threads)
        for _ in threads:
            self._jobs.put(None)
        for thread in threads:
            if thread is not threading.current_thread():
                thread.join(max(0, deadline - time.monotonic()))
        return [thread.name for thread in threads if thread.is_alive()]


def announce_thread() -> None:
    """Publish 'acquire_thread' for this thread, as `Application.get_serving` does.

    Publishing takes time, so it is left out in the usual case: the engine's thread manager is the
    only listener, and knows the thread.
    """
    engine = cherrypy.engine
    manager = getattr(engine, "thread_manager", None)
    if (
        manager is None
        or threading.get_ident() not in manager.threads
        or len(engine.listeners.get("acquire_thread", ())) > 1
    ):
        engine.publish("acquire_thread")


_pools: "weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, _Workers]" = (
    weakref.WeakKeyDictionary()
)


def open_pool_for(loop: asyncio.AbstractEventLoop, settings: Any) -> _Workers:
    """Make the worker threads of a loop, configured as those of `cherrypy.server` are."""
    pool = _pools[loop] = _Workers(
        loop,
        settings.thread_pool or 1,  # as CherryPy's own server (`cheroot/wsgi.py`)
        queue_size=settings.accepted_queue_size,
        queue_timeout=settings.accepted_queue_timeout,
    )
    return pool


def _pool_of(loop: asyncio.AbstractEventLoop) -> _Workers:
    # Under another ASGI server there is none before it is needed.
    return _pools.get(loop) or open_pool_for(loop, cherrypy.server)


def busy_threads_of(loop: asyncio.AbstractEventLoop) -> frozenset[int]:
    """Return the identifiers of the worker threads of a loop that run a function now."""
    pool = _pools.get(loop)
    return pool.busy if pool is not None else frozenset()


def close_pool_of(loop: asyncio.AbstractEventLoop, timeout: float) -> list[str]:
    """End the worker threads of a loop; return the names of those busy after `timeout` seconds."""
    pool = _pools.pop(loop, None)
    return pool.close(timeout) if pool else []


async def run_on_thread(function: Callable[..., _T], *args: Any) -> _T:
    """Run a function on a worker thread of the running loop, as `_Workers.run` says."""
    job = await _pool_of(asyncio.get_running_loop()).run(function, *args)
    return cast("_T", job.result())


def offload(function: Callable[..., _T], *args: Any) -> _T:
    """Call a function that may block: on a worker thread if the event loop runs here.

    Raises:
        asyncio.CancelledError: The request was cancelled while the function ran to its end.
    """
    if not bridge.on_request_greenlet():
        return function(*args)
    job = bridge.wait(_pool_of(asyncio.get_running_loop()).run(function, *args))
    result = cast("_T", job.result())
    if job.cancelled:
        raise asyncio.CancelledError
    return result
