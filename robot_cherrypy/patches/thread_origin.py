"""Threads that know for whom they were started.

Upstream: `Thread` in `threading.py`, Python 3.11 to 3.13; from 3.14 on a thread can be given a
context.
"""

import contextlib
import threading
from collections.abc import Callable, Iterator
from typing import Any

Surroundings = contextlib.AbstractContextManager[Any]


@contextlib.contextmanager
def surrounded(
    surroundings_of: Callable[[threading.Thread], Surroundings | None],
) -> Iterator[None]:
    """Ask, where a thread is started, for a context manager to run its work in.

    Args:
        surroundings_of: Called on the starting thread with the new one. The new one enters and
            leaves what it returns.
    """
    original = threading.Thread.start

    def start(self: threading.Thread) -> None:
        surroundings = surroundings_of(self)
        if surroundings is not None:
            _surround(self, surroundings)
        original(self)

    threading.Thread.start = start  # type: ignore[method-assign]
    try:
        yield
    finally:
        threading.Thread.start = original  # type: ignore[method-assign]


def _surround(thread: threading.Thread, surroundings: Surroundings) -> None:
    run = thread.run

    def surrounded_run() -> None:
        with surroundings:
            run()

    thread.run = surrounded_run  # type: ignore[method-assign]
