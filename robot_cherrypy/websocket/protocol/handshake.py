"""The opening handshake (RFC 6455, 4.2): checks of the request's headers."""

import base64
import binascii
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from wsproto.utilities import generate_accept_token

_VERSION = "13"
_DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass
class HandshakeRefused(Exception):  # noqa: N818 - a response, not an error of ours
    """The handshake is refused with this HTTP response."""

    status: int
    message: str
    headers: Mapping[str, str]


def check_request(headers: Mapping[str, str], *, method: str, is_http_1_1: bool) -> str:
    """Check that a request asks for a WebSocket as RFC 6455, 4.2.1 requires.

    Args:
        headers: The request's headers. Names are looked up as the RFC writes them.
        method: The request's method.
        is_http_1_1: Whether it is a request of HTTP/1.1 or later.

    Returns:
        The response's Sec-WebSocket-Accept.

    Raises:
        HandshakeRefused: The request does not.
    """
    if not (
        "websocket" in _tokens(headers, "Upgrade") and "upgrade" in _tokens(headers, "Connection")
    ):
        raise HandshakeRefused(
            426, "This page is a WebSocket.", {"Upgrade": "websocket", "Connection": "Upgrade"}
        )
    if method != "GET" or not is_http_1_1:
        raise HandshakeRefused(400, "A WebSocket handshake is a GET of HTTP/1.1.", {})
    if headers.get("Sec-WebSocket-Version") != _VERSION:
        raise HandshakeRefused(
            426,
            "This server speaks version 13 of the WebSocket protocol.",
            {"Sec-WebSocket-Version": _VERSION, "Upgrade": "websocket", "Connection": "Upgrade"},
        )
    key = headers.get("Sec-WebSocket-Key", "")
    if not _is_key(key):
        raise HandshakeRefused(400, "Sec-WebSocket-Key has to be 16 bytes in base 64.", {})
    return generate_accept_token(key.encode()).decode()


def _is_key(key: str) -> bool:
    try:
        return len(base64.b64decode(key, validate=True)) == 16
    except (binascii.Error, ValueError):
        return False


def check_origin(origin: str | None, site: str, allowed: Collection[str]) -> None:
    """Refuse a browser that shows a page of another site (RFC 6455, 10.2).

    Without this check, a page of any site could open a WebSocket with its visitor's cookies.

    Args:
        origin: The request's Origin. Only browsers send one; other clients are not refused.
        site: Scheme and host of the request's URL, such as `https://example.com:8443`.
        allowed: Origins that are allowed besides the site's own; `*` among them allows all.

    Raises:
        HandshakeRefused: The origin is not allowed.
    """
    if origin is None or "*" in allowed:
        return
    shown = _site(origin)
    if shown is None or shown not in map(_site, (site, *allowed)):
        raise HandshakeRefused(403, f"Pages of {origin} may not connect to this WebSocket.", {})


def _site(url: str) -> tuple[str, str, int | None] | None:
    """Return scheme, host and port of an origin (RFC 6454, 4), or None if it has no host."""
    try:
        parts = urlsplit(url)
        scheme = parts.scheme.lower()
        port = parts.port or _DEFAULT_PORTS.get(scheme)
    except ValueError:
        return None
    return (scheme, parts.hostname, port) if parts.hostname else None


def choose_subprotocol(headers: Mapping[str, str], supported: Collection[str]) -> str | None:
    """Return the first supported subprotocol that the client offers, or None (RFC 6455, 1.9)."""
    offered = {name.strip() for name in headers.get("Sec-WebSocket-Protocol", "").split(",")}
    return next((name for name in supported if name in offered), None)


def _tokens(headers: Mapping[str, str], name: str) -> list[str]:
    return [token.strip().lower() for token in headers.get(name, "").split(",")]
