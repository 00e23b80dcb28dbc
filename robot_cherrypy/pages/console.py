"""The lines of a browser's console during a test, in the words in which drivers tell them."""

import time
from abc import ABC, abstractmethod
from collections import deque
from typing import Any

from robot_cherrypy.pages.network_log import NetworkLog
from robot_cherrypy.pages.observer import ConsoleLine, Place

# How many lines of a test are kept, the newest ones; of errors as many once more, so that a page
# that writes without end does not hide its errors. It is more than anybody reads.
_MOST_LINES = 1_000

# How much of a line is kept, in characters: twice what the report shows, so that a secret at the
# end of that is known as a whole and masked.
_LONGEST_LINE = 10_000


class Console(ABC):
    """The consoles of one browser's windows."""

    def __init__(self) -> None:
        self._lines: deque[ConsoleLine] = deque(maxlen=_MOST_LINES)
        self._errors: deque[ConsoleLine] = deque(maxlen=_MOST_LINES)
        self._count = 0

    def lines(self) -> tuple[list[ConsoleLine], int]:
        """Return what is kept of the test's lines, and how many lines are not."""
        lines = sorted([*self._lines, *self._errors], key=lambda line: line.at)
        return lines, self._count - len(lines)

    def end_test(self) -> None:
        """Discard the lines of a test that ends."""
        self._lines.clear()
        self._errors.clear()
        self._count = 0

    @abstractmethod
    def handle_event(self, method: str, values: dict[str, Any], network: NetworkLog) -> None:
        """Handle one event of the browser that is about a console.

        Args:
            method: Name of the event, such as `Log.entryAdded`.
            values: Its parameters.
            network: The network log of the window that it came from.
        """

    def add(
        self,
        timestamp: float,
        level: str,
        text: str,
        network: NetworkLog,
        place: Place | None = None,
        request: str = "",
    ) -> None:
        """Add a line.

        Args:
            timestamp: When it was written, in milliseconds since 1970.
            level: `SEVERE`, `WARNING`, `INFO` or `DEBUG`.
            text: Place and text.
            network: The network log of the window that it came from.
            place: Where a script wrote it, if the browser tells.
            request: Identifier of the request that it is about, if any.
        """
        shift = time.time() - time.monotonic()
        line = ConsoleLine(
            timestamp / 1000 - shift,
            level,
            text[:_LONGEST_LINE],
            page_since=network.page_since,
            is_leftover=network.is_leftover(request),
            place=place,
        )
        self._count += 1
        (self._errors if line.level == "SEVERE" else self._lines).append(line)
