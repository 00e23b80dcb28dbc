"""Background tasks that end as soon as they are cancelled.

Upstream: CherryPy 18.10, `cherrypy/process/plugins.py`, `BackgroundTask`. The original first
sleeps its interval to the end (five minutes for the clean-up of sessions), so that its thread
outlives the server, and a `cancel()` before its `run()` has no effect.
"""

import threading
from typing import Any

from cherrypy.process import plugins

from robot_cherrypy.patches.replacements import Replacements

# How long `cancel()` waits for a call of the task's function, in seconds. Enough to delete expired
# sessions; a function that blocks must not keep a server from stopping.
_JOIN = 1.0


def prompt_cancel(replacements: Replacements) -> None:
    """Make `cancel()` wake the thread and wait until it has ended."""
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
