"""Whether the failure of a keyword is handled by a keyword or structure around it."""

from collections.abc import Iterable
from typing import Any

# Keywords of BuiltIn that look at the failure of what they run, or run it again.
_HANDLING = frozenset(
    {
        "Run Keyword And Expect Error",
        "Run Keyword And Ignore Error",
        "Run Keyword And Return Status",
        "Run Keyword And Warn On Failure",
        "Wait Until Keyword Succeeds",
    }
)


def is_expected(around: Iterable[tuple[Any, Any, Any]]) -> bool:
    """Whether a failure ends inside of what is around it, and may fail no test.

    Args:
        around: Data, result and implementation of each keyword and structure that is running, as
            Robot's execution context has them.
    """
    return any(_handles(data, result) for data, result, _implementation in around)


def _handles(data: Any, result: Any) -> bool:
    if result.type == "TRY":
        return any(branch.type == "EXCEPT" for branch in data.parent.body)
    is_keyword = result.type in {"KEYWORD", "SETUP", "TEARDOWN"}
    return is_keyword and result.owner == "BuiltIn" and result.name in _HANDLING
