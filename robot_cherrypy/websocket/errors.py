"""What page handlers have to know about the end of a WebSocket."""

NORMAL = 1000
GOING_AWAY = 1001
PROTOCOL_ERROR = 1002
NO_STATUS = 1005
ABNORMAL = 1006
TOO_BIG = 1009
INTERNAL_ERROR = 1011
TRY_AGAIN_LATER = 1013

# RFC 6455, 7.4.1: these are never sent; 1015 is above what is.
_NEVER_SENT = frozenset({1004, NO_STATUS, ABNORMAL})
_LONGEST_REASON = 123  # RFC 6455, 5.5: a control frame carries 125 bytes, two of them are the code


class Closed(Exception):  # noqa: N818 - it is how every conversation ends
    """The WebSocket is closed. A page handler need not catch it.

    Attributes:
        code: How it was closed (RFC 6455, 7.4): 1005 if the peer gave no code, 1006 if it vanished.
        reason: What the one who closed it said, or an empty text.
    """

    def __init__(self, code: int, reason: str = "") -> None:
        super().__init__(f"The WebSocket is closed: {code} {reason}".rstrip())
        self.code = code
        self.reason = reason


def check_close(code: int, reason: str) -> None:
    """Refuse a code or reason that must not be sent.

    Raises:
        ValueError: The code is not among 1000-1003, 1007-1014 and 3000-4999, or the reason is
            longer than 123 bytes.
    """
    if not (1000 <= code <= 1014 or 3000 <= code <= 4999) or code in _NEVER_SENT:
        raise ValueError(f"{code} is no code to close a WebSocket with (RFC 6455, 7.4).")
    if len(reason.encode()) > _LONGEST_REASON:
        raise ValueError(
            f"A reason to close a WebSocket has at most {_LONGEST_REASON} bytes, not"
            f" {len(reason.encode())}: {reason[:40]!r}…"
        )
