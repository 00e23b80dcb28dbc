"""ASGI scopes of WSGI requests (PEP 3333) with the keys that cheroot adds to their environs."""

import re
from collections.abc import Iterator
from typing import Any

from robot_cherrypy.asgi import VERSION, Scope, decoded_path

# What stands before the path in a request target in absolute form (RFC 9112, 3.2.2). cheroot takes
# a host out of `//host/path`, too.
_ORIGIN = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*:)?//[^/?#]*")


def scope_of(environ: dict[str, Any], local_address: Any = None) -> Scope:
    """Make the scope of a request (ASGI, "HTTP Connection Scope").

    Args:
        environ: The WSGI environ.
        local_address: The address that the client has connected to, if it is known.
    """
    root_path = _from_latin1(environ.get("SCRIPT_NAME", ""))
    path, raw_path = _paths(environ)
    client = environ.get("REMOTE_ADDR")
    return {
        "type": "http",
        "asgi": VERSION,
        "http_version": environ.get("SERVER_PROTOCOL", "HTTP/1.1").partition("/")[2],
        "method": environ["REQUEST_METHOD"].upper(),
        "scheme": environ["wsgi.url_scheme"],
        "path": path,
        "raw_path": raw_path,
        "query_string": environ.get("QUERY_STRING", "").encode("latin-1"),
        "root_path": root_path,
        "headers": list(_request_headers(environ)),
        "server": _server(environ, local_address),
        "client": (client, int(environ.get("REMOTE_PORT") or 0)) if client else None,
        "extensions": {},
    }


def _paths(environ: dict[str, Any]) -> tuple[str, bytes | None]:
    """Return path and raw path of a request.

    The environ's path has lost what is a quoted slash and what are two slashes in the target. So
    the target is what counts, unless WSGI middleware has set another path.
    """
    routed = _from_latin1(environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", ""))
    target = environ.get("REQUEST_URI", "").partition("?")[0]
    origin = _ORIGIN.match(target)
    without_origin = target[origin.end() :] if origin else target
    if _segments(decoded_path(without_origin.encode("latin-1"))) != _segments(routed):
        return routed, None
    if origin and origin[1]:
        target = without_origin or "/"
    raw_path = target.encode("latin-1")
    return decoded_path(raw_path), raw_path


def _segments(path: str) -> list[str]:
    return list(filter(None, path.replace("%2F", "/").split("/")))


def _from_latin1(value: str) -> str:
    """Decode a path as UTF-8; WSGI has its bytes as characters of Latin-1."""
    return value.encode("latin-1").decode("utf-8", "replace")


def _request_headers(environ: dict[str, Any]) -> Iterator[tuple[bytes, bytes]]:
    for key, value in environ.items():
        name = key.removeprefix("HTTP_") if key.startswith("HTTP_") else key
        if name != key or (key in {"CONTENT_TYPE", "CONTENT_LENGTH"} and value):
            yield name.lower().replace("_", "-").encode("latin-1"), value.encode("latin-1")


def _server(environ: dict[str, Any], local_address: Any) -> tuple[str, int | None]:
    if isinstance(local_address, tuple):
        return local_address[0], local_address[1]
    if local_address:  # the path of a Unix socket
        return str(local_address), None
    return environ["SERVER_NAME"], int(environ["SERVER_PORT"]) if environ["SERVER_PORT"] else None
