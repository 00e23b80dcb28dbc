"""Keywords about how long pages take."""

import time
from datetime import timedelta

import requests
from robot.api.deco import keyword, library


@library
class timing:  # noqa: N801 - Robot imports a library by the name of its file
    """Measures durations, to be compared only with delays that the test itself has set."""

    @keyword
    def page_should_take_at_least(self, least: timedelta, url: str) -> None:
        """Fail if the response takes less time."""
        taken = _measure(url)
        if taken < least.total_seconds():
            raise AssertionError(f"{url} took {taken:.3f} s.")

    @keyword
    def page_should_take_less_than(self, most: timedelta, url: str) -> None:
        """Fail if the response takes this time or more."""
        taken = _measure(url)
        if taken >= most.total_seconds():
            raise AssertionError(f"{url} took {taken:.3f} s.")

    @keyword
    def measure_pages(self, count: int, url: str) -> list[float]:
        """Request a page this many times; return how long each response took, in seconds."""
        return [_measure(url) for _ in range(count)]

    @keyword
    def should_be_alike(self, first: list[float], second: list[float]) -> None:
        """Fail if a duration differs by more than 50 ms from the other at its place."""
        if any(abs(left - right) > 0.05 for left, right in zip(first, second, strict=True)):
            raise AssertionError(f"{first} and {second}")


def _measure(url: str) -> float:
    started = time.monotonic()
    requests.get(url, timeout=10)
    return time.monotonic() - started
