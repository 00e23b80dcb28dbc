"""What the servers of this process did, in order, and what went wrong in them."""

import errno
import threading
import traceback as tracebacks
from collections import Counter, deque
from collections.abc import Callable  # noqa: TC003 - dataclasses read annotations
from contextlib import suppress
from contextvars import ContextVar
from typing import Any

import cherrypy

from robot_cherrypy.traffic.exchange import Exchange, LogLine, ServerFailure

# Older ones are forgotten; a test that makes more requests than this is a load test.
_EXCHANGES = 10_000
_FAILURES = 1_000
_LOG_LINES = 10_000

current: ContextVar[Exchange | None] = ContextVar("robot_cherrypy.exchange", default=None)
"""The exchange that the running code works for, in threads that it started as well."""


class Journal:
    """Keeps exchanges, failures and log lines; any thread may add to it.

    There is one in a process, as there is one log of CherryPy's. Times are of `time.monotonic`.
    """

    def __init__(self) -> None:
        self.exchanges: deque[Exchange] = deque(maxlen=_EXCHANGES)
        self.failures: deque[ServerFailure] = deque(maxlen=_FAILURES)
        self.log_lines: deque[LogLine] = deque(maxlen=_LOG_LINES)
        self._work: Counter[Exchange] = Counter()
        self._guard = threading.Condition()
        self.report: Callable[[Exchange | ServerFailure | LogLine], None] | None = None
        """Told of each exchange when it has ended, of each failure and each line, if set."""

    def exchanges_since(self, start: float) -> list[Exchange]:
        """Return the exchanges that began at `start` or later, oldest first."""
        return _since(self.exchanges, lambda one: one.started, start)

    def log_lines_since(self, start: float) -> list[LogLine]:
        """Return the lines that were logged at `start` or later, oldest first."""
        return _since(self.log_lines, lambda one: one.at, start)

    def fail(
        self,
        error: BaseException,
        *,
        exchange: Exchange | None = None,
        handler: str = "",
        when: str = "",
    ) -> None:
        """Take note of an exception, once, and unless it is a way of answering."""
        if not _is_failure(error) or _seen(error):
            return
        _mark(error)
        self.add(
            ServerFailure(
                type=type(error).__name__,
                message=_message(error),
                traceback="".join(tracebacks.format_exception(error)),
                handler=handler or _place(error),
                when=when,
                exchange=exchange,
                server=exchange.server if exchange else "",
            )
        )

    def add(self, failure: ServerFailure) -> None:
        """Take note of a failure."""
        self._forget_unexplained(failure)
        self.failures.append(failure)
        if failure.exchange is not None:
            failure.exchange.failures += (failure,)
        if self.report:
            self.report(failure)

    def _forget_unexplained(self, failure: ServerFailure) -> None:
        """Drop the answer that a failure explains."""
        if failure.exchange is not None:
            for other in filter(failure.explains, failure.exchange.failures):
                kept = [one for one in failure.exchange.failures if one is not other]
                failure.exchange.failures = tuple(kept)
                with suppress(ValueError):  # it was taken in already
                    self.failures.remove(other)

    def begin_work(self, exchange: Exchange) -> None:
        """Take note of a thread that works for an exchange."""
        with self._guard:
            self._work[exchange] += 1

    def end_work(self, exchange: Exchange) -> None:
        """Take note that such a thread has ended."""
        with self._guard:
            self._work[exchange] -= 1
            self._work += Counter()  # drops what has come to nothing
            self._guard.notify_all()

    def wait_for_work(self, since: float, timeout: float) -> bool:
        """Wait until no thread works for an exchange that began at `since` or later."""

        def is_done() -> bool:
            return all(exchange.started < since for exchange in self._work)

        with self._guard:
            return self._guard.wait_for(is_done, timeout)

    def log(self, line: LogLine) -> None:
        """Take note of a line of an error log."""
        self.log_lines.append(line)
        if self.report:
            self.report(line)


JOURNAL = Journal()


class ExchangeCutError(BrokenPipeError):
    """Ends a streamed response whose server has stopped, or one that a test wants broken.

    A server takes it as if the client had gone.
    """

    def __init__(self, message: str) -> None:
        super().__init__(errno.EPIPE, message)


def _since(items: Any, time_of: Any, start: float) -> list[Any]:
    """Walk back from the end: what is asked for is the last test's."""
    found = []
    for item in reversed(list(items)):
        if time_of(item) < start:
            break
        found.append(item)
    return found[::-1]


def _is_failure(error: BaseException) -> bool:
    """Whether it is an error at all: redirects and refusals are exceptions in CherryPy as well."""
    if isinstance(error, cherrypy.HTTPError):
        return bool(error.code >= 500)
    ways = (cherrypy.HTTPRedirect, cherrypy.InternalRedirect, ExchangeCutError)
    return isinstance(error, Exception) and not isinstance(error, ways)


def _seen(error: BaseException | None) -> bool:
    """Whether it, or what it was made of, has been noted: CherryPy tells of one several times."""
    while error is not None:
        if getattr(error, "_robot_cherrypy_seen", False):
            return True
        error = error.__cause__ or error.__context__
    return False


def _mark(error: BaseException) -> None:
    with suppress(AttributeError):  # a class with slots; it may then be told twice
        error._robot_cherrypy_seen = True  # type: ignore[attr-defined]  # noqa: SLF001


def _place(error: BaseException) -> str:
    """Return the function that raised an error, such as `shop.Root.buy`."""
    frames = [frame for frame, _line in tracebacks.walk_tb(error.__traceback__)]
    if not frames:
        return ""
    return f"{frames[-1].f_globals.get('__name__', '')}.{frames[-1].f_code.co_qualname}"


def _message(error: BaseException) -> str:
    if isinstance(error, cherrypy.HTTPError):
        return f"{error.code} {error._message or error.reason}"  # noqa: SLF001
    return str(error)
