"""What the Chrome DevTools Protocol tells of consoles."""

import json
from typing import Any

from robot_cherrypy.pages.console import Console
from robot_cherrypy.pages.network_log import NetworkLog
from robot_cherrypy.pages.observer import Place

_LEVELS = {
    "assert": "SEVERE",
    "debug": "DEBUG",
    "error": "SEVERE",
    "verbose": "DEBUG",
    "warning": "WARNING",
}


class DevToolsConsole(Console):
    """The consoles of a Chromium's windows."""

    def handle_event(self, method: str, values: dict[str, Any], network: NetworkLog) -> None:
        """Handle one event of the domains Runtime and Log."""
        if method == "Runtime.consoleAPICalled":
            frames = values.get("stackTrace", {}).get("callFrames") or [{}]
            text = " ".join(_value(argument) for argument in values["args"])
            text = f"{_place(frames[0], 'console-api')} {text}"
            level, where = _LEVELS.get(values["type"], "INFO"), _where(frames[0])
            self.add(values["timestamp"], level, text, network, where)
        elif method == "Runtime.exceptionThrown":
            details = values["exceptionDetails"]
            text = f"{_place(details, 'javascript')} {_exception(details)}"
            self.add(values["timestamp"], "SEVERE", text, network, _where(details))
        elif method == "Log.entryAdded":
            entry = values["entry"]
            line = entry.get("lineNumber", "-")
            text = f"{entry.get('url') or entry['source']} {line} {entry['text']}"
            level, request = _LEVELS.get(entry["level"], "INFO"), entry.get("networkRequestId", "")
            self.add(entry["timestamp"], level, text, network, _where(entry), request)


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
