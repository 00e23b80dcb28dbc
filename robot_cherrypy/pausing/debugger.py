"""`breakpoint()` in an application or a library opens Python's debugger in the terminal."""

import os
import pdb
import sys
from collections import deque
from typing import Any, TextIO, cast

from robot_cherrypy.pauses import PAUSES
from robot_cherrypy.pausing.terminal import Terminal, find_terminal, turn
from robot_cherrypy.pausing.timeouts import stopped_timeouts

_PROMPT = "(Pdb) "

# What is to be told about calls of `breakpoint()`: Robot Framework hears its own thread only.
IGNORED: deque[str] = deque()


def open_debugger(*args: Any, **kwargs: Any) -> Any:
    """Do what `breakpoint()` does, in the terminal of the run, on whichever thread this is.

    The variable `PYTHONBREAKPOINT` may name another debugger, as always.
    """
    if os.environ.get("PYTHONBREAKPOINT"):
        return sys.__breakpointhook__(*args, **kwargs)
    frame = sys._getframe(1)  # noqa: SLF001 - documented
    terminal = find_terminal()
    if isinstance(terminal, str):
        place = f"{frame.f_code.co_filename}, line {frame.f_lineno}"
        IGNORED.append(f"breakpoint() was ignored ({place}): {terminal}.")
        return None
    terminal.write("")
    _Debugger(terminal).set_trace(frame)
    return None


class _Debugger(pdb.Pdb):
    """Python's debugger; while it waits for commands, the test is paused."""

    def __init__(self, terminal: Terminal) -> None:
        keyboard = cast("TextIO", _Keyboard(terminal, self))
        # Ctrl-C at the prompt is a key, and elsewhere it ends the run, as without a debugger.
        super().__init__(stdin=keyboard, stdout=cast("TextIO", _Screen(terminal)), nosigint=True)
        self.prompt = ""

    def interaction(self, *where: Any) -> None:
        """Show where the code is, and read commands."""
        with turn(), stopped_timeouts(), PAUSES.pause():
            super().interaction(*where)


class _Screen:
    """What the debugger writes to."""

    def __init__(self, terminal: Terminal) -> None:
        self._terminal = terminal

    def write(self, text: str) -> None:
        self._terminal.write_part(text)

    def flush(self) -> None:
        """Do nothing: each part is shown at once."""


class _Keyboard:
    """What the debugger reads from."""

    def __init__(self, terminal: Terminal, debugger: pdb.Pdb) -> None:
        self._terminal = terminal
        # It would delay the beginning of each run.
        from robot_cherrypy.pausing.debugger_completion import CommandCompleter  # noqa: PLC0415

        self._completer = CommandCompleter(debugger)

    def readline(self) -> str:
        """Return a command; nothing at the end of the input, which the debugger takes for quit."""
        try:
            return f"{self._terminal.read(_PROMPT, self._completer)}\n"
        except EOFError:
            return ""
