"""Ending a thread that does not end by itself."""

import ctypes


class Interrupted(SystemExit):
    """Raised in a page handler that still runs when its server stops."""


def interrupt(thread: int) -> None:
    """Raise `Interrupted` in a thread at its next bytecode.

    A thread inside a C function, such as `time.sleep`, gets it when that returns.

    Args:
        thread: The identifier of the thread, as `threading.get_ident` returns it.
    """
    # Python/C API reference, PyThreadState_SetAsyncExc.
    ctypes.pythonapi.PyThreadState_SetAsyncExc(
        ctypes.c_ulong(thread), ctypes.py_object(Interrupted)
    )
