"""Completes what is typed in a pause: keywords, names of their arguments, variables."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document
from robot.running.context import EXECUTION_CONTEXTS
from robot.utils import normalize

# Cells are separated as Robot does it.
_SEPARATOR = re.compile(r" {2,}|\t")

# The beginning of a variable at the end of a line.
_VARIABLE = re.compile(r"[$@&]\{[^}]*$")

_ASSIGNED = re.compile(r"[$@&]\{[^}]+\} ?=?")


class LineCompleter(Completer):
    """Completes commands, and what the running suite has."""

    def __init__(self, commands: Iterable[str]) -> None:
        self._commands = tuple(commands)

    def get_completions(self, document: Document, _event: CompleteEvent) -> Iterator[Completion]:
        """Return what the text before the cursor may go on with."""
        text = document.text_before_cursor.lstrip()
        variable = _VARIABLE.search(text)
        if variable:
            names = _variables()
            return _beginning_with(variable[0], names)
        *before, cell = _SEPARATOR.split(text)
        name = next((cell for cell in before if not _ASSIGNED.fullmatch(cell)), "")
        if name:
            return _beginning_with(cell, _arguments(name))
        return _beginning_with(cell, [*self._commands, *_keywords()])


def _beginning_with(start: str, names: Iterable[str]) -> Iterator[Completion]:
    """Return the names that begin so, as Robot compares them."""
    wanted = _folded(start)
    for name in sorted(set(names)):
        if _folded(name).startswith(wanted):
            yield Completion(name, start_position=-len(start))


def _folded(name: str) -> str:
    return str(normalize(name, ignore="_"))


def _variables() -> list[str]:
    return list(EXECUTION_CONTEXTS.current.variables.as_dict())


def _owners() -> list[Any]:
    """Return the libraries and resource files of the running suite, and its own keywords."""
    store = EXECUTION_CONTEXTS.current.namespace._kw_store  # noqa: SLF001 - the only list of them
    return [store.suite_file, *store.resources.values(), *store.libraries.values()]


def _keywords() -> list[str]:
    return [keyword.name for owner in _owners() for keyword in owner.keywords]


def _arguments(name: str) -> list[str]:
    """Return the names of a keyword's arguments, as they are written: `name=`."""
    wanted = _folded(name.rpartition(".")[2])
    return [
        f"{argument}="
        for owner in _owners()
        for keyword in owner.keywords
        if _folded(keyword.name) == wanted
        for argument in (*keyword.args.positional_or_named, *keyword.args.named_only)
    ]
