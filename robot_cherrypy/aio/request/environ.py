"""From an ASGI scope to what CherryPy and WSGI applications expect."""

import functools
import sys
from collections import UserDict
from typing import Any
from urllib.parse import quote, unquote_to_bytes

import cheroot.server
import cherrypy

from robot_cherrypy.aio.request.tls_environ import tls_variables
from robot_cherrypy.asgi import REQUEST_TARGET, Scope

RequestHeaders = list[tuple[str, str]]

_PROTOCOLS = {"1.0": "HTTP/1.0"}

# The headers whose repeated fields are joined, and what joins them.
_JOINED = {
    name.decode().title(): ", "
    for name in cheroot.server.comma_separated_headers  # type: ignore[attr-defined]
}
# How many names of headers are kept, and how long they may be.
_MAX_KEPT, _MAX_KEPT_LENGTH = 1024, 64
# The ports of the schemes, for a server without a port, which is one on a Unix socket.
_PORTS = {"http": 80, "https": 443}
# RFC 9113, 8.2.3: in HTTP/2 a cookie header may come in pieces.
_JOINED_SINCE_HTTP2 = {**_JOINED, "Cookie": "; "}
_HTTP1 = frozenset({"1.0", "1.1"})
_WITHOUT_BODY = frozenset({"GET", "HEAD", "OPTIONS", "TRACE", "CONNECT"})


class IncomingRequest:
    """A request to what is mounted at `script_name`; path and query are text in Latin-1."""

    __slots__ = ("body", "path", "query", "scope", "script_name")

    def __init__(self, scope: Scope, script_name: str, path: str, body: Any) -> None:
        self.scope = scope
        self.script_name = script_name
        self.path = path
        self.query: str = scope["query_string"].decode("latin-1")
        self.body = body


class _Titles(dict[bytes, str]):
    """The names of headers as CherryPy spells them.

    Clients have few different ones besides those that they invent, which must not fill the memory.
    """

    def __missing__(self, name: bytes) -> str:
        title = name.decode("latin-1").title()
        if len(name) <= _MAX_KEPT_LENGTH and len(self) < _MAX_KEPT:
            self[name] = title
        return title


_TITLES = _Titles()


def headers_of(scope: Scope) -> RequestHeaders:
    """Return the request headers as cheroot does: of a repeated one, all values joined or the last.

    Which headers are joined, is cheroot's list. In HTTP/2 and later a body needs no header that
    announces it (RFC 9113, 8.1.1), but CherryPy would refuse it with 411.
    """
    is_http1 = scope["http_version"] in _HTTP1
    joined = _JOINED if is_http1 else _JOINED_SINCE_HTTP2
    headers: dict[str, str] = {}
    for raw_name, raw_value in scope["headers"]:
        name = _TITLES[raw_name]
        value = raw_value.decode("latin-1")
        if name in headers and name in joined:
            value = headers[name] + joined[name] + value
        headers[name] = value
    if not is_http1 and scope["method"] not in _WITHOUT_BODY and "Content-Length" not in headers:
        headers["Transfer-Encoding"] = "chunked"
    return list(headers.items())


def path_of(scope: Scope) -> str:
    """Return the unquoted path as text in Latin-1, as cheroot does.

    A `%2F` stays quoted. Of `OPTIONS *` the path is `/*`.
    """
    raw: bytes | None = scope.get("raw_path")
    if not raw:
        return scope["path"].encode().decode("latin-1")  # type: ignore[no-any-return]
    if raw == b"*":
        return "/*"
    if b"%" in raw:
        atoms = raw.replace(b"%2f", b"%2F").split(b"%2F")
        raw = b"%2F".join(map(unquote_to_bytes, atoms))
    return raw.decode("latin-1")


def protocol_of(scope: Scope) -> str:
    """Return the request's protocol for CherryPy, which knows HTTP/1 only: HTTP/2 becomes 1.1."""
    return _PROTOCOLS.get(scope["http_version"], "HTTP/1.1")


def server_of(scope: Scope) -> tuple[str, int]:
    """Return name and port of the server; for a Unix socket, which has none, `localhost`.

    PEP 3333 says that they are never empty. A path as the name would get into URLs.
    """
    name, port = scope.get("server") or ("localhost", None)
    if port is None:
        name = "localhost"
    return name, port or _PORTS.get(scope.get("scheme", "http"), 80)


def _target_of(scope: Scope, path: str) -> str:
    """Return the request target as the client has sent it, as far as the server tells."""
    target: bytes | None = scope.get("extensions", {}).get(REQUEST_TARGET)
    if target is None:
        raw: bytes = scope.get("raw_path") or quote(path, encoding="latin-1").encode()
        query: bytes = scope["query_string"]
        target = raw + b"?" + query if query else raw
    return target.decode("latin-1")


class Environ(UserDict[str, Any]):
    """The WSGI environ of a request, made when it is first read.

    CherryPy itself does not read it; it only keeps it as `request.wsgi_environ`.
    """

    def __init__(self, scope: Scope, script_name: str, path: str, query: str) -> None:
        self._request = scope, script_name, path, query

    @functools.cached_property
    def data(self) -> dict[str, Any]:  # type: ignore[override]
        """The dictionary that `UserDict` reads."""
        return make_environ(*self._request)


def make_environ(scope: Scope, script_name: str, path: str, query: str) -> dict[str, Any]:
    """Make a WSGI environ (PEP 3333) of an ASGI scope, with the keys that cheroot sets."""
    client = scope.get("client") or ("", 0)
    server_name, server_port = server_of(scope)
    environ: dict[str, Any] = {
        "ACTUAL_SERVER_PROTOCOL": cherrypy.server.protocol_version,
        "PATH_INFO": path[len(script_name) :],
        "QUERY_STRING": query,
        "REMOTE_ADDR": client[0] or "",
        "REMOTE_PORT": str(client[1]),
        "REQUEST_METHOD": scope["method"],
        "REQUEST_URI": _target_of(scope, path),
        "SCRIPT_NAME": script_name,
        "SERVER_NAME": server_name,
        "SERVER_PORT": str(server_port),
        "SERVER_PROTOCOL": protocol_of(scope),
        "SERVER_SOFTWARE": "robot_cherrypy.aio",
        "wsgi.errors": sys.stderr,
        "wsgi.input_terminated": True,
        "wsgi.multiprocess": False,
        "wsgi.multithread": True,
        "wsgi.run_once": False,
        "wsgi.url_scheme": scope.get("scheme", "http"),
        "wsgi.version": (1, 0),
        **tls_variables(scope),
    }
    for name, value in headers_of(scope):
        if "_" in name:
            continue  # an application would take it for the header that has a hyphen in its place
        key = name.upper().replace("-", "_")
        environ[key if key in {"CONTENT_TYPE", "CONTENT_LENGTH"} else "HTTP_" + key] = value
    return environ
