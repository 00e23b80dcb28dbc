"""Ending a thread that does not end by itself."""

import ctypes


class Interrupted(SystemExit):
    """Raised into a page handler that outlived its server."""


def interrupt(thread: int) -> None:
    """Raise `Interrupted` in a thread at its next bytecode.

    A thread inside a C function, such as `time.sleep`, gets it when that returns.

    Args:
        thread: Its `threading.get_ident()`.
    """
    # Python/C API reference, PyThreadState_SetAsyncExc.
    ctypes.pythonapi.PyThreadState_SetAsyncExc(
        ctypes.c_ulong(thread), ctypes.py_object(Interrupted)
    )
