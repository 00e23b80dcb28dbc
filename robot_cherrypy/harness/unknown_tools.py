"""Tools that a configuration names and that do not exist: each page that needs one fails."""

from collections.abc import Iterator, Mapping
from types import ModuleType, NoneType
from typing import Any

import cherrypy
from cherrypy import Application
from cherrypy._cptree import Tree

from robot_cherrypy.errors import suggest_alike

# How deep a tree of page handlers is searched, and how many objects of it. Larger ones are made by
# programs, and their configuration is no typing mistake.
_DEEPEST, _MOST = 10, 2_000

_NO_BRANCHES = (str, bytes, int, float, list, tuple, dict, set, property, ModuleType, NoneType)


def unknown_tools(tree: Tree) -> list[str]:
    """Return a sentence about each tool that is switched on in a tree and does not exist.

    Tools may be made until a server has started; after that is the time to look.
    """
    found: dict[str, None] = {}
    for application in tree.apps.values():
        if isinstance(application, Application):
            for place, configuration in _configurations(application):
                for sentence in _sentences(application, place, configuration):
                    found.setdefault(sentence)
    return list(found)


def _sentences(
    application: Application, place: str, configuration: Mapping[str, Any]
) -> Iterator[str]:
    """Yield a sentence for each unknown tool that a part of a configuration switches on."""
    for key, value in configuration.items():
        toolbox_name, _, rest = str(key).partition(".")
        toolbox = application.toolboxes.get(toolbox_name)
        name, _, argument = rest.partition(".")
        if toolbox is None or not name or hasattr(toolbox, name):
            continue
        if argument == "on" and value:
            hint = suggest_alike(name, vars(toolbox))
            yield f"{place} switches on {key}, and there is no tool '{name}'.{hint}"


def _configurations(application: Application) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the parts of an application's configuration, with the places where they stand."""
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
