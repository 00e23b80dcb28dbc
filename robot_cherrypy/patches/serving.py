"""`cherrypy.serving` backed by a context variable instead of a thread-local.

CherryPy keeps the request and response being served in a `threading.local` (`cherrypy/__init__.py`,
`_Serving`). On an event loop many requests share a thread, so each needs a place of its own that
follows it: a context variable. The class is changed in place: whoever did `from cherrypy import
serving` long before holds the right object.
"""

from contextvars import ContextVar
from typing import Any

import cherrypy

from robot_cherrypy.patches.replacing import Replacements


class Slots:
    """What a request is served with: `request`, `response`, and what tools add (`session`)."""

    request = cherrypy._Serving.request  # noqa: SLF001
    response = cherrypy._Serving.response  # noqa: SLF001


_OUTSIDE = Slots()  # what a context without a request sees
_current: ContextVar[Slots] = ContextVar("cherrypy.serving", default=_OUTSIDE)


def owner() -> Slots | None:
    """Return what identifies the request of this context, or None outside of one."""
    slots = _current.get()
    return None if slots is _OUTSIDE else slots


def _own() -> Slots:
    slots = _current.get()
    if slots is _OUTSIDE:
        slots = Slots()
        _current.set(slots)
    return slots


def _load(_serving: Any, request: Any, response: Any) -> None:
    slots = Slots()
    slots.request = request
    slots.response = response
    _current.set(slots)


def _clear(_serving: Any) -> None:
    # Tasks that outlive their request share its slots: they go back to seeing no request.
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
    """Let every context, rather than every thread, have its own request and response."""
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
