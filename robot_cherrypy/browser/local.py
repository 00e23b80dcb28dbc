"""Finds and opens browsers on this machine."""

from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from robot_cherrypy.browser.bidi_commands import send_commands
from robot_cherrypy.browser.devices import DEVICES
from robot_cherrypy.browser.discovery import Browser, missing, pairs
from robot_cherrypy.browser.emulation import check_display
from robot_cherrypy.browser.kinds import kinds_named, suggestion
from robot_cherrypy.browser.prepared import PREPARED, Opening
from robot_cherrypy.browser.sandbox import sandbox_problem
from robot_cherrypy.browser.settings import Settings, options
from robot_cherrypy.errors import BrowserError

if TYPE_CHECKING:
    from selenium.common.exceptions import WebDriverException

    from robot_cherrypy.browser.drivers import GuardedDriver, GuardedService

# Functions import Selenium where they need it: that takes longer than importing all other modules
# of this room, and many test runs open no browser.
# ruff: noqa: PLC0415

_DEFAULTS = Settings()

# Those of the W3C's Permissions registry that Chromium knows.
_PERMISSIONS = (
    *("camera", "clipboard-read", "clipboard-write", "geolocation", "microphone", "midi"),
    *("notifications", "persistent-storage", "screen-wake-lock"),
)

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
        if browser.family == "firefox":
            _set_up_firefox(driver, settings, settings.downloads or service.folder)
        else:
            _set_downloads(driver, settings.downloads or service.folder)
            _set_locale(driver, settings.emulation.language)
            _grant(driver, settings.permissions)
        if not (browser.headless_shell or settings.device):
            _resize_view(driver, settings.size)
        on_error.pop_all()
    return driver


def _explain(
    browser: Browser, settings: Settings, error: "WebDriverException", arguments: Iterable[str]
) -> str:
    """Return why a browser did not start."""
    message = str(error.msg).strip()
    if settings.device and "must be a valid device" in message:
        hint = suggestion(settings.device, DEVICES) or f" There are {', '.join(DEVICES)}."
        return f"{browser.label} knows no device {settings.device!r}.{hint}"
    if browser.family != "firefox":
        message = sandbox_problem(browser.binary, arguments) or message
    if settings.headed and "display" not in message.lower():
        message += " Can windows be shown on this display?"
    return f"{browser.label} ({browser.binary}) did not start: {message}"


def _set_up_firefox(driver: Any, settings: Settings, downloads: Path | None) -> None:
    """Do what Firefox takes no option for.

    Raises:
        BrowserError: It does not speak WebDriver BiDi, as this driver or Firefox is too old.
    """
    driver.closes_dialogs = "unhandledPromptBehavior" not in settings.capabilities
    if downloads is not None:
        behavior = {"type": "allowed", "destinationFolder": _made(downloads)}
        command = "browser.setDownloadBehavior", {"downloadBehavior": behavior}
        send_commands(driver.capabilities["webSocketUrl"], [command])


def _set_downloads(driver: "GuardedDriver", folder: Path | None) -> None:
    """Let pages download files into a folder; without one, into that of the user."""
    if folder is not None:
        path = _made(folder)
        _command(driver, "Browser.setDownloadBehavior", behavior="allow", downloadPath=path)


def _made(folder: Path) -> str:
    """Return the path of a folder, which is made if need be."""
    folder.mkdir(parents=True, exist_ok=True)
    return str(folder.resolve())


def _set_locale(driver: "GuardedDriver", language: str | None) -> None:
    """Let scripts of the first window write numbers and dates in a language.

    Chromium itself uses only languages whose files are installed with it.
    """
    if language:
        _command(driver, "Emulation.setLocaleOverride", locale=language.replace("-", "_"))


def _grant(driver: "GuardedDriver", permissions: Iterable[str]) -> None:
    """Let all pages do what they would have to ask their user for.

    Raises:
        BrowserError: There is no such permission.
    """
    from selenium.common.exceptions import WebDriverException

    for name in permissions:
        try:
            _command(driver, "Browser.setPermission", permission={"name": name}, setting="granted")
        except WebDriverException as error:
            hint = suggestion(name, _PERMISSIONS) or f" There are {', '.join(_PERMISSIONS)}."
            raise BrowserError(f"There is no permission '{name}'.{hint}") from error


def _command(driver: "GuardedDriver", name: str, **values: Any) -> None:
    driver.execute("executeCdpCommand", {"cmd": name, "params": values})


def _resize_view(driver: "GuardedDriver", size: tuple[int, int]) -> None:
    """Give the view of the page its size; the window's size includes a frame in some browsers."""
    view = driver.execute_script("return [innerWidth, innerHeight]")
    window = driver.get_window_size()
    if tuple(view) != size:
        width, height = window["width"] - view[0], window["height"] - view[1]
        driver.set_window_size(size[0] + width, size[1] + height)
