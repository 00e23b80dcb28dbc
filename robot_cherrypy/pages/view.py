"""What browsers show when a test fails: page, picture, console and network log.

A browser may be slow, gone, or in the middle of something. So each is asked on a thread of its own,
the most important parts first, each with what is left of a time limit; what has not arrived by then
is left out, and nobody goes on asking.
"""

import contextlib
import copy
import datetime as dt
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from selenium.webdriver.remote.webdriver import WebDriver

from robot_cherrypy.pages.document import Document
from robot_cherrypy.pages.network_log import Request, WebSocketMessage
from robot_cherrypy.pages.observer import ConsoleLine, Observer, ObserverError, Window
from robot_cherrypy.pages.observers import known_observers, observer_of
from robot_cherrypy.pages.selenium import browser_labels, open_browsers
from robot_cherrypy.pages.waiting import wait_for_navigation

# Which share of the time that is left is spent on a part, so that one that does not come leaves
# time for the others. The picture is worth most; the driver only tells which window is selected.
_WINDOWS_SHARE, _NAVIGATION_SHARE, _PICTURE_SHARE, _BODY_SHARE = 0.25, 0.2, 0.7, 0.5
_FILE_SHARE = 0.3

# How many scripts are asked for the lines of errors: few pages have errors in more of them.
_MOST_FILES = 3

# How much the clock of a browser's machine may differ, in seconds: it is told after it was read.
_LEAST_DIFFERENCE = 5

# How many responses to scripts are read: those to other paths of the last action are few.
_MOST_BODIES = 5

# How long a page may take to tell what is typed into it, in seconds. It needs 2 ms; a page that is
# busy for longer delays the test's next click as well.
_PASSWORDS_TIMEOUT = 1.0


@dataclass
class BrowserView:
    """What one browser shows.

    Attributes:
        label: Tells it from other browsers of the test: its alias, or such as `browser 1`.
        name: Name and version of the browser, such as `Chrome 140`.
        url: Of the page.
        title: Of the page.
        dialog: Type and text of the dialog that is open; empty if there is none.
        windows: Addresses and titles of other windows.
        size: Width and height of what is in view, in CSS pixels.
        page_size: Width and height of the whole page, in CSS pixels.
        html: The document as it is now, without scripts.
        picture: The picture of what is in view, as Base64.
        picture_type: Media type of the picture.
        console: Lines of the console.
        requests: Requests that it made.
        messages: Messages of the page's WebSockets.
        secrets: What was typed into password fields.
        told: The texts by which the page tells its user something, such as `role=alert`.
        clock: What is different in its time: the zone, or the machine; empty if nothing is.
        problems: What could not be found out, and why.
    """

    label: str
    name: str = ""
    url: str = ""
    title: str = ""
    dialog: str = ""
    windows: list[str] = field(default_factory=list)
    size: tuple[int, int] = (0, 0)
    page_size: tuple[int, int] = (0, 0)
    html: str = ""
    picture: str = ""
    picture_type: str = "image/jpeg"
    console: list[ConsoleLine] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)
    messages: list[WebSocketMessage] = field(default_factory=list)
    secrets: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    clock: str = ""
    problems: list[str] = field(default_factory=list)


def view_browsers(drivers: list[WebDriver], timeout: float, since: float) -> list[BrowserView]:
    """Ask browsers what they show, all at the same time.

    Args:
        drivers: Of the browsers.
        timeout: For how long at most, in seconds.
        since: When the test began: nothing older is returned. Of `time.monotonic`.
    """
    deadline = time.monotonic() + timeout
    labels = browser_labels(drivers)
    looks = [
        _Look(BrowserView(label), driver, deadline, since)
        for label, driver in zip(labels, drivers, strict=True)
    ]
    threads = [
        threading.Thread(target=look.run, name=f"view of {look.view.label}") for look in looks
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [look.view for look in looks]


class _Look:
    """Fills the view of one browser."""

    def __init__(self, view: BrowserView, driver: Any, deadline: float, since: float) -> None:
        self.view = view
        self._observer: Observer = observer_of(driver)
        self._deadline = deadline
        self._since = since
        view.name = _browser_name(getattr(driver, "capabilities", {}))

    @property
    def _left(self) -> float:
        return max(0.0, self._deadline - time.monotonic())

    def run(self) -> None:
        """Add one part after the other, in the order of their worth."""
        self._add("Page", self._add_page)
        self._add("Picture", self._add_picture)
        self._add("Console", self._add_console)
        self._add("Source", self._add_document)
        self._add("Network", self._add_network)
        self._add("Source of a script", self._add_script_sources)
        self._add("Response", self._add_bodies)

    def _add(self, name: str, add: Callable[[], None]) -> None:
        """Add a part, or the reason why it is missing: it does not keep the others away."""
        try:
            add()
        except ObserverError as error:
            self.view.problems.append(f"{name}: {error}.")
        except Exception as error:  # noqa: BLE001 - a fault of ours must not cost the other parts
            self.view.problems.append(f"{name}: {type(error).__name__}: {error}.")

    def _add_page(self) -> None:
        windows = self._observer.windows(self._left * _WINDOWS_SHARE)
        self.view.url, self.view.title = windows.shown.url, windows.shown.title
        self.view.windows = [_name(window) for window in windows.others]
        if windows.is_closed:
            self.view.problems.append(
                "Page: the selected window was closed; this is another one that is open."
            )

    def _add_picture(self) -> None:
        dialog = self._observer.dialog(self._left)
        if dialog is not None:
            self.view.dialog = str(dialog)
            raise ObserverError("the page shows nothing new while a dialog is open")
        wait_for_navigation(self._observer, self._left * _NAVIGATION_SHARE)
        try:
            picture = self._observer.picture(self._left * _PICTURE_SHARE)
        except ObserverError as error:
            if self._is_page_left():
                raise ObserverError(f"the page was about to be left, and {error}") from error
            raise
        self.view.picture, self.view.picture_type = picture.data, picture.media_type
        self.view.size, self.view.page_size = picture.size, picture.page_size

    def _is_page_left(self) -> bool:
        return "network" in self._observer.offers and bool(
            self._observer.network(self._left).navigating
        )

    def _add_console(self) -> None:
        lines, left_out = self._observer.console()
        self.view.console = [line for line in lines if line.at >= self._since]
        if left_out:
            raise ObserverError(f"{left_out} older lines are left out")

    def _add_document(self) -> None:
        document = self._observer.document(self._left)
        self.view.html, self.view.secrets = document.html, document.secrets
        self.view.told, self.view.clock = document.messages, _difference(document)
        if not document.is_whole:
            raise ObserverError("the document is longer; its end is left out")

    def _add_network(self) -> None:
        left_out = 0
        for network in self._observer.networks():
            # Copies: what becomes of them later, as in a teardown, is nothing that the test saw.
            told = map(copy.copy, network.told_requests())
            self.view.requests += [r for r in told if r.started >= self._since]
            self.view.messages += [m for m in list(network.messages) if m.at >= self._since]
            left_out += network.left_out
        self.view.requests.sort(key=lambda request: request.started)
        if left_out:
            raise ObserverError(f"{left_out} older requests are left out")

    def _add_script_sources(self) -> None:
        """Add the lines of scripts at which errors were raised, as far as the page has them."""
        if "network" not in self._observer.offers or self.view.dialog:
            return
        since = self._observer.network(self._left).page_since
        files: dict[str, list[str]] = {}
        for line in self.view.console:
            place = line.place
            if place is None or line.level != "SEVERE" or line.page_since != since:
                continue
            if place.url not in files and len(files) < _MOST_FILES:
                files[place.url] = self._lines_of(place.url)
            lines = files.get(place.url, [])
            line.source = lines[place.line] if place.line < len(lines) else ""

    def _lines_of(self, url: str) -> list[str]:
        try:
            return self._observer.file(url, self._left * _FILE_SHARE).split("\n")
        except ObserverError:  # it is no file of the page, such as one that did not load
            return []

    def _add_bodies(self) -> None:
        """Add the latest responses that scripts of the page got: a page shows little of them."""
        if "network" not in self._observer.offers or self.view.dialog:
            return
        document = self._observer.network(self._left).document
        asked: set[str] = set()
        for request in reversed(self.view.requests):
            path = request.url.partition("?")[0]
            if len(asked) == _MOST_BODIES or path in asked or not _is_of_script(request, document):
                continue
            asked.add(path)
            with contextlib.suppress(ObserverError):  # the browser has discarded it
                request.body = self._observer.response_body(request, self._left * _BODY_SHARE)


def _is_of_script(request: Request, document: str) -> bool:
    """Whether a request was made by a script of a document, and has ended."""
    is_ended = request.ended is not None and not request.error
    return is_ended and request.document == document and request.resource_type in {"XHR", "Fetch"}


def _difference(document: Document) -> str:
    """Return how the clock of a page differs from that of this process, moved or not."""
    parts = []
    here = dt.datetime.now().astimezone().utcoffset() or dt.timedelta(0)
    if document.zone and document.east_of_utc * 60 != here.total_seconds():
        sign, minutes = "-" if document.east_of_utc < 0 else "+", abs(document.east_of_utc)
        parts.append(f"{document.zone} (UTC{sign}{minutes // 60:02}:{minutes % 60:02})")
    late = time.time() - document.time
    if document.time and abs(late) > _LEAST_DIFFERENCE:
        parts.append(f"its machine is {abs(late):.0f} s {'behind' if late > 0 else 'ahead'}")
    return ", ".join(parts)


def _browser_name(capabilities: dict[str, Any]) -> str:
    version = str(capabilities.get("browserVersion", "")).partition(".")[0]
    return f"{capabilities.get('browserName', 'browser')} {version}".replace("-", " ").title()


def _name(window: Window) -> str:
    return f"{window.title} ({window.url})" if window.title else window.url


def watch_browsers() -> None:
    """Begin to observe browsers that were opened since the last call."""
    for driver in open_browsers():
        observer_of(driver)


def typed_passwords() -> list[str]:
    """Return what is typed into password fields of the current browser, as far as it tells it."""
    passwords = []
    for driver in open_browsers()[:1]:
        with contextlib.suppress(ObserverError):  # it was closed, or shows a dialog
            passwords += observer_of(driver).passwords(_PASSWORDS_TIMEOUT)
    return passwords


def browser_errors(since: float, used_since: float) -> list[str]:
    """Return uncaught errors and failed resources of pages in open browsers.

    What a page does that an earlier test has left open counts only from when the test uses it:
    until then it is the earlier test's, and a server may have been restarted below it.

    Args:
        since: When the test began. Of `time.monotonic`, in seconds.
        used_since: When the test began to use the page that it found.
    """
    return [
        line.text
        for driver in open_browsers()
        for line in observer_of(driver).console()[0]
        if line.level == "SEVERE"
        and line.at >= since
        and not line.is_leftover
        and (line.page_since >= since or line.at >= used_since)
    ]


def discard_browser_logs() -> None:
    """Discard what consoles and network logs have of a test that ends."""
    for observer in known_observers():
        observer.end_test()
