"""Patches that are put in place only on CherryPy code that they know.

A patch that contains a changed copy of CherryPy's code is wrong as soon as CherryPy changes that
code. So it is left out, with a warning, unless the source has a digest that is on file.
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
from robot_cherrypy.patches.replacements import Replacements

_ONLY_SLOWER = "CherryPy works without it, only slower."


class UnknownSourceWarning(UserWarning):
    """A patch was left out because CherryPy's code is not the code it was written for."""


@dataclass(frozen=True)
class Patch:
    """A patch, and the code that it was written for.

    Args:
        name: By which users can leave it out.
        upstream: The functions and classes that it replaces or relies on, each as
            `module:Class.function`.
        apply: Puts it in place.
        consequence: A sentence on what happens without it.
    """

    name: str
    upstream: tuple[str, ...]
    apply: Callable[[Replacements], None]
    consequence: str

    def unknown(self) -> list[str]:
        """Return those names of `upstream` whose source is not on file."""
        return [
            name
            for name in self.upstream
            if digest(name) not in {known.get(name) for known in DIGESTS.values()}
        ]


def patch(
    *upstream: str, consequence: str = _ONLY_SLOWER
) -> Callable[[Callable[[Replacements], None]], Patch]:
    """Make a `Patch` of the function that puts it in place."""

    def decorate(function: Callable[[Replacements], None]) -> Patch:
        return Patch(function.__name__, upstream, function, consequence)

    return decorate


def digest(name: str) -> str:
    """Return a digest of the source of `module:Class.function`, or '' if there is none."""
    module, _, path = name.partition(":")
    try:
        return _digest(functools.reduce(_member, path.split("."), importlib.import_module(module)))
    except (AttributeError, KeyError, OSError, TypeError):
        return ""


@functools.cache  # reading a source takes a millisecond, and servers start and stop often
def _digest(code: Any) -> str:
    return hashlib.sha256(inspect.getsource(code).encode()).hexdigest()[:16]


def _member(owner: Any, name: str) -> Any:
    member = vars(owner)[name]
    return member.__func__ if isinstance(member, classmethod | staticmethod) else member


def apply_known(
    replacements: Replacements, patches: Iterable[Patch], *, without: Collection[str] = ()
) -> list[str]:
    """Put patches in place, and warn of those that do not know the installed CherryPy.

    Args:
        replacements: How they are put in place.
        patches: The patches.
        without: The names of patches to leave out.

    Returns:
        The names of the patches that are active.
    """
    applied = []
    # Looked at before the first one is applied, as a patch may replace what another relies on.
    checked = [(patch, patch.unknown()) for patch in patches if patch.name not in without]
    for patch, unknown in checked:
        if unknown:
            warnings.warn(
                f"Patch {patch.name!r} was left out: it does not know this source of "
                f"{', '.join(unknown)}. {patch.consequence}",
                UnknownSourceWarning,
                stacklevel=3,
            )
            continue
        patch.apply(replacements)
        applied.append(patch.name)
    return applied
