"""Keywords about sessions."""

import time
from typing import Any
from urllib.parse import urlsplit

from robot.api import logger
from robot.api.deco import keyword

from robot_cherrypy.errors import ServerError, SessionError
from robot_cherrypy.evidence.browser_side import open_browsers
from robot_cherrypy.harness.in_process import InProcessServer
from robot_cherrypy.harness.registry import Servers
from robot_cherrypy.harness.sessions import Cookie, sessions_of
from robot_cherrypy.keywords.options import Options


class SessionKeywords:
    """Making and reading sessions of the application, past its pages."""

    def __init__(self, servers: Servers, options: Options) -> None:
        self._servers = servers
        self._options = options

    @keyword
    def seed_session(self, path: str = "/", alias: str | None = None, **values: Any) -> str:
        """Make a session that holds values, and put its cookie into the current browser.

        The session is the application's own, of whatever backend it has configured, and the cookie
        has the attributes that the application gives it. So a test can begin logged in. Without an
        open browser, the cookie is only returned.

        Args:
            path: Path of a page that has sessions: what is configured for it counts.
            alias: Which server; the current one by default.
            values: What the session is to hold. For a Django project, ``user`` names the user to
                log in.

        Returns:
            The session's id, which is the value of its cookie.

        Raises:
            SessionError: The page has no sessions, a request holds the session, or there is no such
                user.
            ServerError: There is no such server, or it runs in a child process.

        Example:
        | Start Server    sample_app.faulty:members
        | Seed Session    path=/members    user=ann    visits=${3}
        """
        server = self._in_process(alias)
        cookie = sessions_of(server, path, self._options.timeout_seconds).seed(values)
        browsers = open_browsers()
        if browsers:
            _put(browsers[0][1], server.url, cookie)
        else:
            logger.info("No browser is open: the cookie was put nowhere.")
        return cookie.value

    @keyword
    def get_session(
        self, path: str = "/", alias: str | None = None, *, session_id: str | None = None
    ) -> dict[str, Any]:
        """Return what the session of the current browser holds.

        Args:
            path: Path of a page that has sessions: what is configured for it counts.
            alias: Which server; the current one by default.
            session_id: Of which session; that of the current browser by default.

        Returns:
            A dictionary; changing it does not change the session.

        Raises:
            SessionError: There is no such session, the page has none, or a request holds it.
            ServerError: There is no such server, or it runs in a child process.

        Example:
        | Start Server    sample_app.faulty:members
        | ${id} =    Seed Session    path=/members    user=ann
        | ${session} =    Get Session    path=/members    session_id=${id}
        """
        server = self._in_process(alias)
        sessions = sessions_of(server, path, self._options.timeout_seconds)
        return sessions.read(session_id or _sent(sessions.cookie_name, server.url + path))

    def _in_process(self, alias: str | None) -> InProcessServer:
        server = self._servers.get(alias)
        if not isinstance(server, InProcessServer):
            raise ServerError(
                f"Server '{server.alias}' runs in another process: its sessions need"
                " isolation=thread."
            )
        return server


def _put(driver: Any, url: str, cookie: Cookie) -> None:
    """Set a cookie; Firefox takes one only for the page that it shows."""
    if not hasattr(driver, "execute_cdp_cmd"):
        if not driver.current_url.startswith(url):
            driver.get(url)
        driver.add_cookie(_for_webdriver(cookie))
        return
    values: dict[str, Any] = {
        "name": cookie.name,
        "value": cookie.value,
        "url": url + cookie.path,
        "path": cookie.path,
        "secure": cookie.secure,
        "httpOnly": cookie.http_only,
    }
    if cookie.domain:
        values["domain"] = cookie.domain
    if cookie.same_site:
        values["sameSite"] = cookie.same_site.title()
    if cookie.max_age is not None:
        values["expires"] = time.time() + cookie.max_age
    if not driver.execute_cdp_cmd("Network.setCookie", values)["success"]:
        raise SessionError(f"The browser did not take the cookie {cookie}.")


def _for_webdriver(cookie: Cookie) -> dict[str, Any]:
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


def _sent(name: str, url: str) -> str:
    """Return the value of the cookie that the current browser would send to a page."""
    browsers = open_browsers()
    if not browsers:
        raise SessionError("No browser is open: whose session is meant? Give its session_id.")
    driver: Any = browsers[0][1]
    if hasattr(driver, "execute_cdp_cmd"):
        found = driver.execute_cdp_cmd("Network.getCookies", {"urls": [url]})["cookies"]
    else:
        found = driver.get_cookies()
    for cookie in found:
        if cookie["name"] == name:
            return str(cookie["value"])
    raise SessionError(f"The browser has no cookie '{name}' for {urlsplit(url).path}.")
