"""Looking at something again and again, until it is as it should be or the time is over."""

import time
from collections.abc import Iterator

# How often, in seconds: a look is a few requests of milliseconds.
_INTERVAL = 0.1


def looks(timeout: float) -> Iterator[None]:
    """Yield at once, and then in intervals until so many seconds are over."""
    deadline = time.monotonic() + timeout
    while True:
        yield
        if time.monotonic() >= deadline:
            return
        time.sleep(_INTERVAL)
