"""The document of a page, as scripts in the page read it without changing anything."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


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
