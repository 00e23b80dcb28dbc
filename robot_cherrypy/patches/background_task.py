"""Background tasks that end when they are told to.

Upstream: `BackgroundTask` in `cherrypy/process/plugins.py`, CherryPy 18.10.
"""

import contextlib
import threading
from collections.abc import Iterator
from typing import Any

from cherrypy.process import plugins


class PromptBackgroundTask(plugins.BackgroundTask):  # type: ignore[misc]
    """A background task whose `cancel()` takes effect at once.

    The original sleeps its interval out first (five minutes for the session clean-up), so that its
    thread outlives the server, and forgets a `cancel()` that comes before its `run()`.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._cancelled = threading.Event()

    def cancel(self) -> None:
        """Wake the thread up and end it."""
        super().cancel()
        self._cancelled.set()

    def run(self) -> None:
        """Call the function at each interval until cancelled or until it raises."""
        self.running = True
        while not self._cancelled.wait(self.interval):
            try:
                self.function(*self.args, **self.kwargs)
            except Exception:
                if self.bus:
                    self.bus.log(
                        f"Error in background task thread function {self.function!r}.",
                        level=40,
                        traceback=True,
                    )
                raise


@contextlib.contextmanager
def prompt_cancel() -> Iterator[None]:
    """Make new background tasks prompt while the context lasts."""
    original = plugins.BackgroundTask
    plugins.BackgroundTask = PromptBackgroundTask
    try:
        yield
    finally:
        plugins.BackgroundTask = original
