"""Lets Selenium Manager fetch a browser or a driver, for those who are online."""

from collections.abc import Sequence
from pathlib import Path

import requests
from selenium.common.exceptions import WebDriverException
from selenium.webdriver.common.selenium_manager import SeleniumManager

from robot_cherrypy.browser.finding import Browser, programs
from robot_cherrypy.browser.kinds import Kind
from robot_cherrypy.errors import BrowserError

# Where Selenium Manager looks first (Chrome for Testing; Selenium's documentation of the manager).
INDEX = "https://googlechromelabs.github.io/chrome-for-testing/"
PROBE_TIMEOUT = 5.0


def obtain(kinds: Sequence[Kind]) -> Browser:
    """Fetch the driver of the first of these browsers that is installed, else the first browser.

    Raises:
        BrowserError: The internet is out of reach, or there is nothing there for this system.
    """
    if not online():
        raise BrowserError(f"Selenium Manager cannot fetch them: {INDEX} is out of reach.")
    kind, binary = next(
        ((kind, binary) for kind in kinds for binary in programs(kind.binaries)),
        (next(kind for kind in kinds if not kind.headless_shell), None),
    )
    return fetch(kind, binary)


def online() -> bool:
    """Tell whether the internet is there; Selenium Manager itself would wait for 300 seconds."""
    try:
        return requests.head(INDEX, timeout=PROBE_TIMEOUT).ok
    except requests.RequestException:
        return False


def fetch(kind: Kind, binary: Path | None) -> Browser:
    """Ask Selenium Manager for a driver, and for the browser too if it is not there."""
    arguments = ["--browser", kind.family, "--avoid-stats"]
    if binary:
        arguments += ["--browser-path", str(binary)]
    try:
        paths = SeleniumManager().binary_paths(arguments)
    except WebDriverException as error:
        raise BrowserError(f"Selenium Manager could not fetch {kind.label}: {error.msg}") from error
    return Browser(
        kind.label,
        kind.family,
        binary or Path(paths["browser_path"]),
        Path(paths["driver_path"]),
        kind.headless_shell,
    )
