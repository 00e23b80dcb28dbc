"""The journal: what the servers of this process did, in order, and what went wrong in them."""

import threading
import traceback as tracebacks
from collections import Counter, deque
from collections.abc import Callable
from contextlib import suppress
from contextvars import ContextVar
from typing import Any

import cherrypy

from robot_cherrypy.asgi import ClientDisconnectedError
from robot_cherrypy.traffic.exchange import (
    Exchange,
    ExchangeCutError,
    LogLine,
    Record,
    RecordedError,
)
from robot_cherrypy.traffic.text import text_by

_Report = Callable[[Record], None]

# How many records are kept. A test with more requests or log lines than this is a load test, of
# which nobody reads each; a thousand errors are more than a report can show.
_EXCHANGES = 10_000
_ERRORS = 1_000
_LOG_LINES = 10_000
# Bytes of bodies that are kept, as there may be 68 kB for each exchange: some thousand forms with
# their uploads, and less than a browser takes.
_BODIES = 2**26

# The attribute of an exception that was added: the number of the exchange, 0 without one.
_ADDED = "_robot_cherrypy_added"

# Modules of servers.
_SERVERS = ("cheroot.", "robot_cherrypy.aio.", "robot_cherrypy.traffic.")

# What ends a request, a thread or a whole server without being an error of it.
_NO_ERRORS = (
    *(cherrypy.HTTPRedirect, cherrypy.InternalRedirect),
    *(ClientDisconnectedError, ExchangeCutError, SystemExit, KeyboardInterrupt),
)

# The exchange that the running code works for, also in threads that a request started.
current_exchange: ContextVar[Exchange | None] = ContextVar("robot_cherrypy.exchange", default=None)

# Alias of the server that the running code belongs to, in all of its threads; None if to no server.
current_server: ContextVar[str | None] = ContextVar("robot_cherrypy.server", default=None)


class Journal:
    """Exchanges, server errors and log lines of this process; any thread may add to it.

    There is one in a process, as there is one log of CherryPy's. Times are of `time.monotonic`.

    Attributes:
        exchanges: The last exchanges, in the order in which they were added.
        new_errors: A queue of the server errors that the judge has not yet assigned to a test; it
            takes them out. Those of an exchange are kept in `Exchange.errors`.
        log_lines: The last lines of error logs, in the order in which they were added.
        report: Called with each exchange when it has ended, each error and each line, if set.
    """

    def __init__(self) -> None:
        self.exchanges: deque[Exchange] = deque(maxlen=_EXCHANGES)
        self.new_errors: deque[RecordedError] = deque(maxlen=_ERRORS)
        self.log_lines: deque[LogLine] = deque(maxlen=_LOG_LINES)
        self.report: _Report | None = None
        self._work: Counter[Exchange] = Counter()
        self._work_ended = threading.Condition()
        # Exchanges that have bodies, with the bytes of these, and the sum of these.
        self._bodies: deque[tuple[Exchange, int]] = deque()
        self._body_bytes = 0
        self._bodies_guard = threading.Lock()

    def keep_nothing(self) -> None:
        """Keep no record from now on, as nobody in this process reads them."""
        self.exchanges = deque(maxlen=0)
        self.new_errors = deque(maxlen=0)
        self.log_lines = deque(maxlen=0)

    def limit_bodies(self, exchange: Exchange) -> None:
        """Remove the oldest bodies, now that an exchange has ended, if there are too many."""
        size = len(exchange.raw_body) + len(exchange.raw_response_body)
        if not (size and self.exchanges.maxlen):
            return
        with self._bodies_guard:
            self._bodies.append((exchange, size))
            self._body_bytes += size
            while self._body_bytes > _BODIES or len(self._bodies) > _EXCHANGES:
                oldest, its_size = self._bodies.popleft()
                self._body_bytes -= its_size
                oldest.raw_body = oldest.raw_response_body = b""

    def exchanges_since(self, start: float) -> list[Exchange]:
        """Return the exchanges that began at `start` or later, oldest first."""
        recent = [exchange for exchange in list(self.exchanges) if exchange.started >= start]
        # Those of a child process are added when it reports them.
        return sorted(recent, key=lambda exchange: exchange.started)

    def log_lines_since(self, start: float) -> list[LogLine]:
        """Return the lines that were logged at `start` or later, oldest first."""
        recent = [line for line in list(self.log_lines) if line.at >= start]
        return sorted(recent, key=lambda line: line.at)

    def add_exception(
        self,
        error: BaseException,
        *,
        exchange: Exchange | None = None,
        handler: str = "",
        when: str = "",
    ) -> bool:
        """Add an exception as an error, unless it was added before or only says how to respond.

        Args:
            error: The exception.
            exchange: The request that led to it, if known.
            handler: See `RecordedError.handler`; by default the function that raised it.
            when: See `RecordedError.when`.

        Returns:
            Whether it is an error, which the journal now has.
        """
        number = exchange.number if exchange else 0
        if not _is_error(error):
            return False
        if _was_added(error, number):
            return True
        attributes_of(error)[_ADDED] = number
        self.add_error(
            RecordedError(
                type=type(error).__name__,
                message=_message(error),
                traceback=text_by(_formatted, error),
                handler=handler or _raising_function(error),
                when=when,
                exchange=exchange,
                server=exchange.server if exchange else current_server.get() or "",
            )
        )
        return True

    def leave_out(self, error: BaseException) -> None:
        """Do not add an exception of no request that is told otherwise."""
        attributes_of(error)[_ADDED] = 0

    def add_error(self, error: RecordedError) -> None:
        """Add a server error, to its exchange too; it replaces one that it explains."""
        exchange = error.exchange
        if exchange is not None:
            self._remove_explained(error, exchange)
            exchange.errors += (error,)
        self.new_errors.append(error)
        if self.report:
            self.report(error)

    def _remove_explained(self, error: RecordedError, exchange: Exchange) -> None:
        for other in filter(error.explains, exchange.errors):
            exchange.errors = tuple(kept for kept in exchange.errors if kept is not other)
            with suppress(ValueError):  # the judge has it already
                self.new_errors.remove(other)

    def add_log_line(self, line: LogLine) -> None:
        """Add a line of an error log."""
        self.log_lines.append(line)
        if self.report:
            self.report(line)

    def work_started(self, exchange: Exchange) -> None:
        """Count a thread or task that a request has started."""
        with self._work_ended:
            self._work[exchange] += 1

    def work_ended(self, exchange: Exchange) -> None:
        """Count down a thread or task that a request had started."""
        with self._work_ended:
            self._work[exchange] -= 1
            self._work += Counter()  # removes exchanges whose count is 0
            self._work_ended.notify_all()

    def wait_for_work(self, since: float, timeout: float) -> bool:
        """Wait until the threads and tasks that requests since `since` have started are no more.

        Returns:
            Whether all of them ended within `timeout` seconds.
        """

        def have_ended() -> bool:
            # A WebSocket's page handler runs for as long as the page is open.
            return all(each.started < since or each.streams for each in self._work)

        with self._work_ended:
            return self._work_ended.wait_for(have_ended, timeout)


# The journal of this process. It keeps the newest records; the judge empties `new_errors`.
JOURNAL = Journal()


def _is_error(error: BaseException) -> bool:
    """Whether an exception is an error: in CherryPy redirects and refusals are exceptions too."""
    if isinstance(error, cherrypy.HTTPError):
        return bool(error.code >= 500)
    return not isinstance(error, _NO_ERRORS)


def _was_added(error: BaseException, number: int) -> bool:
    """Whether an exception, or one behind it, was added: CherryPy logs some repeatedly.

    One that is raised again for another exchange was not.
    """
    # An exception may lead to itself, as after `raise error from error`.
    chain: dict[int, BaseException] = {}
    link: BaseException | None = error
    while link is not None and id(link) not in chain:
        chain[id(link)] = link
        link = link.__cause__ or link.__context__
    added_for = [attributes_of(link).get(_ADDED) for link in chain.values()]
    return number in added_for or (not number and any(added_for))


def attributes_of(error: BaseException) -> dict[str, Any]:
    """Return where Python keeps the attributes of an exception, whatever its class does to them."""
    attributes: dict[str, Any] = object.__getattribute__(error, "__dict__")
    return attributes


def _raising_function(error: BaseException) -> str:
    """Return the name of the function that raised an exception, such as `shop.Root.buy`.

    Functions of servers do not count: an application that gives them what they cannot use has
    raised the exception as much as if it had done so itself.
    """
    name = ""
    for frame, _line in tracebacks.walk_tb(error.__traceback__):
        module = str(frame.f_globals.get("__name__", ""))
        if not module.startswith(_SERVERS):
            name = f"{module}.{frame.f_code.co_qualname}"
    return name


def _formatted(error: BaseException) -> str:
    return "".join(tracebacks.format_exception(error))


def _message(error: BaseException) -> str:
    if isinstance(error, cherrypy.HTTPError):
        return f"{error.code} {error._message or error.reason}"  # noqa: SLF001
    return text_by(str, error)
