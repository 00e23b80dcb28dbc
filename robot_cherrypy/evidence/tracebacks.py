"""Tracebacks as HTML: frames of the application stand out, and those of libraries are folded."""

import itertools
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from robot_cherrypy.evidence.markup import quantity, text
from robot_cherrypy.evidence.masking import Masker
from robot_cherrypy.traffic.exchange import RecordedError

# How much of the end of a traceback is shown, in characters: some two hundred lines. What is longer
# is a recursion, of which the end is enough.
_LONGEST = 20_000

_PACKAGE = str(Path(__file__).parents[1])

# The name of a library in the path of its file.
_INSTALLED = re.compile(r"[/\\](?:site|dist)-packages[/\\]([^/\\.]+)")
_STANDARD = re.compile(r"[/\\]lib(?:64)?[/\\]python3\.\d+[/\\]|^<frozen ", re.IGNORECASE)

_FRAME = re.compile(r'^\s*(?:\| )?\s*File "(.+)", line (\d+)(?:, in (\S+))?')
_INTRODUCTION = ("Traceback (most recent call last)", "During handling of", "The above exception")


def traceback(error: RecordedError, masker: Masker) -> str:
    """Return the traceback of an error; nothing if it has none."""
    return frames(error.traceback, masker) if error.traceback else ""


def raised_at(printed: str) -> str:
    """Return where an exception was raised, or how far the application's own code got.

    Args:
        printed: The traceback as Python prints it.

    Returns:
        File, line and function of the innermost frame of the application; empty without one.
    """
    found = [match for match in map(_FRAME.match, printed.split("\n")) if match]
    own = [match for match in found if not _library_of(match[1])]
    if not own:
        return ""
    file, line, function = own[-1].groups()
    return f"{file}:{line}, in {function}" if function else f"{file}:{line}"


def frames(printed: str, masker: Masker) -> str:
    """Return tracebacks or stacks, which are given as Python prints them."""
    lines = masker.text(printed).rstrip()[-_LONGEST:].split("\n")
    parts = _parts(lines)
    shown = [
        _folded(library, list(group)) if library else "\n".join(part for _, part in group)
        for library, group in itertools.groupby(parts, key=lambda part: part[0])
    ]
    return f"<pre class=traceback>{_joined(shown)}</pre>"


def _joined(shown: Iterable[str]) -> str:
    """Join parts by line breaks, of which none stands beside a part that is a block by itself."""
    joined = "\n".join(shown)
    return joined.replace("</details>\n", "</details>").replace("\n<details>", "<details>")


def _parts(lines: list[str]) -> Iterator[tuple[str, str]]:
    """Yield the library of each frame and its lines as HTML; no library for all other lines."""
    library, is_message = "", False
    frame: list[str] = []
    for line in lines:
        match = _FRAME.match(line)
        if match or not line[:1].isspace():
            yield from _frame(library, frame)
            library, frame = _library_of(match[1]) if match else "", []
        if match or frame:
            frame.append(line)
            is_message = False
        elif line.startswith(_INTRODUCTION) or not line or line[:1].isspace() or is_message:
            yield "", text(line)
        else:
            is_message = True
            yield "", f"<b>{text(line)}</b>"
    yield from _frame(library, frame)


def _frame(library: str, lines: list[str]) -> Iterator[tuple[str, str]]:
    if lines:
        shown = text("\n".join(lines))
        yield library, shown if library else f"<span class=own>{shown}</span>"


def _library_of(file: str) -> str:
    """Return the name of the library that a file belongs to; empty for the application's."""
    installed = _INSTALLED.search(file)
    if installed:
        return installed[1]
    if file.startswith(_PACKAGE) and "tests" not in file[len(_PACKAGE) :]:
        return "robot_cherrypy"
    return "Python" if _STANDARD.search(file) else ""


def _folded(library: str, group: list[tuple[str, str]]) -> str:
    body = "\n".join(part for _, part in group)
    return (
        f"<details><summary>{quantity(len(group), 'frame')} of {text(library)}</summary>"
        f"{body}</details>"
    )
