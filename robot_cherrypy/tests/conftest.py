"""What holds for all tests together."""

import os
import signal
import sys
import threading
import time

GRACE = 5  # seconds for threads that are about to end


def pytest_configure():
    """Heed signals that `nohup` or a shell's `&` have us ignore: what the tests start is to."""
    for number, handler in {
        signal.SIGINT: signal.default_int_handler,
        signal.SIGHUP: signal.SIG_DFL,
    }.items():
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, handler)


def pytest_unconfigure():
    """Fail, rather than hang for ever, when a test has left a thread that nobody ends."""
    deadline = time.monotonic() + GRACE
    while (left := _threads_left()) and time.monotonic() < deadline:
        left[0].join(0.1)
    if left:
        names = ", ".join(thread.name for thread in left)
        sys.stderr.write(f"Threads were left behind: {names}\n")
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(1)


def _threads_left():
    return [
        thread
        for thread in threading.enumerate()
        if thread is not threading.main_thread() and not thread.daemon
    ]
