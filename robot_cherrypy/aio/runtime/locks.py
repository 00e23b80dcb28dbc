"""Locks and waits that belong to a request instead of a thread, and never block the event loop."""

import asyncio
import concurrent.futures
import threading
import time
from collections import deque
from collections.abc import Callable
from types import TracebackType
from typing import Any

from robot_cherrypy.aio.runtime import bridge
from robot_cherrypy.patches import context_serving


class RequestLock:
    """A re-entrant lock like `threading.RLock`, which a request owns rather than a thread.

    Outside of a request, the thread owns it. Waiters get the lock in the order in which they came.
    Any number of requests may wait: on the event loop they need no thread, and worker threads that
    wait do not count as the pool's.
    """

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._owner: object = None
        self._depth = 0
        self._waiters: deque[tuple[object, concurrent.futures.Future[None]]] = deque()

    def acquire(self, blocking: bool = True, timeout: float = -1) -> bool:
        """Acquire the lock; wait for it for at most `timeout` seconds if that is not negative.

        Returns:
            Whether the lock was acquired.
        """
        me = context_serving.owner() or threading.get_ident()
        with self._guard:
            if self._owner is None or self._owner == me:
                self._owner = me
                self._depth += 1
                return True
            if not blocking:
                return False
            turn: concurrent.futures.Future[None] = concurrent.futures.Future()
            self._waiters.append((me, turn))
        try:
            _wait(turn, None if timeout < 0 else timeout)
        except BaseException:
            self._stop_waiting(me, turn)
            raise
        if turn.done():
            return True
        self._stop_waiting(me, turn)
        return False

    def _stop_waiting(self, me: object, turn: "concurrent.futures.Future[None]") -> None:
        """Leave the queue; if the lock arrived at this moment, pass it on."""
        with self._guard:
            if not turn.done():
                self._waiters.remove((me, turn))
            else:
                self._pass_on()

    def _pass_on(self) -> None:
        if self._waiters:
            self._owner, turn = self._waiters.popleft()
            self._depth = 1
            turn.set_result(None)
        else:
            self._owner = None

    def release(self) -> None:
        """Release the lock; after as many releases as there were acquires, the next waiter has it.

        Raises:
            RuntimeError: The lock is not acquired.
        """
        with self._guard:
            if self._owner is None:
                raise RuntimeError("cannot release un-acquired lock")
            self._depth -= 1
            if not self._depth:
                self._pass_on()

    def __enter__(self) -> bool:
        return self.acquire()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.release()


def _wait(future: "concurrent.futures.Future[None]", timeout: float | None) -> None:
    """Wait until `future` is done or `timeout` seconds are over."""
    if bridge.in_request():
        bridge.wait(_wait_on_loop(future, timeout))
    else:
        concurrent.futures.wait([future], timeout)


async def _wait_on_loop(future: "concurrent.futures.Future[None]", seconds: float | None) -> None:
    await asyncio.wait([asyncio.wrap_future(future)], timeout=seconds)


def sleep(seconds: float) -> None:
    """Sleep as `time.sleep` does; a request waits as in `bridge.wait`."""
    if bridge.in_request():
        bridge.wait(asyncio.sleep(seconds))
    else:
        time.sleep(seconds)


class CacheWaits:
    """Requests that wait for a page which another request makes for the cache.

    CherryPy's cache makes them wait for a `threading.Event`, which would block the event loop, or
    all worker threads.
    """

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._waiting: dict[threading.Event, list[concurrent.futures.Future[None]]] = {}

    def wait(
        self,
        original: Callable[..., Any],
        cache: dict[Any, Any],
        key: Any,
        timeout: Any = 5,
        debug: bool = False,
    ) -> Any:
        """Replace `AntiStampedeCache.wait` (`cherrypy/lib/caching.py`), the `original`."""
        event = cache.get(key)
        if isinstance(event, threading.Event) and timeout and bridge.in_request():
            self._wait_for(event, timeout)
            timeout = 0
        return original(cache, key, timeout, debug)

    def _wait_for(self, event: threading.Event, timeout: float) -> None:
        turn: concurrent.futures.Future[None] = concurrent.futures.Future()
        with self._guard:
            if event.is_set():
                return
            self._waiting.setdefault(event, []).append(turn)
        try:
            _wait(turn, timeout)
        finally:
            with self._guard:
                waiting = self._waiting.get(event, [])
                if turn in waiting:
                    waiting.remove(turn)
                if not waiting:
                    self._waiting.pop(event, None)

    def wake(self, event: threading.Event) -> None:
        """Wake the requests that wait for an event, which has been set."""
        with self._guard:
            waiting = self._waiting.pop(event, [])
        for future in waiting:
            future.set_result(None)
