"""Completes what is typed in Python's debugger."""

import pdb
from collections.abc import Iterator

from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document


class CommandCompleter(Completer):
    """Asks the debugger, which knows its commands and the names where the code is."""

    def __init__(self, debugger: pdb.Pdb) -> None:
        self._debugger = debugger

    def get_completions(self, document: Document, _event: CompleteEvent) -> Iterator[Completion]:
        """Return what the text before the cursor may go on with."""
        line = document.text_before_cursor
        word = document.get_word_before_cursor(WORD=True)
        start = len(line) - len(word)
        names: list[str] = self._debugger.completenames(word, line, start, len(line))
        if self._debugger.curframe is not None:
            names += self._debugger._complete_expression(word, line, start, len(line)) or []  # noqa: SLF001 - its own for `p`
        for name in sorted(set(names)):
            yield Completion(name, start_position=-len(word))
