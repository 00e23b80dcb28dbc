"""`breakpoint()` opens a debugger that reads from the terminal, and not from what Robot captures.

Upstream: Python 3.11 to 3.13, the module `sys`, `breakpointhook` in it.
"""

import sys
from collections.abc import Callable
from typing import Any

from robot_cherrypy.patches.replacements import Replacements


def breakpoint_hook(replacements: Replacements, debugger: Callable[..., Any]) -> None:
    """Have `breakpoint()` call a debugger, unless another one has come first, such as debugpy."""
    if sys.breakpointhook is sys.__breakpointhook__:
        replacements.set(sys, "breakpointhook", debugger)
