"""Arguments of keywords with the values that their variables have."""

import re
from typing import Any

from robot.errors import RobotError
from robot.libraries.BuiltIn import BuiltIn, RobotNotRunningError

from robot_cherrypy.evidence.secret_names import is_secret_name
from robot_cherrypy.traffic.text import as_text

# A variable by its name alone. Others, such as `${order.total}` and `${{clock()}}`, run code.
_VARIABLE = re.compile(r"(?<!\\)[$@]\{([^\W\d][\w ]*)\}(?!\[)")

# How much of a value is kept, in characters: many times what the timeline shows of it, so that a
# secret at the end of what is shown is known as a whole and masked.
_LONGEST_VALUE = 2_000

# How many items of a list are shown.
_MOST_ITEMS = 10

_SIMPLE = (str, int, float, bool, bytes, type(None))


def with_values(arguments: tuple[str, ...]) -> tuple[str, ...]:
    """Return arguments with the values of variables that are texts, numbers, or lists of these.

    Variables whose names tell that they are secrets stay names, and so do all others: dictionaries
    are what suites keep accounts in.

    Args:
        arguments: As the suite has them.
    """
    return tuple(
        _VARIABLE.sub(_value, argument) if "{" in argument else argument for argument in arguments
    )


def _value(variable: re.Match[str]) -> str:
    if is_secret_name(variable[1], of_parameter=True):
        return variable[0]
    try:
        builtin: Any = BuiltIn()
        value = builtin.get_variable_value(f"${{{variable[1]}}}", _UNKNOWN)
    except (RobotError, RobotNotRunningError):
        return variable[0]
    shown = _shown(value)
    if shown is None:
        return variable[0]
    return shown if len(shown) <= _LONGEST_VALUE else f"{shown[:_LONGEST_VALUE]}…"


_UNKNOWN = object()


def _shown(value: Any) -> str | None:
    """Return a value as text, without running code of an application; None for an object."""
    if type(value) in _SIMPLE:
        return as_text(value)
    is_list = type(value) in {list, tuple} and all(type(item) in _SIMPLE for item in value)
    if not is_list:
        return None
    more = ["…"] if len(value) > _MOST_ITEMS else []
    return "  ".join([*map(as_text, value[:_MOST_ITEMS]), *more])
