"""What a program has printed."""

import time
from collections import deque
from collections.abc import Iterable

# How many lines are kept: what a server prints in a long test, and well below a megabyte.
_KEPT = 1000

# How many of them an error message shows: the traceback of an application that does not start.
_TAIL = 20


class Output:
    """The last 1000 lines that a program has printed, each with the time when it was read."""

    def __init__(self) -> None:
        self.count = 0
        self._lines: deque[tuple[float, str]] = deque(maxlen=_KEPT)

    def add(self, lines: Iterable[str]) -> None:
        """Add lines that were read just now."""
        now = time.monotonic()
        for line in lines:
            self._lines.append((now, line))
            self.count += 1

    def after(self, number: int) -> list[str]:
        """Return the lines that were printed after the first `number`, as far as they are kept."""
        new = self.count - number
        return [line for _read, line in list(self._lines)[-new:]] if new > 0 else []

    def since(self, start: float) -> str:
        """Return the lines that were read since `start`, a time of `time.monotonic`."""
        return "".join(line for read, line in list(self._lines) if read >= start)

    @property
    def text(self) -> str:
        """All lines that are kept."""
        return "".join(line for _read, line in list(self._lines))

    @property
    def tail(self) -> str:
        """The end of an error message: the last lines, or a full stop if there are none."""
        lines = [line for _read, line in list(self._lines)[-_TAIL:]]
        return ". Its output ended with:\n" + "".join(lines).rstrip() if lines else "."
