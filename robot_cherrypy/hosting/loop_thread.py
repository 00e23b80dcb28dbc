"""An event loop on a thread of its own, for an ASGI application on a threaded server."""

import asyncio
import concurrent.futures
import contextvars
import threading
from collections.abc import Callable, Coroutine
from typing import Any

from robot_cherrypy.event_loops import configure


class LoopThread:
    """A thread that runs an event loop until `close`.

    Args:
        name: The thread's name.
        exited: Called on the thread with a SystemExit or KeyboardInterrupt that a task has raised.
            asyncio hands these on to who runs the loop, which goes on.
    """

    def __init__(self, name: str, exited: Callable[[BaseException], None]) -> None:
        self._exited = exited
        self._started: concurrent.futures.Future[asyncio.AbstractEventLoop] = (
            concurrent.futures.Future()
        )
        self._stop = asyncio.Event()
        self._tasks: set[asyncio.Task[Any]] = set()
        # A daemon thread: code that blocks the loop must not keep the process from ending.
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()
        self.loop = self._started.result()

    def spawn(self, coroutine: Coroutine[Any, Any, Any]) -> None:
        """Start a coroutine on the loop, in a copy of the calling thread's context."""
        self.loop.call_soon_threadsafe(self._create, coroutine, contextvars.copy_context())

    def close(self, timeout: float) -> bool:
        """Wait `timeout` seconds for the tasks, cancel those left, and stop the loop.

        Returns:
            Whether the thread has ended. It has not if a task blocks the loop.
        """
        self.loop.call_soon_threadsafe(self._finish, timeout)
        self._thread.join(2 * timeout)
        return not self._thread.is_alive()

    def _create(self, coroutine: Coroutine[Any, Any, Any], context: contextvars.Context) -> None:
        task = self.loop.create_task(coroutine, context=context)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _finish(self, timeout: float) -> None:
        self._create(self._drain(set(self._tasks), timeout), contextvars.copy_context())

    async def _drain(self, tasks: set[asyncio.Task[Any]], timeout: float) -> None:  # noqa: ASYNC109 - an argument of `close`
        if tasks:
            await asyncio.wait(tasks, timeout=timeout)
        self._stop.set()

    def _run(self) -> None:
        try:
            self._run_loop()
        except BaseException as error:
            if self._started.done():
                raise
            self._started.set_exception(error)  # such as one of too many open files

    def _run_loop(self) -> None:
        # Windows' default event loop cannot watch sockets. The runner cancels tasks that are left.
        with asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner:
            loop = runner.get_loop()
            configure(loop)
            main = loop.create_task(self._main())
            while not main.done():
                try:
                    loop.run_until_complete(main)
                except (SystemExit, KeyboardInterrupt) as error:
                    self._exited(error)

    async def _main(self) -> None:
        self._started.set_result(asyncio.get_running_loop())
        await self._stop.wait()
