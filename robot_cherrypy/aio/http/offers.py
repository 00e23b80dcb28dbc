"""Offers to upgrade a connection (RFC 9110, 7.8).

For httptools, a request with such an offer ends with its head, and what follows is of another
protocol. But only an offer of a WebSocket may be accepted here; all other requests are served as if
nothing had been offered.
"""

from typing import Any

import httptools

from robot_cherrypy.asgi import RawHeaders


class _PartOfMessage:
    """The callbacks of a parser, which are not called before `begin`.

    Args:
        target: Has the callbacks.
    """

    def __init__(self, target: Any) -> None:
        self._target = target
        self._begun = False

    def __getattr__(self, name: str) -> Any:
        callback = getattr(self._target, name)

        def call(*arguments: Any) -> None:
            if self._begun:
                callback(*arguments)

        return call

    def begin(self) -> None:
        self._begun = True


def set_leniencies(parser: Any) -> None:
    """Let a parser ignore data after the last request.

    A request with both a length and a coding is served, as the last one (`Cycle.is_last`).
    """
    parser.set_dangerous_leniencies(lenient_data_after_close=True, lenient_chunked_length=True)


def body_parser(target: Any, *, length: int | None, is_chunked: bool) -> Any:
    """Return a parser that goes on after the head of a request, with its body.

    Args:
        target: Has the callbacks of httptools' parser.
        length: The length of the body, in bytes.
        is_chunked: Whether the body is chunked, in which case its length does not matter.
    """
    callbacks = _PartOfMessage(target)
    parser = httptools.HttpRequestParser(callbacks)
    set_leniencies(parser)
    framing = b"Transfer-Encoding: chunked" if is_chunked else b"Content-Length: %d" % (length or 0)
    parser.feed_data(b"POST / HTTP/1.1\r\n%b\r\n\r\n" % framing)
    callbacks.begin()
    return parser


def offers_websocket(version: str, headers: RawHeaders) -> bool:
    """Whether a request offers to become a WebSocket (RFC 6455, 4.2.1), maybe among others."""
    if version != "1.1":
        return False
    return b"upgrade" in _tokens(headers, b"connection") and b"websocket" in _tokens(
        headers, b"upgrade"
    )


def _tokens(headers: RawHeaders, wanted: bytes) -> set[bytes]:
    """Return the elements of a header that is a list, in lower case."""
    return {
        token.strip().lower()
        for name, value in headers
        if name == wanted
        for token in value.split(b",")
    }


def single_offer(headers: RawHeaders) -> RawHeaders:
    """Return the headers of a handshake with only the offer of a WebSocket.

    uvicorn's own WebSockets look for nothing else in these headers.
    """
    kept = [header for header in headers if header[0] not in {b"connection", b"upgrade"}]
    return [*kept, (b"connection", b"Upgrade"), (b"upgrade", b"websocket")]
