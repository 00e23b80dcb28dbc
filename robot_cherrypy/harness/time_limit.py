"""A time limit for code of an application that the main thread calls, such as a listener."""

import contextlib
import signal
import threading
import time
from collections.abc import Iterator
from types import FrameType

from robot_cherrypy.stacks import stack_of

# The least that is left of somebody else's alarm, in seconds: 0 would switch it off.
_AT_ONCE = 0.001


class OverdueError(BaseException):
    """Code took too long. Not an `Exception`, which the code might handle as one of its own."""

    def __init__(self, stack: str) -> None:
        super().__init__()
        self.stack = stack


@contextlib.contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Interrupt what the main thread does meanwhile if it takes longer.

    Other threads, and Windows, have no limit: only a signal interrupts code that waits outside of
    Python. An alarm of somebody else that comes earlier, such as a time-out of Robot Framework, is
    left alone, and a later one is set again.

    Raises:
        OverdueError: It took longer; the error has the stack.
    """
    if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "SIGALRM"):
        yield
        return
    begin, (left, _interval) = time.monotonic(), signal.getitimer(signal.ITIMER_REAL)
    if 0 < left <= seconds:
        yield
        return
    handler = signal.signal(signal.SIGALRM, _interrupt)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, signal.SIG_DFL if handler is None else handler)
        if left:
            rest = left - (time.monotonic() - begin)
            signal.setitimer(signal.ITIMER_REAL, max(rest, _AT_ONCE))


def _interrupt(_signal: int, frame: FrameType | None) -> None:
    raise OverdueError(stack_of(frame))
