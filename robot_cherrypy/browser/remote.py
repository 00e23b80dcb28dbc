"""Opens browsers elsewhere, such as on a phone, through a WebDriver that listens at a URL."""

from typing import TYPE_CHECKING

from robot_cherrypy.browser.devices import spelling
from robot_cherrypy.browser.kinds import suggestion
from robot_cherrypy.browser.settings import Settings, set_capability
from robot_cherrypy.errors import BrowserError

if TYPE_CHECKING:
    from selenium.webdriver.common.options import ArgOptions
    from selenium.webdriver.remote.webdriver import WebDriver

# Functions import Selenium where they need it, see `local`.
# ruff: noqa: PLC0415

_NAMES = ("chrome", "edge", "firefox", "safari")


def open_remote(url: str, browser: str, settings: Settings) -> "WebDriver":
    """Open a browser through a remote WebDriver: a driver, a Selenium Grid or Appium.

    Args:
        url: Where the WebDriver listens.
        browser: `auto` for Chrome, or `chrome`, `edge`, `firefox` or `safari`.
        settings: Only the device, the arguments and the capabilities are used: the size of the
            window and the logs are the remote side's.

    Raises:
        BrowserError: There is no such browser, no WebDriver listens at the URL, or it opened none.
    """
    from selenium.common.exceptions import WebDriverException
    from urllib3.exceptions import HTTPError

    from robot_cherrypy.browser.drivers import RemoteDriver

    local = [*settings.emulation.asked, *["permissions"] * bool(settings.permissions)]
    if local or settings.certificates:
        name = next(iter(local), "certificates")
        raise BrowserError(
            f"'{name}' is for a browser on this machine: use capabilities for {url}."
        )
    options = _options("chrome" if browser == "auto" else browser)
    for argument in settings.arguments:
        options.add_argument(argument)
    if settings.device:
        options.add_experimental_option(  # type: ignore[attr-defined]
            "mobileEmulation", {"deviceName": spelling(settings.device)}
        )
    for name, value in settings.capabilities.items():
        set_capability(options, name, value)
    try:
        return RemoteDriver(command_executor=url, options=options)
    except (HTTPError, OSError) as error:
        raise BrowserError(f"No WebDriver answers at {url}: {_first_cause(error)}.") from error
    except WebDriverException as error:
        reason = (error.msg or "").strip().partition("\n")[0]
        raise BrowserError(f"The WebDriver at {url} opened no browser: {reason}") from error


def is_remote(driver: object) -> bool:
    """Whether a browser was opened through a remote WebDriver."""
    from robot_cherrypy.browser.drivers import RemoteDriver

    return isinstance(getattr(driver, "wrapped_driver", driver), RemoteDriver)


def _options(browser: str) -> "ArgOptions":
    from selenium import webdriver

    classes: tuple[type[ArgOptions], ...] = (
        webdriver.ChromeOptions,
        webdriver.EdgeOptions,
        webdriver.FirefoxOptions,
        webdriver.SafariOptions,
    )
    by_name = dict(zip(_NAMES, classes, strict=True))
    if browser not in by_name:
        hint = suggestion(browser, _NAMES) or f" Expected auto or one of {', '.join(_NAMES)}."
        raise BrowserError(f"There is no remote browser '{browser}'.{hint}")
    return by_name[browser]()


def _first_cause(error: BaseException) -> str:
    """Return the error of the operating system behind an error of urllib3."""
    while (reason := getattr(error, "reason", None)) and isinstance(reason, BaseException):
        error = reason
    cause = error.__cause__ or error.__context__ or error
    return getattr(cause, "strerror", None) or str(error)
