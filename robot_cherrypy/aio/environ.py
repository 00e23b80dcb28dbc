"""From an ASGI scope to what CherryPy and WSGI applications expect."""

import functools
import sys
from collections import UserDict
from typing import Any
from urllib.parse import unquote_to_bytes

import cheroot.server
import cherrypy

Scope = dict[str, Any]
Headers = list[tuple[str, str]]


class Incoming:
    """A request on its way to what is mounted at `script_name`; path and query are Latin-1 text."""

    __slots__ = ("path", "query", "rfile", "scope", "script_name")

    def __init__(self, scope: Scope, script_name: str, path: str, rfile: Any) -> None:
        self.scope = scope
        self.script_name = script_name
        self.path = path
        self.query: str = scope["query_string"].decode("latin-1")
        self.rfile = rfile


_PROTOCOLS = {"1.0": "HTTP/1.0"}

_JOINED = {
    name.decode().title(): ", "
    for name in cheroot.server.comma_separated_headers  # type: ignore[attr-defined]
}
# RFC 9113, 8.2.3: in HTTP/2 a cookie header may come in pieces.
_JOINED_IN_HTTP2 = {**_JOINED, "Cookie": "; "}


@functools.lru_cache(1024)
def _title(name: bytes) -> str:
    return name.decode("latin-1").title()


def headers_of(scope: Scope) -> Headers:
    """Return the request headers as cheroot gives them: repeated ones joined, or the last."""
    joined = _JOINED_IN_HTTP2 if scope["http_version"] == "2" else _JOINED
    headers: dict[str, str] = {}
    for raw_name, raw_value in scope["headers"]:
        name = _title(raw_name)
        value = raw_value.decode("latin-1")
        if name in headers and name in joined:
            value = headers[name] + joined[name] + value
        headers[name] = value
    return list(headers.items())


def path_of(scope: Scope) -> str:
    """Return the unquoted path as Latin-1 text, with `%2F` left quoted, as cheroot does."""
    raw: bytes = scope.get("raw_path") or scope["path"].encode()
    if b"%" in raw:
        atoms = raw.replace(b"%2f", b"%2F").split(b"%2F")
        raw = b"%2F".join(map(unquote_to_bytes, atoms))
    return raw.decode("latin-1")


def protocol_of(scope: Scope) -> str:
    """Return the request's protocol as CherryPy can read it, which knows of HTTP/1 only."""
    return _PROTOCOLS.get(scope["http_version"], "HTTP/1.1")


class Environ(UserDict[str, Any]):
    """The WSGI environ of a request, made when somebody looks at it.

    CherryPy itself only keeps it, as `request.wsgi_environ`.
    """

    def __init__(self, scope: Scope, script_name: str, path: str, query: str) -> None:
        self._request = scope, script_name, path, query

    @functools.cached_property
    def data(self) -> dict[str, Any]:  # type: ignore[override]
        """The environ itself, which `UserDict` looks into."""
        return make_environ(*self._request)


def make_environ(scope: Scope, script_name: str, path: str, query: str) -> dict[str, Any]:
    """Make a WSGI environ (PEP 3333) of an ASGI scope, with the keys that cheroot sets."""
    client = scope.get("client") or ("", 0)
    server = scope.get("server") or ("", 0)
    environ: dict[str, Any] = {
        "ACTUAL_SERVER_PROTOCOL": cherrypy.server.protocol_version,
        "PATH_INFO": path[len(script_name) :],
        "QUERY_STRING": query,
        "REMOTE_ADDR": client[0] or "",
        "REMOTE_PORT": str(client[1]),
        "REQUEST_METHOD": scope["method"],
        "REQUEST_URI": path + (query and "?" + query),
        "SCRIPT_NAME": script_name,
        "SERVER_NAME": server[0] or "",
        "SERVER_PORT": str(server[1] or ""),
        "SERVER_PROTOCOL": protocol_of(scope),
        "SERVER_SOFTWARE": "robot_cherrypy.aio",
        "wsgi.errors": sys.stderr,
        "wsgi.input_terminated": True,
        "wsgi.multiprocess": False,
        "wsgi.multithread": True,
        "wsgi.run_once": False,
        "wsgi.url_scheme": scope.get("scheme", "http"),
        "wsgi.version": (1, 0),
    }
    for name, value in headers_of(scope):
        key = name.upper().replace("-", "_")
        environ[key if key in {"CONTENT_TYPE", "CONTENT_LENGTH"} else "HTTP_" + key] = value
    return environ
