"""Small pieces of HTML for the report."""

import html
from collections.abc import Mapping
from typing import Any

from robot_cherrypy.evidence.masking import Masker
from robot_cherrypy.traffic.exchange import ServerFailure

_LONGEST_TRACEBACK = 20_000


def number(count: int, what: str) -> str:
    """Write how many of something there are."""
    return f"{count} {what}{'' if count == 1 else 's'}"


def pairs(values: Mapping[str, Any]) -> str:
    """Write names and values, such as headers, in lines."""
    return "<br>".join(
        f"<span class=dim>{text(name)}:</span> <code>{text(str(value))}</code>"
        for name, value in values.items()
    )


def folded_pairs(values: Mapping[str, Any], what: str) -> str:
    """Write names and values below their number."""
    if not values:
        return ""
    summary = f"<summary>{number(len(values), what)}</summary>"
    return f"<details>{summary}{pairs(values)}</details>"


def traceback(failure: ServerFailure, masker: Masker) -> str:
    """Write a traceback, its last line in bold."""
    if not failure.traceback:
        return ""
    shown = text(masker.text(failure.traceback[-_LONGEST_TRACEBACK:].rstrip()))
    before, _, last = shown.rpartition("\n")
    return f"<pre>{before}\n<b>{last}</b></pre>"


def section(title: str, count: int | None, body: str) -> str:
    """Write something that is folded."""
    number = "" if count is None else f" <span class=dim>{count}</span>"
    return f"<details class=more><summary>{text(title)}{number}</summary>{body}</details>"


def offset(seconds: float) -> str:
    """Write how long after the start of the test something was."""
    return f"{seconds * 1000:+9.0f} ms"


def duration(seconds: float) -> str:
    """Write a duration with as many digits as help."""
    if seconds < 0.0995:
        return f"{seconds * 1000:.{0 if seconds >= 0.01 or seconds == 0 else 1}f} ms"
    return f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:.2f} s"


def text(value: str) -> str:
    """Escape a text."""
    return html.escape(value, quote=True)
