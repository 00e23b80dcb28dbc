"""Codes and reasons of close frames (RFC 6455, 5.5.1 and 7.4)."""

NORMAL = 1000
GOING_AWAY = 1001
# Never sent: 1005 means that the peer's close frame had no code, 1006 that there was none.
NO_STATUS = 1005
ABNORMAL = 1006
INTERNAL_ERROR = 1011
# Registered after the RFC, like 1012 and 1014 (IANA, "WebSocket Close Code Number Registry").
TRY_AGAIN_LATER = 1013

# RFC 6455, 7.4.1. It also reserves 1015, which lies above the codes that may be sent.
_NEVER_SENT = frozenset({1004, NO_STATUS, ABNORMAL})
# Bytes. A control frame carries 125 (RFC 6455, 5.5), of which the code takes two.
LONGEST_REASON = 123


def check_close(code: int, reason: str) -> None:
    """Check that a close frame may carry a code and a reason.

    Raises:
        ValueError: The code is not among 1000-1003, 1007-1014 and 3000-4999, or the reason is
            longer than 123 bytes.
    """
    if not (1000 <= code <= 1014 or 3000 <= code <= 4999) or code in _NEVER_SENT:
        raise ValueError(f"{code} is no code to close a WebSocket with (RFC 6455, 7.4).")
    size = len(reason.encode())
    if size > LONGEST_REASON:
        raise ValueError(
            f"A reason to close a WebSocket has at most {LONGEST_REASON} bytes, not {size}:"
            f" {reason[:40]!r}…"
        )
