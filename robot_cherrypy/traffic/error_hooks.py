"""Records the errors of applications from outside, while a server of this process runs.

The frameworks' own places for that are `Request.hooks` and signals. Patches see what these do not,
or only at a cost for every request: what is logged, in `patches.logged_records`; an `HTTPError`
that becomes a page, in `patches.http_errors`; the end of a thread, in `patches.thread_origin`; and
of a `__del__`, in `patches.finalizers`.
"""

import asyncio
import contextlib
import logging
import re
import sys
import threading
from collections.abc import Iterator

from cherrypy._cprequest import Request

from robot_cherrypy.patches.finalizers import observed_finalizers
from robot_cherrypy.patches.http_errors import observed_error_pages, observed_http_errors
from robot_cherrypy.patches.logged_records import observed_records
from robot_cherrypy.patches.replacements import active
from robot_cherrypy.patches.thread_origin import Surroundings, surrounded_threads
from robot_cherrypy.traffic import handler_hooks, task_owners
from robot_cherrypy.traffic.exchange import LogLine
from robot_cherrypy.traffic.framework_signals import FrameworkSignals
from robot_cherrypy.traffic.journal import JOURNAL, current_exchange, current_server
from robot_cherrypy.traffic.task_owners import exchange_of
from robot_cherrypy.traffic.text import text_by
from robot_cherrypy.traffic.thread_owners import (
    is_of_library,
    surroundings_of,
    thread_name,
)

# Priority of our hook: before the tool that logs the traceback, which has the default of 50
# (`cherrypy/_cprequest.py`, Hook).
_FIRST = 0

_SIGNALS = FrameworkSignals()

# How Python begins it.
_TRACEBACK = "Traceback (most recent call last):"

# The time, which CherryPy writes into the message itself (`cherrypy/_cplogging.py`).
_TIME = re.compile(r"^\[\d\d/\w+/\d{4}:[\d:]+\] ")


@contextlib.contextmanager
def installed() -> Iterator[None]:
    """Record the errors of all applications of this process within the context."""
    with contextlib.ExitStack() as stack:
        stack.enter_context(active(surrounded_threads, _surroundings))
        stack.enter_context(handler_hooks.installed())
        stack.enter_context(task_owners.installed())
        stack.enter_context(active(observed_finalizers, _from_finalizer))
        stack.enter_context(_error_page_hook())
        stack.enter_context(active(observed_http_errors, _record))
        stack.enter_context(active(observed_error_pages, _record))
        stack.enter_context(active(observed_records, _from_log))
        _SIGNALS.connect(_record)
        stack.callback(_SIGNALS.disconnect)
        yield


def observe_new_frameworks() -> None:
    """Observe the views and errors of frameworks that an application has imported meanwhile."""
    handler_hooks.observe_new_frameworks()
    _SIGNALS.update()


def _record(error: BaseException | None) -> bool:
    """Add an exception to the journal, with what is known of where it comes from.

    Returns:
        Whether it is an error.
    """
    if error is None or isinstance(error, asyncio.CancelledError | GeneratorExit):
        return False  # logged while a coroutine or a generator is ended
    exchange, thread = current_exchange.get() or exchange_of(error), thread_name()
    if thread:
        # What works for no request is a plugin or a library that calls the application.
        handler = thread if exchange else ""
        return JOURNAL.add_exception(error, exchange=exchange, handler=handler, when="in a thread")
    responded = exchange is not None and exchange.responded is not None
    # After the headers a generator of the body runs, and no page handler.
    function = exchange.handler if exchange is not None and not responded else None
    when = "after the headers" if responded else ""
    handler = function.name if function else ""
    return JOURNAL.add_exception(error, exchange=exchange, handler=handler, when=when)


# -- threads and finalizers


def _surroundings(thread: threading.Thread) -> Surroundings | None:
    return surroundings_of(thread, _record)


def _from_finalizer(error: BaseException | None) -> None:
    """Record what an application's `__del__` raised while a server or request was at work.

    Finalizers of libraries are left out: since Python 3.13, files that could not be flushed tell of
    that, and so do those of each connection that cheroot closes (`socket.SocketIO`).
    """
    traceback = getattr(error, "__traceback__", None)
    if traceback is None or is_of_library(traceback.tb_frame):
        return
    if current_server.get() is not None or current_exchange.get() is not None:
        _record(error)


# -- error pages


@contextlib.contextmanager
def _error_page_hook() -> Iterator[None]:
    """Record exceptions that become an error page, also where nothing is logged."""
    point = "before_error_response"
    Request.hooks.attach(point, _record_handled, failsafe=True, priority=_FIRST)
    try:
        yield
    finally:
        hooks = Request.hooks[point]
        hooks[:] = [hook for hook in hooks if hook.callback is not _record_handled]


def _record_handled() -> None:
    """Record the exception that is being handled."""
    handler_hooks.keep_stand_in()
    _record(sys.exc_info()[1])


# -- logs


def _from_log(record: logging.LogRecord) -> None:
    if record.name.partition(".")[0] == "cherrypy":
        if record.name.startswith("cherrypy.error"):
            _from_cherrypy(record)
    elif record.levelno >= logging.ERROR and record.name != "RobotFramework":
        _from_others(record)


def _from_cherrypy(record: logging.LogRecord) -> None:
    """Record a line of CherryPy's error log, and the exception behind it."""
    error = record.exc_info[1] if record.exc_info else None
    if error is None and (record.levelno >= logging.ERROR or _TRACEBACK in str(record.msg)):
        # That of `engine.log` is only in the text.
        error = sys.exc_info()[1]
    _record(error)
    _add_line(record)


def _from_others(record: logging.LogRecord) -> None:
    """Record an error that another framework, the application or asyncio logs."""
    in_server = current_exchange.get() is not None or current_server.get() is not None
    if record.exc_info and (in_server or record.name == "asyncio"):
        _record(record.exc_info[1])
    _add_line(record)


def _add_line(record: logging.LogRecord) -> None:
    text = _TIME.sub("", text_by(logging.LogRecord.getMessage, record)).strip()
    error = record.exc_info[1] if record.exc_info else None
    if error is not None:
        # CherryPy logs the exception of a page handler with nothing but the word HTTP.
        text = f"{text} {type(error).__name__}: {text_by(str, error)}"
    exchange = current_exchange.get()
    JOURNAL.add_log_line(LogLine(text, record.levelno, record.name, exchange=exchange))
