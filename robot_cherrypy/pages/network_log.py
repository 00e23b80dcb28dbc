"""What a window of a browser does on the network during a test."""

import time
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any
from urllib.parse import unquote, urlsplit

from robot_cherrypy.pages.refused_cookies import RefusedCookie, RefusedCookies

# The resource types whose requests last as long as their page.
_LASTING_TYPES = frozenset({"EventSource", "WebSocket"})

# What a response may come from if no server was asked for it.
CACHE, SERVICE_WORKER = "its cache", "a service worker"

# How many headers of a stored response are kept, which is more than most responses have.
MOST_HEADERS = 30

# How many requests and messages of a test are kept, the newest ones: a page that polls every 20 ms
# makes so many in three minutes, and they take some 10 MB.
_MOST_REQUESTS = _MOST_MESSAGES = 10_000


@dataclass
class Request:
    """A request as the browser saw it. Times are of `time.monotonic`, in seconds.

    Attributes:
        method: Such as `GET`.
        url: The whole URL.
        started: When the browser sent it.
        responded: When the response's headers came.
        ended: When the response ended, or the request failed.
        status: The response's status.
        error: Why the request failed, such as `net::ERR_CONNECTION_REFUSED`; empty if it did not.
        resource_type: Such as `Document`, `Script` or `XHR`.
        document: Identifier of the document that made the request.
        identifier: The browser's own, by which it can be asked for the response.
        browser: The browser that sent it, as the evidence names it; empty until then.
        source: What the response came from if no server was asked: `its cache`, or `a service
            worker`; empty if one was.
        stored: When a server sent the stored response; None if unknown.
        stored_headers: Names and values of its headers.
        body: The beginning of the response, if the browser was asked for it and it is a text.
        hop: How often it was redirected before.
        refused_cookies: The cookies that the browser refused to send, or to store.
    """

    method: str
    url: str
    started: float
    responded: float | None = None
    ended: float | None = None
    status: int | None = None
    error: str = ""
    resource_type: str = ""
    document: str = ""
    identifier: str = ""
    browser: str = ""
    source: str = ""
    stored: float | None = None
    stored_headers: tuple[tuple[str, str], ...] = ()
    body: str = ""
    hop: int = 0
    refused_cookies: tuple[RefusedCookie, ...] = ()

    @property
    def is_preflight(self) -> bool:
        """Whether the browser asks by it whether a script may send another one (CORS)."""
        return self.resource_type == "Preflight"

    @property
    def path(self) -> str:
        """The path, decoded as servers do."""
        return unquote(urlsplit(self.url).path)


@dataclass(frozen=True)
class WebSocketMessage:
    """A message of a page's WebSocket. `at` is of `time.monotonic`, in seconds."""

    is_sent: bool
    text: str
    at: float


class NetworkLog(ABC):
    """What one window did on the network during a test, and what it is doing now.

    Attributes:
        requests: The requests of the test, in their order, the newest ones.
        messages: The messages of WebSockets, in their order, the newest ones.
        navigating: Identifiers of the frames that load another document and do not show it yet.
        left_out: How many older requests were left out.
        page_since: Since when the current document is shown. Of `time.monotonic`, in seconds.
        document: Identifier of the current document; empty if it was there before.
    """

    def __init__(self) -> None:
        self.requests: deque[Request] = deque(maxlen=_MOST_REQUESTS)
        self.messages: deque[WebSocketMessage] = deque(maxlen=_MOST_MESSAGES)
        self.navigating: set[str] = set()
        self.left_out = 0
        self.page_since = time.monotonic()
        self.document = ""
        # Identifiers of the frames that are loading.
        self._loading: set[str] = set()
        self._cookies = RefusedCookies()
        # Requests that have not ended, by the browser's identifier.
        self._running: dict[str, Request] = {}
        # Identifiers of open WebSockets.
        self._sockets: set[str] = set()
        # When frames will load another document, which a page has asked for, such as by a Refresh.
        self._planned: dict[str, float] = {}
        # Identifiers of the requests that were running when an earlier test ended.
        self._leftovers: set[str] = set()

    @abstractmethod
    def handle_event(self, method: str, values: dict[str, Any]) -> None:
        """Handle one event that the browser tells of the window.

        Args:
            method: Name of the event, such as `Page.frameNavigated`.
            values: Its parameters.
        """

    @property
    def is_busy(self) -> bool:
        """Whether a frame is loading, or a request that should end has not ended."""
        return self.is_busy_except(())

    def is_busy_except(self, paths: Iterable[str]) -> bool:
        """Whether it is busy with anything but requests with paths of these patterns."""
        return bool(self._loading) or bool(self.running_except(paths))

    @property
    def running(self) -> list[Request]:
        """The requests that have not ended and are meant to, oldest first."""
        requests = list(self._running.values())  # events may add others meanwhile
        return [each for each in requests if each.resource_type not in _LASTING_TYPES]

    def running_except(self, paths: Iterable[str]) -> list[Request]:
        """Return those of `running` but the ones with paths of these patterns."""
        return [
            each
            for each in self.running
            if not any(fnmatchcase(each.path, pattern) for pattern in paths)
        ]

    def changing(self, within: float) -> list[str]:
        """Return what of the network may still change the page, in words.

        Args:
            within: The time that counts for planned navigations, in seconds.
        """
        reasons = ["the page is loading"] if self._loading else []
        reasons += [f"{each.method} {each.path}" for each in list(self._running.values())]
        if self._sockets:
            reasons.append("an open WebSocket")
        if any(moment <= time.monotonic() + within for moment in list(self._planned.values())):
            reasons.append("a page that will load itself again")
        return reasons

    def is_leftover(self, identifier: str) -> bool:
        """Whether the request with this identifier was in flight when an earlier test ended."""
        return identifier in self._leftovers

    def told_requests(self) -> list[Request]:
        """Return the requests of the test, with the cookies that were refused at them."""
        requests = list(self.requests)  # events may add others meanwhile
        for request in requests:
            request.refused_cookies = self._cookies.of(request.identifier, request.hop)
        return requests

    def end_test(self) -> None:
        """Discard what belongs to a test that ends."""
        self.requests.clear()
        self.messages.clear()
        self._cookies.clear()
        self.left_out = 0
        self._leftovers = set(self._running)

    def _add_request(self, request: Request) -> None:
        """Add a request that begins."""
        self._running[request.identifier] = request
        self.left_out += len(self.requests) == _MOST_REQUESTS
        self.requests.append(request)
