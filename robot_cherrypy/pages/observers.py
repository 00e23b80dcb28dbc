"""The observers of open browsers: each browser has one from when it is first seen here."""

import contextlib
import json
from typing import Any
from weakref import WeakKeyDictionary

import urllib3
from urllib3.exceptions import HTTPError

from robot_cherrypy.browser.bidi_commands import bidi_url
from robot_cherrypy.pages.bidi import BidiObserver
from robot_cherrypy.pages.chromium import ChromiumObserver
from robot_cherrypy.pages.driver_observer import DriverObserver, selected_window
from robot_cherrypy.pages.observer import Observer, ObserverError
from robot_cherrypy.pages.windows import CONNECT_TIMEOUT, WindowsObserver

_OBSERVERS: WeakKeyDictionary[Any, Observer] = WeakKeyDictionary()

# Scripts that every browser runs in all documents and workers, by their names.
_EVERYWHERE: dict[str, str] = {}


def observer_of(driver: Any) -> Observer:
    """Return the observer of a browser; begin to observe it if nobody does.

    A browser that can be reached neither by DevTools nor by WebDriver BiDi is observed through its
    driver.
    """
    if driver not in _OBSERVERS:
        observer = _OBSERVERS[driver] = _observer_by_events(driver) or DriverObserver(driver)
        for name, script in _EVERYWHERE.items():
            _keep(observer, name, script)
    return _OBSERVERS[driver]


def run_in_all_browsers(name: str, script: str) -> None:
    """Run a script in all documents and workers of all browsers, also of later ones.

    Args:
        name: What the script is for.
        script: The script.
    """
    if _EVERYWHERE.get(name) != script:
        _EVERYWHERE[name] = script
        for observer in known_observers():
            _keep(observer, name, script)


def run_no_longer(name: str) -> None:
    """Run a script no longer in the browsers that are opened from now on."""
    _EVERYWHERE.pop(name, None)


def _keep(observer: Observer, name: str, script: str) -> None:
    if "scripts" in observer.offers:
        with contextlib.suppress(ObserverError):  # it has ended, or a page or worker is busy
            observer.run_everywhere(name, script, is_kept=True)


def known_observers() -> list[Observer]:
    """Return the observers of all browsers that are observed."""
    return list(_OBSERVERS.values())


def _observer_by_events(driver: Any) -> WindowsObserver | None:
    """Return an observer by DevTools, else by WebDriver BiDi; None if there is neither."""
    capabilities = getattr(driver, "capabilities", {})
    if observer := _connected(driver, ChromiumObserver, _devtools_url(capabilities)):
        return observer
    return _connected(driver, BidiObserver, bidi_url(driver))


def _connected(
    driver: Any, kind: type[ChromiumObserver | BidiObserver], url: str
) -> WindowsObserver | None:
    if not url:
        return None
    try:
        observer = kind(url, lambda timeout: selected_window(driver, timeout))
        # The address may be of another machine, and another browser may have the same one here.
        if selected_window(driver, CONNECT_TIMEOUT) in observer.identifiers:
            return observer
    except ObserverError:
        return None
    observer.close()
    return None


def _devtools_url(capabilities: dict[str, Any]) -> str:
    """Return the URL of a browser's own WebSocket; empty if it is not known."""
    if "se:cdp" in capabilities:  # of a Grid, which passes on what is sent there
        return str(capabilities["se:cdp"])
    options = [
        value
        for name, value in capabilities.items()
        if name.endswith(("chromeOptions", "edgeOptions"))
    ]
    address = next(
        (option["debuggerAddress"] for option in options if "debuggerAddress" in option), ""
    )
    if not address:
        return ""
    try:
        with urllib3.PoolManager(retries=False) as pool:
            timeout = urllib3.Timeout(total=CONNECT_TIMEOUT)
            response = pool.request("GET", f"http://{address}/json/version", timeout=timeout)
        return str(json.loads(response.data)["webSocketDebuggerUrl"])
    except (HTTPError, OSError, KeyError, TypeError, ValueError):
        return ""
