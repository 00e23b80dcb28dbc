"""The error that tells a page handler that its WebSocket is closed."""


class Closed(Exception):  # noqa: N818 - not an error: every WebSocket ends with it
    """The WebSocket is closed. A page handler need not catch it.

    Attributes:
        code: How it was closed (RFC 6455, 7.4): 1005 if the peer gave no code, 1006 if the
            connection ended without a close frame.
        reason: The reason in the close frame, or an empty text.
    """

    def __init__(self, code: int, reason: str = "") -> None:
        super().__init__(f"The WebSocket is closed: {code} {reason}".rstrip())
        self.code = code
        self.reason = reason
