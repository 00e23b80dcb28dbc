"""A stand-in for `multiprocessing` while uvicorn is imported, where Python has none.

Upstream: uvicorn 0.54, `uvicorn/_subprocess.py` and `uvicorn/supervisors/multiprocess.py`. They
import it for the supervisor of uvicorn's command line, which is not used here. Python for Android
and iOS comes without it.
"""

import importlib
import sys
from types import ModuleType
from typing import Any

from robot_cherrypy.patches.replacements import Replacements

_NAMES = ("multiprocessing", "multiprocessing.context")


class _StandIn(ModuleType):
    """A module that has every name, each for a class that is never used."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return type(name, (), {"__init__": lambda self, *args: None})  # noqa: ARG005 - accepts any


def multiprocessing_stand_in(replacements: Replacements) -> None:
    """Add stand-ins to `sys.modules` if `multiprocessing` cannot be imported."""
    try:
        importlib.import_module(_NAMES[-1])
    except ImportError:
        for name in _NAMES:
            replacements.add_item(sys.modules, name, _StandIn(name))
