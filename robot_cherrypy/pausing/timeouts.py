"""Robot's time-outs of tests and keywords, which a pause stops."""

import contextlib
import signal
import time
from collections.abc import Iterator

from robot.running.context import EXECUTION_CONTEXTS
from robot.running.timeouts.posix import PosixRunner


@contextlib.contextmanager
def stopped_timeouts() -> Iterator[None]:
    """Let no time-out of Robot Framework count for the time of a `with` block.

    It has one timer for the running keyword, and compares the times of tests and keywords before it
    runs the next one (`robot/running/timeouts`, 7.5). This may be another thread than Robot's.
    """
    context = EXECUTION_CONTEXTS.current
    timeouts = list(context.timeouts) if context is not None else []
    began = time.time()
    left, _interval = signal.setitimer(signal.ITIMER_REAL, 0)
    try:
        yield
    finally:
        paused = time.time() - began
        for timeout in timeouts:
            timeout.start_time += paused
        if left:
            _restart_timer(left)


def _restart_timer(seconds: float) -> None:
    """Start the timer again, unless the keyword that it is for has ended.

    Where nobody waits for it, its signal would end the process.
    """
    if _is_timed():
        signal.setitimer(signal.ITIMER_REAL, seconds)
        if not _is_timed():
            signal.setitimer(signal.ITIMER_REAL, 0)


def _is_timed() -> bool:
    return bool(PosixRunner._started)  # noqa: SLF001 - the only sign of it


@contextlib.contextmanager
def untimed_keywords() -> Iterator[None]:
    """Let keywords that are run in a `with` block have no time-outs but their own.

    Only on the thread that runs the test.
    """
    context = EXECUTION_CONTEXTS.current
    with stopped_timeouts(), context.paused_timeouts:
        context.timeouts, timeouts = [], context.timeouts
        try:
            yield
        finally:
            context.timeouts = timeouts
