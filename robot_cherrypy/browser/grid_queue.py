"""Tells who waits for a browser of a Selenium Grid how many requests are before it."""

import contextlib
import secrets
import threading
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import requests

if TYPE_CHECKING:
    from selenium.webdriver.common.options import ArgOptions

# By what a request knows itself in the queue. A Grid chooses no browser by names that begin so.
_MARK = "se:robotCherryPyRequest"

# After what time the queue is looked at first, and how often then, in seconds: a free browser opens
# in one or two, and a test that waits for another one's end does so for longer.
_FIRST_LOOK = 3.0
_INTERVAL = 2.0

# How long a Grid may take for a question, in seconds.
_TIMEOUT = 5.0


@contextlib.contextmanager
def told_queue(url: str, options: "ArgOptions", tell: Callable[[str], None]) -> Iterator[None]:
    """While a browser is asked for in a `with` block, tell how many requests are before this one.

    Args:
        url: Of the WebDriver, which need not be a Grid.
        options: With which the browser is asked for; they get a mark if it is a Grid.
        tell: Called with a sentence whenever the number has changed, on a thread.
    """
    grid = url.rstrip("/").removesuffix("/wd/hub")
    if "nodes" not in _value(f"{grid}/status", {}):
        yield
        return
    mark = secrets.token_hex(8)
    options.set_capability(_MARK, mark)
    is_over = threading.Event()
    watch = threading.Thread(target=_watch, args=(grid, mark, tell, is_over), daemon=True)
    watch.start()
    try:
        yield
    finally:
        is_over.set()
        watch.join()


def _watch(grid: str, mark: str, tell: Callable[[str], None], is_over: threading.Event) -> None:
    last = -1
    wait = _FIRST_LOOK
    while not is_over.wait(wait):
        wait = _INTERVAL
        queue = _value(f"{grid}/se/grid/newsessionqueue/queue", [])
        marks = [
            [capabilities.get(_MARK) for capabilities in request["capabilities"]]
            for request in queue
        ]
        before = next((place for place, found in enumerate(marks) if mark in found), None)
        if before is not None and before != last:
            last = before
            host = urlsplit(grid).netloc.rpartition("@")[2]
            tell(f"Waiting for a free browser of the Selenium Grid at {host}: {before} before.")


def _value(url: str, default: Any) -> Any:
    """Return what a Grid answers, or the default if it does not."""
    try:
        return requests.get(url, timeout=_TIMEOUT).json()["value"]
    except (requests.RequestException, ValueError, KeyError, TypeError):
        return default
