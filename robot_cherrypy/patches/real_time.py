"""Python's functions for the time return the real or the moved time, depending on the caller.

Upstream: Python 3.11 to 3.13, the modules `time` and `datetime`. time-machine 3.6 replaces their
functions, for the whole process, by ones that ask its current traveller for the time.
"""

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

from robot_cherrypy.patches.replacements import Replacements


def time_by_caller(
    replacements: Replacements, traveller: Any, time_ns: Callable[[int, FrameType], int]
) -> None:
    """Let a function tell the time in place of a traveller.

    Args:
        replacements: How the patch is put in place.
        traveller: What `time_machine.travel.start` returns.
        time_ns: Gets the real time and the frame that calls `time.time()` or its like, and returns
            the time that this is told, all in nanoseconds since 1970.
    """
    from time_machine import escape_hatch  # noqa: PLC0415 - an extra

    def told() -> int:
        # The caller is the frame below: the functions of time-machine are written in C.
        return time_ns(escape_hatch.time.time_ns(), sys._getframe(1))  # noqa: SLF001 - documented

    replacements.set(traveller, "time_ns", told)
