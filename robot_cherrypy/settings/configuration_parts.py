"""The parts of an application's configuration, wherever they stand."""

from collections.abc import Iterator, Mapping
from types import ModuleType, NoneType
from typing import Any

import cherrypy
from cherrypy import Application

# How deep a tree of page handlers is searched, and how many objects of it. Larger ones are made by
# programs, and their configuration is no typing mistake.
_DEEPEST, _MOST = 10, 2_000

_NO_BRANCHES = (str, bytes, int, float, list, tuple, dict, set, property, ModuleType, NoneType)


def configuration_parts(application: Application) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the parts of an application's configuration, with the places where they stand.

    The global configuration is the first.
    """
    yield "The global configuration", cherrypy.config
    for section, entries in application.config.items():
        if isinstance(entries, Mapping):
            yield f"Section [{section}] of the configuration", entries
    for place, handler in _handlers(application.root):
        entries = _attributes(handler).get("_cp_config")
        if isinstance(entries, Mapping):
            yield f"The configuration of {place}", entries


def _handlers(root: Any) -> Iterator[tuple[str, Any]]:
    """Yield a tree's objects and their functions, with names such as `Shop.index`."""
    waiting, seen = [(type(root).__name__, root, 0)], {id(root)}
    while waiting and len(seen) < _MOST:
        name, node, depth = waiting.pop()
        yield name, node
        if depth == _DEEPEST or isinstance(node, type):
            continue
        for attribute, value in _attributes(node).items():
            if not attribute.startswith("__") and _is_branch(value) and id(value) not in seen:
                seen.add(id(value))
                waiting.append((f"{name}.{attribute}", value, depth + 1))


def _attributes(node: Any) -> dict[str, Any]:
    """Return what an object and its classes have, without calling properties."""
    parts = [vars(each) for each in reversed(type(node).__mro__) if each is not object]
    attributes: dict[str, Any] = {}
    for part in [*parts, getattr(node, "__dict__", {})]:
        attributes.update(part)  # at once: other threads may change it
    return attributes


def _is_branch(value: Any) -> bool:
    """Whether an object may be a part of the tree."""
    return not isinstance(value, _NO_BRANCHES)
