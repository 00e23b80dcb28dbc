"""Background tasks that end when they are told to.

Upstream: `BackgroundTask` in `cherrypy/process/plugins.py`, CherryPy 18.10. The original sleeps its
interval out first (five minutes for the session clean-up), so that its thread outlives the server,
and it forgets a `cancel()` that comes before its `run()`.
"""

import threading
from typing import Any

from cherrypy.process import plugins

from robot_cherrypy.patches.replacing import Replacements

_JOIN = 1.0
"""How long `cancel()` waits for a function that is at work, in seconds."""


def prompt_cancel(replacements: Replacements) -> None:
    """Make `cancel()` take effect at once, and wait for it."""
    replacements.set(plugins.BackgroundTask, "cancel", _cancel)
    replacements.set(plugins.BackgroundTask, "run", _run)


def _cancelled(task: Any) -> threading.Event:
    event: threading.Event = vars(task).setdefault("_cancelled", threading.Event())
    return event


def _cancel(task: Any) -> None:
    task.running = False
    _cancelled(task).set()
    if task.is_alive() and task is not threading.current_thread():
        task.join(_JOIN)


def _run(task: Any) -> None:
    task.running = True
    while not _cancelled(task).wait(task.interval):
        try:
            task.function(*task.args, **task.kwargs)
        except Exception:
            if task.bus:
                message = f"Error in background task thread function {task.function!r}."
                task.bus.log(message, level=40, traceback=True)
            raise
