"""Importing uvicorn where Python has no `multiprocessing`, as on phones.

uvicorn imports it for the supervisor of its command line, which we do not use
(`uvicorn/_subprocess.py` and `uvicorn/supervisors/multiprocess.py`, 0.54).
"""

import contextlib
import importlib
import sys
from collections.abc import Iterator
from types import ModuleType
from typing import Any

_NAMES = ("multiprocessing", "multiprocessing.context")


class _StandIn(ModuleType):
    """A module in which every name stands for a class that is never used."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return type(name, (), {"__init__": lambda self, *args: None})  # noqa: ARG005


@contextlib.contextmanager
def importable_without() -> Iterator[None]:
    """Let modules be imported that import `multiprocessing` and do without it."""
    try:
        importlib.import_module(_NAMES[-1])
    except ImportError:
        sys.modules.update({name: _StandIn(name) for name in _NAMES})
        try:
            yield
        finally:
            for name in _NAMES:
                del sys.modules[name]
    else:
        yield
