"""The header fields of HTTP/2 requests as ASGI scopes, and those of responses."""

import re
from typing import Any

from robot_cherrypy.aio.http.refusals import (
    BAD_METHOD,
    BAD_TARGET,
    RefusedError,
)
from robot_cherrypy.aio.http.target import split_target
from robot_cherrypy.asgi import CANCELS_REQUESTS, REQUEST_TARGET, VERSION, RawHeaders, decoded_path

# RFC 9110, 9.1 and 5.6.2; names of methods are in capitals, as llhttp wants them in HTTP/1.
_METHOD = re.compile(rb"[A-Z][A-Z0-9!#$%&'*+.^_`|~-]*")
# What a target must not have. Bytes above 127 are let through, as they are in HTTP/1.
_NOT_IN_TARGET = re.compile(rb"[\x00-\x20\x7f#]")
_NAME = re.compile(rb"[a-z0-9!#$%&'*+.^_`|~-]+")
_NOT_IN_VALUE = re.compile(rb"[\x00\r\n]")
# They are about an HTTP/1 connection, and must not be sent (RFC 9113, 8.2.2).
_CONNECTION_HEADERS = frozenset(
    {b"connection", b"keep-alive", b"proxy-connection", b"te", b"transfer-encoding", b"upgrade"}
)


class MalformedError(ValueError):
    """A request that HTTP/2 does not allow (RFC 9113, 8.1.1)."""


def scope_of(fields: RawHeaders, **about_connection: Any) -> dict[str, Any]:
    """Return the ASGI scope of a request.

    Args:
        fields: Its header fields, whose pseudo-header fields come first.
        about_connection: What the scope has of the connection.

    Raises:
        MalformedError: The request is one of those that have to be reset.
        RefusedError: It cannot be served.
    """
    pseudo = dict(field for field in fields if field[0].startswith(b":"))
    headers = [field for field in fields if not field[0].startswith(b":")]
    method, target = pseudo.get(b":method", b""), pseudo.get(b":path", b"")
    if not _METHOD.fullmatch(method):
        raise RefusedError(BAD_METHOD)
    if method == b"CONNECT":
        # WebSockets over HTTP/2 (RFC 8441) are not offered.
        if b":path" in pseudo or b":protocol" in pseudo:
            raise MalformedError
        target = pseudo.get(b":authority", b"")
    elif not _is_target(method, target):
        raise RefusedError(BAD_TARGET)
    path, query, _scheme = split_target(method, target)
    names = {name for name, _value in headers}
    if b"host" not in names and b":authority" in pseudo:  # RFC 9113, 8.3.1
        headers.insert(0, (b"host", pseudo[b":authority"]))
    return {
        "type": "http",
        "asgi": dict(VERSION),
        "http_version": "2",
        "method": method.decode(),
        "root_path": "",
        "path": decoded_path(path),
        "raw_path": path,
        "query_string": query,
        "headers": headers,
        "extensions": {CANCELS_REQUESTS: {}, REQUEST_TARGET: target},
        **about_connection,
    }


def _is_target(method: bytes, target: bytes) -> bool:
    """Return whether a `:path` is as RFC 9113, 8.3.1 wants it."""
    if target == b"*":
        return method == b"OPTIONS"
    return target.startswith(b"/") and not _NOT_IN_TARGET.search(target)


def response_fields(status: int, headers: RawHeaders) -> RawHeaders:
    """Return the header fields of a response, without those that are about an HTTP/1 connection.

    Raises:
        ValueError: A header has a character that it must not have.
    """
    fields = [(b":status", b"%d" % status)]
    for each in headers:
        name, value = bytes(each[0]).lower(), bytes(each[1]).strip()
        if not _NAME.fullmatch(name) or _NOT_IN_VALUE.search(value):
            raise ValueError(f"The header {name!r} has a character that is not allowed.")
        if name not in _CONNECTION_HEADERS:
            fields.append((name, value))
    return fields
