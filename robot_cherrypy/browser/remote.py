"""Browsers elsewhere, such as on a phone, driven through a WebDriver that listens at a URL."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from robot_cherrypy.browser.devices import spelling
from robot_cherrypy.browser.finding import suggest
from robot_cherrypy.errors import BrowserError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from selenium.webdriver.common.options import ArgOptions
    from selenium.webdriver.remote.webdriver import WebDriver

    from robot_cherrypy.browser.settings import Settings

# Selenium is imported where it is needed, see `opening`.
# ruff: noqa: PLC0415

NAMES = ("chrome", "edge", "firefox", "safari")


def connect(
    url: str, browser: str, settings: Settings, capabilities: Mapping[str, Any]
) -> WebDriver:
    """Open a browser through a remote WebDriver: a driver, a Selenium Grid or Appium.

    Args:
        url: Where that listens.
        browser: `auto` for Chrome, or one of `NAMES`.
        settings: Of these, the device and the capabilities; its window is the remote side's.
        capabilities: Further ones, such as `goog:chromeOptions` with an `androidPackage`.

    Raises:
        BrowserError: There is no such browser, nothing answers there, or it opened none.
    """
    from selenium.common.exceptions import WebDriverException
    from urllib3.exceptions import HTTPError

    options = _options("chrome" if browser == "auto" else browser)
    if settings.device:
        options.add_experimental_option(  # type: ignore[attr-defined]
            "mobileEmulation", {"deviceName": spelling(settings.device)}
        )
    for name, value in {**settings.capabilities, **capabilities}.items():
        _add(options, name, value)
    try:
        return _driver_class()(command_executor=url, options=options)
    except (HTTPError, OSError) as error:
        raise BrowserError(f"No WebDriver answers at {url}: {_last_cause(error)}.") from error
    except WebDriverException as error:
        reason = (error.msg or "").strip().partition("\n")[0]
        raise BrowserError(f"The WebDriver at {url} opened no browser: {reason}") from error


def _options(browser: str) -> ArgOptions:
    from selenium import webdriver

    makers: dict[str, type[ArgOptions]] = {
        "chrome": webdriver.ChromeOptions,
        "edge": webdriver.EdgeOptions,
        "firefox": webdriver.FirefoxOptions,
        "safari": webdriver.SafariOptions,
    }
    if browser not in makers:
        hint = suggest(browser, NAMES) or f" Expected auto or one of {', '.join(NAMES)}."
        raise BrowserError(f"There is no remote browser '{browser}'.{hint}")
    return makers[browser]()


def _add(options: ArgOptions, name: str, value: Any) -> None:
    """Set a capability; those of a Chromium are options to Selenium, and are not to be replaced."""
    if name != getattr(options, "KEY", None):
        options.set_capability(name, value)
        return
    for option, setting in value.items():
        if option == "args":
            for argument in setting:
                options.add_argument(argument)
        elif option == "binary":
            options.binary_location = setting  # type: ignore[attr-defined]
        else:
            options.add_experimental_option(option, setting)  # type: ignore[attr-defined]


def _driver_class() -> type[WebDriver]:
    from selenium.webdriver.remote.webdriver import WebDriver

    class RemoteDriver(WebDriver):
        """Speaks the DevTools protocol, too, where the browser is a Chromium."""

        def execute_cdp_cmd(self, cmd: str, cmd_args: dict[str, Any]) -> Any:
            """Run a command of the DevTools protocol, as Selenium's local drivers do."""
            return self.execute("executeCdpCommand", {"cmd": cmd, "params": cmd_args})["value"]

    return RemoteDriver


def _last_cause(error: BaseException) -> str:
    while (cause := getattr(error, "reason", None)) and isinstance(cause, BaseException):
        error = cause
    origin = error.__cause__ or error.__context__ or error
    return getattr(origin, "strerror", None) or str(error)
