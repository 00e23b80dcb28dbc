"""What WebDriver BiDi tells of a window's network."""

import time
from typing import Any

from robot_cherrypy.pages.network_log import CACHE, MOST_HEADERS, NetworkLog, Request

# What Firefox loads from itself.
_INTERNAL = ("about:", "chrome:", "data:", "moz-extension:", "resource:")

# What ends a navigation without another document.
_ENDS = frozenset(
    {
        "browsingContext.downloadWillBegin",
        "browsingContext.fragmentNavigated",
        "browsingContext.load",
        "browsingContext.navigationAborted",
        "browsingContext.navigationFailed",
    }
)

# The names that the Chrome DevTools Protocol has for what a request is for, by those of the Fetch
# Standard (2.2.5) and, for requests of scripts, of Resource Timing (4.2).
_TYPES = {
    "audio": "Media",
    "beacon": "Ping",
    "document": "Document",
    "fetch": "Fetch",
    "font": "Font",
    "frame": "Document",
    "iframe": "Document",
    "image": "Image",
    "manifest": "Manifest",
    "script": "Script",
    "serviceworker": "Script",
    "sharedworker": "Script",
    "style": "Stylesheet",
    "track": "TextTrack",
    "video": "Media",
    "worker": "Script",
    "xmlhttprequest": "XHR",
}


class BidiNetworkLog(NetworkLog):
    """The network log of a window, or of the workers of several.

    Args:
        window: Identifier of the window; empty for that of workers.
    """

    def __init__(self, window: str = "") -> None:
        super().__init__()
        self._window = window
        # Identifiers of the navigations of frames that are loading.
        self._navigations: dict[str, str] = {}

    def handle_event(self, method: str, values: dict[str, Any]) -> None:
        """Handle one event of the modules browsingContext and network."""
        if method == "browsingContext.navigationStarted":
            frame = values["context"]
            self._navigations[frame] = values["navigation"]
            self._loading.add(frame)
            self.navigating.add(frame)
        elif method == "browsingContext.navigationCommitted":
            self._end_navigation(values)
        elif method == "browsingContext.contextDestroyed":
            self._end_loading(values["context"])
        elif method in _ENDS or _shows_error(method, values):
            self._end_loading_for(values)
        elif method.startswith("network."):
            self._handle_request(method, values)

    def _handle_request(self, method: str, values: dict[str, Any]) -> None:
        if method == "network.beforeRequestSent":
            self._start_request(values)
        elif method == "network.responseStarted":
            if request := self._request(values):
                self._add_response(request, values)
        elif method == "network.responseCompleted":
            if request := self._request(values):
                self._add_response(request, values)
                self._end_request(request, values)
        elif method == "network.fetchError":
            self._fail(values)

    def _end_navigation(self, values: dict[str, Any]) -> None:
        frame, navigation = values["context"], values["navigation"]
        self.navigating.discard(frame)
        if frame != self._window:
            return
        responses = [
            request.responded
            for request in self._running.values()
            if request.document == navigation and request.responded is not None
        ]
        # The new document may have begun to load its parts before this event.
        since = min(responses, default=time.monotonic())
        self.page_since = time.monotonic()
        self.document = navigation or ""
        self._sockets.clear()
        self._running = {
            identifier: request
            for identifier, request in self._running.items()
            if request.document == navigation or request.started >= since
        }

    def _end_loading_for(self, values: dict[str, Any]) -> None:
        """End the navigation that an event is about, unless another one has begun meanwhile."""
        frame, navigation = values["context"], values["navigation"]
        if navigation is not None and self._navigations.get(frame) == navigation:
            self._end_loading(frame)

    def _end_loading(self, frame: str) -> None:
        self._navigations.pop(frame, None)
        self._loading.discard(frame)
        self.navigating.discard(frame)

    def _start_request(self, values: dict[str, Any]) -> None:
        sent = values["request"]
        if sent["url"].startswith(_INTERNAL):
            return
        headers = _headers(sent)
        if headers.get("upgrade", "").lower() == "websocket":
            self._sockets.add(sent["request"])
            return
        started = _moment(sent["timings"]["requestTime"] or values["timestamp"])
        # A redirected request keeps its identifier.
        redirected = self._running.get(sent["request"])
        if redirected is not None and redirected.ended is None:
            redirected.responded = redirected.responded or started
            redirected.ended = started
        request = Request(
            sent["method"],
            sent["url"],
            started,
            resource_type=_type(sent, headers),
            document=values["navigation"] or self.document,
            identifier=sent["request"],
            hop=values["redirectCount"],
        )
        self._add_request(request)

    def _request(self, values: dict[str, Any]) -> Request | None:
        """Return the request that an event is about; it may have been redirected since."""
        identifier, hop = values["request"]["request"], values["redirectCount"]
        running = self._running.get(identifier)
        if running is None or running.hop == hop:
            return running
        same = (each for each in reversed(self.requests) if each.identifier == identifier)
        return next((each for each in same if each.hop == hop), None)

    def _add_response(self, request: Request, values: dict[str, Any]) -> None:
        response = values["response"]
        request.status = response["status"]
        request.responded = _told(request, values, "responseStart")
        if response.get("fromCache"):
            request.source = CACHE
            headers = list(_headers(response).items())[:MOST_HEADERS]
            request.stored_headers = tuple(headers)

    def _end_request(self, request: Request, values: dict[str, Any]) -> None:
        ended = _told(request, values, "responseEnd")
        request.ended = max(ended, request.responded or ended)
        if self._running.get(request.identifier) is request:
            del self._running[request.identifier]

    def _fail(self, values: dict[str, Any]) -> None:
        self._sockets.discard(values["request"]["request"])
        # A response without a body ends the navigation, and so does one that did not come.
        self._end_loading_for(values)
        if request := self._request(values):
            request.error = values["errorText"]
            self._end_request(request, values)


def _shows_error(method: str, values: dict[str, Any]) -> bool:
    """Whether Firefox shows a page of its own in place of one that did not load."""
    errors = ("about:neterror", "about:certerror")
    return method == "browsingContext.domContentLoaded" and values["url"].startswith(errors)


def _headers(message: dict[str, Any]) -> dict[str, str]:
    """Return the headers of a request or response, their names in lower case."""
    return {
        header["name"].lower(): str(header["value"].get("value", ""))
        for header in message.get("headers", ())
    }


def _type(sent: dict[str, Any], headers: dict[str, str]) -> str:
    """Return what a request is for, in the words of the Chrome DevTools Protocol."""
    if headers.get("accept") == "text/event-stream":
        return "EventSource"
    if sent["method"] == "OPTIONS" and "access-control-request-method" in headers:
        return "Preflight"
    purpose = sent.get("destination") or sent.get("initiatorType")
    return _TYPES.get(purpose or "", "Other")


def _told(request: Request, values: dict[str, Any], name: str) -> float:
    """Return when something of a request happened; the browser may tell of it later."""
    moment = values["request"]["timings"].get(name) or values["timestamp"]
    return max(request.started, _moment(moment))


def _moment(timestamp: float) -> float:
    """Return a time of `time.monotonic` for milliseconds since 1970."""
    return timestamp / 1000 - (time.time() - time.monotonic())
