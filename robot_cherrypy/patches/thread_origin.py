"""Threads that know for which request they were started.

Upstream: Python 3.11 to 3.13, `threading.py`, `Thread.start`: a new thread begins with an empty
context. From 3.14 on a thread can be given one, which is not the default everywhere.
"""

import contextlib
import threading
from collections.abc import Callable

from robot_cherrypy.patches.replacements import Replacements

Surroundings = contextlib.AbstractContextManager[None]


def surrounded_threads(
    replacements: Replacements, surroundings_of: Callable[[threading.Thread], Surroundings | None]
) -> None:
    """Run each thread that is started from now on inside a context manager of its own.

    Args:
        replacements: How the patch is put in place.
        surroundings_of: Called with the new thread on the thread that starts it. Returns the
            context manager, which the new thread enters and leaves, or None for no such thing.
    """
    original = threading.Thread.start

    def start(thread: threading.Thread) -> None:
        surroundings = surroundings_of(thread)
        if surroundings is not None:
            _surround(thread, surroundings)
        original(thread)

    replacements.set(threading.Thread, "start", start)


def _surround(thread: threading.Thread, surroundings: Surroundings) -> None:
    run = thread.run

    def surrounded_run() -> None:
        with surroundings:
            run()

    thread.run = surrounded_run  # type: ignore[method-assign]
