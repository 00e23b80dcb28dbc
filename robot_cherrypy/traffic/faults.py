"""Faults that a test injects into responses: what they are, and what each response gets of them.

How a server suffers them is written in `wsgi_faults` and `asgi_faults`.
"""

import asyncio
import concurrent.futures
import fnmatch
import itertools
import random
import threading
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from http import HTTPStatus
from typing import Any, Literal

from robot_cherrypy.traffic.exchange import Exchange

Effect = Literal["delay", "fail", "drop", "truncate", "stall", "throttle"]

# In how many pieces a second the body of a throttled response is sent: few enough that a wait is
# much longer than what the system's timers and threads add to it, some milliseconds.
_PIECES_PER_SECOND = 20


@dataclass(frozen=True, kw_only=True)
class Fault:
    """What happens to some responses of a server.

    Attributes:
        effect: `delay` before the application is called, `fail` with an error in its place, `drop`
            the connection in its place, `truncate` or `stall` in the body, or `throttle` the body.
        path: Pattern of the paths, with `*` and `?`.
        method: HTTP method, any if empty.
        times: To how many responses it happens, None for all.
        seconds: How long a delay is.
        jitter: By how much a delay may be shorter or longer, in seconds.
        seed: Number from which the random delays follow.
        status: HTTP status of a response that fails.
        size: After how many bytes a body is truncated or stalls, None for half of it.
        rate: Bytes a second of a throttled body.
        number: Tells a fault from equal ones, also in a child process.
    """

    effect: Effect
    path: str = "*"
    method: str = ""
    times: int | None = None
    seconds: float = 0.0
    jitter: float = 0.0
    seed: int = 0
    status: int = 503
    size: int | None = None
    rate: float = 0.0
    number: int = field(default_factory=itertools.count(1).__next__)

    def __str__(self) -> str:
        """Return what a report says of a response that it happened to."""
        return {
            "delay": f"delayed by {self.seconds:g} s",
            "fail": f"failed with {self.status}",
            "drop": "connection dropped",
            "truncate": "response truncated",
            "stall": "response stalled",
            "throttle": f"limited to {self.rate / 1024:g} KiB/s",
        }[self.effect]

    def as_json(self) -> dict[str, Any]:
        """Return the arguments that make an equal fault in another process."""
        return asdict(self)

    def fits(self, exchange: Exchange) -> bool:
        """Whether method and path of an exchange are those of the fault."""
        method_fits = not self.method or self.method == exchange.method
        return method_fits and fnmatch.fnmatchcase(exchange.path, self.path)


class Faults:
    """The faults of one server.

    Attributes:
        active: Whether there is any, so that a request without faults costs next to nothing.
    """

    def __init__(self) -> None:
        self.active = False
        self._armed: list[_ArmedFault] = []
        self._guard = threading.Lock()
        self._cleared: concurrent.futures.Future[None] = concurrent.futures.Future()

    def arm(self, fault: Fault) -> None:
        """Add a fault."""
        with self._guard:
            self._armed.append(_ArmedFault(fault))
            self.active = True

    def clear(self, number: int | None = None) -> None:
        """Remove the fault with a number, or all; responses that wait because of a fault go on."""
        with self._guard:
            self._armed = [
                armed for armed in self._armed if number not in {None, armed.fault.number}
            ]
            self.active = bool(self._armed)
            cleared, self._cleared = self._cleared, concurrent.futures.Future()
        cleared.set_result(None)

    def injection(self, exchange: Exchange) -> "Injection | None":
        """Return what happens to the response of an exchange, as one of the `times`, or None."""
        with self._guard:
            hits = [armed for armed in self._armed if armed.hits(exchange)]
            if not hits:
                return None
            injection = Injection(exchange, self._cleared)
            for armed in hits:
                injection.add(armed.fault, armed.delay())
        exchange.fault = ", ".join(str(armed.fault) for armed in hits)
        return injection


class _ArmedFault:
    """A fault, and to how many responses it still happens."""

    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        self._left = fault.times
        self._random = random.Random(fault.seed)  # noqa: S311 - has to be the same in every run

    def hits(self, exchange: Exchange) -> bool:
        """Whether the fault happens to a response; if so, it is one of the `times`."""
        if not self.fault.fits(exchange) or self._left == 0:
            return False
        if self._left is not None:
            self._left -= 1
        return True

    def delay(self) -> float:
        """Return the seconds of the next delay; 0 if the fault is another one."""
        if self.fault.effect != "delay":
            return 0.0
        jitter = self._random.uniform(-self.fault.jitter, self.fault.jitter)
        return max(0.0, self.fault.seconds + jitter)


@dataclass(frozen=True)
class Wait:
    """A step of a response's body: wait, for `seconds` or until the faults are cleared."""

    seconds: float | None


@dataclass(frozen=True)
class Cut:
    """A step of a response's body: close the connection."""


class Injection:
    """What the faults of a server do to one response.

    Attributes:
        delay: Seconds to wait before the application is called.
        drop: Whether the connection is closed and the application not called.
        status: HTTP status of the error that is sent in place of calling the application, or None.
    """

    def __init__(self, exchange: Exchange, cleared: "concurrent.futures.Future[None]") -> None:
        """Begin without any effect; see `add`.

        Args:
            exchange: Whose response it is.
            cleared: Done when the faults have been cleared; threads and event loops can wait for a
                future.
        """
        self.delay = 0.0
        self.drop = False
        self.status: int | None = None
        self._exchange, self._cleared = exchange, cleared
        self._ending: Literal["truncate", "stall"] | None = None
        self._size: int | None = None
        self._rate = 0.0
        self._sent = 0

    def add(self, fault: Fault, delay: float) -> None:
        """Let a fault happen to the response, with a delay of so many seconds."""
        if fault.effect == "delay":
            self.delay += delay
        elif fault.effect == "fail":
            self.status = fault.status
        elif fault.effect == "drop":
            self.drop = True
        elif fault.effect == "throttle":
            self._rate = fault.rate
        else:
            self._ending, self._size = fault.effect, fault.size

    def wait(self, seconds: float | None) -> None:
        """Wait on a thread, at most until the faults are cleared."""
        concurrent.futures.wait([self._cleared], seconds)

    async def wait_async(self, seconds: float | None) -> None:
        """Wait on an event loop, at most until the faults are cleared."""
        await asyncio.wait([asyncio.wrap_future(self._cleared)], timeout=seconds)

    def steps(self, chunk: bytes) -> Iterator[bytes | Wait | Cut]:
        """Return in which steps a part of the body is sent; after `Cut` there are no more."""
        for piece in self._pieces(chunk):
            if self._rate:
                yield Wait(len(piece) / self._rate)
            left = len(piece) if self._ending is None else self._limit() - self._sent
            if len(piece) <= left:
                self._sent += len(piece)
                yield piece
                continue
            yield piece[:left]
            if self._ending == "truncate":
                yield Cut()
                return
            yield Wait(None)
            self._ending = None
            yield piece[left:]

    def _pieces(self, chunk: bytes) -> Iterator[bytes]:
        size = max(1, int(self._rate / _PIECES_PER_SECOND)) if self._rate else len(chunk) or 1
        for start in range(0, len(chunk), size):
            yield chunk[start : start + size]

    def _limit(self) -> int:
        """Return after how many bytes of the body the response is truncated or stalls."""
        if self._size is not None:
            return self._size
        length = self._exchange.response_headers.get("Content-Length")
        return 1 if length is None else int(length) // 2


def error_page(status: int) -> tuple[str, bytes]:
    """Return reason phrase and body of the response that fails because of a fault."""
    phrase = HTTPStatus(status).phrase if status in set(HTTPStatus) else "Fault"
    return phrase, f"{status} {phrase}: a fault that the test asked for.\n".encode()
