"""The lines of a response's head, which are made once for all responses that have them."""

import functools
from collections.abc import Callable
from typing import TypeVar

from uvicorn.protocols.http.httptools_impl import HEADER_RE, STATUS_LINE

from robot_cherrypy.asgi import RawHeaders

_T = TypeVar("_T")

_Header = tuple[bytes, bytes]

# The headers that say where the body ends, and whether the connection does.
_FRAMING = frozenset({b"content-length", b"connection", b"transfer-encoding"})
# Headers whose results are kept. An application has few different ones besides lengths, dates and
# cookies; 1024 of those keep some hundred KiB.
_MAX_KEPT = 1024
# The longest name, value or reason phrase, in bytes, whose result is kept: longer ones come from
# clients, such as the location of a redirect, and are different each time.
_MAX_KEPT_LENGTH = 256


def status_line(status: int, reason: bytes | None) -> bytes:
    """Return the status line, by default with the standard reason phrase.

    Raises:
        ValueError: The reason phrase has a line break.
    """
    if reason and len(reason) > _MAX_KEPT_LENGTH:
        return _status_line(status, reason)
    return _kept_status_line(status, reason)


def _status_line(status: int, reason: bytes | None) -> bytes:
    if reason is None:
        return STATUS_LINE[status]
    return _one_line(b"HTTP/1.1 %d %b\r\n" % (status, reason), "reason phrase")


_kept_status_line = functools.lru_cache(256)(_status_line)


def _one_line(line: bytes, what: str) -> bytes:
    if line.count(b"\n") != 1 or line.count(b"\r") != 1:
        raise ValueError(f"The {what} of a response has a line break.")
    return line


class _HeaderMemo(dict[_Header, _T]):
    """The results of a function of one header.

    A look-up takes two thirds of the time of `functools.lru_cache`, and each header of a response
    is looked up twice.
    """

    def __init__(self, function: Callable[[_Header], _T]) -> None:
        self._function = function

    def __missing__(self, header: _Header) -> _T:
        result = self._function(header)
        if len(header[0]) + len(header[1]) > _MAX_KEPT_LENGTH:
            return result
        if len(self) >= _MAX_KEPT:
            self.clear()
        self[header] = result
        return result


def _header_line(header: _Header) -> bytes:
    name, value = header
    if HEADER_RE.search(name) or not name:
        raise ValueError(f"{name!r} is no name of a header.")
    if b"\0" in value:
        raise ValueError(f"The header {name!r} of a response has a NUL.")
    return _one_line(b"%b: %b\r\n" % header, f"header {name!r}")


def _is_framing(header: _Header) -> bool:
    return header[0].lower() in _FRAMING


def headers_of(status: int, headers: RawHeaders) -> RawHeaders:
    """Return the headers of a response, whose Content-Length fits one that has no body.

    Raises:
        ValueError: The status is not that of a whole response.
    """
    if status < 200 and status != 101:
        raise ValueError(f"{status} is no status of a whole response (RFC 9110, 15.2).")
    if status not in {204, 205}:
        return headers
    kept = [header for header in headers if header[0].lower() != b"content-length"]
    if status == 204:  # it must not have any (RFC 9110, 8.6)
        return kept
    # Its client looks for the end of a body as in any response (RFC 9112, 6.3).
    return [*kept, (b"Content-Length", b"0")]


# The line of a header; raises ValueError if it contains a line break or a NUL, or if no header can
# have the name.
header_line = _HeaderMemo(_header_line).__getitem__
# Whether a header says where the body or the connection ends.
is_framing = _HeaderMemo(_is_framing).__getitem__
