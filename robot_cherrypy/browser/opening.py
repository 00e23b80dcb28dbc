"""Opens a browser, at once or in the background."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from typing import TYPE_CHECKING

from robot_cherrypy.browser.devices import DEVICES
from robot_cherrypy.browser.finding import Browser, find, suggest
from robot_cherrypy.browser.settings import Settings, options
from robot_cherrypy.errors import BrowserError

if TYPE_CHECKING:
    from selenium.common.exceptions import WebDriverException

    from robot_cherrypy.browser.drivers import GuardedDriver, GuardedService

# Selenium is imported where it is needed: it takes longer than everything else in this room.
# ruff: noqa: PLC0415

DEFAULT = Settings()


def service(browser: Browser) -> GuardedService:
    """Make Selenium's service for the browser's driver, which ends with this process."""
    from robot_cherrypy.browser import drivers

    return drivers.SERVICES[browser.family](executable_path=str(browser.driver))


def start(browser: str | Browser = "auto", settings: Settings = DEFAULT) -> GuardedDriver:
    """Open a headless browser that no end of this process, not even `kill -9`, leaves behind.

    Args:
        browser: A name for `find`, or what it found.
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
        browser = find(browser)
    made, run = options(browser, settings), service(browser)
    with ExitStack() as unless_it_opens:
        unless_it_opens.callback(run.stop)
        try:
            driver = drivers.DRIVERS[browser.family](options=made, service=run)
        except WebDriverException as error:
            raise BrowserError(explain(browser, settings, error)) from error
        if not (browser.headless_shell or settings.device):
            fit_view(driver, settings.size)
        unless_it_opens.pop_all()
    return driver


def explain(browser: Browser, settings: Settings, error: WebDriverException) -> str:
    """Word why a browser did not start."""
    message = str(error.msg).strip()
    if settings.device and "must be a valid device" in message:
        near = suggest(settings.device, DEVICES) or f" There are {', '.join(DEVICES)}."
        return f"{browser.label} knows no device {settings.device!r}.{near}"
    return f"{browser.label} ({browser.binary}) did not start: {message}"


def fit_view(driver: GuardedDriver, size: tuple[int, int]) -> None:
    """Give the view of the page its size where the window's size includes a frame."""
    inner = driver.execute_script("return [innerWidth, innerHeight]")
    outer = driver.get_window_size()
    if tuple(inner) != size:
        width, height = outer["width"] - inner[0], outer["height"] - inner[1]
        driver.set_window_size(size[0] + width, size[1] + height)


def start_in_background(
    browser: str | Browser = "auto", settings: Settings = DEFAULT
) -> Future[GuardedDriver]:
    """Begin to open a browser while the caller goes on with something else.

    Returns:
        A future: its `result()` waits for the browser that `start` would have returned, or raises
        what `start` would have raised. A browser that is not wanted after all has to `quit()` too.
    """
    from robot_cherrypy.browser import drivers  # noqa: F401, so that no other thread imports it

    executor = ThreadPoolExecutor(1, "browser")
    try:
        return executor.submit(start, browser, settings)
    finally:
        executor.shutdown(wait=False)
