"""`cherrypy.serving` in a context variable instead of a `threading.local`.

Upstream: CherryPy 18.10, `cherrypy/__init__.py`, `_Serving`. The original keeps the current request
and response by thread. On an event loop many requests share a thread, so each needs its own, which
its context has. The class is changed and not the object, because other modules have imported the
object (`from cherrypy import serving`).
"""

from contextvars import ContextVar
from typing import Any

import cherrypy

from robot_cherrypy.patches.replacements import Replacements


class _Slots:
    """The attributes of `cherrypy.serving` for one request, such as `request` and `session`."""

    request = cherrypy._Serving.request  # noqa: SLF001
    response = cherrypy._Serving.response  # noqa: SLF001


# For a context without a request.
_OUTSIDE = _Slots()
_current: ContextVar[_Slots] = ContextVar("cherrypy.serving", default=_OUTSIDE)


def owner() -> object | None:
    """Return an object that identifies the request of this context, or None without a request."""
    slots = _current.get()
    return None if slots is _OUTSIDE else slots


def _own() -> _Slots:
    slots = _current.get()
    if slots is _OUTSIDE:
        slots = _Slots()
        _current.set(slots)
    return slots


def _load(_serving: Any, request: Any, response: Any) -> None:
    slots = _Slots()
    slots.request = request
    slots.response = response
    _current.set(slots)


def _clear(_serving: Any) -> None:
    # The slots are emptied and not replaced: a task that outlives its request has a copy of the
    # context, with the same slots, and must not see the request any more.
    slots = _current.get()
    if slots is not _OUTSIDE:
        vars(slots).clear()


def _getattr(_serving: Any, name: str) -> Any:
    try:
        return getattr(_current.get(), name)
    except AttributeError:
        raise AttributeError(f"cherrypy.serving has no {name!r} here") from None


def _setattr(_serving: Any, name: str, value: Any) -> None:
    setattr(_own(), name, value)


def _delattr(_serving: Any, name: str) -> None:
    delattr(_own(), name)


def context_serving(replacements: Replacements) -> None:
    """Give every context, instead of every thread, its own request and response."""
    cls = cherrypy._Serving  # noqa: SLF001
    replacements.set(
        cls,
        "request",
        property(
            lambda _self: _current.get().request,
            lambda _self, value: setattr(_own(), "request", value),
            lambda _self: delattr(_own(), "request"),
        ),
    )
    replacements.set(
        cls,
        "response",
        property(
            lambda _self: _current.get().response,
            lambda _self, value: setattr(_own(), "response", value),
            lambda _self: delattr(_own(), "response"),
        ),
    )
    for name, function in {
        "load": _load,
        "clear": _clear,
        "__getattr__": _getattr,
        "__setattr__": _setattr,
        "__delattr__": _delattr,
    }.items():
        replacements.set(cls, name, function)
