"""Does what browsers take no option for, once they are open, on this machine or another."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from robot_cherrypy.browser.firefox import set_up_firefox
from robot_cherrypy.browser.kinds import alternatives
from robot_cherrypy.browser.settings import Settings
from robot_cherrypy.errors import BrowserError

if TYPE_CHECKING:
    from selenium.webdriver.remote.webdriver import WebDriver

# Functions import Selenium where they need it, see `local`.
# ruff: noqa: PLC0415

# Those of the W3C's Permissions registry that Chromium knows.
_PERMISSIONS = (
    *("camera", "clipboard-read", "clipboard-write", "geolocation", "microphone", "midi"),
    *("notifications", "persistent-storage", "screen-wake-lock"),
)


def set_up(
    driver: "WebDriver", settings: Settings, downloads: str | None, time_zone: str | None
) -> None:
    """Set up a browser that was just opened.

    Args:
        driver: Its driver.
        settings: How it was opened.
        downloads: The path of the folder for downloads; None for that of its user.
        time_zone: That of its pages, unless its process has it already.

    Raises:
        BrowserError: There is no such permission, or the browser does not speak WebDriver BiDi, as
            it or its driver is too old.
    """
    from robot_cherrypy.browser.drivers import DialogDriver

    if isinstance(driver, DialogDriver):
        is_told = "unhandledPromptBehavior" in settings.capabilities
        driver.closes_dialogs = not is_told and bool(driver.capabilities.get("webSocketUrl"))
    if driver.capabilities.get("browserName") == "firefox":
        set_up_firefox(driver, settings, downloads, time_zone)
        return
    if downloads is not None:
        _command(driver, "Browser.setDownloadBehavior", behavior="allow", downloadPath=downloads)
    if language := settings.emulation.language:
        # Scripts of the first window write numbers and dates in it. Chromium itself uses only
        # languages whose files are installed with it.
        _command(driver, "Emulation.setLocaleOverride", locale=language.replace("-", "_"))
    if time_zone:
        _command(driver, "Emulation.setTimezoneOverride", timezoneId=time_zone)
    _grant(driver, settings.permissions)


def resize_view(driver: "WebDriver", size: tuple[int, int]) -> None:
    """Give the view of the page its size; the window's size includes a frame in some browsers."""
    view = driver.execute_script("return [innerWidth, innerHeight]")
    window = driver.get_window_size()
    if tuple(view) != size:
        width, height = window["width"] - view[0], window["height"] - view[1]
        driver.set_window_size(size[0] + width, size[1] + height)


def _grant(driver: "WebDriver", permissions: Iterable[str]) -> None:
    """Let all pages do what they would have to ask their user for.

    Raises:
        BrowserError: There is no such permission.
    """
    from selenium.common.exceptions import WebDriverException

    for name in permissions:
        try:
            _command(driver, "Browser.setPermission", permission={"name": name}, setting="granted")
        except WebDriverException as error:
            hint = alternatives(name, _PERMISSIONS)
            raise BrowserError(f"There is no permission '{name}'.{hint}") from error


def _command(driver: "WebDriver", name: str, **values: Any) -> None:
    driver.execute("executeCdpCommand", {"cmd": name, "params": values})
