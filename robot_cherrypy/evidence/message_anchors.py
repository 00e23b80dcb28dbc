"""The messages of errors as they stand in the source, and their anchors in the documentation."""

import ast
import functools
import linecache
import re
import traceback
from collections.abc import Iterator
from pathlib import Path

from robot_cherrypy import errors

# In a message, this stands for a value.
VALUE = "…"

_PACKAGE = Path(errors.__file__).parent
_SECTIONS = {*errors.__all__, "AssertionError"}


def anchor_of(error: BaseException) -> str | None:
    """Return the anchor that explains an error, on the page about messages.

    Returns:
        That of its message, if the code through which it went has the text. Else that of its class,
        or None if the class is none of ours.
    """
    classes = [cls.__name__ for cls in type(error).__mro__]
    section = next((name for name in classes if name in _SECTIONS), None)
    if section is None:
        return None
    names = frozenset(classes[: classes.index(section) + 1])
    found = [
        text
        for file in _files(error)
        if is_listed(section, file)
        for text in _texts_of_file(file, names)
        if _pattern(text).fullmatch(str(error))
    ]
    if found:
        return f"{section.lower()}-{anchor(max(found, key=len))}"
    return section.lower() if section in errors.__all__ else None


def is_listed(section: str, file: Path) -> bool:
    """Whether the page lists what a file raises: of checks, only those of keywords."""
    return section != "AssertionError" or file.parent.name == "keywords"


def texts(source: ast.AST, names: frozenset[str]) -> Iterator[str]:
    """Yield the sentences by which errors of these classes are made, with `…` for each value."""
    for node in ast.walk(source):
        if isinstance(node, ast.ClassDef) and node.name in names:
            yield from _first_arguments(node, frozenset({"super().__init__"}))
    yield from _first_arguments(source, names)


def anchor(text: str) -> str:
    """Return the anchor of a sentence, without the name of its class before it."""
    return "-".join(re.findall(r"[a-z0-9]+", text.lower())[:12])


def _files(error: BaseException) -> Iterator[Path]:
    """Yield the files of the package through which an error went."""
    frames = traceback.walk_tb(error.__traceback__)
    files = dict.fromkeys(Path(frame.f_code.co_filename) for frame, _ in frames)
    yield from (file for file in files if _PACKAGE in file.parents)


@functools.cache
def _texts_of_file(file: Path, names: frozenset[str]) -> tuple[str, ...]:
    return tuple(texts(ast.parse("".join(linecache.getlines(str(file)))), names))


@functools.cache
def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(re.escape(text).replace(VALUE, ".*"), re.DOTALL)


def _first_arguments(tree: ast.AST, functions: frozenset[str]) -> Iterator[str]:
    for call in ast.walk(tree):
        if isinstance(call, ast.Call) and ast.unparse(call.func) in functions and call.args:
            text = _text(call.args[0])
            if " " in text.replace(VALUE, "").strip(" .:"):
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
    return VALUE
