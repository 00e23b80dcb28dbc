"""What a browser keeps for a log-in: its cookies, and what the shown page has stored."""

import contextlib
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from selenium.common.exceptions import (
    InvalidCookieDomainException,
    UnexpectedAlertPresentException,
    WebDriverException,
)
from selenium.webdriver.remote.webdriver import WebDriver

from robot_cherrypy.errors import BrowserError
from robot_cherrypy.pages.observer import ObserverError
from robot_cherrypy.pages.observers import observer_of
from robot_cherrypy.pages.selenium import cdp

# The two kinds of storage of a page (HTML Standard, 12.2), by their names in scripts.
KINDS = ("localStorage", "sessionStorage")

# A script runs in the selected frame; what is kept is the page's. That of another site may not be
# read there, nor what a page such as about:blank stores, which is nothing.
_PAGE = """
let page
try { page = window.top, page.document } catch { return 'frame' }
try { page.localStorage } catch { return 'none' }
"""

_READ = f"""{_PAGE}
return Object.fromEntries(arguments[0].map(kind => [kind, Object.fromEntries(
    Object.keys(page[kind]).map(name => [name, page[kind].getItem(name)]))]))
"""

_WRITE = f"""{_PAGE}
for (const [kind, values] of Object.entries(arguments[0])) {{
    for (const [name, value] of Object.entries(values)) page[kind].setItem(name, value)
}}
return {{}}
"""

# What Chromium tells of a cookie and does not take back, as it follows from the rest.
_DERIVED = frozenset({"size", "session", "sameParty"})


@contextlib.contextmanager
def told_errors(subject: str) -> Iterator[None]:
    """Let a driver's error in a `with` block be one that says what it is about, in a line.

    Raises:
        BrowserError: A command failed.
    """
    try:
        yield
    except UnexpectedAlertPresentException as error:
        raise BrowserError(
            f"{subject}: a dialog was open, '{error.alert_text}'. Use 'Handle Alert' before."
        ) from error
    except (WebDriverException, ObserverError) as error:
        reason = (getattr(error, "msg", None) or str(error)).partition("\n")[0]
        raise BrowserError(f"{subject}: {reason}") from error


def page_of(driver: WebDriver) -> str:
    """Return scheme and host of the shown page; servers of tests have another port each time.

    Raises:
        BrowserError: The browser does not tell.
    """
    with told_errors("The page's address cannot be read"):
        parts = urlsplit(driver.current_url)
    return f"{parts.scheme}://{parts.hostname or ''}"


def cookies_of(driver: WebDriver) -> list[dict[str, Any]]:
    """Return the cookies of a browser; where only its driver tells them, those of the shown page.

    Raises:
        BrowserError: They cannot be read now.
    """
    with told_errors("The browser's cookies cannot be read"):
        kept = cdp(driver, "Storage.getCookies")
        if kept is None:
            observer = observer_of(driver)
            return observer.cookies() if "cookies" in observer.offers else driver.get_cookies()
    return [
        {name: value for name, value in cookie.items() if name not in _DERIVED}
        for cookie in kept["cookies"]
    ]


def set_cookies(driver: WebDriver, cookies: list[dict[str, Any]]) -> None:
    """Give a browser cookies.

    Raises:
        BrowserError: They belong to another page than the shown one, or another browser.
    """
    try:
        if cdp(driver, "Storage.setCookies", cookies=[_lasting(each) for each in cookies]) is None:
            observer = observer_of(driver)
            add = observer.set_cookie if "cookies" in observer.offers else driver.add_cookie
            for cookie in cookies:
                add(cookie)
    except InvalidCookieDomainException as error:
        raise BrowserError("The cookies belong to another page than the open one.") from error
    except (WebDriverException, ObserverError, AssertionError) as error:
        reason = getattr(error, "msg", None) or error
        raise BrowserError(f"The browser does not accept the cookies: {reason}") from error


def _lasting(cookie: dict[str, Any]) -> dict[str, Any]:
    """Return a cookie without the time at which it ends if it ends with the browser."""
    is_for_session = cookie.get("expires", 0) < 0
    return {key: value for key, value in cookie.items() if key != "expires" or not is_for_session}


def storage_of(driver: WebDriver) -> dict[str, dict[str, str]]:
    """Return what the shown page has stored, by kind and name; nothing if it may store nothing.

    Raises:
        BrowserError: It cannot be read now.
    """
    stored = _run(driver, _READ, KINDS)
    return {} if stored == "none" else stored


def set_storage(driver: WebDriver, storage: dict[str, dict[str, str]]) -> None:
    """Let the shown page have stored something.

    Raises:
        BrowserError: The page may store nothing, or cannot do so now.
    """
    if _run(driver, _WRITE, storage) == "none":
        raise BrowserError(f"The page at {page_of(driver)} may store nothing.")


def _run(driver: WebDriver, script: str, argument: object) -> Any:
    with told_errors("The page's storage cannot be used"):
        result = driver.execute_script(script, argument)
    if result == "frame":
        raise BrowserError(
            "The page's storage cannot be used: a frame of another site is selected. Use 'Unselect"
            " Frame' before."
        )
    return result
