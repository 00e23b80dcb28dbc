"""What WebDriver BiDi tells of consoles, and of resources that did not load."""

import json
import re
from typing import Any

from robot_cherrypy.pages.console import Console
from robot_cherrypy.pages.network_log import NetworkLog
from robot_cherrypy.pages.observer import Place

_LEVELS = {"debug": "DEBUG", "error": "SEVERE", "info": "INFO", "warn": "WARNING"}

# How Firefox begins the text of an exception that nobody caught, such as `TypeError: `; other
# errors are sentences of its own.
_EXCEPTION = re.compile(r"(uncaught exception|\w+): ")

# A request that the page or its user gave up, in Firefox and in Chromium, which gives up a script
# when it sees its status.
_ABORTED = frozenset({"NS_BINDING_ABORTED", "net::ERR_ABORTED"})


class BidiConsole(Console):
    """The consoles of windows; browsers that speak this protocol have no lines about requests."""

    def handle_event(self, method: str, values: dict[str, Any], network: NetworkLog) -> None:
        """Handle one event of the modules log and network."""
        if method == "log.entryAdded":
            frames = (values.get("stackTrace") or {}).get("callFrames") or [{}]
            place = f"{_place(frames[0], values['type'])} {_text(values)}"
            level = _LEVELS.get(values["level"], "INFO")
            self.add(values["timestamp"], level, place, network, _where(frames[0]))
        elif method == "network.responseStarted" and values["response"]["status"] >= 400:
            response = values["response"]
            status = f"{response['status']} ({response['statusText']})"
            self._add_failed(values, f"the server responded with a status of {status}", network)
        elif method == "network.fetchError" and values["errorText"] not in _ABORTED:
            self._add_failed(values, values["errorText"], network)

    def _add_failed(self, values: dict[str, Any], reason: str, network: NetworkLog) -> None:
        """Add the line that Chromium writes about a resource."""
        request = values["request"]
        text = f"{request['url']} - Failed to load resource: {reason}"
        self.add(values["timestamp"], "SEVERE", text, network, request=request["request"])


def _place(frame: dict[str, Any], origin: str) -> str:
    """Return URL, line and column, counted from 0."""
    if not frame:
        return f"{'javascript' if origin == 'javascript' else 'console-api'} -"
    return f"{frame['url'] or origin} {frame['lineNumber']}:{frame['columnNumber']}"


def _where(frame: dict[str, Any]) -> Place | None:
    """Return the same for who looks there, or None if there is nothing to be seen."""
    if not frame.get("url"):
        return None
    return Place(frame["url"], frame["lineNumber"], frame["columnNumber"])


def _text(values: dict[str, Any]) -> str:
    """Return what was written, as Chromium writes it."""
    if values["type"] == "console":
        return " ".join(_value(argument) for argument in values["args"])
    text = (values["text"] or "").partition("\n")[0]
    if values["level"] == "error" and _EXCEPTION.match(text):
        return f"Uncaught {text.removeprefix('uncaught exception: ')}"
    return text


def _value(argument: dict[str, Any]) -> str:
    """Return an argument of a call of the console, a string in quotation marks."""
    kind, value = argument["type"], argument.get("value")
    if kind in {"boolean", "number", "string"}:
        return json.dumps(value, ensure_ascii=False)
    if kind == "array" and value is not None:
        return f"Array({len(value)})"
    return str(kind) if kind in {"null", "undefined"} else str(kind).title()
