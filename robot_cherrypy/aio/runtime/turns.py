"""Turns of the event loop while a request that runs on it works for long."""

import asyncio
import time
from collections.abc import Iterable, Iterator
from typing import Any

from robot_cherrypy.aio.runtime import bridge

# How long the event loop works on pieces of a body before it turns or a worker thread goes on, in
# seconds: some fifty times as long as that takes, and a tenth of what others would notice.
LONG = 0.005


def with_turns(pieces: Iterable[Any]) -> Iterator[Any]:
    """Yield pieces; let the event loop turn in between, if this runs on it and takes long."""
    if not bridge.on_request_greenlet():
        yield from pieces
        return
    deadline = time.perf_counter() + LONG
    for piece in pieces:
        yield piece
        if time.perf_counter() > deadline:
            bridge.wait(asyncio.sleep(0))
            deadline = time.perf_counter() + LONG
