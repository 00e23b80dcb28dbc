"""A command in a terminal: keys are pressed, and what it shows becomes a page."""

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from html import escape
from itertools import groupby
from pathlib import Path
from types import TracebackType
from typing import Self

import pexpect
import pyte

# In seconds: what the slowest command needs until it shows something, on a busy machine.
_PATIENCE = 300.0

_COLOURS = {
    "red": "#f28b82",
    "green": "#8fd19e",
    "yellow": "#fdd663",
    "brightblack": "#9aa0a6",
    "black": "#20242b",
    "white": "#e8eaed",
}
_TEXT, _BACKGROUND = "#e8eaed", "#20242b"
_PAGE = """<!DOCTYPE html><meta charset="utf-8">
<body style="margin: 0; background: {background}"><pre style="
display: inline-block; margin: 0; padding: 16px; color: {text};
font: 15px/1.35 'DejaVu Sans Mono', monospace">{lines}</pre>"""


class Terminal:
    """`robot-cherrypy` with these arguments in a folder."""

    def __init__(self, folder: Path, *arguments: str, columns: int = 100) -> None:
        """Start the command.

        Args:
            folder: The folder in which it runs; it is shown as ``/home/me/shop``.
            arguments: The arguments, which are shown in the first line.
            columns: The width, in characters.
        """
        self._folder = folder
        self._screen = pyte.Screen(columns, 60)
        self._stream = pyte.Stream(self._screen)
        self._stream.feed(f"$ robot-cherrypy {' '.join(arguments)}\r\n")
        # prompt_toolkit must not ask where the cursor is, which nobody would tell.
        environment = {**os.environ, "TERM": "xterm", "PROMPT_TOOLKIT_NO_CPR": "1"}
        environment.pop("NO_COLOR", None)
        self._child = pexpect.spawn(
            sys.executable,
            ["-m", "robot_cherrypy", *arguments],
            cwd=folder,
            env=environment,
            encoding="utf-8",
            dimensions=(60, columns),
        )

    def __enter__(self) -> Self:
        """Return this."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """End the command."""
        self._child.kill(signal.SIGKILL)  # browsers and servers end with it
        self._child.wait()
        self._child.close()

    def press(self, keys: str) -> None:
        """Press keys."""
        self._child.send(keys)

    def wait(self, is_there: Callable[[str], object]) -> None:
        """Wait until the terminal shows something.

        Args:
            is_there: Tells whether a text has it; the text is what is shown.

        Raises:
            RuntimeError: It is not there after five minutes, or the command has ended.
        """
        deadline = time.monotonic() + _PATIENCE
        while not is_there(self.text()):
            try:
                self._stream.feed(self._child.read_nonblocking(65536, timeout=1))
            except pexpect.TIMEOUT:
                pass
            except pexpect.EOF as error:
                raise RuntimeError(f"The command has ended:\n{self.text()}") from error
            if time.monotonic() > deadline:
                raise RuntimeError(f"This is not what was waited for:\n{self.text()}")

    def text(self) -> str:
        """Return what is shown."""
        return "\n".join(line.rstrip() for line in self._shown(self._screen.display)).rstrip()

    def page(self) -> str:
        """Return an HTML page that shows it in its colours."""
        rows = len(self.text().splitlines())
        lines = ["".join(self._spans(row)) for row in range(rows)]
        shown = "\n".join(self._shown(lines))
        return _PAGE.format(text=_TEXT, background=_BACKGROUND, lines=shown)

    def _shown(self, lines: list[str]) -> list[str]:
        return [line.replace(str(self._folder), "/home/me/shop") for line in lines]

    def _spans(self, row: int) -> Iterator[str]:
        cells = [self._screen.buffer[row][column] for column in range(self._screen.columns)]
        for style, part in groupby(cells, key=_style):
            yield f'<span style="{style}">{escape("".join(cell.data for cell in part))}</span>'


def _style(cell: pyte.screens.Char) -> str:
    """Return the style of a character (CSS)."""
    text = _colour(cell.fg, _TEXT)
    background = _colour(cell.bg, _BACKGROUND)
    if cell.reverse:
        text, background = background, text
    weight = "; font-weight: bold" if cell.bold else ""
    return f"color: {text}; background: {background}{weight}"


def _colour(name: str, default: str) -> str:
    if name == "default":
        return default
    return _COLOURS.get(name, f"#{name}")
