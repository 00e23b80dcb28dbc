"""Finds Django's handler in an application that wraps it, such as Channels' or Sentry's."""

import functools
import inspect
import sys
from collections.abc import Iterator
from typing import Any

# How many applications may stand around a handler: projects have one to three.
_DEPTH = 8

# By which key routers by protocol, such as Channels' `ProtocolTypeRouter`, have what serves HTTP.
_HTTP = "http"


def wraps_project(application: Any) -> bool:
    """Whether an application is or wraps a Django handler, or is one that the settings name.

    Followed are attributes, closures, globals of functions, and the key `http` of dictionaries, but
    no other collections: an application that has Django below one of its paths is no wrapper.
    """
    conf: Any = sys.modules.get("django.conf")
    if conf is None or not conf.settings.configured or not callable(application):
        return False
    if any(application is named for named in _named(conf.settings)):
        return True
    level, seen = [application], {id(application)}
    for _ in range(_DEPTH):
        if any(_is_handler(node) for node in level):
            return True
        children = [child for node in level for child in _inside(node)]
        level = [child for child in children if id(child) not in seen]
        seen.update(map(id, level))
    return False


def _named(settings: Any) -> Iterator[Any]:
    """Yield the applications that the settings name, if they are imported."""
    for setting in ("WSGI_APPLICATION", "ASGI_APPLICATION"):
        module, _, name = str(getattr(settings, setting, None) or "").rpartition(".")
        if hasattr(sys.modules.get(module), name):
            yield getattr(sys.modules[module], name)


def _is_handler(value: Any) -> bool:
    return any(cls.__module__.startswith("django.core.handlers.") for cls in type(value).__mro__)


def _inside(node: Any) -> Iterator[Any]:
    """Yield the callables, and dictionaries with HTTP, that an application holds."""
    for value in _held_by(node):
        if callable(value) and not isinstance(value, type):
            yield value
        elif isinstance(value, dict) and callable(value.get(_HTTP)):
            yield value[_HTTP]


def _held_by(node: Any) -> Iterator[Any]:
    if isinstance(node, functools.partial):
        yield from (node.func, *node.args, *node.keywords.values())
    yield getattr(node, "__self__", None)
    yield from getattr(node, "__dict__", {}).values()
    for cls in type(node).__mro__:
        slots = vars(cls).get("__slots__", ())
        for name in (slots,) if isinstance(slots, str) else slots:
            yield getattr(node, name, None)
    function = getattr(node, "__func__", node)
    if inspect.isfunction(function):
        variables = inspect.getclosurevars(function)
        yield from (*variables.nonlocals.values(), *variables.globals.values())
