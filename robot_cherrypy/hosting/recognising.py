"""Telling WSGI and ASGI callables from each other and from everything else."""

import inspect
from typing import Any, Literal

Interface = Literal["wsgi", "asgi"]

_POSITIONAL = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


def kind_of(thing: Any) -> Interface | None:
    """Return which interface an object has, or None.

    A WSGI callable takes an environment and a `start_response` (PEP 3333); an ASGI callable takes
    scope, receive and send, and is a coroutine function (ASGI specification, 3.0).
    """
    if not callable(thing) or inspect.isclass(thing):
        return None
    called = thing if inspect.isroutine(thing) else type(thing).__call__
    required = required_arguments(thing)
    if inspect.iscoroutinefunction(called) or required == ["scope", "receive", "send"]:
        return "asgi" if len(required) == 3 else None
    return "wsgi" if len(required) == 2 else None


def required_arguments(thing: Any) -> list[str]:
    """Return the names of the positional arguments that a call cannot leave out."""
    try:
        parameters = inspect.signature(thing).parameters.values()
    except (TypeError, ValueError):
        return []
    return [p.name for p in parameters if p.kind in _POSITIONAL and p.default is p.empty]
