"""The opening handshake (RFC 6455, 4.2), judged by the request's headers alone."""

import base64
import binascii
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from wsproto.utilities import generate_accept_token

_VERSION = "13"


@dataclass
class Refused(Exception):  # noqa: N818 - an answer, not an error of ours
    """The handshake cannot be accepted; this is the HTTP response to give."""

    status: int
    message: str
    headers: Mapping[str, str]


def check(headers: Mapping[str, str], *, method: str, modern: bool) -> str:
    """Check that a request asks for a WebSocket as RFC 6455, 4.2.1 wants it.

    Args:
        headers: Of the request; names are looked up as the RFC writes them.
        method: Of the request.
        modern: Whether it is at least HTTP/1.1.

    Returns:
        The Sec-WebSocket-Accept to answer with.

    Raises:
        Refused: It does not.
    """
    if not (
        "websocket" in _tokens(headers, "Upgrade") and "upgrade" in _tokens(headers, "Connection")
    ):
        raise Refused(
            426, "This page is a WebSocket.", {"Upgrade": "websocket", "Connection": "Upgrade"}
        )
    if method != "GET" or not modern:
        raise Refused(400, "A WebSocket handshake is a GET of HTTP/1.1.", {})
    if headers.get("Sec-WebSocket-Version") != _VERSION:
        raise Refused(
            426,
            "This server speaks version 13 of the WebSocket protocol.",
            {"Sec-WebSocket-Version": _VERSION, "Upgrade": "websocket", "Connection": "Upgrade"},
        )
    key = headers.get("Sec-WebSocket-Key", "")
    if not _is_key(key):
        raise Refused(400, "Sec-WebSocket-Key has to be 16 bytes in base 64.", {})
    return generate_accept_token(key.encode()).decode()


def _is_key(key: str) -> bool:
    try:
        return len(base64.b64decode(key, validate=True)) == 16
    except (binascii.Error, ValueError):
        return False


def check_origin(origin: str | None, host: str, allowed: Collection[str]) -> None:
    """Refuse a browser that shows a page of some other site (RFC 6455, 10.2).

    Without this, any page that a visitor looks at could open a WebSocket with their cookies.

    Args:
        origin: The request's Origin; only browsers send one.
        host: Host and port that the request was for.
        allowed: Further origins, or `*` among them for all.

    Raises:
        Refused: The origin is another one.
    """
    if origin is None or "*" in allowed or urlsplit(origin).netloc.lower() == host.lower() != "":
        return
    if origin.lower() not in {one.lower() for one in allowed}:
        raise Refused(403, f"Pages of {origin} may not connect to this WebSocket.", {})


def choose_subprotocol(headers: Mapping[str, str], supported: Collection[str]) -> str | None:
    """Return the first supported subprotocol among those that the client offers."""
    offered = {one.strip() for one in headers.get("Sec-WebSocket-Protocol", "").split(",")}
    return next((one for one in supported if one in offered), None)


def _tokens(headers: Mapping[str, str], name: str) -> list[str]:
    return [token.strip().lower() for token in headers.get(name, "").split(",")]
