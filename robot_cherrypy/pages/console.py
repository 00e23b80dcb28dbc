"""The lines of a browser's console during a test, in the words in which drivers tell them."""

import json
import time
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

_LEVELS = {
    "assert": "SEVERE",
    "debug": "DEBUG",
    "error": "SEVERE",
    "verbose": "DEBUG",
    "warning": "WARNING",
}


class Console:
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

    def handle_event(self, method: str, values: dict[str, Any], network: NetworkLog) -> None:
        """Handle one event of the domains Runtime and Log of the Chrome DevTools Protocol.

        Args:
            method: Name of the event, such as `Log.entryAdded`.
            values: Its parameters.
            network: The network log of the window that it came from.
        """
        if method == "Runtime.consoleAPICalled":
            frames = values.get("stackTrace", {}).get("callFrames") or [{}]
            text = " ".join(_value(argument) for argument in values["args"])
            place = _place(frames[0], "console-api")
            written = f"{place} {text}"
            self._add(values["timestamp"], values["type"], written, network, _where(frames[0]))
        elif method == "Runtime.exceptionThrown":
            details = values["exceptionDetails"]
            text = f"{_place(details, 'javascript')} {_exception(details)}"
            self._add(values["timestamp"], "error", text, network, _where(details))
        elif method == "Log.entryAdded":
            entry = values["entry"]
            line = entry.get("lineNumber", "-")
            text = f"{entry.get('url') or entry['source']} {line} {entry['text']}"
            request = entry.get("networkRequestId", "")
            self._add(entry["timestamp"], entry["level"], text, network, _where(entry), request)

    def _add(
        self,
        timestamp: float,
        kind: str,
        text: str,
        network: NetworkLog,
        place: Place | None,
        request: str = "",
    ) -> None:
        shift = time.time() - time.monotonic()
        line = ConsoleLine(
            timestamp / 1000 - shift,
            _LEVELS.get(kind, "INFO"),
            text[:_LONGEST_LINE],
            page_since=network.page_since,
            is_leftover=network.is_leftover(request),
            place=place,
        )
        self._count += 1
        (self._errors if line.level == "SEVERE" else self._lines).append(line)


def _place(details: dict[str, Any], origin: str) -> str:
    """Return URL, line and column, counted from 0."""
    line, column = details.get("lineNumber", "-"), details.get("columnNumber")
    return f"{details.get('url') or origin} {line}" + ("" if column is None else f":{column}")


def _where(details: dict[str, Any]) -> Place | None:
    """Return the same for who looks there, or None if there is nothing to be seen."""
    url, line = details.get("url", ""), details.get("lineNumber")
    return Place(url, line, details.get("columnNumber", 0)) if url and line is not None else None


def _exception(details: dict[str, Any]) -> str:
    """Return an uncaught exception without its stack."""
    text = details["text"].removesuffix(" (in promise)")
    exception = details.get("exception", {})
    description = exception.get("description") or str(exception.get("value", ""))
    return f"{text} {description.partition(chr(10))[0]}".rstrip()


def _value(argument: dict[str, Any]) -> str:
    """Return an argument of a call of the console, a string in quotation marks."""
    if argument["type"] == "string":
        return json.dumps(argument.get("value", ""), ensure_ascii=False)
    if "description" in argument:
        return str(argument["description"])
    return json.dumps(argument["value"]) if "value" in argument else str(argument["type"])
