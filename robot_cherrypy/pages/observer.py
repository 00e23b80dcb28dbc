"""What can be seen of one browser without the connection that the test drives it with."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from robot_cherrypy.pages.document import PASSWORDS, SNAPSHOT, Document
from robot_cherrypy.pages.network_log import NetworkLog, Request

# What an observer can tell of its browser. Pictures and documents every browser has.
Offer = Literal["console", "network", "windows", "scripts", "commands", "cookies"]


class ObserverError(Exception):
    """A browser did not tell something; the message is the reason, without a full stop."""


@dataclass(frozen=True)
class Place:
    """A place in a script or page; `line` and `column` are counted from 0."""

    url: str
    line: int
    column: int = 0


@dataclass
class ConsoleLine:
    """A line of the browser's console.

    Attributes:
        at: When it was written. Of `time.monotonic`, in seconds.
        level: `SEVERE`, `WARNING`, `INFO` or `DEBUG`, as drivers name them.
        text: Place and text.
        page_since: Since when the page that wrote it was shown. Of `time.monotonic`.
        is_leftover: Whether it tells of a request that an earlier test has left in flight.
        place: Where a script wrote it; None if the browser does not tell.
        source: That line of the script, if the browser was asked for it.
    """

    at: float
    level: str
    text: str
    page_since: float = float("inf")
    is_leftover: bool = False
    place: Place | None = None
    source: str = ""


@dataclass(frozen=True)
class Dialog:
    """An open dialog: `type` is `alert`, `confirm`, `prompt` or `beforeunload`."""

    type: str
    text: str

    def __str__(self) -> str:
        """Return type and text."""
        return f"{self.type}: {self.text}"


@dataclass(frozen=True)
class Window:
    """A window or tab."""

    identifier: str
    url: str = ""
    title: str = ""


@dataclass(frozen=True)
class Windows:
    """The open windows of a browser.

    Attributes:
        shown: The window that the driver has selected, or another one if that was closed.
        others: All others.
        is_closed: Whether the window was closed that the driver has selected.
    """

    shown: Window
    others: list[Window] = field(default_factory=list)
    is_closed: bool = False


@dataclass(frozen=True)
class Picture:
    """A picture.

    Attributes:
        data: The picture as Base64.
        media_type: Such as `image/jpeg`.
        size: Width and height, in CSS pixels.
        page_size: Width and height of the whole page, in CSS pixels.
    """

    data: str
    media_type: str
    size: tuple[int, int] = (0, 0)
    page_size: tuple[int, int] = (0, 0)


@dataclass
class Activity:
    """What pages and workers do by themselves.

    Attributes:
        changing: Why something may change within the time that was asked for, in words.
        pending: Those of `changing` that come to an end by themselves: no interval, and no timer
            that begins anew.
        version: Changes whenever scripts or documents of the browser have changed anything.
    """

    changing: list[str] = field(default_factory=list)
    pending: list[str] = field(default_factory=list)
    version: list[tuple[float, int]] = field(default_factory=list)


class Observer(ABC):
    """Sees one browser. Each question has a time limit, in seconds, and ends by then.

    Whatever it does, it closes no dialog, changes no page, removes nothing from a log that the test
    may read, and never uses the test's own connection to the driver. All methods raise
    `ObserverError` if the browser does not tell what is asked.
    """

    # What this kind of browser tells.
    offers: frozenset[Offer] = frozenset()

    @abstractmethod
    def windows(self, timeout: float) -> Windows:
        """Return the open windows, also while the page is busy or shows a dialog."""

    @abstractmethod
    def dialog(self, timeout: float) -> Dialog | None:
        """Return the dialog that is open in the selected window, or None."""

    @abstractmethod
    def picture(self, timeout: float) -> Picture:
        """Return a picture of what is in view."""

    @abstractmethod
    def read(self, script: str, timeout: float) -> Any:
        """Run a script that only reads the page, and return its result, which is JSON."""

    def document(self, timeout: float) -> Document:
        """Return the document of the page."""
        return Document.of(self.read(f"({SNAPSHOT})()", timeout))

    def passwords(self, timeout: float) -> list[str]:
        """Return what is typed into password fields of the page, if the browser tells it."""
        if "scripts" not in self.offers:
            return []
        return list(map(str, self.read(f"({PASSWORDS})()", timeout)))

    def console(self) -> tuple[list[ConsoleLine], int]:
        """Return the lines of the test's consoles, and how many were left out before them."""
        return [], 0

    def networks(self) -> list[NetworkLog]:
        """Return the network logs of all windows."""
        return []

    def network(self, timeout: float) -> NetworkLog:
        """Return the network log of the selected window, if the browser offers `network`."""
        raise NotImplementedError

    def response_body(self, request: Request, timeout: float) -> str:
        """Return the beginning of the response to a request of the selected window.

        Empty if it is no text. For a browser that offers `network`.
        """
        raise NotImplementedError

    def file(self, url: str, timeout: float) -> str:  # noqa: ARG002 - for browsers that keep them
        """Return a file of the page that the browser has loaded; empty if it does not tell it."""
        return ""

    def run_next_task(self, timeout: float) -> bool:
        """Wait for the event loop of the page; return whether the browser still shows that page.

        Ends at once when a dialog opens. For a browser that offers `network`.
        """
        raise NotImplementedError

    def wait_while(self, condition: Callable[[NetworkLog], bool], timeout: float) -> None:
        """Wait while the network log of the selected window meets a condition, and no dialog opens.

        For a browser that offers `network`.
        """
        raise NotImplementedError

    def set_position(
        self,
        origin: str,  # noqa: ARG002 - for browsers that can be given one
        position: dict[str, float],  # noqa: ARG002
    ) -> None:
        """Let the selected window be somewhere, and pages of an origin read its position.

        Args:
            origin: Scheme and host with port; empty for a page that has none.
            position: Its `latitude`, `longitude` and `accuracy`, in degrees and metres.
        """
        raise ObserverError("this kind of browser cannot be given a position")

    def command(self, name: str, values: dict[str, Any]) -> dict[str, Any]:
        """Send a command of the Chrome DevTools Protocol, if the browser offers `commands`."""
        raise NotImplementedError

    def cookies(self) -> list[dict[str, Any]]:
        """Return the cookies of all pages, as WebDriver has them, if the browser offers them."""
        raise NotImplementedError

    def set_cookie(self, cookie: dict[str, Any]) -> None:
        """Set a cookie of any page, as WebDriver has it, if the browser offers them."""
        raise NotImplementedError

    def run_everywhere(self, name: str, script: str, *, is_kept: bool) -> None:
        """Run a script in all documents and workers, for a browser that offers `scripts`.

        Args:
            name: What the script is for. It replaces the one with this name.
            script: The script.
            is_kept: Whether it is also run in those that are opened later.
        """
        raise NotImplementedError

    def activity(self, within: float, timeout: float) -> Activity:
        """Return what pages and workers will do within a time, for one that offers `scripts`.

        They know it if `activity.ACTIVITY` is kept.
        """
        raise NotImplementedError

    @property
    def has_ended(self) -> bool:
        """Whether the browser has ended, as far as this is known without asking it."""
        return False

    def end_test(self) -> None:  # noqa: B027 - not every observer keeps something
        """Discard what belongs to a test that ends."""
