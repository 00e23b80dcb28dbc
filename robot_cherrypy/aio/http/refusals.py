"""The responses to requests that cannot be served, with cheroot's status codes and messages."""

from typing import NamedTuple


class Refusal(NamedTuple):
    """The response to a request that cannot be served."""

    status: int
    reason: bytes
    message: bytes = b""


class RefusedError(ValueError):
    """A request that cannot be served, though the parser accepts it."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.message.decode())
        self.refusal = refusal


class IgnoredError(ValueError):
    """A request after the last one of a connection."""


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
TARGET_TOO_LONG = Refusal(
    414,
    b"Request-URI Too Long",
    b"The Request-URI sent with the request exceeds the maximum allowed bytes.",
)
BODY_TOO_LARGE = Refusal(
    413,
    b"Request Entity Too Large",
    b"The entity sent with the request exceeds the maximum allowed bytes.",
)
