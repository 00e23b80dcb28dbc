"""The page about messages, with all that the source has."""

import ast
import functools
import re
from pathlib import Path

from parts.source import DOCS
from robot_cherrypy.evidence.message_anchors import VALUE, anchor, is_listed, texts

_PACKAGE = DOCS.parent / "robot_cherrypy"


def messages(name: str, *others: str) -> str:
    """Return Markdown with the messages of a class of errors, each with an anchor.

    Args:
        name: The class.
        others: Classes made of it that are not public.
    """
    found: dict[str, str] = {}
    for file, source in _sources().items():
        if is_listed(name, file):
            for text in texts(source, frozenset({name, *others})):
                found.setdefault(anchor(text), text)
    return "\n\n".join(f"{{#{name.lower()}-{own}}}\n{_shown(found[own])}" for own in found)


@functools.cache
def _sources() -> dict[Path, ast.Module]:
    files = sorted(_PACKAGE.rglob("*.py"))
    return {
        file: ast.parse(file.read_text("utf-8"))
        for file in files
        if "tests" not in file.relative_to(_PACKAGE).parts
    }


def _shown(text: str) -> str:
    one_line = re.sub(f"{VALUE}+", VALUE, " ".join(text.split()))
    return f"`` {one_line} ``"
