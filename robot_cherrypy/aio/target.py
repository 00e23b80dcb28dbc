"""The request-target of RFC 9112, 3.2, split into path and query as cheroot does in proxy mode."""

import re

from robot_cherrypy.aio.malformed import BAD_AUTHORITY, BAD_TARGET, FRAGMENT, RefusedError

_ABSOLUTE = re.compile(rb"[A-Za-z][A-Za-z0-9+.-]*://[^/?#]*")
_AUTHORITY = re.compile(rb"(?:[^\s/?#@:\[\]]+|\[[0-9A-Fa-f:.]+\]):[0-9]+")


def split_target(method: bytes, target: bytes) -> tuple[bytes, bytes]:
    """Return the path, still quoted, and the query.

    Raises:
        RefusedError: If the target does not fit the method.
    """
    if method == b"CONNECT":
        if not _AUTHORITY.fullmatch(target):
            raise RefusedError(BAD_AUTHORITY)
        return b"/" + target, b""
    if b"#" in target:
        raise RefusedError(FRAGMENT)
    if not target.startswith(b"/"):
        target = _to_origin_form(method, target)
    path, _, query = target.partition(b"?")
    return path, query


def _to_origin_form(method: bytes, target: bytes) -> bytes:
    if method == b"OPTIONS":  # cheroot keeps `*` and absolute targets as a path
        return b"/" + target
    absolute = _ABSOLUTE.match(target)
    if not absolute:
        raise RefusedError(BAD_TARGET)
    rest = target[absolute.end() :]
    return rest if rest.startswith(b"/") else b"/" + rest
