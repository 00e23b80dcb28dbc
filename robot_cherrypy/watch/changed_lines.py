"""Which lines of a Python file a change concerns, and where the others are after it."""

import ast
import difflib
from dataclasses import dataclass


@dataclass(frozen=True)
class Change:
    """What became of a file.

    Attributes:
        lines: The numbers of the lines, in the file as it was, that tests of the change reach; None
            if it is outside of functions, so that every import reaches it.
        moved: Where the lines are now that have not changed, by where they were.
    """

    lines: frozenset[int] | None
    moved: dict[int, int]


def compare(before: str, after: str) -> Change:
    """Return what became of a file.

    Args:
        before: Its text as it was.
        after: Its text now.
    """
    old, new = before.splitlines(), after.splitlines()
    changed: set[int] = set()
    moved: dict[int, int] = {}
    for kind, begin, end, new_begin, new_end in difflib.SequenceMatcher(
        None, old, new, autojunk=False
    ).get_opcodes():
        if kind == "equal":
            moved |= {begin + n + 1: new_begin + n + 1 for n in range(end - begin)}
        else:
            replaced = _code_in(old, begin, end)
            is_inserted = not replaced and _code_in(new, new_begin, new_end)
            changed |= _code_around(old, begin, end) if is_inserted else replaced
    try:
        places = _Places(ast.parse(before))
    except (SyntaxError, ValueError):
        return Change(None, moved)
    found = [places.lines_of(line) for line in changed]
    if any(lines is None for lines in found):
        return Change(None, moved)
    return Change(frozenset(line for lines in found for line in lines or ()), moved)


class _Places:
    """The statements of a module, by line."""

    def __init__(self, module: ast.Module) -> None:
        self._statements: dict[int, ast.stmt] = {}
        self._in_functions: set[int] = set()
        for node in ast.walk(module):  # what is inside comes after what is around it
            if isinstance(node, ast.stmt):
                self._statements.update(dict.fromkeys(_range(node, node), node))
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                self._in_functions.update(_range(node.body[0], node))

    def lines_of(self, line: int) -> range | None:
        """Return the lines of the statement at a line; None outside of functions.

        Of a statement with a body it is only its beginning. (Coverage names the first line of a
        statement.)
        """
        statement = self._statements.get(line)
        if statement is None or line not in self._in_functions:
            return None
        body = getattr(statement, "body", None)
        if isinstance(body, list) and body:
            return range(statement.lineno, max(body[0].lineno, statement.lineno + 1))
        return _range(statement, statement)


def _range(first: ast.stmt, last: ast.stmt) -> range:
    return range(first.lineno, (last.end_lineno or last.lineno) + 1)


def _code_in(lines: list[str], begin: int, end: int) -> set[int]:
    return {number + 1 for number in range(begin, end) if _is_code(lines[number])}


def _code_around(lines: list[str], begin: int, end: int) -> set[int]:
    """Return the code before and after a place where only code can have been inserted."""
    before = next((n for n in range(begin - 1, -1, -1) if _is_code(lines[n])), None)
    after = next((n for n in range(end, len(lines)) if _is_code(lines[n])), None)
    return {number + 1 for number in (before, after) if number is not None}


def _is_code(line: str) -> bool:
    text = line.strip()
    return bool(text) and not text.startswith("#")
