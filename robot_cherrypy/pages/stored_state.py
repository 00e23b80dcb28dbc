"""What a browser keeps for a log-in: its cookies, and what the shown page has stored."""

from typing import Any

from selenium.common.exceptions import InvalidCookieDomainException, WebDriverException
from selenium.webdriver.remote.webdriver import WebDriver

from robot_cherrypy.errors import BrowserError
from robot_cherrypy.pages.selenium import cdp

# The two kinds of storage of a page (HTML Standard, 12.2), by their names in scripts.
KINDS = ("localStorage", "sessionStorage")

_READ = """
return Object.fromEntries(arguments[0].map(kind => [kind, Object.fromEntries(
    Object.keys(window[kind]).map(name => [name, window[kind].getItem(name)]))]))
"""

_WRITE = """
for (const [kind, values] of Object.entries(arguments[0])) {
    for (const [name, value] of Object.entries(values)) window[kind].setItem(name, value)
}
"""

# What Chromium tells of a cookie and does not take back, as it follows from the rest.
_DERIVED = frozenset({"size", "session", "sameParty"})


def cookies_of(driver: WebDriver) -> list[dict[str, Any]]:
    """Return the cookies of a browser; where it has no DevTools, those of the shown page."""
    kept = cdp(driver, "Storage.getCookies")
    if kept is None:
        return list(driver.get_cookies())
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
            for cookie in cookies:
                driver.add_cookie(cookie)
    except InvalidCookieDomainException as error:
        raise BrowserError("The cookies belong to another page than the open one.") from error
    except (WebDriverException, AssertionError) as error:
        reason = getattr(error, "msg", None) or error
        raise BrowserError(f"The browser does not accept the cookies: {reason}") from error


def _lasting(cookie: dict[str, Any]) -> dict[str, Any]:
    """Return a cookie without the time at which it ends if it ends with the browser."""
    is_for_session = cookie.get("expires", 0) < 0
    return {key: value for key, value in cookie.items() if key != "expires" or not is_for_session}


def storage_of(driver: WebDriver) -> dict[str, dict[str, str]]:
    """Return what the shown page has stored, by kind and name."""
    try:
        stored: dict[str, dict[str, str]] = driver.execute_script(_READ, KINDS)
    except WebDriverException:  # a page that may store nothing, such as about:blank
        return {}
    return stored


def set_storage(driver: WebDriver, storage: dict[str, dict[str, str]]) -> None:
    """Let the shown page have stored something.

    Raises:
        BrowserError: The page may store nothing.
    """
    try:
        driver.execute_script(_WRITE, storage)
    except WebDriverException as error:
        raise BrowserError(f"The page may store nothing: {error.msg}") from error
