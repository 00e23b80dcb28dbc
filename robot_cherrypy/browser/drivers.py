"""Selenium's services and drivers, with the driver process under guard."""

import os
from collections.abc import Callable
from typing import Any

from selenium import webdriver
from selenium.common.exceptions import StaleElementReferenceException, WebDriverException
from selenium.webdriver.chrome.service import Service as ChromeService
from selenium.webdriver.common.service import Service
from selenium.webdriver.edge.service import Service as EdgeService
from selenium.webdriver.firefox.service import Service as FirefoxService
from selenium.webdriver.remote.command import Command
from selenium.webdriver.remote.webdriver import WebDriver

from robot_cherrypy.browser.guarding import DriverGuard
from robot_cherrypy.browser.kinds import Family
from robot_cherrypy.errors import BrowserError

# ChromeDriver's words where a page is left while it looks at an element of it (2 % of the looks in
# such moments). By the WebDriver specification that is a stale element, which waits expect.
_LEFT = "Node with given id does not belong to the document"

# ChromeDriver chooses a port that is free for IPv6 and gives up where the same one is not for IPv4.
_PORT_TAKEN = "port not available"
_ATTEMPTS = 5


class GuardedService(Service):
    """A driver process that cannot outlive this one, and that says when it listens."""

    guard: DriverGuard | None = None
    chooses_port = True

    def start(self) -> None:
        """Start the driver and wait until it listens."""
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
        self.guard = DriverGuard([self.path, *self.command_line_args()])
        self.process = self.guard.process
        self.port = self.guard.port()

    def stop(self) -> None:
        """End the driver and its browsers at once."""
        if self.guard:
            self.guard.end()
        elif os.name == "nt":
            super().stop()

    def env_path(self) -> None:
        """Heed no environment variable here: `finding.find` has done so."""

    @property
    def service_url(self) -> str:
        """The address of the driver."""
        return f"http://127.0.0.1:{self.port}"


class GuardedDriver(WebDriver):
    """A browser that is killed when done with: asked to end itself it would take 60 ms."""

    service: Any  # Selenium's drivers have each declared their own

    def quit(self) -> None:
        """End the browser and its driver."""
        self.service.stop()
        super().quit()

    def execute(self, driver_command: Any, params: dict[str, Any] | None = None) -> Any:
        """Run a command of the WebDriver protocol, except the one that `quit` made needless."""
        if driver_command == Command.QUIT:
            return {}
        try:
            return super().execute(driver_command, params)
        except WebDriverException as error:
            if _LEFT in (error.msg or ""):
                raise StaleElementReferenceException(error.msg) from error
            raise


class GuardedChromeService(GuardedService, ChromeService):
    """ChromeDriver under guard."""


class GuardedEdgeService(GuardedService, EdgeService):
    """Microsoft's driver under guard."""


class GuardedFirefoxService(GuardedService, FirefoxService):
    """Mozilla's geckodriver under guard."""

    chooses_port = False  # given 0 it listens, but then refuses the port it got ("Invalid Host")


class GuardedChrome(GuardedDriver, webdriver.Chrome):
    """Chrome or Chromium under guard."""


class GuardedEdge(GuardedDriver, webdriver.Edge):
    """Edge under guard."""


class GuardedFirefox(GuardedDriver, webdriver.Firefox):
    """Firefox under guard."""


SERVICES: dict[Family, Callable[..., GuardedService]] = {
    "chrome": GuardedChromeService,
    "edge": GuardedEdgeService,
    "firefox": GuardedFirefoxService,
}
DRIVERS: dict[Family, Callable[..., GuardedDriver]] = {
    "chrome": GuardedChrome,
    "edge": GuardedEdge,
    "firefox": GuardedFirefox,
}
