"""Catches the errors of applications from outside: by log handlers, hooks of CherryPy, threads.

`Request.hooks` and the loggers are CherryPy's own places to attach to; what they do not tell, or at
too high a price, two patches do.
"""

import contextlib
import logging
import re
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import thread as executors
from contextvars import ContextVar
from typing import Any

import cherrypy
from cherrypy._cprequest import Request
from cherrypy.process.plugins import BackgroundTask

from robot_cherrypy.patches import http_errors
from robot_cherrypy.patches.thread_origin import Surroundings, surrounded
from robot_cherrypy.traffic.exchange import Exchange, LogLine
from robot_cherrypy.traffic.journal import JOURNAL, current

# Before the tool that logs the traceback, which has priority 50 (`cherrypy/_cprequest.py`, Hook).
_FIRST = 0

# Their threads go on to work for other requests.
_POOL_WORKER = executors._worker  # noqa: SLF001

# CherryPy writes it into the message (`cherrypy/_cplogging.py`).
_TIME = re.compile(r"^\[\d\d/\w+/\d{4}:[\d:]+\] ")

_background: ContextVar[str] = ContextVar("robot_cherrypy.background", default="")
"""What the running thread is called, where a request started it."""

Take = Callable[[logging.LogRecord], None]


@contextlib.contextmanager
def installed() -> Iterator[None]:
    """Note every error of an application of this process in the journal while it lasts."""
    with contextlib.ExitStack() as stack:
        stack.enter_context(surrounded(_following))
        stack.enter_context(_hooks())
        stack.enter_context(http_errors.watched(_note_error))
        stack.enter_context(_log_handler("cherrypy.error", logging.NOTSET, _from_cherrypy))
        stack.enter_context(_log_handler("", logging.ERROR, _from_others))
        yield


def name_of(function: Any) -> str:
    """Return what a function or a page handler is called, such as `shop.Root.buy`."""
    function = getattr(function, "oldhandler", function)  # the encode tool puts itself before it
    function = getattr(function, "callable", function)
    if function is None:
        return ""
    name = getattr(function, "__qualname__", type(function).__qualname__)
    return f"{getattr(function, '__module__', '')}.{name}".lstrip(".")


def _following(thread: threading.Thread) -> Surroundings | None:
    """Let a thread that a request starts work for that request."""
    exchange = current.get()
    target = getattr(thread, "_target", None)
    if exchange is None or target is _POOL_WORKER or isinstance(thread, BackgroundTask):
        return None
    JOURNAL.begin_work(exchange)
    return _work_for(exchange, name_of(target) or f"thread '{thread.name}'")


@contextlib.contextmanager
def _work_for(exchange: Exchange, name: str) -> Iterator[None]:
    current.set(exchange)
    _background.set(name)
    try:
        yield
    except Exception as error:
        _note_error(error)
        raise
    finally:
        JOURNAL.end_work(exchange)


def _note_error(error: BaseException | None) -> None:
    if error is None:
        return
    exchange, thread = current.get(), _background.get()
    if thread:
        JOURNAL.fail(error, exchange=exchange, handler=thread, when="in a thread")
        return
    sent = exchange is not None and exchange.responded is not None
    # A streamed body is no handler any more.
    handler = "" if exchange is None or sent else _page_handler()
    when = "after the headers" if sent else ""
    JOURNAL.fail(error, exchange=exchange, handler=handler, when=when)


def _page_handler() -> str:
    request = cherrypy.serving.request
    # CherryPy's checker leaves what it tried last with the request that is there outside of any.
    return name_of(request.handler) if request.stage else ""


def _note_error_page() -> None:
    _note_error(sys.exc_info()[1])


@contextlib.contextmanager
def _hooks() -> Iterator[None]:
    """Look at what becomes an error page, also where nothing is logged."""
    point = "before_error_response"
    Request.hooks.attach(point, _note_error_page, failsafe=True, priority=_FIRST)
    try:
        yield
    finally:
        hooks = Request.hooks[point]
        hooks[:] = [hook for hook in hooks if hook.callback is not _note_error_page]


class _Handler(logging.Handler):
    """Passes records on."""

    def __init__(self, level: int, take: Take) -> None:
        super().__init__(level)
        self._take = take

    def emit(self, record: logging.LogRecord) -> None:
        self._take(record)


@contextlib.contextmanager
def _log_handler(name: str, level: int, take: Take) -> Iterator[None]:
    logger, handler = logging.getLogger(name), _Handler(level, take)
    logger.addHandler(handler)
    try:
        yield
    finally:
        logger.removeHandler(handler)


def _from_cherrypy(record: logging.LogRecord) -> None:
    """Take an error that CherryPy logs; some of them are traced back in the text alone."""
    error = record.exc_info[1] if record.exc_info else None
    if error is None and record.levelno >= logging.ERROR:
        error = sys.exc_info()[1]
    _note_error(error)
    _note_line(record)


def _from_others(record: logging.LogRecord) -> None:
    """Take an error that another framework, the application or asyncio logs."""
    if record.name.startswith(("cherrypy.", "RobotFramework")):
        return
    if record.exc_info and (current.get() is not None or record.name == "asyncio"):
        _note_error(record.exc_info[1])
    _note_line(record)


def _note_line(record: logging.LogRecord) -> None:
    text = _TIME.sub("", record.getMessage()).strip()
    JOURNAL.log(LogLine(text, record.levelno, record.name, exchange=current.get()))
