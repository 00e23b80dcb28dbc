"""What the Chrome DevTools Protocol tells of a window's network."""

import time
from typing import Any

from robot_cherrypy.pages.network_log import (
    CACHE,
    MOST_HEADERS,
    SERVICE_WORKER,
    NetworkLog,
    Request,
    WebSocketMessage,
)

_FRAME_SENT = "Network.webSocketFrameSent"
_FRAME_EVENTS = frozenset({_FRAME_SENT, "Network.webSocketFrameReceived"})
_COOKIE_EVENTS = frozenset(
    {"Network.requestWillBeSentExtraInfo", "Network.responseReceivedExtraInfo"}
)

# How much of a WebSocket's message is kept, in characters: many times what the timeline shows of
# it, so that a secret at the end of what is shown is known as a whole and masked.
_LONGEST_MESSAGE = 2_000


class DevToolsNetworkLog(NetworkLog):
    """The network log of a window of a Chromium."""

    def __init__(self) -> None:
        super().__init__()
        # What to add to a time stamp of the browser to get a time of `time.monotonic`.
        self._offset = 0.0

    def handle_event(self, method: str, values: dict[str, Any]) -> None:
        """Handle one event of the domains Page and Network."""
        if method in {"Page.frameStartedLoading", "Page.frameStartedNavigating"}:
            self._loading.add(values["frameId"])
            self.navigating.add(values["frameId"])
        elif method in {"Page.frameStoppedLoading", "Page.frameDetached"}:
            self._loading.discard(values["frameId"])
            self.navigating.discard(values["frameId"])
            if method == "Page.frameDetached":
                self._planned.pop(values["frameId"], None)
        elif method == "Page.frameNavigated":
            self._end_navigation(values["frame"])
        elif method == "Network.requestWillBeSent":
            self._start_request(values)
        elif method in _COOKIE_EVENTS:
            self._cookies.handle_event(method, values)
        elif method in _FRAME_EVENTS:
            self._add_message(values, is_sent=method == _FRAME_SENT)
        elif values.get("requestId") in self._running:
            self._update_request(values["requestId"], method, values)
        else:
            self._note_expected(method, values)

    def _note_expected(self, method: str, values: dict[str, Any]) -> None:
        """Know what may come from the network without a request."""
        if method == "Page.frameScheduledNavigation":
            self._planned[values["frameId"]] = time.monotonic() + values["delay"]
        elif method == "Page.frameClearedScheduledNavigation":
            self._planned.pop(values["frameId"], None)
        elif method == "Network.webSocketCreated":
            self._sockets.add(values["requestId"])
        elif method == "Network.webSocketClosed":
            self._sockets.discard(values["requestId"])

    def _start_request(self, values: dict[str, Any]) -> None:
        # The browser's time stamps begin at an arbitrary moment; this event alone has the time of
        # day as well.
        self._offset = values["wallTime"] - values["timestamp"] - (time.time() - time.monotonic())
        identifier, started = values["requestId"], values["timestamp"] + self._offset
        # A redirected request keeps its identifier.
        redirected = self._running.pop(identifier, None)
        if redirected is not None and "redirectResponse" in values:
            redirected.status = values["redirectResponse"]["status"]
            redirected.responded = redirected.ended = started
        sent = values["request"]
        if not sent["url"].startswith("data:"):
            request = Request(
                sent["method"],
                sent["url"],
                started,
                resource_type=values.get("type", ""),
                document=values.get("loaderId", ""),
                identifier=identifier,
                hop=redirected.hop + 1 if redirected is not None else 0,
            )
            self._add_request(request)

    def _add_message(self, values: dict[str, Any], *, is_sent: bool) -> None:
        """Add a message of a WebSocket; a binary one comes as Base64."""
        text = values["response"]["payloadData"][:_LONGEST_MESSAGE]
        self.messages.append(WebSocketMessage(is_sent, text, values["timestamp"] + self._offset))

    def _end_navigation(self, frame: dict[str, Any]) -> None:
        self.navigating.discard(frame["id"])
        self._planned.pop(frame["id"], None)
        if "parentId" not in frame:
            self.page_since = time.monotonic()
            self.document = frame["loaderId"]
            self._sockets.clear()
            # The browser does not report the end of all requests of a document that it has left.
            self._running = {
                identifier: request
                for identifier, request in self._running.items()
                if request.document == frame["loaderId"]
            }

    def _update_request(self, identifier: str, method: str, values: dict[str, Any]) -> None:
        request = self._running[identifier]
        if method == "Network.responseReceived":
            self._add_response(request, values["response"], values["timestamp"] + self._offset)
            request.resource_type = values.get("type", request.resource_type)
        elif method == "Network.requestServedFromCache":
            request.source = CACHE
        elif method in {"Network.loadingFinished", "Network.loadingFailed"}:
            # The browser tells of the response later than it got it, and so perhaps after its end.
            ended = values["timestamp"] + self._offset
            request.ended = max(ended, request.responded or ended)
            request.error = _reason_of_failure(values)
            del self._running[identifier]

    def _add_response(self, request: Request, response: dict[str, Any], told: float) -> None:
        timing = response.get("timing")
        request.status = response["status"]
        if response.get("fromServiceWorker"):
            request.source = SERVICE_WORKER
        elif response.get("fromDiskCache") or response.get("fromPrefetchCache"):
            request.source = CACHE
        if request.source:
            sent = response.get("responseTime")  # milliseconds of the time of day
            request.stored = sent / 1000 - (time.time() - time.monotonic()) if sent else None
            headers = list(response.get("headers", {}).items())[:MOST_HEADERS]
            request.stored_headers = tuple((name, value) for name, value in headers)
        elif timing:
            got = timing["requestTime"] + timing["receiveHeadersEnd"] / 1000 + self._offset
            request.responded = min(got, told)
            return
        request.responded = told


def _reason_of_failure(values: dict[str, Any]) -> str:
    """Return why a request failed, and who did not allow it, as CORS or a policy of the page."""
    refusal = values.get("corsErrorStatus", {}).get("corsError") or values.get("blockedReason")
    kind = "CORS: " if "corsErrorStatus" in values else "blocked: "
    error = str(values.get("errorText", ""))
    return f"{error} ({kind}{refusal})" if error and refusal else error
