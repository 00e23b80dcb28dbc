"""What is wrong with a request that the parser refused, in the words that CherryPy's users know.

llhttp only tells that it is wrong. The checks and messages are those of `cheroot/server.py`,
`HTTPRequest.read_request_line` and `HeaderReader`, in the same order.
"""

from typing import NamedTuple


class Refusal(NamedTuple):
    """The answer to a request that cannot be served."""

    status: int
    reason: bytes
    message: bytes = b""


class RefusedError(ValueError):
    """A request that the parser let through and that still cannot be served."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.message.decode())
        self.refusal = refusal


class IgnoredError(ValueError):
    """What comes after the last request of a connection."""


NO_CRLF = Refusal(400, b"Bad Request", b"HTTP requires CRLF terminators")
BAD_REQUEST_LINE = Refusal(400, b"Bad Request", b"Malformed Request-Line")
BAD_PROTOCOL = Refusal(400, b"Bad Request", b"Malformed Request-Line: bad protocol")
BAD_VERSION = Refusal(400, b"Bad Request", b"Malformed Request-Line: bad version")
UNKNOWN_VERSION = Refusal(505, b"HTTP Version Not Supported", b"Cannot fulfill request")
BAD_METHOD = Refusal(
    400,
    b"Bad Request",
    b"Malformed method name: method names are case-sensitive and uppercase (RFC 9110, 9.1).",
)
BAD_TARGET = Refusal(
    400,
    b"Bad Request",
    b"Invalid path in Request-URI: request-target must contain origin-form which starts with "
    b'absolute-path (URI starting with a slash "/").',
)
BAD_AUTHORITY = Refusal(
    400,
    b"Bad Request",
    b"Invalid path in Request-URI: request-target must match authority-form.",
)
FRAGMENT = Refusal(400, b"Bad Request", b"Illegal #fragment in Request-URI.")
BAD_HEADER = Refusal(400, b"Bad Request", b"Illegal header line.")
BAD_REQUEST = Refusal(400, b"Bad Request", b"Malformed request")
BAD_BODY = Refusal(400, b"Bad Request", b"Bad chunked transfer coding")
UNKNOWN_CODING = Refusal(501, b"Unimplemented")
TIMEOUT = Refusal(408, b"Request Timeout")
HEADERS_TOO_LARGE = Refusal(
    413,
    b"Request Entity Too Large",
    b"The headers sent with the request exceed the maximum allowed bytes.",
)
BODY_TOO_LARGE = Refusal(
    413,
    b"Request Entity Too Large",
    b"The entity sent with the request exceeds the maximum allowed bytes.",
)


def explain(head: bytes) -> Refusal:
    """Find out why the parser refused a request that begins with `head`."""
    line, *headers = head.lstrip(b"\r\n").split(b"\n")
    if headers and not line.endswith(b"\r"):
        return NO_CRLF
    parts = line.strip().split(b" ", 2)
    if len(parts) < 3:
        return BAD_REQUEST_LINE
    return _explain_request_line(*parts) or _explain_headers(headers)


def _explain_request_line(method: bytes, target: bytes, protocol: bytes) -> Refusal | None:
    if not protocol.startswith(b"HTTP/"):
        return BAD_PROTOCOL
    version = protocol[5:].split(b".")
    if len(version) != 2 or not all(part.isdigit() for part in version):
        return BAD_VERSION
    if protocol not in {b"HTTP/1.0", b"HTTP/1.1"}:
        return UNKNOWN_VERSION
    if method != method.upper():
        return BAD_METHOD
    if method == b"CONNECT":
        return BAD_AUTHORITY
    return None if target.startswith((b"/", b"http")) else BAD_TARGET


def _explain_headers(lines: list[bytes]) -> Refusal:
    for line in lines[:-1]:  # the last one has no end yet
        if line == b"\r":
            return BAD_REQUEST
        if not line.endswith(b"\r"):
            return NO_CRLF
        if b":" not in line:
            return BAD_HEADER
    return BAD_REQUEST
