"""Patches that replace CherryPy's code by faster code, and the check that they know that code.

A patch that does not find the source it was written against leaves CherryPy as it is and says so:
what it would put there might be wrong by now.
"""

import functools
import hashlib
import importlib
import inspect
import warnings
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Any

from robot_cherrypy.patches.digests import DIGESTS
from robot_cherrypy.patches.replacing import Replacements


class UnknownSourceWarning(UserWarning):
    """A patch was left out because CherryPy's code is not the code it was written for."""


@dataclass(frozen=True)
class Patch:
    """One replacement of CherryPy's code by code that does the same with less work."""

    name: str
    upstream: tuple[str, ...]
    apply: Callable[[Replacements], None]

    def unknown(self) -> list[str]:
        """Return those of the functions it replaces or relies on whose source it does not know."""
        return [name for name in self.upstream if digest(name) not in DIGESTS.get(name, ())]


def patch(*upstream: str) -> Callable[[Callable[[Replacements], None]], Patch]:
    """Make a `Patch` of a function that puts it in.

    Args:
        upstream: What it replaces or relies on, as `module:Class.function`.
    """

    def decorate(function: Callable[[Replacements], None]) -> Patch:
        return Patch(function.__name__, upstream, function)

    return decorate


def digest(name: str) -> str:
    """Return a digest of the source of `module:Class.function`, or '' if there is none."""
    module, _, path = name.partition(":")
    try:
        return _digest(functools.reduce(_member, path.split("."), importlib.import_module(module)))
    except (AttributeError, KeyError, OSError, TypeError):
        return ""


@functools.cache  # finding a source takes a millisecond, and servers start and stop often
def _digest(code: Any) -> str:
    return hashlib.sha256(inspect.getsource(code).encode()).hexdigest()[:16]


def _member(owner: Any, name: str) -> Any:
    found = vars(owner)[name]
    return found.__func__ if isinstance(found, classmethod | staticmethod) else found


def install(
    patches: Iterable[Patch], replacements: Replacements, *, without: Collection[str] = ()
) -> list[str]:
    """Put patches in, and return the names of those that are in effect.

    Args:
        patches: The patches.
        replacements: Remembers how to take them out again.
        without: The names of patches to leave out.
    """
    installed = []
    wanted = [(one, one.unknown()) for one in patches if one.name not in without]
    for one, unknown in wanted:
        if unknown:
            warnings.warn(
                f"Patch {one.name!r} was left out: it does not know this source of "
                f"{', '.join(unknown)}. CherryPy works without it, only slower.",
                UnknownSourceWarning,
                stacklevel=3,
            )
            continue
        one.apply(replacements)
        installed.append(one.name)
    return installed
