"""Observes a browser through its driver, by requests of our own: a browser without DevTools."""

import contextlib
import json
import time
from typing import Any
from urllib.parse import urlsplit

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError

from robot_cherrypy.pages.observer import (
    Dialog,
    Observer,
    ObserverError,
    Picture,
    Window,
    Windows,
)

# By which path a driver takes commands of the DevTools Protocol, by a capability of its browser.
_COMMANDS = {"goog:chromeOptions": "goog/cdp/execute", "ms:edgeOptions": "ms/cdp/execute"}

# How long a command of a keyword may take, in seconds: it is one that is done at once.
_COMMAND_TIMEOUT = 5.0


class DriverObserver(Observer):
    """Observes any browser; its driver runs one command at a time, and has to be free for ours."""

    def __init__(self, driver: Any) -> None:
        self._driver = driver

    def windows(self, timeout: float) -> Windows:
        """Return the selected window; its address is asked for only if no dialog is open."""
        deadline = time.monotonic() + timeout
        identifier = selected_window(self._driver, timeout)
        if not identifier:
            raise ObserverError("the selected window was closed")
        if self.dialog(deadline - time.monotonic()):
            return Windows(Window(identifier))
        url, title = (
            str(request(self._driver, "GET", path, deadline - time.monotonic()))
            for path in ("url", "title")
        )
        return Windows(Window(identifier, url, title))

    def dialog(self, timeout: float) -> Dialog | None:
        """Return the dialog that is open; this command does not close it."""
        try:
            text = request(self._driver, "GET", "alert/text", timeout)
        except ObserverError as error:
            if str(error).startswith("no such alert"):
                return None
            raise
        return Dialog("dialog", str(text))

    def picture(self, timeout: float) -> Picture:
        """Return a picture of what is in view."""
        return Picture(str(request(self._driver, "GET", "screenshot", timeout)), "image/png")

    def read(self, script: str, timeout: float) -> Any:
        """Run a script in the selected frame."""
        body = {"script": f"return {script}", "args": []}
        return request(self._driver, "POST", "execute/sync", timeout, body)

    def set_position(self, origin: str, position: dict[str, float]) -> None:
        """Let a Chromium be somewhere, and pages of an origin read its position."""
        capabilities = getattr(self._driver, "capabilities", {})
        path = next((path for option, path in _COMMANDS.items() if option in capabilities), "")
        if not path:
            raise ObserverError("this kind of browser cannot be given a position")
        for name, values in geolocation_commands(origin, position):
            body = {"cmd": name, "params": values}
            request(self._driver, "POST", path, _COMMAND_TIMEOUT, body)


def geolocation_commands(
    origin: str, position: dict[str, float]
) -> list[tuple[str, dict[str, Any]]]:
    """Return the commands of the DevTools Protocol for `Observer.set_position`."""
    # `Browser.grantPermissions` would take the origin's other permissions from it.
    grant = {"permission": {"name": "geolocation"}, "setting": "granted"}
    return [
        ("Browser.setPermission", {**grant, **({"origin": origin} if origin else {})}),
        ("Emulation.setGeolocationOverride", dict(position)),
    ]


def selected_window(driver: Any, timeout: float) -> str:
    """Return the identifier of the window that a driver has selected; empty if that was closed.

    Raises:
        ObserverError: The driver did not answer in time.
    """
    try:
        return str(request(driver, "GET", "window", timeout))
    except ObserverError as error:
        if str(error).startswith("no such window"):
            return ""
        raise


def request(driver: Any, method: str, path: str, timeout: float, body: Any = None) -> Any:
    """Send a command to a driver on a connection of our own, and return its value.

    Args:
        driver: Selenium's object for the driver.
        method: `GET` or `POST`.
        path: Of the command below the session, such as `window`.
        timeout: In seconds.
        body: The command's parameters.

    Raises:
        ObserverError: The driver did not answer in time, or told an error.
    """
    driver = getattr(driver, "wrapped_driver", driver)
    executor = driver.command_executor
    address = urlsplit(executor.client_config.remote_server_addr)
    headers = executor.get_remote_connection_headers(address)
    headers |= executor.client_config.get_auth_header() or {}
    try:
        # A pool would write each request into the log of the test.
        kind = HTTPSConnection if address.scheme == "https" else HTTPConnection
        connection = kind(address.hostname or "", address.port, timeout=max(timeout, 0.001))
        with contextlib.closing(connection):
            connection.request(
                method,
                f"{address.path}/session/{driver.session_id}/{path}",
                body=None if body is None else json.dumps(body),
                headers=headers,
            )
            response = connection.getresponse()
            value = json.loads(response.data)["value"]
    except (HTTPError, OSError) as error:
        reason = "did not answer in time" if "timed out" in str(error) else "has ended"
        raise ObserverError(f"the driver {reason}") from error
    except (KeyError, TypeError, ValueError) as error:
        raise ObserverError("the driver did not answer in JSON") from error
    if response.status >= 400:
        raise ObserverError(f"{value['error']}: {value['message']}".partition("\n")[0])
    return value
