"""What a Chromium does on the network, read from the log that its driver keeps.

The driver forgets what was read, and we may read in the middle of a test to see whether a page is
still loading. So what was read is kept here, by driver, until the test is over.
"""

import json
import time
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary

from selenium.webdriver.remote.webdriver import WebDriver

from robot_cherrypy.evidence.chronicle import Step

# How long a driver's log may grow over tests that pass, in seconds: reading it takes about 0.1 ms
# for each page that was loaded.
_UNREAD = 10.0

_STREAMS = frozenset({"EventSource", "WebSocket"})
_FRAMES = {"Network.webSocketFrameSent": "→", "Network.webSocketFrameReceived": "←"}
_SHOWN = 200  # characters of a WebSocket's message


@dataclass
class Request:
    """A request as the browser saw it. Times are of `time.monotonic`, in seconds.

    `document` identifies the page that asked.
    """

    method: str
    url: str
    started: float
    responded: float | None = None
    ended: float | None = None
    status: int | None = None
    failure: str = ""
    kind: str = ""
    document: str = ""


@dataclass(eq=False)
class NetworkLog:
    """The network events of one browser, and what follows from them."""

    requests: list[Request] = field(default_factory=list)
    frames: list[Step] = field(default_factory=list)
    loading: set[str] = field(default_factory=set)
    leaving: set[str] = field(default_factory=set)
    """Frames that are about to show another page."""
    has_dialog: bool = False
    read_at: float = field(default_factory=time.monotonic)
    _running: dict[str, Request] = field(default_factory=dict)
    _offset: float = 0.0

    @property
    def is_busy(self) -> bool:
        """Whether a frame is loading, or a request has not ended."""
        waiting = any(one.kind not in _STREAMS for one in self._running.values())
        return bool(self.loading) or waiting

    def read(self, driver: Any) -> None:
        """Take in what is new."""
        self.read_at = time.monotonic()
        for entry in driver.get_log("performance"):
            event = json.loads(entry["message"])["message"]
            self.take(event["method"], event["params"])

    def forget(self, driver: Any) -> None:
        """Let go of a test that is over; read the log if much may have come together."""
        self._clear()
        if time.monotonic() - self.read_at > _UNREAD:
            self.read(driver)
            self._clear()

    def _clear(self) -> None:
        self.requests.clear()
        self.frames.clear()

    def take(self, method: str, values: dict[str, Any]) -> None:
        """Take in one event of the DevTools protocol's domains Page and Network."""
        if method in {"Page.frameStartedLoading", "Page.frameStartedNavigating"}:
            self.loading.add(values["frameId"])
            self.leaving.add(values["frameId"])
        elif method in {"Page.frameStoppedLoading", "Page.frameDetached"}:
            self.loading.discard(values["frameId"])
            self.leaving.discard(values["frameId"])
        elif method == "Page.frameNavigated":
            self._navigated(values["frame"])
        elif method == "Page.javascriptDialogOpening":
            self.has_dialog = True
        elif method == "Page.javascriptDialogClosed":
            self.has_dialog = False
        elif method == "Network.requestWillBeSent":
            self._begin(values)
        elif method in _FRAMES:
            self._frame(_FRAMES[method], values)
        elif values.get("requestId") in self._running:
            self._continue(values["requestId"], method, values)

    def _begin(self, values: dict[str, Any]) -> None:
        # The browser's clock has a zero of its own; here it tells both times.
        self._offset = values["wallTime"] - values["timestamp"] - (time.time() - time.monotonic())
        number, moment = values["requestId"], values["timestamp"] + self._offset
        redirected = self._running.pop(number, None)
        if redirected is not None and "redirectResponse" in values:
            redirected.status = values["redirectResponse"]["status"]
            redirected.responded = redirected.ended = moment
        sent = values["request"]
        if not sent["url"].startswith("data:"):
            request = Request(
                sent["method"],
                sent["url"],
                moment,
                kind=values.get("type", ""),
                document=values.get("loaderId", ""),
            )
            self._running[number] = request
            self.requests.append(request)

    def _frame(self, arrow: str, values: dict[str, Any]) -> None:
        """Keep a message of a WebSocket; what is not text comes in base 64."""
        moment = values["timestamp"] + self._offset
        message = values["response"]["payloadData"][:_SHOWN]
        name = f"WebSocket of the page {arrow}"
        self.frames.append(Step(name, (message,), 1, moment, ended=moment, status="PASS"))

    def _navigated(self, frame: dict[str, Any]) -> None:
        """Let go of what the page before waited for: not all of it is said to have ended."""
        self.leaving.discard(frame["id"])
        if "parentId" not in frame:
            self._running = {
                number: one
                for number, one in self._running.items()
                if one.document == frame["loaderId"]
            }

    def _continue(self, number: str, method: str, values: dict[str, Any]) -> None:
        request = self._running[number]
        if method == "Network.responseReceived":
            request.responded = values["timestamp"] + self._offset
            request.status = values["response"]["status"]
            request.kind = values.get("type", request.kind)
        elif method in {"Network.loadingFinished", "Network.loadingFailed"}:
            request.ended = values["timestamp"] + self._offset
            request.failure = values.get("errorText", "")
            del self._running[number]


_logs: WeakKeyDictionary[WebDriver, NetworkLog] = WeakKeyDictionary()


def network_log(driver: Any) -> NetworkLog | None:
    """Return the log of a browser; None for one that keeps none, such as Firefox."""
    if driver not in _logs:
        if not hasattr(driver, "get_log") or "performance" not in driver.log_types:
            return None
        _logs[driver] = NetworkLog()
    return _logs[driver]


def known_log(driver: Any) -> NetworkLog | None:
    """Return the log of a browser if anything was read of it."""
    return _logs.get(driver)
