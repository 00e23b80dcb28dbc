"""Browsers that were opened before a test asks for them, and what was opened in this process."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from robot_cherrypy.browser.discovery import Browser
from robot_cherrypy.browser.settings import Settings

if TYPE_CHECKING:
    from robot_cherrypy.browser.drivers import GuardedDriver

# Functions import Selenium where they need it, see `local`.
# ruff: noqa: PLC0415


@dataclass(frozen=True)
class Opening:
    """Which browser was opened, and how. Two that are equal give browsers that are alike."""

    browser: Browser
    settings: Settings


class _PreparedBrowsers:
    """The new browsers of this process that nobody uses yet."""

    def __init__(self) -> None:
        self._unused: list[tuple[Opening, GuardedDriver]] = []
        self.openings: list[Opening] = []

    def add(self, opening: Opening, driver: "GuardedDriver") -> None:
        """Keep a new browser for whoever opens such a browser first."""
        self._unused.append((opening, driver))

    def remove(self, opening: Opening) -> "GuardedDriver | None":
        """Return a browser that was opened like this and works; None if there is none."""
        self.openings.append(opening)
        for entry in list(self._unused):
            if entry[0] == opening:
                self._unused.remove(entry)
                if _works(entry[1]):
                    return entry[1]
                entry[1].quit()
        return None

    def close(self) -> None:
        """Close the browsers that nobody used."""
        while self._unused:
            self._unused.pop()[1].quit()


# Browsers that `open_local` hands out; there are none unless somebody has added them.
PREPARED = _PreparedBrowsers()


def _works(driver: "GuardedDriver") -> bool:
    from selenium.common.exceptions import WebDriverException
    from urllib3.exceptions import HTTPError

    try:
        return bool(driver.window_handles)
    except (WebDriverException, HTTPError, OSError):
        return False
