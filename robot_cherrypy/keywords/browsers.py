"""Keywords about the browser."""

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from robot.api import logger
from robot.api.deco import keyword
from robot.libraries.BuiltIn import BuiltIn
from selenium.common.exceptions import WebDriverException
from selenium.webdriver.remote.webdriver import WebDriver
from SeleniumLibrary import SeleniumLibrary
from urllib3.exceptions import HTTPError

from robot_cherrypy import browser as browsers
from robot_cherrypy.errors import BrowserError
from robot_cherrypy.harness.registry import Servers
from robot_cherrypy.keywords.options import Options


@dataclass(frozen=True)
class Opened:
    """A browser that was opened, the library that drives it, and the suite that opened it."""

    driver: WebDriver
    library: SeleniumLibrary
    owner: str

    def close(self) -> None:
        """Close it; that it is closed already does not matter."""
        cache = self.library._drivers  # noqa: SLF001 - it has to know that its driver is gone
        if cache.current is self.driver:
            cache.close()
        with contextlib.suppress(HTTPError):  # a remote WebDriver may have ended before
            self.driver.quit()


class BrowserKeywords:
    """Opening a headless browser, which SeleniumLibrary's keywords then drive."""

    def __init__(self, servers: Servers, options: Options) -> None:
        self._servers = servers
        self._logs = options.evidence != "never"
        self._opened: list[Opened] = []

    @keyword
    def open_headless_browser(
        self,
        url: str = "/",
        browser: str = "auto",
        device: str | None = None,
        width: int | None = None,
        height: int | None = None,
        alias: str | None = None,
        remote_url: str | None = None,
        capabilities: Mapping[str, Any] | None = None,
    ) -> str:
        """Open a headless browser on a page of the current server.

        From then on SeleniumLibrary's keywords drive it; a suite that has not imported
        SeleniumLibrary gets it imported. A browser that is left open is closed at the end of the
        suite that opened it, and none outlives the test run, even if that is killed.

        Args:
            url: A path on the current server, or a whole URL.
            browser: ``auto`` for the fastest that is installed, or ``chrome``, ``chromium``,
                ``chromium-headless-shell``, ``edge``, ``firefox``.
            device: Name of a device to emulate with its screen, touch and user agent, such as
                ``Pixel 7``. Not in Firefox.
            width: Of the page's view in CSS pixels, 1280 by default; a device has its own.
            height: Of the page's view in CSS pixels, 800 by default; a device has its own.
            alias: Name for SeleniumLibrary's `Switch Browser`.
            remote_url: Where a WebDriver listens whose browser is to be used, one on a phone for
                example; ``browser`` is then ``auto`` for Chrome, or ``chrome``, ``edge``,
                ``firefox`` or ``safari``. It is headless only if the WebDriver or the capabilities
                make it so, and reaches the server only at an address that it can reach.
            capabilities: WebDriver capabilities for the browser at ``remote_url``.

        Returns:
            The index of the browser, for SeleniumLibrary's `Switch Browser`.

        Raises:
            BrowserError: There is no such browser or device, no WebDriver answers at the URL, or
                the page did not load.
            ServerError: The URL is a path, and no server is running.

        Example:
        | Start Server    sample_app.echo:Echo
        | Open Headless Browser    /    device=Pixel 7
        """
        page = self._absolute(url)
        library = selenium_library()
        settings = browsers.Settings(
            device=device,
            width=width,
            height=height,
            logs=self._logs,
            capabilities={"timeouts": _timeouts(library)},
        )
        driver: WebDriver
        if remote_url is None:
            driver = browsers.start(browser, settings)
        else:
            driver = browsers.connect(remote_url, browser, settings, capabilities or {})
        owner = BuiltIn().get_variable_value("${SUITE_NAME}") or ""
        self._opened.append(Opened(driver, library, owner))
        index: str = library.register_driver(driver, alias)
        _go_to(driver, page)
        return index

    @keyword
    def go_to_page(self, path: str) -> None:
        """Load a page of the current server in the current browser, and wait until it is loaded.

        Args:
            path: A path on the current server, or a whole URL.

        Raises:
            BrowserError: The page did not load, or no browser is open.
            ServerError: It is a path, and no server is running.

        Example:
        | Start Server    sample_app.echo:Echo
        | Open Headless Browser
        | Go To Page    /
        """
        page = self._absolute(path)
        _go_to(_current_driver("Go To Page"), page)

    @keyword
    def set_geolocation(self, latitude: float, longitude: float, accuracy: float = 10) -> None:
        """Make the current browser report a position, and allow the current page to ask for it.

        Not in Firefox.

        Args:
            latitude: In degrees, from -90 (south) to 90 (north).
            longitude: In degrees, from -180 (west) to 180 (east).
            accuracy: Radius of the position's uncertainty, in metres.

        Raises:
            BrowserError: A value is out of its range, the browser cannot do it, or none is open.

        Example:
        | Start Server    sample_app.echo:Echo
        | Open Headless Browser
        | Set Geolocation    48.137    11.575    accuracy=25
        """
        _check_range("latitude", latitude, 90)
        _check_range("longitude", longitude, 180)
        if accuracy < 0:
            raise BrowserError(f"The accuracy is a distance in metres, not {accuracy:g}.")
        driver: Any = _current_driver("Set Geolocation")
        if not hasattr(driver, "execute_cdp_cmd"):
            raise BrowserError(
                f"{driver.name} cannot be given a position: take Chrome or Chromium."
            )
        page = urlsplit(driver.current_url)
        grant: dict[str, Any] = {"permissions": ["geolocation"]}
        if page.netloc:
            grant["origin"] = f"{page.scheme}://{page.netloc}"
        # Chrome DevTools Protocol, domains Browser and Emulation.
        driver.execute_cdp_cmd("Browser.grantPermissions", grant)
        position = {"latitude": latitude, "longitude": longitude, "accuracy": accuracy}
        driver.execute_cdp_cmd("Emulation.setGeolocationOverride", position)

    def close_browsers(self, owner: str | None = None) -> None:
        """Close what a suite opened, or everything; closed ones do not matter."""
        leaving = [one for one in self._opened if owner is None or one.owner == owner]
        for one in leaving:
            self._opened.remove(one)
            one.close()

    def _absolute(self, url: str) -> str:
        if urlsplit(url).scheme:
            return url
        if not url.startswith("/"):
            raise BrowserError(f"'{url}' is neither a path beginning with a slash nor a whole URL.")
        return self._servers.get().url + url


def selenium_library() -> SeleniumLibrary:
    """Return the SeleniumLibrary of the running suite; import it if the suite has not."""
    builtin = BuiltIn()
    libraries: Any = builtin.get_library_instance(all=True)
    for library in libraries.values():
        if isinstance(library, SeleniumLibrary):
            return library
    # A screenshot on each failure would race with navigation (it can hang for ten seconds).
    builtin.import_library("SeleniumLibrary", "run_on_failure=NOTHING")
    logger.info("SeleniumLibrary was imported: its keywords can be used from here on.")
    return builtin.get_library_instance("SeleniumLibrary")


def _timeouts(library: SeleniumLibrary) -> dict[str, int]:
    """What SeleniumLibrary's own `Open Browser` sets, in milliseconds."""
    seconds = {
        "script": library.timeout,
        "pageLoad": library.page_load_timeout,
        "implicit": library.implicit_wait,
    }
    return {name: int(1000 * value) for name, value in seconds.items()}


def _current_driver(keyword_name: str) -> WebDriver:
    driver: WebDriver | None = selenium_library()._drivers.current  # noqa: SLF001 - not a stranger's error
    if not driver:
        raise BrowserError(f"No browser is open: '{keyword_name}' needs 'Open Headless Browser'.")
    return driver


def _go_to(driver: WebDriver, url: str) -> None:
    try:
        driver.get(url)
    except WebDriverException as error:
        reason = (error.msg or "").partition("\n")[0].removeprefix("unknown error: ")
        raise BrowserError(f"Page {url} did not load: {reason}") from error


def _check_range(name: str, value: float, limit: int) -> None:
    if not -limit <= value <= limit:
        raise BrowserError(f"The {name} is from -{limit} to {limit} degrees, not {value:g}.")
