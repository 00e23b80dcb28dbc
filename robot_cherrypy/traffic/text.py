"""Texts of applications, made such that every file and every program can take them."""

from collections.abc import Callable
from typing import Any


def encodable(text: str) -> str:
    r"""Return a text in which half a surrogate pair is written as `\ud83d`.

    Python can hold such a text, as in the name of a file that is not UTF-8, and a client can send
    it in JSON. Robot Framework cannot write it: its run ends, without a report.
    """
    return text.encode("utf-8", "backslashreplace").decode()


def as_text(value: Any) -> str:
    """Return a text as it is, and the `repr` of anything else, even if that raises an error."""
    if isinstance(value, str):
        return encodable(str.__str__(value))
    return text_by(repr, value)


def text_by(function: Callable[[Any], str], value: Any) -> str:
    """Return the text that a function such as `str` makes of a value of an application.

    If it raises an error, the text says so.
    """
    try:
        return encodable(function(value))
    except Exception as error:  # noqa: BLE001 - code of the application, which may raise anything
        name = function.__name__
        return f"<{type(value).__name__}, whose {name} raises {type(error).__name__}>"
