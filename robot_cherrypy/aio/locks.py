"""Locks and waits that belong to a request instead of a thread, and never block the loop."""

import asyncio
import concurrent.futures
import threading
import time
from collections import deque
from collections.abc import Callable
from types import TracebackType
from typing import Any

from robot_cherrypy.aio import bridge
from robot_cherrypy.patches import serving


class RequestLock:
    """A re-entrant lock like `threading.RLock`, which a request owns rather than a thread.

    Outside of a request, the thread owns it. Waiters are served in the order in which they came;
    any number of them may wait, since waiting holds up no worker thread.
    """

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._owner: object = None
        self._depth = 0
        self._waiters: deque[tuple[object, concurrent.futures.Future[None]]] = deque()

    def acquire(self, blocking: bool = True, timeout: float = -1) -> bool:
        """Take the lock, waiting for at most `timeout` seconds if that is not negative."""
        me = serving.owner() or threading.get_ident()
        with self._guard:
            if self._owner is None or self._owner == me:
                self._owner = me
                self._depth += 1
                return True
            if not blocking:
                return False
            mine: concurrent.futures.Future[None] = concurrent.futures.Future()
            self._waiters.append((me, mine))
        try:
            _wait(mine, None if timeout < 0 else timeout)
        except BaseException:
            self._give_up(me, mine)
            raise
        return mine.done() or not self._give_up(me, mine)

    def _give_up(self, me: object, mine: "concurrent.futures.Future[None]") -> bool:
        """Stop waiting, and pass the lock on if it came in this moment."""
        with self._guard:
            if not mine.done():
                self._waiters.remove((me, mine))
            else:
                self._hand_over()
        return True

    def _hand_over(self) -> None:
        if self._waiters:
            self._owner, theirs = self._waiters.popleft()
            self._depth = 1
            theirs.set_result(None)
        else:
            self._owner = None

    def release(self) -> None:
        """Give the lock back; the first waiter has it then."""
        with self._guard:
            if self._owner is None:
                raise RuntimeError("cannot release un-acquired lock")
            self._depth -= 1
            if not self._depth:
                self._hand_over()

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
    """Wait until `future` is done or the time is over, whichever is first."""
    if bridge.on_request_greenlet():
        bridge.wait(asyncio.wait([asyncio.wrap_future(future)], timeout=timeout))
    else:
        concurrent.futures.wait([future], timeout)


def sleep(seconds: float) -> None:
    """Sleep as `time.sleep` does, letting the loop go on if this is a request's greenlet."""
    if bridge.on_request_greenlet():
        bridge.wait(asyncio.sleep(seconds))
    else:
        time.sleep(seconds)


class Announcements:
    """Waits for a `threading.Event` that do not block the loop; who sets it announces it."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._waiting: dict[threading.Event, list[concurrent.futures.Future[None]]] = {}

    def wait(self, event: threading.Event, timeout: float) -> None:
        """Wait until the event is announced, or for `timeout` seconds."""
        mine: concurrent.futures.Future[None] = concurrent.futures.Future()
        with self._guard:
            if event.is_set():
                return
            self._waiting.setdefault(event, []).append(mine)
        try:
            _wait(mine, timeout)
        finally:
            with self._guard:
                waiting = self._waiting.get(event, [])
                if mine in waiting:
                    waiting.remove(mine)
                if not waiting:
                    self._waiting.pop(event, None)

    def announce(self, event: threading.Event) -> None:
        """Wake those who wait for an event that was set."""
        with self._guard:
            waiting = self._waiting.pop(event, [])
        for future in waiting:
            future.set_result(None)


def wait_cooperatively(
    announcements: Announcements,
) -> Callable[..., Any]:
    """Make the replacement for `AntiStampedeCache.wait` (`cherrypy/lib/caching.py`)."""

    def wait(
        original: Callable[..., Any],
        cache: dict[Any, Any],
        key: Any,
        timeout: Any = 5,
        debug: bool = False,
    ) -> Any:
        event = cache.get(key)
        if isinstance(event, threading.Event) and timeout and bridge.on_request_greenlet():
            announcements.wait(event, timeout)
            timeout = 0
        return original(cache, key, timeout, debug)

    return wait
