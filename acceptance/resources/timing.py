"""How long pages take."""

import time
from datetime import timedelta

import requests
from robot.api.deco import keyword, library


@library
class timing:  # noqa: N801 - Robot imports a library by the name of its file
    """Measures. Only what a test itself has set is compared with it."""

    @keyword
    def page_should_take_at_least(self, least: timedelta, url: str) -> None:
        """Fail if a page comes earlier."""
        taken = _measure(url)
        if taken < least.total_seconds():
            raise AssertionError(f"{url} took {taken:.3f} s.")

    @keyword
    def page_should_take_less_than(self, most: timedelta, url: str) -> None:
        """Fail if a page comes later."""
        taken = _measure(url)
        if taken >= most.total_seconds():
            raise AssertionError(f"{url} took {taken:.3f} s.")

    @keyword
    def measure_pages(self, count: int, url: str) -> list[float]:
        """Ask for a page so many times; return how long each took, in seconds."""
        return [_measure(url) for _ in range(count)]

    @keyword
    def should_be_alike(self, first: list[float], second: list[float]) -> None:
        """Fail unless durations are the same to 50 ms, and not all of them one."""
        if any(abs(one - other) > 0.05 for one, other in zip(first, second, strict=True)):
            raise AssertionError(f"{first} and {second}")


def _measure(url: str) -> float:
    started = time.monotonic()
    requests.get(url, timeout=10)
    return time.monotonic() - started
