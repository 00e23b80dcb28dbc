"""Checks the notes that clients send."""

from dataclasses import dataclass
from typing import Any

from sample_app.notes.models import TITLE_LENGTH
from sample_app.notes.problems import Problem

# In characters. A note of ASCII characters of that length fits into HAProxy's buffer of 16 kB, so
# that HAProxy can repeat the request.
_TEXT_LENGTH = 10_000


@dataclass(frozen=True)
class Draft:
    """A note before it is stored."""

    title: str
    text: str


def read(data: Any) -> Draft:
    """Return the note in the JSON that a client sent.

    Raises:
        Problem: 422, with a message for each field that is wrong.
    """
    if not isinstance(data, dict):
        raise Problem(422, "Send a JSON object with 'title' and 'text'.")
    title, text = data.get("title", ""), data.get("text", "")
    errors = dict.fromkeys(data.keys() - {"title", "text"}, "There is no such field.")
    errors |= _errors("title", title, TITLE_LENGTH) | _errors("text", text, _TEXT_LENGTH)
    if "title" not in errors and not title.strip():
        errors["title"] = "A note needs a title."
    if errors:
        raise Problem(422, " ".join(errors.values()), errors=errors)
    return Draft(title.strip(), text)


def _errors(name: str, value: Any, longest: int) -> dict[str, str]:
    if not isinstance(value, str):
        return {name: f"The {name} has to be text."}
    if len(value) > longest:
        return {name: f"The {name} has {len(value)} characters, and {longest} are allowed."}
    if not is_storable(value):
        return {name: f"The {name} has a character that cannot be stored."}
    return {}


def is_storable(text: str) -> bool:
    """Whether there is no NUL, which PostgreSQL refuses, and no lone surrogate."""
    return "\0" not in text and not any("\ud800" <= character <= "\udfff" for character in text)
