"""Bounds of what the client of an HTTP/2 connection can make it keep and do, beyond those of h2."""

import time
from typing import Any

from h2.connection import H2Connection
from h2.errors import ErrorCodes
from h2.events import Event
from h2.exceptions import FrameTooLargeError

# Frames without a part of a request that a client may send at once, and more of them a second, and
# for each response: resets, pings, settings, priorities, tiny windows. A browser that leaves a page
# resets its requests, at most 100; a program sends a ping each few seconds.
_AT_ONCE = 256.0
_PER_SECOND = 32.0
_PER_RESPONSE = 4.0


class BoundedH2Connection(H2Connection):
    """h2's connection, with less that a client can make it keep."""

    # Streams that have ended; by default it remembers 65,536.
    MAX_CLOSED_STREAMS = 256

    def receive_data(self, data: Any) -> list[Event]:
        """Do not collect a frame that will be refused, of up to 16 MiB (h2/frame_buffer.py)."""
        events = super().receive_data(data)
        begun = self.incoming_buffer._data[:3]  # noqa: SLF001 - RFC 9113, 4.1: the length
        if len(begun) == 3 and int.from_bytes(begun) > self.max_inbound_frame_size:
            self._terminate_connection(ErrorCodes.FRAME_SIZE_ERROR)
            raise FrameTooLargeError
        return events


class FrameAllowance:
    """How many frames that are of no use to a request a client may still send."""

    def __init__(self) -> None:
        self._left = _AT_ONCE
        self._counted = time.monotonic()

    def spend(self) -> bool:
        """Count such a frame; return whether the client was allowed to send it."""
        now = time.monotonic()
        self._left = min(self._left + (now - self._counted) * _PER_SECOND, _AT_ONCE) - 1
        self._counted = now
        return self._left >= 0

    def earn(self) -> None:
        """Allow some more, for a response that is complete."""
        self._left += _PER_RESPONSE
