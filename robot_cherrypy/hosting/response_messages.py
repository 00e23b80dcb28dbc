"""The messages of an ASGI application's response, and which of them has to come next."""

import re
from collections.abc import Iterator
from enum import Enum, auto
from http import HTTPStatus

from robot_cherrypy.asgi import BODYLESS, Message

# A header's name and value (RFC 9110, 5.1 and 5.5), as uvicorn refuses others.
_NAME = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VALUE = re.compile(rb"[^\x00-\x08\x0a-\x1f\x7f]*")

_FIRST_FINAL_STATUS = 200
_STATUSES = range(100, 1000)

_PHRASES = {status.value: status.phrase for status in HTTPStatus}

_START, _BODY = "http.response.start", "http.response.body"


class _Phase(Enum):
    """Which message has to come next."""

    START = auto()
    BODY = auto()
    # None: the response is complete.
    NONE = auto()


class ResponseMessages:
    """Checks the messages of one response, and makes of them what WSGI has instead.

    START       `http.response.start`                           BODY
    BODY        `http.response.body` with `more_body`           BODY
    BODY        `http.response.body` without                    NONE

    Args:
        method: The method of the request.
    """

    def __init__(self, method: str) -> None:
        self.status = ""
        self.headers: list[tuple[str, str]] = []
        self._has_body = method != "HEAD"
        self._phase = _Phase.START
        self._unsent: int | None = None  # bytes of the declared length that were not sent

    @property
    def is_complete(self) -> bool:
        """Whether the last message has come."""
        return self._phase is _Phase.NONE

    def add(self, message: Message) -> bytes | None:
        """Add the next message.

        Returns:
            The piece of the body that it has; None if it has none, as it is the start.

        Raises:
            RuntimeError: Another one has to come next, or the body is not as long as declared.
            KeyError, TypeError, ValueError: It is not as ASGI has it ("Error Handling").
        """
        kind = message["type"]
        if self._phase is _Phase.NONE:
            raise RuntimeError(f"The response is complete, but {kind!r} was sent.")
        expected = _START if self._phase is _Phase.START else _BODY
        if kind != expected:
            raise RuntimeError(f"{expected!r} has to be sent next, but {kind!r} was.")
        if kind == _START:
            self._add_start(message)
            return None
        return self._add_body(message)

    def _add_start(self, message: Message) -> None:
        status = message["status"]
        phrase = message.get("reason", b"").decode("latin-1") or _PHRASES.get(status, "Unknown")
        line = f"{status:d} {phrase}"
        if status not in _STATUSES:
            raise ValueError(f"{status} cannot be the status of a response.")
        headers = list(_checked(message.get("headers", ())))
        if status < _FIRST_FINAL_STATUS or status in BODYLESS:
            self._has_body = False
        if status == HTTPStatus.RESET_CONTENT:
            # Its client looks for the end of a body as in any response (RFC 9112, 6.3).
            headers = [each for each in headers if each[0].lower() != "content-length"]
            headers.append(("Content-Length", "0"))
        for name, value in headers:
            if name.lower() == "content-length" and self._has_body:
                self._unsent = int(value)
        self.status, self.headers = line, headers
        self._phase = _Phase.BODY

    def _add_body(self, message: Message) -> bytes:
        body = message.get("body", b"")
        if not isinstance(body, bytes):
            body = bytes(memoryview(body))
        if not self._has_body:
            body = b""
        if self._unsent is not None:
            self._unsent -= len(body)
            if self._unsent < 0:
                raise RuntimeError("The response is longer than its Content-Length.")
        if not message.get("more_body", False):
            if self._unsent:
                raise RuntimeError("The response is shorter than its Content-Length.")
            self._phase = _Phase.NONE
        return body


def _checked(headers: object) -> Iterator[tuple[str, str]]:
    """Yield the headers as text, but `Transfer-Encoding`, which is the server's (ASGI, HTTP)."""
    for name, value in headers:  # type: ignore[attr-defined]
        if not _NAME.fullmatch(name) or not _VALUE.fullmatch(value):
            raise ValueError(f"{name!r}: {value!r} cannot be a header of a response.")
        if name.lower() != b"transfer-encoding":
            yield name.decode("latin-1"), value.decode("latin-1")
