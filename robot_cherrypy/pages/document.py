"""The document of a page, as scripts in the page read it without changing anything."""

import email
import email.policy
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

# How much of a saved page is read, in characters: what shows a page comes before its pictures.
_LONGEST_SAVED = 4_000_000

# How much of a document is kept, in characters: as much as `snapshot.js` keeps.
_LONGEST = 400_000

_PASSWORD_FIELD = re.compile(r"<input\b[^>]*\btype=\"password\"[^>]*>", re.IGNORECASE)
_VALUE = re.compile(r"(\bvalue=\")([^\"]+)")


def _script(name: str) -> str:
    """Return a script of this package, a function."""
    return (Path(__file__).parent / name).read_text("utf-8").rstrip()


SNAPSHOT = _script("snapshot.js")
PASSWORDS = _script("passwords.js")
CLICK = _script("click.js")


@dataclass(frozen=True)
class Document:
    """The document of a page.

    Attributes:
        html: The document as it is now, with frames and shadow roots, without scripts.
        is_whole: Whether nothing was left out for its length.
        secrets: What was typed into password fields.
        messages: The texts by which the page tells its user something, such as `role=alert`.
        zone: Name of the page's time zone, such as `Europe/Berlin`; empty if unknown.
        east_of_utc: How far its time is ahead of UTC, in minutes.
        time: The time of day that the browser's machine has, in seconds since 1970.
    """

    html: str
    is_whole: bool = True
    secrets: list[str] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)
    zone: str = ""
    east_of_utc: int = 0
    time: float = 0.0

    @classmethod
    def of(cls, values: dict[str, Any]) -> "Document":
        """Return what the script `snapshot.js` has returned."""
        return cls(
            values["html"],
            is_whole=values["whole"],
            secrets=values["secrets"],
            messages=values["messages"],
            zone=values["zone"],
            east_of_utc=values["eastOfUtc"],
            time=values["time"] / 1000,
        )

    @classmethod
    def of_saved(cls, saved: str) -> "Document":
        """Return the document of a page that a browser has saved with its parts, as MHTML.

        It has no scripts, and the values that fields had in the beginning.
        """
        policy = email.policy.default
        message = email.message_from_string(saved[:_LONGEST_SAVED], policy=policy)
        part = next((part for part in message.walk() if not part.is_multipart()), message)
        content = part.get_payload(decode=True)
        html = content.decode("utf-8", "replace") if isinstance(content, bytes) else ""
        fields = _PASSWORD_FIELD.findall(html)
        secrets = [value for field in fields for _, value in _VALUE.findall(field)]
        html = _PASSWORD_FIELD.sub(lambda found: _VALUE.sub(r"\1•••", found[0]), html)
        return cls(html[:_LONGEST], is_whole=len(html) <= _LONGEST, secrets=secrets)
