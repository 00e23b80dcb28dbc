"""The page about messages, with all that the source has."""

import ast
import functools
import re
from collections.abc import Iterator
from pathlib import Path

from parts.source import DOCS

_PACKAGE = DOCS.parent / "robot_cherrypy"
# In a message, this stands for a value.
_VALUE = "…"


def messages(name: str, *others: str) -> str:
    """Return Markdown with the messages of a class of errors, each with an anchor.

    Args:
        name: The class. Of `AssertionError`, only those of keywords are listed.
        others: Classes made of it that are not public.
    """
    found: dict[str, str] = {}
    for file, source in _sources().items():
        if name != "AssertionError" or file.parent.name == "keywords":
            for text in _of_source(source, {name, *others}):
                found.setdefault(_anchor(text), text)
    return "\n\n".join(f"{{#{name.lower()}-{anchor}}}\n{_shown(found[anchor])}" for anchor in found)


@functools.cache
def _sources() -> dict[Path, ast.Module]:
    files = sorted(_PACKAGE.rglob("*.py"))
    return {
        file: ast.parse(file.read_text("utf-8"))
        for file in files
        if "tests" not in file.relative_to(_PACKAGE).parts
    }


def _of_source(source: ast.Module, names: set[str]) -> Iterator[str]:
    """Yield the sentences by which such errors are made."""
    for node in ast.walk(source):
        if isinstance(node, ast.ClassDef) and node.name in names:
            yield from _first_arguments(node, {"super().__init__"})
    yield from _first_arguments(source, names)


def _first_arguments(tree: ast.AST, functions: set[str]) -> Iterator[str]:
    for call in ast.walk(tree):
        if isinstance(call, ast.Call) and ast.unparse(call.func) in functions and call.args:
            text = _text(call.args[0])
            if " " in text.replace(_VALUE, "").strip(" .:"):
                yield text


def _text(node: ast.expr) -> str:
    """Return a text of the source, with `…` for each value."""
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=parts):
            return "".join(map(_text, parts))
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return _text(left) + _text(right)
    return _VALUE


def _anchor(text: str) -> str:
    return "-".join(re.findall(r"[a-z0-9]+", text.lower())[:12])


def _shown(text: str) -> str:
    one_line = re.sub(f"{_VALUE}+", _VALUE, " ".join(text.split()))
    return f"`` {one_line} ``"
