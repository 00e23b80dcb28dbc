"""Finds and opens browsers on this machine."""

from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from robot_cherrypy.browser.devices import unknown_device
from robot_cherrypy.browser.discovery import Browser, missing, pairs
from robot_cherrypy.browser.emulation import check_display
from robot_cherrypy.browser.kinds import kinds_named
from robot_cherrypy.browser.prepared import PREPARED, Opening
from robot_cherrypy.browser.sandbox import sandbox_problem
from robot_cherrypy.browser.set_up import resize_view, set_up
from robot_cherrypy.browser.settings import Settings, options
from robot_cherrypy.errors import BrowserError

if TYPE_CHECKING:
    from selenium.common.exceptions import WebDriverException

    from robot_cherrypy.browser.drivers import GuardedDriver, GuardedService

# Functions import Selenium where they need it: that takes longer than importing all other modules
# of this room, and many test runs open no browser.
# ruff: noqa: PLC0415

_DEFAULTS = Settings()

_REMEDY = "To put them there, run: robot-cherrypy doctor --install"

_GECKODRIVER = (
    "Firefox comes with your system, and geckodriver, which has to be on the PATH, from"
    " https://github.com/mozilla/geckodriver/releases"
)


def find(browser: str = "auto", *, headed: bool = False) -> Browser:
    """Find an installed browser and a driver that fits it, or have Selenium Manager download them.

    Args:
        browser: `auto` for the fastest that is installed, or the name of a kind: `chrome`,
            `chromium`, `chromium-headless-shell`, `edge`, `firefox`. Chromium is found for
            `chrome`, too, and the headless shell for `chromium`.
        headed: Whether it has to be able to show a window.

    Raises:
        BrowserError: There is no such browser, or no driver that fits it.
    """
    kinds = [kind for kind in kinds_named(browser) if not (headed and kind.headless_shell)]
    if not kinds:
        raise BrowserError(f"Browser '{browser}' has no windows: leave out headless=False.")
    pair = next(pairs(kinds), None)
    if pair:
        return pair
    from robot_cherrypy.browser import selenium_manager

    try:
        return selenium_manager.download(kinds)
    except BrowserError as error:
        remedy = _GECKODRIVER if kinds[0].family == "firefox" else _REMEDY
        raise BrowserError(f"{missing(kinds)} {error} {remedy}") from error


def driver_service(
    browser: Browser, environment: Mapping[str, str] = MappingProxyType({})
) -> "GuardedService":
    """Return Selenium's service for the browser's driver, which cannot outlive this process.

    Args:
        browser: The browser and its driver.
        environment: Variables for the environment of both.
    """
    from robot_cherrypy.browser import drivers

    service = drivers.SERVICES[browser.family](executable_path=str(browser.driver))
    service.environment = environment
    return service


def open_local(browser: str | Browser = "auto", settings: Settings = _DEFAULTS) -> "GuardedDriver":
    """Open a browser that is closed when this process ends, even by `kill -9`.

    Args:
        browser: A name for `find`, or what it has returned.
        settings: How to open it.

    Returns:
        A Selenium WebDriver, as SeleniumLibrary's `register_driver` takes it. Its `quit()` returns
        when no process and no file of the browser is left.

    Raises:
        BrowserError: There is no such browser, driver or device, or it did not start.
    """
    from selenium.common.exceptions import WebDriverException

    from robot_cherrypy.browser import drivers

    if isinstance(browser, str):
        browser = find(browser, headed=settings.headed)
    if settings.headed:
        check_display()
    prepared = PREPARED.remove(Opening(browser, settings))
    if prepared is not None:
        return prepared
    selenium_options = options(browser, settings)
    service = driver_service(browser, settings.emulation.environment)
    with ExitStack() as on_error:
        on_error.callback(service.stop)
        try:
            driver = drivers.DRIVERS[browser.family](options=selenium_options, service=service)
        except WebDriverException as error:
            reason = _explain(browser, settings, error, selenium_options.arguments)
            raise BrowserError(reason) from error
        set_up(driver, settings, _made(settings.downloads or service.folder), None)
        if not (browser.headless_shell or settings.device):
            resize_view(driver, settings.size)
        on_error.pop_all()
    return driver


def _explain(
    browser: Browser, settings: Settings, error: "WebDriverException", arguments: Iterable[str]
) -> str:
    """Return why a browser did not start."""
    message = str(error.msg).strip()
    if settings.device and "must be a valid device" in message:
        return str(unknown_device(browser.label, settings.device))
    if browser.family != "firefox":
        message = sandbox_problem(browser.binary, arguments) or message
    if settings.headed and "display" not in message.lower():
        message += " Can windows be shown on this display?"
    return f"{browser.label} ({browser.binary}) did not start: {message}"


def _made(folder: Path | None) -> str | None:
    """Return the path of a folder, which is made if need be."""
    if folder is None:
        return None
    folder.mkdir(parents=True, exist_ok=True)
    return str(folder.resolve())
