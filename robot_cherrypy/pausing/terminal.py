"""The terminal in which the run was started. The standard output of keywords is Robot's."""

import contextlib
import os
import sys
import threading
from collections import deque
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from prompt_toolkit.completion import Completer
    from prompt_toolkit.history import InMemoryHistory


class Terminal:
    """Reads lines in a terminal and writes to it; one thread at a time.

    Args:
        keyboard: What is typed.
        screen: Where it is shown.
    """

    def __init__(self, keyboard: TextIO, screen: TextIO) -> None:
        self._keyboard, self._screen = keyboard, screen
        self._histories: dict[str, InMemoryHistory] = {}

    def write(self, text: str) -> None:
        """Write lines."""
        self._screen.write(f"{text}\n")
        self._screen.flush()

    def write_part(self, text: str) -> None:
        """Write a part of a line."""
        self._screen.write(text)
        self._screen.flush()

    def remember(self, prompt: str, lines: Iterable[str]) -> None:
        """Let lines be found in the history of a prompt, as if they had been typed."""
        history = self._history(prompt)
        for line in lines:
            if line not in history.get_strings()[-1:]:
                history.append_string(line)

    def read(self, prompt: str, completer: "Completer") -> str:
        """Return a line that is typed.

        Args:
            prompt: What is shown before it. Each prompt has a history of its own.
            completer: Completes what is typed, at the Tab key.

        Raises:
            EOFError: Ctrl-D was typed, or the terminal was closed.
            KeyboardInterrupt: Ctrl-C was typed.
        """
        # Imported when somebody types: it would delay the beginning of each run.
        from prompt_toolkit import PromptSession  # noqa: PLC0415
        from prompt_toolkit.input import create_input  # noqa: PLC0415
        from prompt_toolkit.output import create_output  # noqa: PLC0415

        session: PromptSession[str] = PromptSession(
            history=self._history(prompt),
            completer=completer,
            complete_while_typing=False,
            input=create_input(self._keyboard),
            output=create_output(self._screen),
        )
        # The thread of an asyncio server has an event loop that runs already. So the prompt has a
        # thread of its own, and this one waits for it.
        return session.prompt(prompt, in_thread=True, handle_sigint=False)

    def _history(self, prompt: str) -> "InMemoryHistory":
        from prompt_toolkit.history import InMemoryHistory  # noqa: PLC0415 - see `read`

        return self._histories.setdefault(prompt, InMemoryHistory())


class _Turns:
    """Gives the terminal to one thread after the other, in the order in which they ask for it."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._threads: deque[int] = deque()

    @contextlib.contextmanager
    def turn(self) -> Iterator[None]:
        """Wait until the terminal is free; have it for the time of a `with` block."""
        here = threading.get_ident()
        with self._changed:
            self._threads.append(here)
            self._changed.wait_for(lambda: self._threads[0] == here)
        try:
            yield
        finally:
            with self._changed:
                self._threads.popleft()
                self._changed.notify_all()


_TURNS = _Turns()
_TERMINALS: dict[int, Terminal] = {}

turn = _TURNS.turn


def find_terminal() -> Terminal | str:
    """Return the terminal of this process, or why there is none for it."""
    keyboard, screen = sys.__stdin__, sys.__stdout__
    if keyboard is None or keyboard.closed or not keyboard.isatty():
        return "standard input is no terminal"
    if screen is None or not screen.isatty():
        screen = sys.__stderr__  # as in `robot suites | tee log.txt`
    if screen is None or not screen.isatty():
        return "standard output is no terminal"
    with contextlib.suppress(OSError):  # a terminal that does not control this session
        if os.tcgetpgrp(keyboard.fileno()) != os.getpgrp():
            return "this process runs in the background"
    return _TERMINALS.setdefault(keyboard.fileno(), Terminal(keyboard, screen))
