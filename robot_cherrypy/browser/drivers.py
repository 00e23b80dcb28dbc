"""Selenium's services and drivers, with the driver's process under guard, and for remote browsers.

In Selenium, a service is the driver's process and a driver is what controls the browser through it.
"""

import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

from selenium import webdriver
from selenium.common.exceptions import (
    InvalidSessionIdException,
    NoAlertPresentException,
    StaleElementReferenceException,
    UnexpectedAlertPresentException,
    WebDriverException,
)
from selenium.webdriver.chrome.service import Service as ChromeService
from selenium.webdriver.common.options import ArgOptions
from selenium.webdriver.common.service import Service
from selenium.webdriver.edge.service import Service as EdgeService
from selenium.webdriver.firefox.service import Service as FirefoxService
from selenium.webdriver.remote.command import Command
from selenium.webdriver.remote.webdriver import WebDriver

from robot_cherrypy.browser.driver_guard import DriverGuard
from robot_cherrypy.browser.kinds import Family
from robot_cherrypy.errors import BrowserError

# ChromeDriver's message if the browser leaves a page at the moment in which it looks at an element
# (about one time in fifty). In the WebDriver specification this is a stale element, which
# SeleniumLibrary's waiting keywords expect.
_STALE = "Node with given id does not belong to the document"

# ChromeDriver chooses a port that is free for IPv6, and ends if that port is not free for IPv4.
_PORT_TAKEN = "port not available"

# How a Selenium Grid says that the machine with the browser does not answer any more.
_NODE_ENDED = "Unable to execute request for an existing session"

# How often it is started then. It chooses another port each time, so five times in a row are no
# accident.
_ATTEMPTS = 5


class GuardedService(Service):
    """A driver's process that cannot outlive this one, and whose port is known when it listens."""

    chooses_port = True
    environment: Mapping[str, str] = MappingProxyType({})

    _guard: DriverGuard | None = None

    def start(self) -> None:
        """Start the driver and wait until it listens.

        Raises:
            BrowserError: The driver ended before that, or took too long.
        """
        if os.name == "nt":  # the guard needs a POSIX system
            super().start()
            return
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                self._start_guarded()
            except BrowserError as error:
                if _PORT_TAKEN not in str(error) or attempt == _ATTEMPTS:
                    raise
            else:
                return

    def _start_guarded(self) -> None:
        if self.chooses_port:
            self.port = 0
        self._guard = DriverGuard(
            [self.path, *self.command_line_args()], environment=self.environment
        )
        self.process = self._guard.process
        self.port = self._guard.wait_for_port()

    @property
    def folder(self) -> Path | None:
        """A folder that is deleted with the driver; None on Windows."""
        return self._guard.folder / "downloads" if self._guard else None

    def stop(self) -> None:
        """Kill the driver and its browsers."""
        if self._guard:
            self._guard.stop()
        elif os.name == "nt":
            super().stop()

    def env_path(self) -> None:
        """Ignore environment variables: `kinds.KINDS` lists them as places."""

    @property
    def service_url(self) -> str:
        """The address of the driver."""
        return f"http://127.0.0.1:{self.port}"


def tells_of_stale_element(error: WebDriverException) -> bool:
    """Whether the element of a command that has failed is not part of the document any more."""
    return isinstance(error, StaleElementReferenceException) or _STALE in (error.msg or "")


class GuardedDriver(WebDriver):
    """A browser that is killed in place of being asked to close, which would take 60 ms."""

    service: Any  # each of Selenium's drivers declares a type of its own

    def quit(self) -> None:
        """Close the browser; return when no process and no file of it is left."""
        self.service.stop()
        super().quit()

    def execute(self, driver_command: Any, params: dict[str, Any] | None = None) -> Any:
        """Run a command of the WebDriver protocol, except QUIT: there is no driver left for it."""
        if driver_command == Command.QUIT:
            return {}
        try:
            return super().execute(driver_command, params)
        except WebDriverException as error:
            if tells_of_stale_element(error):
                raise StaleElementReferenceException(error.msg) from error
            raise


class _GuardedChromeService(GuardedService, ChromeService):
    """ChromeDriver under guard."""


class _GuardedEdgeService(GuardedService, EdgeService):
    """Microsoft's driver under guard."""


class _GuardedFirefoxService(GuardedService, FirefoxService):
    """Mozilla's geckodriver under guard."""

    chooses_port = False  # if it chooses, it rejects requests to that port ("Invalid Host")

    def command_line_args(self) -> list[str]:
        """Let Firefox choose the port for WebDriver BiDi: one that Selenium chose may be taken."""
        return ["--port", f"{self.port}", "--websocket-port", "0"]


class _GuardedChrome(GuardedDriver, webdriver.Chrome):
    """Chrome or Chromium under guard."""


class _GuardedEdge(GuardedDriver, webdriver.Edge):
    """Edge under guard."""


class DialogDriver(WebDriver):
    """A browser that is told to ignore dialogs.

    With WebDriver BiDi it would close a dialog as soon as that opens, and so no test could read it.
    What it does without BiDi is done here: a command that meets a dialog closes it.
    """

    closes_dialogs = False

    def execute(self, driver_command: Any, params: dict[str, Any] | None = None) -> Any:
        """Run a command of the WebDriver protocol."""
        try:
            return super().execute(driver_command, params)
        except UnexpectedAlertPresentException as error:
            with suppress(NoAlertPresentException):
                error.alert_text = super().execute(Command.W3C_GET_ALERT_TEXT)["value"]
                if self.closes_dialogs:
                    super().execute(Command.W3C_DISMISS_ALERT)
            raise


class _GuardedFirefox(DialogDriver, GuardedDriver, webdriver.Firefox):
    """Firefox under guard."""


class RemoteDriver(DialogDriver):
    """A remote browser, with the command of the DevTools protocol that local drivers have."""

    def __init__(self, url: str, options: ArgOptions) -> None:
        self._host = urlsplit(url).netloc.rpartition("@")[2]
        super().__init__(command_executor=url, options=options)

    def execute_cdp_cmd(self, cmd: str, cmd_args: dict[str, Any]) -> Any:
        """Run a command of the DevTools protocol; only a Chromium knows it."""
        return self.execute("executeCdpCommand", {"cmd": cmd, "params": cmd_args})["value"]

    def execute(self, driver_command: Any, params: dict[str, Any] | None = None) -> Any:
        """Run a command of the WebDriver protocol.

        Raises:
            InvalidSessionIdException: The browser has ended, or its node of a Selenium Grid has.
        """
        try:
            return super().execute(driver_command, params)
        except InvalidSessionIdException as error:
            reason = (error.msg or "").partition("\n")[0]
        except WebDriverException as error:
            if _NODE_ENDED not in (error.msg or ""):
                raise
            reason = "its node of the Selenium Grid does not answer"
        raise InvalidSessionIdException(
            f"The browser at {self._host} has ended: {reason}"
        ) from None

    def quit(self) -> None:
        """Close the browser, unless it has ended."""
        with suppress(InvalidSessionIdException):
            super().quit()


SERVICES: dict[Family, Callable[..., GuardedService]] = {
    "chrome": _GuardedChromeService,
    "edge": _GuardedEdgeService,
    "firefox": _GuardedFirefoxService,
}
DRIVERS: dict[Family, Callable[..., GuardedDriver]] = {
    "chrome": _GuardedChrome,
    "edge": _GuardedEdge,
    "firefox": _GuardedFirefox,
}
