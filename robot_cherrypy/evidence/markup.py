"""Small pieces of HTML for the report; texts that they are given are escaped."""

import html
import re
from collections.abc import Iterable

from robot_cherrypy.traffic.text import encodable

# What a page in the report may use: the styles and pictures that it has in itself.
_POLICY = (
    "<meta http-equiv=Content-Security-Policy content=\"default-src 'none';"
    " style-src 'unsafe-inline'; img-src data:; font-src data:\">"
)
_DOCTYPE = "<!DOCTYPE html>"

# How high a page is drawn, in CSS pixels; what is below is reached by scrolling in it.
_HIGHEST = 8_000

# Tags by which a page names other resources, and the address that its own are relative to.
_LOADING_TAG = re.compile(r"<(?:link|base)(?![\w-])", re.IGNORECASE)

# The attribute with pictures of several sizes. Firefox may load one before it knows the policy.
_PICTURES = re.compile(r"(?<![\w-])srcset(?=\s*=)", re.IGNORECASE)


def text(value: str) -> str:
    """Return a text, also for a quoted attribute."""
    return html.escape(encodable(value), quote=True)


def quantity(count: int, noun: str) -> str:
    """Return a number and a noun, such as `1 row` or `2 rows`."""
    return f"{count} {noun}{'' if count == 1 else 's'}"


def offset(seconds: float) -> str:
    """Return a time since the start of the test, in nine places, so that times are aligned."""
    return f"{seconds * 1000:+9.0f} ms"


def duration(seconds: float) -> str:
    """Return a duration, rounded to two or three digits."""
    if seconds < 0.0995:
        return f"{seconds * 1000:.{0 if seconds >= 0.01 or seconds == 0 else 1}f} ms"
    return f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:.2f} s"


def took(seconds: float | None) -> str:
    """Return the duration of a request; it has none while it is in flight."""
    return "in flight" if seconds is None else duration(seconds)


def term_list(terms: Iterable[tuple[str, str]]) -> str:
    """Return names, given as texts, with values, given as HTML; nothing if there are none."""
    items = "".join(f"<dt>{text(name)}<dd>{value}" for name, value in terms)
    return f"<dl>{items}</dl>" if items else ""


def value_list(values: Iterable[tuple[str, str]]) -> str:
    """Return names with values, both given as texts, such as headers; nothing if there are none."""
    return term_list((name, f"<code>{text(value)}</code>") for name, value in values)


def folded(summary: str, body: str) -> str:
    """Return a part that shows only its summary until somebody opens it; both are HTML."""
    return f"<details><summary>{summary}</summary>{body}</details>"


def section(title: str, count: int | None, body: str, *, opened: bool = False) -> str:
    """Return a section of the report, folded unless it is `opened`. Its body is HTML."""
    number = "" if count is None else f" <span class=dim>{count}</span>"
    attribute = " open" if opened else ""
    return (
        f"<details class=more{attribute}><summary>{text(title)}{number}</summary>{body}</details>"
    )


def picture(data: str, media_type: str) -> str:
    """Return the picture of a page, which is given as Base64."""
    return f"<img alt='The page' src='data:{media_type};base64,{data}'>"


def page_frame(document: str, width: int = 0, height: int = 0) -> str:
    """Return a frame that shows the document of a page, and runs and loads nothing of it.

    The policy stands before all else, so that the document is not read ahead without it. It does
    not cover links that only open connections, so links become elements without a meaning, as do
    attributes that Firefox has followed nevertheless.

    Args:
        document: The HTML of the page.
        width: Width of the browser's view in CSS pixels, to which the page is laid out; 0 if
            unknown. What does not fit into the report is made smaller.
        height: Height of the page in CSS pixels.
    """
    inert = _PICTURES.sub("data-srcset", _LOADING_TAG.sub("<meta", document))
    frame = f"<iframe sandbox loading=lazy srcdoc='{text(_DOCTYPE + _POLICY + inert)}'></iframe>"
    size = f" style='--width:{width}px;--height:{min(height, _HIGHEST)}px'" if width else ""
    return f"<div class=page><div class=sheet{size}>{frame}</div></div>"
