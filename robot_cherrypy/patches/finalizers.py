"""Errors in finalizers, which Python only prints.

Upstream: Python 3.11 to 3.14, the module `sys`, `unraisablehook`.
"""

import sys
from collections.abc import Callable
from typing import Any

from robot_cherrypy.patches.replacements import Replacements


def observed_finalizers(
    replacements: Replacements, observe: Callable[[BaseException | None], None]
) -> None:
    """Tell of each exception that cannot be raised, such as that of a `__del__`.

    Args:
        replacements: How the patch is put in place.
        observe: Called with the exception, on the thread where it came.
    """
    original = sys.unraisablehook

    def hook(unraisable: Any) -> None:
        observe(unraisable.exc_value)
        original(unraisable)

    replacements.set(sys, "unraisablehook", hook)
