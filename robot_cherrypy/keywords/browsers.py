"""Keywords about the browser."""

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast
from urllib.parse import parse_qs, urlsplit

from robot.api.deco import keyword
from robot.libraries.BuiltIn import BuiltIn
from selenium.common.exceptions import (
    TimeoutException,
    UnexpectedAlertPresentException,
    WebDriverException,
)
from selenium.webdriver.remote.webdriver import WebDriver
from selenium.webdriver.support.event_firing_webdriver import EventFiringWebDriver
from SeleniumLibrary import SeleniumLibrary
from urllib3.exceptions import HTTPError

from robot_cherrypy import browser as browsers
from robot_cherrypy.cleanup import Cleanup, Stage
from robot_cherrypy.errors import BrowserError
from robot_cherrypy.evidence import logger
from robot_cherrypy.harness.registry import Servers
from robot_cherrypy.keywords.options import Options
from robot_cherrypy.pages.load_watch import LoadWatch
from robot_cherrypy.pages.observer import ObserverError
from robot_cherrypy.pages.observers import observer_of
from robot_cherrypy.pages.origins import base_url_in
from robot_cherrypy.pages.retries import leaves_dialogs
from robot_cherrypy.pages.selenium import (
    cdp,
    close_browser,
    selenium_libraries,
    usable_driver,
)
from robot_cherrypy.traffic.journal import JOURNAL

# Schemes whose URLs may well leave the page that was there, such as that of a download.
_SCHEMES = frozenset({"about", "blob", "data", "file", "http", "https", "view-source"})

# How long a browser may take to tell the address of its page, in seconds. It needs 5 ms.
_TIMEOUT = 5.0

_DAY = 86_400.0


class BrowserKeywords:
    """Opening a headless browser, which SeleniumLibrary's keywords then drive."""

    def __init__(self, servers: Servers, options: Options, cleanup: Cleanup) -> None:
        self._servers = servers
        self._options = options
        self._keep_logs = options.evidence != "never"  # the evidence shows the browser's logs
        self._cleanup = cleanup

    @keyword
    def open_headless_browser(
        self,
        url: str = "/",
        browser: str | None = None,
        device: str | None = None,
        width: int | None = None,
        height: int | None = None,
        alias: str | None = None,
        remote_url: str | None = None,
        capabilities: Mapping[str, Any] | None = None,
        downloads: Path | None = None,
        headless: bool | None = None,
        language: str | None = None,
        time_zone: str | None = None,
        color_scheme: browsers.ColorScheme | None = None,
        reduced_motion: bool = False,
        permissions: list[str] | str = "",
        arguments: list[str] | str = "",
        certificates: list[str] | str = "",
    ) -> str:
        """Open a browser on a page of the current server, without a window by default.

        SeleniumLibrary's keywords then drive the browser; SeleniumLibrary is imported if the suite
        has not done so. The browser is closed by SeleniumLibrary's `Close Browser`, or else at the
        end of the suite that opened it. It ends with the test run, even if that is killed.

        Args:
            url: A path on the current server, or a URL with scheme and host.
            browser: ``auto`` for the fastest one that is installed, or ``chrome``, ``chromium``,
                ``chromium-headless-shell``, ``edge`` or ``firefox``; the library's ``browser`` by
                default.
            device: Name of a device whose screen, touch and user agent are emulated, such as
                ``Pixel 7``.
            width: Width of the viewport in CSS pixels, 1280 by default. Not with ``device``.
            height: Height of the viewport in CSS pixels, 800 by default. Not with ``device``.
            alias: Name of the browser for SeleniumLibrary's `Switch Browser`.
            remote_url: URL of a WebDriver that opens the browser elsewhere, such as a Selenium Grid
                or one on a phone; the library's ``grid_url`` by default. ``browser`` is then
                ``chrome`` (also for ``auto``), ``edge``, ``firefox`` or ``safari``. The browser is
                headless only if the WebDriver or ``capabilities`` make it so. The server must have
                an address that this browser can reach: see ``host`` and ``public_url`` of `Start
                Server`. While a Grid has no free browser, the console tells how many are before.
            capabilities: WebDriver capabilities, such as ``acceptInsecureCerts=${True}`` or
                ``goog:chromeOptions`` with ``args`` or ``prefs``. Those that this keyword sets
                itself are kept unless these say otherwise.
            downloads: Folder for the files that pages download, which is made if need be. By
                default it is a folder of the browser's own, which is deleted with it. Only on this
                machine.
            headless: Whether the browser has no window; unless the library is ``headed``, it has
                none. A window needs a display.
            language: Language that pages are asked for and that scripts write numbers and dates in,
                such as ``de-DE``.
            time_zone: Time zone of the browser, such as ``Europe/Berlin``; the machine's by
                default.
            color_scheme: Colours that the user prefers, for ``prefers-color-scheme`` in style
                sheets: ``light`` or ``dark``.
            reduced_motion: Whether the user prefers pages that move little, for
                ``prefers-reduced-motion``.
            permissions: What pages may do without asking, separated by commas, or a list:
                ``camera``, ``clipboard-read``, ``clipboard-write``, ``geolocation``,
                ``microphone``, ``notifications`` and others. Camera and microphone are fakes.
            arguments: Further arguments for the command line of the browser, separated by blanks,
                or a list.
            certificates: Certificates of servers to accept: a file in PEM format, several separated
                by commas, or a list; ``any`` accepts all. A certificate is that of the server, or
                of an authority if the server sends that, too. Those of servers with ``https=True``
                are accepted anyway.

        Returns:
            The index of the browser for SeleniumLibrary's `Switch Browser`.

        Raises:
            BrowserError: There is no such browser, device, language, time zone or permission, no
                display for a window, no WebDriver answers at ``remote_url``, or the page did not
                load.
            ServerError: The URL is a path, and no server is running.

        Example:
        | Start Server    sample_app.echo:Echo
        | Open Headless Browser    /    device=Pixel 7
        | Open Headless Browser    /    language=de-DE    time_zone=Europe/Berlin
        """
        page = self._absolute(url)
        library = _selenium_library()
        # A check that is tried again must not close a dialog that opens meanwhile.
        is_told = "unhandledPromptBehavior" in (capabilities or {})
        leaves = bool(self._options.retry_checks) and not is_told
        prompts = {"unhandledPromptBehavior": "ignore"} if leaves else {}
        settings = browsers.Settings(
            device=device,
            width=width,
            height=height,
            logs=self._keep_logs,
            downloads=downloads,
            headed=self._options.headed if headless is None else not headless,
            emulation=browsers.Emulation(language, time_zone, color_scheme, reduced_motion),
            permissions=_split(permissions, ","),
            arguments=_split(arguments, None),
            certificates=(*_split(certificates, ","), *self._authorities()),
            capabilities={"timeouts": self._timeouts(library), **prompts, **(capabilities or {})},
        )
        kind = browser or self._options.browser
        driver: WebDriver
        remote_url = self._options.grid_url if remote_url is None else remote_url
        if not remote_url:
            driver = browsers.open_local(kind, settings)
        else:
            driver = browsers.open_remote(remote_url, kind, settings, logger.console)
        if leaves:
            leaves_dialogs(driver)
        driver = _with_listener(library, driver)
        index: str = library.register_driver(driver, alias)
        self._cleanup.at_end_of_suite(
            f"browser '{alias or index}'", lambda: close_browser(library, driver), Stage.CLIENTS
        )
        observer_of(driver)  # from its first page on
        self._load(driver, page, library)
        return index

    @keyword
    def go_to_page(self, path: str) -> None:
        """Load a page of the current server in the current browser, and wait until it has loaded.

        If the browser has a page of this server open under another name than the server's URL has,
        such as ``shop.localhost``, the page is loaded under that name, too.

        Args:
            path: A path on the current server, or a URL with scheme and host.

        Raises:
            BrowserError: The page did not load, or no browser is open.
            ServerError: ``path`` is a path, and no server is running.

        Example:
        | Start Server    sample_app.faulty:Faulty
        | Open Headless Browser
        | Go To Page    /tea?name=assam
        """
        self._absolute(path)  # is it one at all?
        driver = _driver_for("Go To Page")
        self._load(driver, self._absolute(path, driver), _selenium_library())

    @keyword
    def set_geolocation(self, latitude: float, longitude: float, accuracy: float = 10) -> None:
        """Set the position that the current browser reports, and allow its page to read it.

        Args:
            latitude: Degrees north of the equator, from -90 to 90.
            longitude: Degrees east of Greenwich, from -180 to 180.
            accuracy: Radius within which the true position lies, in metres.

        Raises:
            BrowserError: A value is out of its range, the browser cannot be given a position, or no
                browser is open.

        Example:
        | Start Server    sample_app.echo:Echo
        | Open Headless Browser
        | Set Geolocation    48.137    11.575    accuracy=25
        """
        _check_range("latitude", latitude, 90)
        _check_range("longitude", longitude, 180)
        if accuracy < 0:
            raise BrowserError(f"The accuracy is a distance in metres, not {accuracy:g}.")
        driver = _driver_for("Set Geolocation")
        try:
            page = urlsplit(observer_of(driver).windows(_TIMEOUT).shown.url)
        except ObserverError as error:
            raise BrowserError(f"The browser does not tell its page: {error}.") from error
        origin = f"{page.scheme}://{page.netloc}" if page.netloc else ""
        position = {"latitude": latitude, "longitude": longitude, "accuracy": accuracy}
        try:
            observer_of(driver).set_position(origin, position)
        except ObserverError as error:
            raise BrowserError(f"{driver.name} got no position: {error}.") from error

    def _authorities(self) -> list[str]:
        """Return a file with the certificate of the authority of the run, if servers have one."""
        files = [
            str(server.launch.authority)
            for server in self._servers.started
            if server.launch.authority
        ]
        return files[:1]

    def _timeouts(self, library: SeleniumLibrary) -> dict[str, int]:
        """Return the time-outs that SeleniumLibrary's `Open Browser` sets, in milliseconds.

        With `debug`, those during which an application may be paused are a day.
        """
        seconds = {
            "script": library.timeout,
            "pageLoad": library.page_load_timeout,
            "implicit": library.implicit_wait,
        }
        if self._options.debug:
            seconds |= {"script": _DAY, "pageLoad": _DAY}
        return {name: int(1000 * value) for name, value in seconds.items()}

    def _watch(self, library: SeleniumLibrary) -> LoadWatch:
        return LoadWatch(self._servers, self._timeouts(library)["pageLoad"] / 1000)

    def _absolute(self, url: str, driver: WebDriver | None = None) -> str:
        """Return the URL of a page; if a driver is given, under the name that its page has."""
        try:
            scheme = urlsplit(url).scheme
        except ValueError as error:
            raise BrowserError(f"'{url}' is no URL: {error}.") from error
        if scheme:
            return url
        if not url.startswith("/"):
            raise BrowserError(f"'{url}' is neither a path beginning with a slash nor a whole URL.")
        server = self._servers.get()
        return (server.public_url if driver is None else base_url_in(driver, server)) + url

    def _load(self, driver: WebDriver, page: str, library: SeleniumLibrary) -> None:
        begin = time.monotonic()
        try:
            _go_to(driver, page, self._watch(library))
        except BrowserError as error:
            if reason := self._unreached(driver, page, begin):
                raise BrowserError(f"{error}{reason}") from error.__cause__
            raise

    def _unreached(self, driver: WebDriver, page: str, begin: float) -> str:
        """Return how a browser elsewhere reaches a server, if that has had no request of it."""
        if not browsers.is_remote(driver):
            return ""
        asked = {exchange.server for exchange in JOURNAL.exchanges_since(begin)}
        address = urlsplit(page)[:2]
        for server in self._servers.started:
            if urlsplit(server.public_url)[:2] == address and server.alias not in asked:
                return (
                    f". Server '{server.alias}' had no request: the browser, which is elsewhere,"
                    f" does not reach {address[1]}. Use 'Start Server' with host=0.0.0.0, and with"
                    " a public_url by which that machine knows this one"
                )
        return ""


def _split(value: list[str] | str, separator: str | None) -> tuple[str, ...]:
    """Return the parts of a text or list; `None` separates at blanks."""
    parts = value.split(separator) if isinstance(value, str) else value
    return tuple(filter(None, (str(part).strip() for part in parts)))


def _selenium_library() -> SeleniumLibrary:
    """Return the first SeleniumLibrary of the running suite; import one if there is none."""
    for library in selenium_libraries():
        return library
    builtin = BuiltIn()
    # By default it takes a screenshot when a keyword fails, which can hang for ten seconds if the
    # page is being left at that moment.
    builtin.import_library("SeleniumLibrary", "run_on_failure=NOTHING")
    logger.info("SeleniumLibrary was imported: its keywords can be used from here on.")
    return builtin.get_library_instance("SeleniumLibrary")


def _with_listener(library: SeleniumLibrary, driver: WebDriver) -> WebDriver:
    """Let the library's listener of Selenium events see what the driver does, if it has one."""
    if not library.event_firing_webdriver:
        return driver
    wrapped: Any = EventFiringWebDriver(driver, library.event_firing_webdriver())
    return cast("WebDriver", wrapped)


def _driver_for(keyword_name: str) -> WebDriver:
    driver = usable_driver()
    if driver is None:
        raise BrowserError(f"No browser is open: '{keyword_name}' needs 'Open Headless Browser'.")
    return driver


def _go_to(driver: WebDriver, url: str, watch: LoadWatch) -> None:
    try:
        before = _error_page(driver)
        with watch:
            driver.get(url)
    except TimeoutException as error:
        raise BrowserError(f"Page {url} did not load {watch.explain()}") from error
    except WebDriverException as error:
        reason = _reason(error)
        raise BrowserError(f"Page {url} did not load: {reason}") from error
    except (HTTPError, OSError) as error:
        raise BrowserError(f"Page {url} did not load: the driver does not answer.") from error
    # ChromeDriver tells of some errors only.
    if _error_page(driver) not in {"", before}:
        raise BrowserError(f"Page {url} did not load: {_load_error(driver, url)}")
    scheme = urlsplit(url).scheme
    if scheme not in _SCHEMES and urlsplit(driver.current_url).scheme != scheme:
        raise BrowserError(f"Page {url} did not load: the browser does not know '{scheme}:'")


def _reason(error: WebDriverException) -> str:
    """Return why a page did not load; Firefox tells it by the address of its error page."""
    message = (error.msg or "").partition("\n")[0].removeprefix("unknown error: ")
    address = message.partition("about:neterror?")[2]
    told: list[str] = parse_qs(address).get("d", [message])
    return told[0].partition("\n")[0]


def _error_page(driver: WebDriver) -> str:
    """Return the identifier of the page that Chromium shows in place of one that did not load.

    A page with an open dialog has loaded; its observer knows of the dialog without asking it.
    """
    try:
        if observer_of(driver).dialog(_TIMEOUT) is not None:
            return ""
        tree = cdp(driver, "Page.getFrameTree")
    except (BrowserError, ObserverError, UnexpectedAlertPresentException):
        return ""  # a dialog has just opened, or the driver tells what happened to the browser
    frame = {} if tree is None else tree["frameTree"]["frame"]
    return str(frame["loaderId"]) if "unreachableUrl" in frame else ""


def _load_error(driver: WebDriver, url: str) -> str:
    """Return why a page does not load: Chromium tells it to whoever starts the navigation."""
    result = cdp(driver, "Page.navigate", url=url) or {}
    reason = str(result.get("errorText", "")) or "the browser shows an error page"
    if "ERR_CERT" in reason:
        reason += ". With the capability acceptInsecureCerts the browser accepts any certificate"
    return reason


def _check_range(name: str, value: float, limit: int) -> None:
    if not -limit <= value <= limit:
        raise BrowserError(f"The {name} is from -{limit} to {limit} degrees, not {value:g}.")
