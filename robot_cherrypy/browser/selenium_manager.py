"""Has Selenium Manager download a browser or a driver, on a machine that is online."""

from collections.abc import Sequence
from pathlib import Path

import requests
from selenium.common.exceptions import WebDriverException
from selenium.webdriver.common.selenium_manager import SeleniumManager

from robot_cherrypy.browser.discovery import Browser, programs
from robot_cherrypy.browser.kinds import Kind
from robot_cherrypy.errors import BrowserError

# Where Selenium Manager looks first (Selenium's documentation of it; "Chrome for Testing").
_INDEX = "https://googlechromelabs.github.io/chrome-for-testing/"

# How long the index may take to respond, in seconds: far more than it needs where it can be
# reached, and not long for a user without the internet who waits for an error message.
_PROBE_TIMEOUT = 5.0


def download(kinds: Sequence[Kind]) -> Browser:
    """Download the driver of the first of these kinds that is installed, else a whole browser.

    Raises:
        BrowserError: The internet cannot be reached, or has none for this system.
    """
    if not _is_online():
        raise BrowserError(f"Selenium Manager cannot fetch them: {_INDEX} is out of reach.")
    kind, binary = next(
        ((kind, binary) for kind in kinds for binary in programs(kind.binaries)),
        (next(kind for kind in kinds if not kind.headless_shell), None),
    )
    return _download(kind, binary)


def _is_online() -> bool:
    """Whether the index responds. Selenium Manager itself would wait for 300 seconds."""
    try:
        return requests.head(_INDEX, timeout=_PROBE_TIMEOUT).ok
    except requests.RequestException:
        return False


def _download(kind: Kind, binary: Path | None) -> Browser:
    """Download a driver, and the browser too if there is no binary."""
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
