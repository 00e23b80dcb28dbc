"""Files of code on pages: the reader sees what the tests run."""

import difflib
import os
from pathlib import Path

from parts.source import DOCS

_ROOT = DOCS.parent
_RECIPES = "acceptance/recipes"
_LANGUAGES = {
    ".py": "python",
    ".robot": "robot",
    ".resource": "robot",
    ".css": "css",
    ".html": "html",
    ".yaml": "yaml",
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


def recipe(page: Path, name: str, *others: str) -> str:
    """Return Markdown that shows the files of a recipe, and its suite where the reader opens it.

    Args:
        page: The folder of the page.
        name: The suite, without its suffix.
        others: The files that it is about, if not the application that has the same name.
    """
    files = others or (f"{name}_app.py",)
    shown = [code(page, f"{_RECIPES}/{file}") for file in files]
    suite = code(page, f"{_RECIPES}/{name}.robot")
    if f"{name}.robot" in files:
        return "\n\n".join(shown)
    return "\n\n".join([*shown, "<details>\n<summary>Its test</summary>", suite, "</details>"])


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
