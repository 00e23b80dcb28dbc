"""Keywords about sessions."""

import time
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

from robot.api.deco import keyword

from robot_cherrypy.errors import SessionError
from robot_cherrypy.evidence import logger
from robot_cherrypy.harness.registry import Servers
from robot_cherrypy.harness.server import Server
from robot_cherrypy.harness.sessions import Cookie, sessions_of
from robot_cherrypy.keywords.options import Options
from robot_cherrypy.pages.observers import observer_of
from robot_cherrypy.pages.origins import base_url_in
from robot_cherrypy.pages.selenium import cdp, usable_driver
from robot_cherrypy.pages.stored_state import set_cookies


class SessionKeywords:
    """Making and reading sessions without the application's pages."""

    def __init__(self, servers: Servers, options: Options) -> None:
        self._servers = servers
        self._options = options

    @keyword
    def seed_session(self, path: str = "/", alias: str | None = None, **values: Any) -> str:
        """Make a session with values in it, and set its cookie in the current browser.

        So a test can begin with a user who is logged in. The session is kept where the application
        keeps its sessions, and its cookie has the attributes that the application configures. The
        browser keeps it for the server's URL, and for the name under which it has a page of the
        server open, such as ``shop.localhost``. If no browser is open, the cookie's value is only
        returned.

        Args:
            path: Path of a page with sessions; they are made as configured for this page.
            alias: Alias of the server; the current server by default.
            values: Values of the session. For a Django project, ``user`` is the name of the user
                who is to be logged in.

        Returns:
            The id of the session, which is the value of its cookie.

        Raises:
            BrowserError: The current browser has ended.
            SessionError: The page has no sessions, a request has the session locked, or there is no
                such user.
            ServerError: There is no such server, or it runs in a child process.

        Example:
        | Start Server    sample_app.faulty:members
        | Open Headless Browser    /
        | Seed Session    path=/members    user=ann    visits=${3}
        | Go To Page    /members/
        | Page Should Contain    Hello ann
        """
        server = self._servers.get_in_process("its sessions need", alias)
        driver = usable_driver()
        cookie = sessions_of(server, path, self._options.timeout_seconds()).seed(values)
        if driver is None:
            logger.info("No browser is open: the cookie was put nowhere.")
        else:
            _set_cookie(driver, server, cookie)
        return cookie.value

    @keyword
    def get_session(
        self, path: str = "/", alias: str | None = None, *, session_id: str | None = None
    ) -> dict[str, Any]:
        """Return the values of a session.

        Args:
            path: Path of a page with sessions; they are read as configured for this page.
            alias: Alias of the server; the current server by default.
            session_id: Id of the session; by default that of the current browser's cookie. If it
                would send several, the first one counts that has a session.

        Returns:
            A dictionary of the values. A change to it does not change the session.

        Raises:
            BrowserError: The current browser has ended.
            SessionError: There is no such session, the page has no sessions, or a request has the
                session locked.
            ServerError: There is no such server, or it runs in a child process.

        Example:
        | Start Server    sample_app.faulty:members
        | ${id} =    Seed Session    path=/members    user=ann
        | ${session} =    Get Session    path=/members    session_id=${id}
        """
        server = self._servers.get_in_process("its sessions need", alias)
        sessions = sessions_of(server, path, self._options.timeout_seconds())
        if session_id:
            return sessions.read(session_id)
        *others, last = _read_cookies(sessions.cookie_name, server, path)
        for other in others:
            with suppress(SessionError):
                return sessions.read(other)
        return sessions.read(last)


def _set_cookie(driver: Any, server: Server, cookie: Cookie) -> None:
    """Set a cookie in a browser. Where only its driver can do that, it has to be on its site.

    It takes the place of others with its name that the page would get: one of the host and one of
    its domain are two cookies (RFC 6265, 5.3).
    """
    page_url = base_url_in(driver, server)
    result = cdp(driver, "Network.getCookies", urls=[page_url + cookie.path])
    if result is None:
        _set_cookie_by_webdriver(driver, page_url, cookie)
        return
    for other in result["cookies"]:
        if other["name"] == cookie.name:
            place = {"domain": other["domain"], "path": other["path"]}
            cdp(driver, "Network.deleteCookies", name=cookie.name, **place)
    result = cdp(driver, "Network.setCookie", **_for_cdp(cookie, page_url))
    if result is None or not result["success"]:
        raise SessionError(f"The browser did not take the cookie {cookie}.")
    if page_url != server.public_url:
        cdp(driver, "Network.setCookie", **_for_cdp(cookie, server.public_url))


def _set_cookie_by_webdriver(driver: Any, page_url: str, cookie: Cookie) -> None:
    values = _for_webdriver(cookie)
    if "cookies" in observer_of(driver).offers:
        host = urlsplit(page_url).hostname
        values["domain"] = f".{cookie.domain.lstrip('.')}" if cookie.domain else host
    elif not driver.current_url.startswith(page_url):
        driver.get(page_url)
    if driver.current_url.startswith(page_url):
        driver.delete_cookie(cookie.name)
    set_cookies(driver, [values])


def _for_cdp(cookie: Cookie, base_url: str) -> dict[str, Any]:
    """Return a cookie as the command Network.setCookie takes it."""
    values: dict[str, Any] = {
        "name": cookie.name,
        "value": cookie.value,
        "url": base_url + cookie.path,
        "path": cookie.path,
        "secure": cookie.secure,
        "httpOnly": cookie.http_only,
    }
    if cookie.domain:
        # The URL has to be of the domain. No port: cookies are for all of a host.
        values["url"] = f"{urlsplit(base_url).scheme}://{cookie.domain.lstrip('.')}{cookie.path}"
        values["domain"] = cookie.domain
    if cookie.same_site:
        values["sameSite"] = cookie.same_site.title()
    if cookie.max_age is not None:
        values["expires"] = time.time() + cookie.max_age
    return values


def _for_webdriver(cookie: Cookie) -> dict[str, Any]:
    """Return a cookie as WebDriver's command Add Cookie takes it."""
    values: dict[str, Any] = {
        "name": cookie.name,
        "value": cookie.value,
        "path": cookie.path,
        "secure": cookie.secure,
        "httpOnly": cookie.http_only,
    }
    if cookie.same_site:
        values["sameSite"] = cookie.same_site.title()
    if cookie.max_age is not None:
        values["expiry"] = int(time.time() + cookie.max_age)
    return values


def _read_cookies(name: str, server: Server, path: str) -> list[str]:
    """Return the values of the cookies with a name that the current browser would send to a page.

    It sends those with longer paths first (RFC 6265, 5.4); the last one counts for a server, and is
    the first one here. Which of one path is older is not told.

    Raises:
        BrowserError: The browser has ended.
        SessionError: No browser is open, or it has no such cookie.
    """
    driver = usable_driver()
    if driver is None:
        raise SessionError("No browser is open: whose session is meant? Give its session_id.")
    url = base_url_in(driver, server) + path
    result = cdp(driver, "Network.getCookies", urls=[url])
    cookies = driver.get_cookies() if result is None else result["cookies"]
    found = [cookie for cookie in cookies if cookie["name"] == name]
    if not found:
        raise SessionError(f"The browser has no cookie '{name}' for {path}.")
    return [str(cookie["value"]) for cookie in sorted(found, key=lambda one: len(one["path"]))]
