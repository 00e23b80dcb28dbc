"""One pause of a test: what it shows, and what is done in it."""

import os
from pathlib import Path
from typing import Any

from robot.errors import DataError, ExecutionStatus
from robot.running import Keyword
from robot.running.context import EXECUTION_CONTEXTS

from robot_cherrypy.pausing.prompt import PROMPT, Choice, ask, stopped_by_interrupt
from robot_cherrypy.pausing.terminal import Terminal
from robot_cherrypy.pausing.timeouts import untimed_keywords
from robot_cherrypy.pausing.typed import run_line

# Between the cells of a keyword, as suites have it.
_SEPARATOR = "    "


class Stop:
    """A pause at a keyword, or at the end of a test.

    Args:
        terminal: Where the person is.
        data: What is run.
        result: Its result so far.
    """

    def __init__(self, terminal: Terminal, data: Any, result: Any) -> None:
        self._terminal = terminal
        self._data = data
        self._result = result
        self._can_retry = result.type in {"KEYWORD", "SETUP", "TEARDOWN"} and result.failed

    def ask(self, title: str, message: str) -> Choice:
        """Show where the test is; run what is typed until a choice ends the pause.

        Args:
            title: Why the test is paused.
            message: More about it.
        """
        self._introduce(title, message)
        with untimed_keywords():
            while (choice := ask(self._terminal, self._run)) is Choice.RETRY:
                self._retry()
        return choice

    def show(self, text: str) -> None:
        """Show what a keyword logs."""
        self._terminal.write(f"  {text}")

    def _introduce(self, title: str, message: str) -> None:
        lines = ["", f"{title}: {self._written()}", f"  {self._place()}"]
        lines += [f"  {line}" for line in message.splitlines()]
        retry = "  retry" if self._can_retry else ""
        lines.append(f"Type a keyword, or: continue  step  next{retry}  quit  help")
        for line in lines:
            self._terminal.write(line)
        if isinstance(self._data, Keyword):
            self._terminal.remember(PROMPT, [self._written()])

    def _written(self) -> str:
        """Return the keyword as the suite has it, or the name of the test."""
        if not isinstance(self._data, Keyword):
            return f"test '{self._result.full_name}'"
        names = [f"{name.rstrip('= ')} =" for name in self._data.assign]
        return _SEPARATOR.join([*names, self._data.name or "", *map(str, self._data.args)])

    def _place(self) -> str:
        source, test = self._data.source, EXECUTION_CONTEXTS.current.test
        place = f"{_relative(source)}:{self._data.lineno}" if source else ""
        named = f"test '{test.full_name}'" if test is not None else ""
        return ", in ".join(filter(None, (place, named)))

    def _run(self, line: str) -> list[str]:
        return run_line(line, self._result)

    def _retry(self) -> None:
        """Run the keyword that failed again; the old result passes if the new one does."""
        if not self._can_retry:
            self._terminal.write("There is no keyword that failed here.")
            return
        data, context = self._data, EXECUTION_CONTEXTS.current
        again = Keyword(
            data.name,
            data.args,
            data.named_args,
            data.assign,
            parent=data.parent,
            lineno=data.lineno,
        )
        try:
            with stopped_by_interrupt():
                again.run(self._result, context)
        except (DataError, ExecutionStatus) as error:
            self._terminal.write(f"FAIL: {error.message}")
            return
        message = self._result.message
        self._result.status, self._result.message = (
            "PASS",
            f"Passed when retried. Before: {message}",
        )
        if context.test is not None:
            context.test.status = "PASS"
        self._can_retry = False
        self._terminal.write("PASS: continue goes on behind it.")


def _relative(source: Path) -> str:
    try:
        return os.path.relpath(source)
    except ValueError:  # on another drive
        return str(source)
