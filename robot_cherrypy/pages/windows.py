"""The windows of a browser, as events on a connection of our own tell of them."""

import contextlib
import time
from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from robot_cherrypy.pages.browser_connection import Connection
from robot_cherrypy.pages.console import Console
from robot_cherrypy.pages.network_log import NetworkLog
from robot_cherrypy.pages.observer import ConsoleLine, Dialog, Observer, ObserverError

# How long the connection and the first windows are waited for, in seconds: a browser needs 10 ms,
# and a busy machine a hundred times as long.
CONNECT_TIMEOUT = 10.0

# How long a command of a keyword may take, in seconds: it is one that is done at once.
COMMAND_TIMEOUT = 5.0

# How much of a response is kept, in characters: twice what the report shows, so that a secret at
# the end of that is known as a whole and masked.
LONGEST_BODY = 4_000

# The world in which our scripts run: a page neither sees nor changes what they use.
WORLD = "robot_cherrypy"


@dataclass
class Page:
    """A window. Its frames and workers belong to it.

    Attributes:
        identifier: Of the window, as the driver has it.
        session: By which the window is known on the connection.
        network: What it does on the network.
        dialog: The dialog that is open.
        has_crashed: Whether the process of the page has ended.
    """

    identifier: str
    session: str
    network: NetworkLog
    dialog: Dialog | None = None
    has_crashed: bool = False


class WindowsObserver(Observer):
    """Observes a browser by events; the lock of the connection guards what they change.

    Args:
        url: Of the WebSocket of the connection.
        selected: Returns the identifier of the window that the driver has selected, empty if that
            was closed; raises `ObserverError` if the driver does not tell it within a time in
            seconds.
        console: Of all windows.
        elsewhere: The network log of workers of several windows.

    Raises:
        ObserverError: Nothing listens there.
    """

    def __init__(
        self, url: str, selected: Callable[[float], str], console: Console, elsewhere: NetworkLog
    ) -> None:
        self._selected = selected
        self._console = console
        self._pages: dict[str, Page] = {}  # by session
        self._closed: list[Page] = []  # during this test
        self._elsewhere = Page("", "", elsewhere)
        self._windows_seen = 0
        self._last_selected = ""
        self._connection = Connection(url, self._handle_event, CONNECT_TIMEOUT)

    @abstractmethod
    def _handle_event(self, session: str, method: str, values: dict[str, Any]) -> None:
        """Handle an event, on the connection's thread."""

    @property
    def identifiers(self) -> set[str]:
        """The identifiers of open windows, as the driver has them."""
        with self._connection.changed:
            return {page.identifier for page in self._pages.values()}

    @property
    def has_ended(self) -> bool:
        """Whether the connection to the browser has ended."""
        return not self._connection.is_open

    def console(self) -> tuple[list[ConsoleLine], int]:
        """Return the lines of the test's consoles, and how many were left out."""
        with self._connection.changed:
            return self._console.lines()

    def networks(self) -> list[NetworkLog]:
        """Return the network logs of all windows of the test, and of workers of several."""
        with self._connection.changed:
            pages = [*self._closed, *self._pages.values(), self._elsewhere]
            return [page.network for page in pages]

    def network(self, timeout: float) -> NetworkLog:
        """Return the network log of the selected window."""
        return self._page(timeout).network

    def wait_while(self, condition: Callable[[NetworkLog], bool], timeout: float) -> None:
        """Wait while the selected window meets a condition; events end the wait."""
        page = self._page(timeout)
        with self._connection.changed:
            self._connection.changed.wait_for(
                lambda: (
                    page.dialog is not None
                    or page.session not in self._pages
                    or not condition(page.network)
                ),
                timeout,
            )

    def end_test(self) -> None:
        """Discard what belongs to a test that ends."""
        with self._connection.changed:
            self._console.end_test()
            self._closed.clear()
            for page in [*self._pages.values(), self._elsewhere]:
                page.network.end_test()

    def close(self) -> None:
        """Close the connection; the browser goes on."""
        self._connection.close()

    def _open_page(self, page: Page) -> None:
        """Know a window that was opened."""
        self._pages[page.session] = page
        self._windows_seen += 1
        self._last_selected = self._last_selected or page.identifier

    def _close_page(self, session: str) -> None:
        """Know that a window was closed, if it is one."""
        if closed := self._pages.pop(session, None):
            self._closed.append(closed)

    def _page(self, timeout: float) -> Page:
        page, _is_closed = self._find_selected(timeout)
        return page

    def _find_selected(self, timeout: float) -> tuple[Page, bool]:
        """Return the selected window, and whether it was closed: then it is another one.

        As long as there has been one window only, nobody needs to be asked.
        """
        if self._windows_seen > 1:
            with contextlib.suppress(ObserverError):  # the driver is busy: it is the one before
                self._last_selected = self._selected(timeout)
        with self._connection.changed:
            pages = list(self._pages.values())
        if not self._connection.is_open:
            raise ObserverError("the browser has ended")
        if not pages:
            raise ObserverError("all windows are closed")
        if self._windows_seen == 1:
            return pages[0], False
        for page in pages:
            if page.identifier == self._last_selected:
                return page, False
        return pages[0], True

    def _ask(
        self, page: Page, command: str, values: dict[str, Any], deadline: float
    ) -> dict[str, Any]:
        """Send a command that the page itself has to run; it does not while a dialog is open."""

        def reason() -> str:
            if page.session not in self._pages:
                return "the window was closed"
            if page.has_crashed:
                return "the page has crashed"
            return "the page waits for a dialog" if page.dialog else ""

        self._open_dialog(page, deadline)
        left = max(0.0, deadline - time.monotonic())
        return self._connection.call(page.session, command, values, left, until=reason)

    def _open_dialog(self, page: Page, deadline: float) -> Dialog | None:
        """Return the dialog of a window, unless it has been closed and its event is to be read."""
        if page.dialog is not None:
            left = max(0.0, deadline - time.monotonic())
            self._await_events(left)
        return page.dialog

    @abstractmethod
    def _await_events(self, timeout: float) -> None:
        """Wait until the events are read that the browser has sent before."""
