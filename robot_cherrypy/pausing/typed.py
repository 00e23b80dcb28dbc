"""Lines that are typed in a pause: what Robot Framework runs, or variables that are shown."""

import re
from typing import Any

from robot.errors import DataError, ExecutionStatus
from robot.running import TestSuite
from robot.running.context import EXECUTION_CONTEXTS
from robot.utils import prepr

# A variable alone, also with an item or an attribute: `${row}[name]`, `${page.title}`.
_VARIABLE = re.compile(r"[$@&]\{[^}]+\}(\[[^]]*\])*")

# How much of a value is shown, in characters: two screens.
_LONGEST = 4_000


def run_line(line: str, parent: Any) -> list[str]:
    """Run what a line says, as if it stood in the test at this place.

    Args:
        line: As in a suite: cells are separated by two or more blanks.
        parent: The result that gets those of the keywords, for the log.

    Returns:
        Lines that tell what came of it.
    """
    context = EXECUTION_CONTEXTS.current
    if _VARIABLE.fullmatch(line):
        return [_shown(context.variables, line)]
    status = context.test.status if context.test else None
    told: list[str] = []
    try:
        for item in _parsed(line):
            value = item.run(parent, context)
            if value is not None and not item.assign:  # what is assigned, Robot logs
                told.append(_short(value))
    except (DataError, ExecutionStatus) as error:
        told.append(f"FAIL: {error.message}{_advice(line, error.message)}")
    finally:
        if context.test:
            context.test.status = status
    return told


def _parsed(line: str) -> Any:
    """Return the items of a body that a line consists of."""
    suite = TestSuite.from_string(f"*** Test Cases ***\nTyped\n    {line}\n")
    return suite.tests[0].body


def _shown(variables: Any, name: str) -> str:
    try:
        return _short(variables.replace_scalar(f"${name[1:]}"))
    except DataError as error:
        return f"FAIL: {error.message}"


def _short(value: Any) -> str:
    text = prepr(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]} ... ({len(text)} characters)"


def _advice(line: str, message: str) -> str:
    """Return a hint for those who separate cells by a single blank."""
    if "No keyword with name" in message and " " in line and "  " not in line:
        return "\n(Two blanks or more separate a keyword and its arguments.)"
    return ""
