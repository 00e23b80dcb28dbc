"""Files of code on pages: the reader sees what the tests run."""

import difflib
import os
from pathlib import Path

from parts.source import DOCS

_ROOT = DOCS.parent
_LANGUAGES = {
    ".py": "python",
    ".robot": "robot",
    ".resource": "robot",
    ".css": "css",
    ".html": "html",
}


def code(page: Path, name: str, previous: str | None = None) -> str:
    """Return Markdown that shows a file.

    Args:
        page: The folder of the page.
        name: The file, relative to the top of the repository.
        previous: The file of the step before: what it does not have is emphasised.
    """
    file = _ROOT / name
    options = [f":language: {_LANGUAGES[file.suffix]}", f":caption: {file.name}"]
    if previous:
        options.append(f":emphasize-lines: {_added(_ROOT / previous, file)}")
    target = os.path.relpath(file, page)
    return "\n".join([f"```{{literalinclude}} {target}", *options, "```"])


def _added(old: Path, new: Path) -> str:
    """Return the numbers of the lines that are only in the newer file."""
    matcher = difflib.SequenceMatcher(
        None, *(path.read_text("utf-8").splitlines() for path in (old, new)), autojunk=False
    )
    return ",".join(
        f"{first + 1}-{end}"
        for kind, _, _, first, end in matcher.get_opcodes()
        if kind in {"replace", "insert"}
    )
