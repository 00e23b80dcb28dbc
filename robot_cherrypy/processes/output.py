"""What a program has printed."""

import time
from collections import deque
from collections.abc import Iterable

_KEPT = 1000
_TAIL = 20


class Output:
    """The last 1000 lines that a program has printed, and when they came."""

    def __init__(self) -> None:
        self.count = 0
        self._lines: deque[tuple[float, str]] = deque(maxlen=_KEPT)

    def add(self, lines: Iterable[str]) -> None:
        """Take lines that have just come."""
        now = time.monotonic()
        for line in lines:
            self._lines.append((now, line))
            self.count += 1

    def after(self, number: int) -> list[str]:
        """Return the lines that are kept of those after the first `number`."""
        new = self.count - number
        return [line for _at, line in list(self._lines)[-new:]] if new > 0 else []

    def since(self, start: float) -> str:
        """Return the lines that have come since a time of `time.monotonic`."""
        return "".join(line for at, line in list(self._lines) if at >= start)

    @property
    def text(self) -> str:
        """All lines that are kept."""
        return "".join(line for _at, line in list(self._lines))

    @property
    def tail(self) -> str:
        """The end of an error message that shows the last lines."""
        lines = [line for _at, line in list(self._lines)[-_TAIL:]]
        return ". Its output ended with:\n" + "".join(lines).rstrip() if lines else "."
