"""Which interface a callable has: WSGI, ASGI or neither."""

import inspect
from collections.abc import Callable, Iterator
from typing import Any, Literal

_Interface = Literal["wsgi", "asgi"]

_POSITIONAL = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)

# How many arguments an application gets: environ and start_response, or scope, receive and send.
_WSGI_ARGUMENTS, _ASGI_ARGUMENTS = 2, 3

# How many wrappers are looked through for what they wrap. Middleware nests a few levels.
_DEPTH = 10


def interface_of(application: Any) -> _Interface | None:
    """Return the interface of an application, or None if it has neither.

    A WSGI callable has two arguments (PEP 3333), an ASGI callable three (ASGI specification, 3.0).
    A class whose instances are iterable is a WSGI callable, too (PEP 3333, `AppClass`). A wrapper
    that passes on whatever arguments it gets has the interface of what it wraps.
    """
    return _interface_of(application, _DEPTH)


def _interface_of(application: Any, depth: int) -> _Interface | None:
    if not callable(application) or not depth:
        return None
    required = len(required_arguments(application))
    is_class = inspect.isclass(application)
    is_coroutine = inspect.iscoroutinefunction(_called(application))
    if required == _ASGI_ARGUMENTS and not is_class:
        return "asgi"
    if required == _WSGI_ARGUMENTS and not is_coroutine:
        return "wsgi" if hasattr(application, "__iter__") or not is_class else None
    if required or is_class or not _passes_arguments_on(application):
        return None
    if is_coroutine:
        return "asgi"
    interfaces = (_interface_of(each, depth - 1) for each in _wrapped(application))
    return next(filter(None, interfaces), None)


def required_arguments(function: Any) -> list[str]:
    """Return the names of the positional arguments that a call cannot leave out."""
    return [p.name for p in _parameters(function) if p.kind in _POSITIONAL and p.default is p.empty]


def _called(application: Any) -> Callable[..., Any]:
    """Return the function that a call of an application calls."""
    if inspect.isroutine(application) or inspect.isclass(application):
        return application
    function: Any = type(application).__call__
    # Of an object with slots, `__call__` may be one of them.
    return function.__get__(application, type(application))  # type: ignore[no-any-return]


def _parameters(function: Any) -> list[inspect.Parameter]:
    for called in (function, _called(function)):
        try:
            return list(inspect.signature(called).parameters.values())
        except (TypeError, ValueError):
            continue
    return []


def _passes_arguments_on(function: Any) -> bool:
    return any(each.kind is each.VAR_POSITIONAL for each in _parameters(function))


def _wrapped(wrapper: Any) -> Iterator[Any]:
    """Yield what a wrapper keeps: in the cells of a function, or in the attributes of an object."""
    closure = getattr(wrapper, "__closure__", None) or ()
    for cell in closure:
        try:
            yield cell.cell_contents
        except ValueError:  # it is not filled yet
            continue
    if not inspect.isroutine(wrapper):
        yield from getattr(wrapper, "__dict__", {}).values()
