"""WebDriver BiDi: where a browser listens for it, and commands to one that was just opened."""

import contextlib
import ipaddress
import json
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

import websocket

from robot_cherrypy.errors import BrowserError

# How long a browser may take for one command, in seconds. It needs 10 ms.
_TIMEOUT = 30.0

# A command and its parameters.
Command = tuple[str, dict[str, Any]]


def bidi_url(driver: Any) -> str:
    """Return the URL of the WebSocket of a driver's session; empty if it has none.

    A driver on another machine may tell the address that it has there.
    """
    url = getattr(driver, "capabilities", {}).get("webSocketUrl")
    if not isinstance(url, str):
        return ""
    told = urlsplit(url)
    host = urlsplit(driver.command_executor.client_config.remote_server_addr).hostname or ""
    if is_loopback(told.hostname or "") and not is_loopback(host):
        name = f"[{host}]" if ":" in host else host
        return told._replace(netloc=f"{name}:{told.port}").geturl()
    return url


def is_loopback(host: str) -> bool:
    """Whether a host is this machine, by its name or address."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def send_commands(url: str, commands: Iterable[Command]) -> None:
    """Send commands one after the other, on a connection of their own.

    Args:
        url: Of the WebSocket of the driver's session (its capability `webSocketUrl`).
        commands: Commands with their parameters.

    Raises:
        BrowserError: The browser does not know one of them, or did not do it.
    """
    try:
        connection = websocket.create_connection(url, timeout=_TIMEOUT, suppress_origin=True)
        with contextlib.closing(connection):
            for number, (name, values) in enumerate(commands):
                connection.send(json.dumps({"id": number, "method": name, "params": values}))
                result: dict[str, Any] = {}
                while result.get("id") != number:  # events may come before
                    result = json.loads(connection.recv())
                if result["type"] == "error":
                    raise BrowserError(f"The browser did not do {name}: {result['message']}")
    except (websocket.WebSocketException, OSError, ValueError) as error:
        raise BrowserError(f"The browser does not speak WebDriver BiDi: {error}") from error
