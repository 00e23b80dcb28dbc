"""A wait as many projects have one: by the time of day."""

import time


def wait(seconds: float) -> None:
    """Return when this much time has passed."""
    end = time.time() + seconds
    while time.time() < end:
        time.sleep(0.01)
