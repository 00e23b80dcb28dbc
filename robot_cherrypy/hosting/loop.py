"""An event loop on a thread of its own, for coroutines that a threaded server has to run."""

import asyncio
import concurrent.futures
import contextvars
import threading
from collections.abc import Coroutine
from typing import Any


class LoopThread:
    """Runs an event loop until it is closed."""

    def __init__(self, name: str) -> None:
        self._started: concurrent.futures.Future[asyncio.AbstractEventLoop] = (
            concurrent.futures.Future()
        )
        self._stop = asyncio.Event()
        self._tasks: set[asyncio.Task[Any]] = set()
        # A daemon: code that blocks the loop must not hold the process.
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()
        self.loop = self._started.result()

    def spawn(self, coroutine: Coroutine[Any, Any, Any]) -> None:
        """Run a coroutine, in a copy of the calling thread's context, to its end."""
        self.loop.call_soon_threadsafe(self._create, coroutine, contextvars.copy_context())

    def close(self, timeout: float) -> bool:
        """Give tasks `timeout` seconds to end, cancel the others; return whether all has ended."""
        self.loop.call_soon_threadsafe(self._finish, timeout)
        self._thread.join(2 * timeout)
        return not self._thread.is_alive()

    def _create(self, coroutine: Coroutine[Any, Any, Any], context: contextvars.Context) -> None:
        task = self.loop.create_task(coroutine, context=context)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _finish(self, timeout: float) -> None:
        self._create(self._drain(set(self._tasks), timeout), contextvars.copy_context())

    async def _drain(self, tasks: set[asyncio.Task[Any]], timeout: float) -> None:  # noqa: ASYNC109
        if tasks:
            await asyncio.wait(tasks, timeout=timeout)
        self._stop.set()

    def _run(self) -> None:
        asyncio.run(self._main())  # which cancels what is left

    async def _main(self) -> None:
        self._started.set_result(asyncio.get_running_loop())
        await self._stop.wait()
