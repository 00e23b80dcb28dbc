"""Opens browsers elsewhere, such as on a phone, through a WebDriver that listens at a URL."""

from collections.abc import Callable
from contextlib import ExitStack
from typing import TYPE_CHECKING, cast
from urllib.parse import urlsplit

from robot_cherrypy.browser.bidi_commands import is_loopback
from robot_cherrypy.browser.kinds import Family, suggestion
from robot_cherrypy.browser.set_up import resize_view, set_up
from robot_cherrypy.browser.settings import Settings, remote_options, set_capability
from robot_cherrypy.errors import BrowserError

if TYPE_CHECKING:
    from selenium.webdriver.common.options import ArgOptions
    from selenium.webdriver.remote.webdriver import WebDriver

# Functions import Selenium where they need it, see `local`.
# ruff: noqa: PLC0415

_FAMILIES = ("chrome", "edge", "firefox")

# What Safari cannot be given.
_OPTIONS = ("device", "width", "height", "arguments", "permissions", "certificates")


def open_remote(
    url: str, browser: str, settings: Settings, tell: Callable[[str], None] = lambda _: None
) -> "WebDriver":
    """Open a browser through a remote WebDriver: a driver, a Selenium Grid or Appium.

    Args:
        url: Where the WebDriver listens.
        browser: `auto` for Chrome, or `chrome`, `edge`, `firefox` or `safari`.
        settings: How to open it; the logs, the folder for downloads, whether there is a window, and
            its size if none is given are the remote side's.
        tell: Called on a thread with a sentence about the queue of a Grid, while there is one.

    Raises:
        BrowserError: There is no such browser, no WebDriver listens at the URL, it opened none, or
            the browser cannot be set up like this.
    """
    from selenium.common.exceptions import WebDriverException
    from urllib3.exceptions import HTTPError

    from robot_cherrypy.browser.drivers import RemoteDriver
    from robot_cherrypy.browser.grid_queue import told_queue

    options = _options(url, "chrome" if browser == "auto" else browser, settings)
    try:
        with told_queue(url, options, tell):
            driver = RemoteDriver(url, options)
    except (HTTPError, OSError) as error:
        raise BrowserError(f"No WebDriver answers at {url}: {_first_cause(error)}.") from error
    except WebDriverException as error:
        reason = (error.msg or "").strip().partition("\n")[0]
        raise BrowserError(f"The WebDriver at {url} opened no browser: {reason}") from error
    with ExitStack() as on_error:
        on_error.callback(driver.quit)
        if browser != "safari":
            set_up(driver, settings, None, settings.emulation.time_zone)
            if settings.width or settings.height:
                resize_view(driver, settings.size)
        on_error.pop_all()
    return driver


def is_remote(driver: object) -> bool:
    """Whether a browser was opened through a remote WebDriver."""
    from robot_cherrypy.browser.drivers import RemoteDriver

    return isinstance(getattr(driver, "wrapped_driver", driver), RemoteDriver)


def _options(url: str, browser: str, settings: Settings) -> "ArgOptions":
    if browser in _FAMILIES:
        family = cast("Family", browser)
        # On this machine DevTools can be reached, also those of a phone at its USB port.
        is_here = is_loopback(urlsplit(url).hostname or "")
        is_observed = bool(settings.capabilities.get("webSocketUrl", not is_here))
        return remote_options(family, settings, is_observed=is_observed)
    if browser != "safari":
        names = (*_FAMILIES, "safari")
        hint = suggestion(browser, names) or f" Expected auto or one of {', '.join(names)}."
        raise BrowserError(f"There is no remote browser '{browser}'.{hint}")
    from selenium.webdriver import SafariOptions

    asked = [*settings.emulation.asked, *(name for name in _OPTIONS if getattr(settings, name))]
    if asked:
        raise BrowserError(f"Safari cannot be given '{asked[0]}'.")
    options = SafariOptions()
    for name, value in settings.capabilities.items():
        set_capability(options, name, value)
    return options


def _first_cause(error: BaseException) -> str:
    """Return the error of the operating system behind an error of urllib3."""
    while (reason := getattr(error, "reason", None)) and isinstance(reason, BaseException):
        error = reason
    cause = error.__cause__ or error.__context__ or error
    return getattr(cause, "strerror", None) or str(error)
