"""Waiting until a browser and the servers have done what a click caused."""

import contextlib
import glob
from typing import Any

from robot_cherrypy.harness.registry import Servers
from robot_cherrypy.pages.network_log import NetworkLog, Request
from robot_cherrypy.pages.observer import Observer, ObserverError
from robot_cherrypy.pages.observers import observer_of
from robot_cherrypy.pages.selenium import is_selenium_library
from robot_cherrypy.pauses import PAUSES
from robot_cherrypy.traffic.exchange import Exchange

# How long a driver may take to tell which window is selected, in seconds. It needs 2 ms.
_KNOWN_AT_ONCE = 1.0

# SeleniumLibrary's keywords that may make a page send a request.
_CLICK_KEYWORDS = frozenset(
    {
        "Click Button",
        "Click Element",
        "Click Element At Coordinates",
        "Click Image",
        "Click Link",
        "Double Click Element",
        "Drag And Drop",
        "Drag And Drop By Offset",
        "Go Back",
        "Mouse Up",
        "Press Keys",
        "Select Checkbox",
        "Select From List By Index",
        "Select From List By Label",
        "Select From List By Value",
        "Select Radio Button",
        "Submit Form",
        "Unselect Checkbox",
    }
)


# Those and others that may make a page send what is typed into it.
_SENDING_KEYWORDS = _CLICK_KEYWORDS | {"Execute Async Javascript", "Execute Javascript"}

# SeleniumLibrary's keywords that do nothing with the page that is open: they leave it, or are about
# browsers. Those that read a page use it.
_LEAVING_KEYWORDS = frozenset(
    {
        "Close All Browsers",
        "Close Browser",
        "Close Window",
        "Create Webdriver",
        "Delete All Cookies",
        "Delete Cookie",
        "Go To",
        "Maximize Browser Window",
        "Open Browser",
        "Switch Browser",
    }
)


def is_click(keyword: str, library: str) -> bool:
    """Whether a keyword may make a page send a request.

    Args:
        keyword: Its name.
        library: Name or alias of the library that has it.
    """
    return keyword in _CLICK_KEYWORDS and is_selenium_library(library)


def may_send(keyword: str, library: str) -> bool:
    """Whether a keyword may make a page send what is typed into it.

    Args:
        keyword: Its name.
        library: Name or alias of the library that has it.
    """
    return keyword in _SENDING_KEYWORDS and is_selenium_library(library)


def uses_page(keyword: str, library: str) -> bool:
    """Whether a keyword does something with the page that is open, or reads it.

    Args:
        keyword: Its name.
        library: Name or alias of the library that has it.
    """
    is_about_page = not keyword.startswith("Set ") and keyword not in _LEAVING_KEYWORDS
    return is_about_page and is_selenium_library(library)


class PageWait:
    """Waits until a browser and the servers have done what a click caused.

    A request that was in flight before the click and outlives the wait is no result of it: it is a
    long poll, or a stream. No later click of the suite waits for requests with that path.

    Args:
        servers: The servers that may be busy.
    """

    def __init__(self, servers: Servers) -> None:
        self._servers = servers
        self._lasting: set[str] = set()
        self._lasting_outside: list[set[str]] = []  # of each suite around what is running

    def start_suite(self) -> None:
        """Let what is found from now on hold for a suite."""
        self._lasting_outside.append(set(self._lasting))

    def end_suite(self) -> None:
        """Forget what was found in a suite: the next one may have the path for something else."""
        self._lasting = self._lasting_outside.pop() if self._lasting_outside else set()

    def wait(self, driver: Any, timeout: float, since: float) -> str:
        """Wait until a browser has loaded what it asked for, and the servers are idle.

        A driver may return from a click before the browser has even begun to navigate. So the
        page's event loop is waited for first; then the network log tells whether the browser is
        still loading. The observer closes no dialog, and one that opens ends the wait.

        Args:
            driver: The browser's driver.
            timeout: In seconds. Pauses of the test do not count.
            since: When the click began. Of `time.monotonic`, in seconds.

        Returns:
            What was not done within that time, as a sentence; empty if all was.
        """
        deadline = PAUSES.monotonic() + timeout
        observer = observer_of(driver)
        requests: list[Request] = []
        is_loaded = True
        if "network" in observer.offers:
            with contextlib.suppress(ObserverError):  # the browser was closed
                is_loaded = self._wait_until_loaded(observer, deadline)
                network = observer.network(_KNOWN_AT_ONCE)
                requests = [] if is_loaded else network.running_except(self._servers.long_polls)
        exchanges = self._busy_after(deadline)
        if is_loaded and not exchanges:
            return ""
        return self._left([*exchanges, *requests], since)

    def _left(self, left: list[Exchange | Request], since: float) -> str:
        """Return what is left, and remember what was there before."""
        lasting = {each.path for each in left if each.started < since}
        self._lasting |= lasting
        names = dict.fromkeys(f"{each.method} {each.path}" for each in left)
        sentence = f"It goes on: {', '.join(names) or 'the page is loading'}."
        if lasting:
            sentence += (
                f" Clicks do not wait for {', '.join(sorted(lasting))} from now on, which was there"
                " before this one; if it is meant to stay open, name it in the option 'long_polls'."
            )
        return sentence

    def _wait_until_loaded(self, observer: Observer, deadline: float) -> bool:
        lasting = (*map(glob.escape, self._lasting), *self._servers.long_polls)

        def is_busy(network: NetworkLog) -> bool:
            return network.is_busy_except(lasting)

        while (left := deadline - PAUSES.monotonic()) > 0:
            if observer.dialog(left):
                return True  # the page does nothing meanwhile
            network = observer.network(left)
            if is_busy(network):
                # If the browser waits for a server, that becomes idle when it has responded; if it
                # loads from its cache, the events of its network tell when it has finished.
                self._busy_after(deadline)
                observer.wait_while(is_busy, deadline - PAUSES.monotonic())
            if observer.run_next_task(deadline - PAUSES.monotonic()) and not is_busy(network):
                return True
        return False

    def _busy_after(self, deadline: float) -> list[Exchange]:
        """Wait until the servers are idle; return the requests that are in flight then."""
        paths = tuple(map(glob.escape, self._lasting))
        return self._servers.requests_left_after(deadline - PAUSES.monotonic(), paths)


def wait_for_navigation(observer: Observer, timeout: float) -> bool:
    """Wait until a browser has finished navigating: a picture taken meanwhile may hang.

    Args:
        observer: The browser's.
        timeout: In seconds.

    Returns:
        Whether no navigation is going on and no dialog is open. True also for a browser without a
        network log, where this is unknown.
    """
    if "network" not in observer.offers:
        return True
    deadline = PAUSES.monotonic() + timeout
    is_still = observer.run_next_task(timeout)
    observer.wait_while(lambda network: bool(network.navigating), deadline - PAUSES.monotonic())
    network = observer.network(timeout)
    return is_still and not network.navigating and observer.dialog(timeout) is None
