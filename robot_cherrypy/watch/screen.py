"""What the terminal shows of watched runs."""

import os
import shutil
import sys
import textwrap
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TextIO

from robot_cherrypy.watch.records import Verdict

_COLOURS = {"FAIL": "31", "PASS": "32", "SKIP": "33", "dim": "2", "bold": "1"}

# How many lines of a message are shown; the report has all.
_LINES = 12

# How many saved files are named.
_NAMES = 3

_KEYS = "Enter: all   f: failed only   o: open the report   q: quit"


class Screen:
    """Prints lines; in colours on a terminal, unless `NO_COLOR` is set (https://no-color.org).

    Args:
        stream: Where to, by default standard output.
    """

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stdout
        self._has_colours = self._stream.isatty() and not os.environ.get("NO_COLOR")
        self._last_message = ""

    def begin(self, folders: Iterable[Path], report: str) -> None:
        """Say what is watched and where the report is."""
        self._print(f"Watching {', '.join(map(str, folders))}.  Report: {report}")

    def run(self, reason: str) -> None:
        """Say that a run begins, and why."""
        self._last_message = ""
        width = min(shutil.get_terminal_size().columns, 100)
        title = f"── {reason} "
        self._print("\n" + self._colour("bold", title + "─" * max(width - len(title), 0)))

    def verdict(self, verdict: Verdict) -> None:
        """Show the verdict on a test, and why it is no pass."""
        status = self._colour(verdict.status, verdict.status.ljust(4))
        seconds = self._colour("dim", f"{verdict.seconds:.2f} s")
        self._print(f"{status}  {verdict.name}  {seconds}")
        if verdict.status == "PASS":
            return
        message = _plain(verdict.message)
        if message and message == self._last_message:
            message = "(as above)"
        else:
            self._last_message = message
        if message:
            self._print(textwrap.indent(_beginning(message), "      "))
        if verdict.status == "FAIL":
            place = f"      {_short(verdict.suite)}:{verdict.line}"
            self._print(self._colour("dim", place))

    def summary(self, verdicts: Sequence[Verdict], seconds: float, *, has_keys: bool) -> None:
        """Say how many tests passed and failed, and which keys there are."""
        counts = {
            name: sum(verdict.status == status for verdict in verdicts)
            for name, status in {"failed": "FAIL", "passed": "PASS", "skipped": "SKIP"}.items()
        }
        status = "FAIL" if counts["failed"] else "PASS" if counts["passed"] else "SKIP"
        text = ", ".join(f"{count} {name}" for name, count in counts.items() if count)
        self._print(self._colour(status, text or "no tests") + f" in {seconds:.2f} s")
        if has_keys:
            self._print(self._colour("dim", _KEYS))

    def error(self, text: str) -> None:
        """Show an error or a warning of Robot Framework or of this command."""
        self._print(self._colour("FAIL", text.rstrip()))

    def note(self, text: str) -> None:
        """Say what happens without a run."""
        self._print(self._colour("dim", text))

    def _colour(self, name: str, text: str) -> str:
        if not self._has_colours or name not in _COLOURS:
            return text
        return f"\x1b[{_COLOURS[name]}m{text}\x1b[0m"

    def _print(self, text: str) -> None:
        print(_without_controls(text), file=self._stream, flush=True)


def names_of(files: Iterable[Path]) -> str:
    """Return the names of saved files, the first few of many."""
    names = sorted(map(_short, set(files)))
    more = f" and {len(names) - _NAMES} more" if len(names) > _NAMES else ""
    return ", ".join(names[:_NAMES]) + more


def _short(path: Path) -> str:
    """Return a path as seen from the current folder."""
    return os.path.relpath(path) if path.is_relative_to(Path.cwd()) else str(path)


def _plain(message: str) -> str:
    """Return a message without the evidence that follows it, which is HTML."""
    if not message.startswith("*HTML*"):
        return message.strip()
    return "see the report"


def _beginning(message: str) -> str:
    lines = message.splitlines()
    return "\n".join([*lines[:_LINES], *(["…"] if len(lines) > _LINES else [])])


def _without_controls(text: str) -> str:
    """Replace what would control the terminal, except colours and line breaks."""
    return "".join(
        char if char.isprintable() or char in "\n\t\x1b" else "\N{REPLACEMENT CHARACTER}"
        for char in text
    )
