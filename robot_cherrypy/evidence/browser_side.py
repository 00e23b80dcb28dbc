"""What a browser shows and knows at the moment in which a test fails.

A browser may be slow, gone, or in the middle of something. So each is asked on a thread of its own
and for a limited time, the cheap and telling things first; what has come by then is what there is.
"""

import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

from selenium.common.exceptions import UnexpectedAlertPresentException, WebDriverException
from selenium.webdriver.remote.webdriver import WebDriver
from urllib3.exceptions import HTTPError

from robot_cherrypy.evidence.chronicle import Step
from robot_cherrypy.evidence.network_log import Request, known_log, network_log
from robot_cherrypy.evidence.waiting import stands_still

_SNAPSHOT = (Path(__file__).parent / "snapshot.js").read_text("utf-8")
_TALLEST = 8_000
"""How much of a page is in its picture, in CSS pixels."""

_LEAVING = 0.2
"""How long a page that is about to be left is waited for, in seconds."""

_FAILURES = (WebDriverException, HTTPError, OSError, KeyError, TypeError, ValueError)


@dataclass
class ConsoleLine:
    """A line of the browser's console. `at` is of `time.monotonic`, in seconds."""

    at: float
    level: str
    text: str


@dataclass
class BrowserView:
    """All that one browser gave away."""

    alias: str
    name: str = ""
    url: str = ""
    title: str = ""
    size: tuple[int, int] = (0, 0)
    html: str = ""
    picture: str = ""
    picture_type: str = "image/webp"
    console: list[ConsoleLine] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)
    frames: list[Step] = field(default_factory=list)
    secrets: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


_consoles: WeakKeyDictionary[Any, list[ConsoleLine]] = WeakKeyDictionary()


def open_browsers() -> list[tuple[str, WebDriver]]:
    """Return the open browsers of SeleniumLibrary with their names, the current one first."""
    if "SeleniumLibrary" not in sys.modules:
        return []
    from robot.libraries.BuiltIn import BuiltIn, RobotNotRunningError  # noqa: PLC0415
    from SeleniumLibrary import SeleniumLibrary  # noqa: PLC0415 - slow, and maybe not in use

    try:
        libraries: Any = BuiltIn().get_library_instance(all=True)
    except RobotNotRunningError:
        return []
    found: dict[int, tuple[str, WebDriver]] = {}
    for library in libraries.values():
        if isinstance(library, SeleniumLibrary):
            cache = library._drivers  # noqa: SLF001 - it has no public way to see them all
            drivers = list(cache.active_drivers)
            drivers.sort(key=lambda driver: driver is not cache.current)
            for number, driver in enumerate(drivers, 1):
                found.setdefault(id(driver), (f"browser {number}", driver))
    return list(found.values())


def look_at(
    browsers: list[tuple[str, WebDriver]], seconds: float, since: float
) -> list[BrowserView]:
    """Ask browsers for what they have to show, for so many seconds at most.

    Args:
        browsers: Name and driver of each.
        seconds: For how long at most.
        since: Only what happened since then, of `time.monotonic`.
    """
    views = [BrowserView(alias) for alias, _driver in browsers]
    deadline = time.monotonic() + seconds
    lookers = [
        threading.Thread(
            target=_look, args=(driver, view, since), name=f"look at {view.alias}", daemon=True
        )
        for view, (_alias, driver) in zip(views, browsers, strict=True)
    ]
    for looker in lookers:
        looker.start()
    for view, looker in zip(views, lookers, strict=True):
        looker.join(max(0.0, deadline - time.monotonic()))
        if looker.is_alive():
            view.problems.append(f"The browser did not tell more within {seconds:g} s.")
    return views


def _look(driver: WebDriver, view: BrowserView, since: float) -> None:
    for part in (_page, _network, _console, _picture):
        try:
            _despite_dialog(part, driver, view, since)
        except _FAILURES as error:
            text = str(getattr(error, "msg", None) or error).partition("\n")[0]
            view.problems.append(f"{part.__name__.strip('_').title()}: {text}")


def _despite_dialog(
    part: Callable[[WebDriver, BrowserView, float], None],
    driver: WebDriver,
    view: BrowserView,
    since: float,
) -> None:
    """Try again when the driver has closed a dialog that was in the way."""
    try:
        part(driver, view, since)
    except UnexpectedAlertPresentException as error:
        view.problems.append(f"A dialog was open: {error.alert_text}")
        part(driver, view, since)


def _page(driver: WebDriver, view: BrowserView, _since: float) -> None:
    view.name = _browser_name(driver.capabilities)
    page = driver.execute_script(_SNAPSHOT)
    view.url, view.title, view.html = page["url"], page["title"], page["html"]
    view.size = (page["size"][0], min(max(page["size"][1], page["height"]), _TALLEST))
    view.secrets = page["secrets"]


def _browser_name(capabilities: dict[str, Any]) -> str:
    version = str(capabilities.get("browserVersion", "")).partition(".")[0]
    return f"{capabilities.get('browserName', 'browser')} {version}".replace("-", " ").title()


def _picture(driver: Any, view: BrowserView, _since: float) -> None:
    """Take the whole page (DevTools protocol, Page.captureScreenshot), or what is in view."""
    if not stands_still(driver, _LEAVING):
        view.problems.append("Picture: the page was about to be left.")
        return
    if not hasattr(driver, "execute_cdp_cmd"):
        view.picture, view.picture_type = driver.get_screenshot_as_base64(), "image/png"
        return
    options: dict[str, Any] = {"format": "webp", "quality": 75, "captureBeyondViewport": True}
    if view.size[0]:
        width, height = view.size
        options["clip"] = {"x": 0, "y": 0, "width": width, "height": height, "scale": 1}
    view.picture = driver.execute_cdp_cmd("Page.captureScreenshot", options)["data"]


def _console(driver: Any, view: BrowserView, since: float) -> None:
    view.console += [line for line in read_console(driver) if line.at >= since]


def read_console(driver: Any) -> list[ConsoleLine]:
    """Return what came on the console of a browser, also what was read before in this test."""
    lines = _consoles.setdefault(driver, [])
    if hasattr(driver, "get_log"):  # Firefox has no log that a driver could read
        shift = time.time() - time.monotonic()
        lines += [
            ConsoleLine(one["timestamp"] / 1000 - shift, one["level"], one["message"])
            for one in driver.get_log("browser")
        ]
    return lines


def browser_errors(since: float) -> list[str]:
    """Return uncaught errors and failed resources of pages in open browsers."""
    return [
        line.text
        for _alias, driver in open_browsers()
        for line in read_console(driver)
        if line.level == "SEVERE" and line.at >= since
    ]


def _network(driver: Any, view: BrowserView, since: float) -> None:
    log = network_log(driver)
    if log is not None:
        log.read(driver)
        view.requests += [one for one in log.requests if one.started >= since]
        view.frames += [one for one in log.frames if one.started >= since]


def forget() -> None:
    """Let go of what browsers did in a test that is over."""
    for _alias, driver in open_browsers():
        _consoles.pop(driver, None)
        log = known_log(driver)
        if log is not None:
            log.forget(driver)
