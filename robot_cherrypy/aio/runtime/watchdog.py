"""Logs what blocks the event loop, for developers: `server.blocked_after` switches it on."""

import asyncio
import sys
import threading
import time
import traceback

import cherrypy


class Watchdog:
    """A thread that asks the event loop to answer, and logs the loop's stack when it is late.

    Args:
        loop: The event loop; the watchdog has to be made on the thread of the loop.
        limit: Seconds that the loop may take to answer.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, limit: float) -> None:
        self._loop = loop
        self._limit = limit
        self._watched = threading.get_ident()
        self._stopped = threading.Event()
        self._thread = threading.Thread(
            target=self._watch, name="robot_cherrypy watchdog", daemon=True
        )
        self._thread.start()

    def _watch(self) -> None:
        while not self._stopped.wait(self._limit):
            started = time.monotonic()
            answered = threading.Event()
            self._loop.call_soon_threadsafe(answered.set)
            if answered.wait(self._limit):
                continue
            stack = "".join(traceback.format_stack(sys._current_frames()[self._watched]))  # noqa: SLF001 - there is no public way to another thread's stack
            while not answered.wait(self._limit) and not self._stopped.is_set():
                pass
            seconds = time.monotonic() - started
            cherrypy.engine.log(
                f"The event loop was blocked for {seconds:.3f} s, by:\n{stack}", level=30
            )

    def close(self) -> None:
        """End the thread."""
        self._stopped.set()
        self._thread.join()
