"""Ending a thread that does not end by itself."""

import ctypes
import sys
import threading


class Interrupted(SystemExit):
    """Raised in a page handler that still runs when its server stops."""


def interrupt(thread: int) -> None:
    """Raise `Interrupted` in a thread at its next bytecode.

    A thread inside a C function, such as `time.sleep`, gets it when that returns.

    Args:
        thread: The identifier of the thread, as `threading.get_ident` returns it.
    """
    # Python/C API reference, PyThreadState_SetAsyncExc.
    raise_in, error = ctypes.pythonapi.PyThreadState_SetAsyncExc, ctypes.py_object(Interrupted)
    raise_in(ctypes.c_ulong(thread), error)
    # Python 3.11 has one flag for what is pending in all threads. While it is set, a thread that is
    # profiled or traced does not get past the entry of any function (`DO_TRACING` in CPython 3.11's
    # `Python/ceval.c`). To handle one here takes it back; the other thread sets it again when it
    # returns to Python.
    if sys.version_info < (3, 12):
        try:
            raise_in(ctypes.c_ulong(threading.get_ident()), error)
            while True:
                pass
        except Interrupted:
            pass
