"""What is malformed in a request.

The parser, llhttp, only says that a request is malformed. What is wrong is found by the checks of
`cheroot/server.py`, `HTTPRequest.read_request_line` and `HeaderReader`, in the same order.
"""

import re

from robot_cherrypy.aio.http import refusals
from robot_cherrypy.aio.http.refusals import Refusal

# Those before a request, which are ignored (RFC 9112, 2.2).
EMPTY_LINES = re.compile(rb"(?:\r\n)*")
# llhttp also reads more than one space, RTSP and ICE.
REQUEST_LINE = re.compile(rb"\S+ \S+ HTTP/\d\.\d\r\n")


def explain(head: bytes) -> Refusal:
    """Return the refusal of a malformed request that begins with `head`."""
    line, *headers = head.lstrip(b"\r\n").split(b"\n")
    if headers and not line.endswith(b"\r"):
        return refusals.NO_CRLF
    parts = line.strip().split(b" ", 2)
    if len(parts) < 3:
        return refusals.BAD_REQUEST_LINE
    return _explain_request_line(*parts) or _explain_headers(headers)


def _explain_request_line(method: bytes, target: bytes, protocol: bytes) -> Refusal | None:
    if not protocol.startswith(b"HTTP/"):
        return refusals.BAD_PROTOCOL
    version = protocol[5:].split(b".")
    if len(version) != 2 or not all(part.isdigit() for part in version):
        return refusals.BAD_VERSION
    if protocol not in {b"HTTP/1.0", b"HTTP/1.1"}:
        return refusals.UNKNOWN_VERSION
    if method != method.upper():
        return refusals.BAD_METHOD
    if method == b"CONNECT":
        return refusals.BAD_AUTHORITY
    return None if target.startswith((b"/", b"http")) else refusals.BAD_TARGET


def _explain_headers(lines: list[bytes]) -> Refusal:
    for line in lines[:-1]:  # the last one is not complete
        if line == b"\r":
            return refusals.BAD_REQUEST
        if not line.endswith(b"\r"):
            return refusals.NO_CRLF
        if b":" not in line:
            return refusals.BAD_HEADER
    return refusals.BAD_REQUEST
