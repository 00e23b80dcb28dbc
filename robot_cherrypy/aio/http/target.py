"""The request target (RFC 9112, 3.2), split as cheroot does in proxy mode."""

import re

from robot_cherrypy.aio.http.refusals import BAD_AUTHORITY, BAD_TARGET, FRAGMENT, RefusedError

_ABSOLUTE = re.compile(rb"([A-Za-z][A-Za-z0-9+.-]*)://[^/?#]*")
_AUTHORITY = re.compile(rb"(?:[^\s/?#@:\[\]]+|\[[0-9A-Fa-f:.]+\]):[0-9]+")


def split_target(method: bytes, target: bytes) -> tuple[bytes, bytes, str]:
    """Return the path, which stays quoted, the query, and the scheme of an absolute target or "".

    Raises:
        RefusedError: The target does not fit the method.
    """
    if method == b"CONNECT":
        if not _AUTHORITY.fullmatch(target):
            raise RefusedError(BAD_AUTHORITY)
        return b"/" + target, b"", ""
    if b"#" in target:
        raise RefusedError(FRAGMENT)
    scheme = ""
    if not target.startswith(b"/"):
        target, scheme = _to_origin_form(method, target)
    path, _, query = target.partition(b"?")
    return path, query, scheme


def _to_origin_form(method: bytes, target: bytes) -> tuple[bytes, str]:
    absolute = _ABSOLUTE.match(target)
    scheme = absolute[1].decode().lower() if absolute else ""
    if method == b"OPTIONS" and target == b"*":
        return target, ""
    if not absolute:
        raise RefusedError(BAD_TARGET)
    rest = target[absolute.end() :]
    return rest if rest.startswith(b"/") else b"/" + rest, scheme
