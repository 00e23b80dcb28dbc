"""What to do about server errors whose own message does not say it."""

import re

import cherrypy

from robot_cherrypy.errors import suggest_alike

# Patterns of "type: message", with the advice.
_ADVICE = (
    (
        re.compile(r"TypeError: 'coroutine' object is not iterable"),
        "Page handlers that are coroutines need server=async.",
    ),
    (
        re.compile(r"AttributeError: .* has no attribute 'session'"),
        "Sessions need tools.sessions.on in the configuration.",
    ),
    (
        re.compile(r"TypeError: '(int|float|bool|NoneType)' object is not iterable"),
        "A page handler returns text, bytes, or an iterable of them.",
    ),
)

_UNKNOWN_TOOL = re.compile(r"AttributeError: 'Toolbox' object has no attribute '(\w+)'")


def advice_for(error: str) -> str:
    """Return a sentence about what to do, empty if the error speaks for itself.

    Args:
        error: Type and message of the error.
    """
    unknown = _UNKNOWN_TOOL.fullmatch(error)
    if unknown:
        return _unknown_tool(unknown[1])
    return next((advice for pattern, advice in _ADVICE if pattern.fullmatch(error)), "")


def _unknown_tool(name: str) -> str:
    hint = suggest_alike(name, vars(cherrypy.tools))
    return f"The configuration names a tool '{name}' that does not exist.{hint}"
