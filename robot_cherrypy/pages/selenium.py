"""The browsers that SeleniumLibrary drives, and Chrome DevTools Protocol (CDP) commands to them."""

from collections.abc import Callable
from types import ModuleType
from typing import Any

from robot.libraries.BuiltIn import BuiltIn, RobotNotRunningError
from robot.utils import normalize
from selenium.webdriver.remote.webdriver import WebDriver
from SeleniumLibrary import SeleniumLibrary

from robot_cherrypy.errors import BrowserError
from robot_cherrypy.pages.observer import ObserverError
from robot_cherrypy.pages.observers import observer_of

# Browsers that do not have the Chrome DevTools Protocol, as they name themselves.
_OTHERS = frozenset({"firefox", "Safari"})


def imported_libraries() -> list[Any]:
    """Return the libraries that the running suite has imported; none outside a run."""
    return list(_libraries_by_name().values())


def selenium_libraries() -> list[SeleniumLibrary]:
    """Return each SeleniumLibrary that the running suite has imported; none outside a run.

    A suite may import several, under aliases or as subclasses. Those in Robot's search order come
    first: Robot runs their keywords.
    """
    libraries = _libraries_by_name()
    names = sorted(libraries, key=_place_in_search_order())
    found = [libraries[name] for name in names]
    return [library for library in found if isinstance(library, SeleniumLibrary)]


def is_selenium_library(name: str) -> bool:
    """Whether the running suite has imported a SeleniumLibrary under this name or alias."""
    return isinstance(_libraries_by_name().get(name), SeleniumLibrary)


def changes_pages(name: str) -> bool:
    """Whether keywords of the library with this name or alias may change what a browser shows."""
    # This room may not import the library of this package, so it is recognised by a keyword.
    library = _libraries_by_name().get(name)
    return isinstance(library, SeleniumLibrary) or hasattr(library, "open_headless_browser")


def library_modules() -> set[str]:
    """Return the names of the modules whose libraries the running suite has imported."""
    libraries = _libraries_by_name().values()
    return {
        library.__name__ if isinstance(library, ModuleType) else type(library).__module__
        for library in libraries
    }


def open_browsers() -> list[WebDriver]:
    """Return the drivers of the open browsers, of each SeleniumLibrary the current one first."""
    drivers: dict[int, WebDriver] = {}
    for library in selenium_libraries():
        cache = _cache(library)
        current_first = sorted(cache.active_drivers, key=lambda driver: driver is not cache.current)
        drivers.update((id(driver), driver) for driver in current_first)
    return list(drivers.values())


def browser_labels(drivers: list[WebDriver]) -> list[str]:
    """Return what tells these browsers from each other: aliases, or numbers as they were opened."""
    caches = [_cache(library) for library in selenium_libraries()]
    opened = [driver for cache in caches for driver in cache._connections]  # noqa: SLF001
    aliases = {
        id(cache._connections[number - 1]): alias  # noqa: SLF001
        for cache in caches
        for alias, number in cache._aliases.items()  # noqa: SLF001
    }
    in_order = [driver for driver in opened if driver in drivers]
    in_order += [driver for driver in drivers if driver not in opened]
    return [
        f"browser '{aliases[id(driver)]}'"
        if id(driver) in aliases
        else f"browser {in_order.index(driver) + 1}"
        for driver in drivers
    ]


def current_driver() -> WebDriver | None:
    """Return the driver of the current browser, None if there is none."""
    currents = (_cache(library).current for library in selenium_libraries())
    return next((driver for driver in currents if driver), None)


def current_driver_of(library: SeleniumLibrary) -> WebDriver | None:
    """Return the driver of a library's current browser, None if there is none."""
    return _cache(library).current or None


def usable_driver() -> WebDriver | None:
    """Return the driver of the current browser, None if there is none.

    Raises:
        BrowserError: The browser has ended.
    """
    driver = current_driver()
    if driver is not None and has_ended(driver):
        raise BrowserError("The current browser has ended: close it, or open another one.")
    return driver


def has_ended(driver: Any) -> bool:
    """Whether a browser on this machine has ended, or its driver has."""
    process = getattr(getattr(driver, "service", None), "process", None)
    if process is None:  # elsewhere: that a connection has ended may have other reasons
        return False
    return process.poll() is not None or observer_of(driver).has_ended


def close_browser(library: SeleniumLibrary, driver: WebDriver) -> None:
    """Close a browser, unless its library has closed it.

    The current browser stays current. If it is this one, or none is, the one that was opened last
    of those that are left becomes the current one.
    """
    cache = _cache(library)
    current = cache.current
    try:
        if driver in cache.active_drivers:
            # `close` closes the current browser, so this one is made the current one first.
            cache.current = driver
            cache.close()
    finally:
        left = cache.active_drivers
        if current in left:
            cache.current = current
        elif left:
            cache.current = left[-1]


def cdp(driver: Any, command: str, **values: Any) -> dict[str, Any] | None:
    """Send a command of the Chrome DevTools Protocol, past the driver, which would close dialogs.

    Only where the browser is on another machine its driver sends it.

    Args:
        driver: The browser's driver.
        command: Such as `Page.captureScreenshot`.
        values: The parameters of the command.

    Returns:
        What the command returns; None if the browser does not have this protocol, as Firefox.

    Raises:
        BrowserError: The command failed.
        WebDriverException: The driver sent the command, and it failed.
    """
    observer = observer_of(driver)
    if "commands" in observer.offers:
        try:
            return observer.command(command, values)
        except ObserverError as error:
            raise BrowserError(f"The browser did not do {command}: {error}.") from error
    # The class for browsers elsewhere has the method, whatever they are.
    if not hasattr(driver, "execute_cdp_cmd") or driver.capabilities.get("browserName") in _OTHERS:
        return None
    result: dict[str, Any] = driver.execute_cdp_cmd(command, values)
    return result


def _place_in_search_order() -> Callable[[str], int]:
    try:
        builtin = BuiltIn()
        order = builtin.set_library_search_order()  # the only way to ask for it
        builtin.set_library_search_order(*order)
    except RobotNotRunningError:
        order = ()
    places = {normalize(name): place for place, name in enumerate(order)}
    return lambda name: places.get(normalize(name), len(places))


def _libraries_by_name() -> dict[str, Any]:
    try:
        libraries: Any = BuiltIn().get_library_instance(all=True)
    except RobotNotRunningError:
        return {}
    return dict(libraries)


def _cache(library: SeleniumLibrary) -> Any:
    return library._drivers  # noqa: SLF001 - SeleniumLibrary shows only the current driver
