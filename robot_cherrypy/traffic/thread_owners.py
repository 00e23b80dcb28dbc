"""What the threads of applications work for: a request, their server, or a pool."""

import contextlib
import functools
import site
import sys
import sysconfig
import threading
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from dataclasses import dataclass
from types import FrameType
from typing import Any

from cherrypy.process.plugins import BackgroundTask

from robot_cherrypy.patches.thread_origin import Surroundings
from robot_cherrypy.traffic.exchange import Exchange
from robot_cherrypy.traffic.journal import JOURNAL, current_exchange, current_server

# Top-level names of the modules under test. Threads of an application are its own, also where it is
# installed like a library.
APPLICATION_PACKAGES: set[str] = set()

_LIBRARY_FOLDERS = (
    *(sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")),
    *(*site.getsitepackages(), site.getusersitepackages()),
)

# Our own modules whose threads work for many requests.
_OWN_LIBRARIES = (
    *("robot_cherrypy.aio.", "robot_cherrypy.harness.", "robot_cherrypy.hosting."),
    "robot_cherrypy.websocket.carriers.",
)

# Frames between the call of a thread's `start` and the function here that asks for its caller.
_DEPTH = 3


@dataclass(frozen=True)
class _Origin:
    """Why a thread was started.

    Attributes:
        exchange: The request that it works for, None if it works for its server.
        name: What it runs, such as `shop.Root.send_mail`.
    """

    exchange: Exchange | None
    name: str


_origin: ContextVar[_Origin | None] = ContextVar("robot_cherrypy.origin", default=None)


def thread_name() -> str:
    """Return what the running thread runs, if its own work goes on now, and no request's."""
    origin = _origin.get()
    return origin.name if origin is not None and origin.exchange is current_exchange.get() else ""


@contextlib.contextmanager
def working_for(server: str) -> Iterator[None]:
    """Let what runs in the context, and threads that are started in it, belong to a server."""
    token = current_server.set(server)
    try:
        yield
    finally:
        current_server.reset(token)


def surroundings_of(
    thread: threading.Thread, record: Callable[[BaseException], bool]
) -> Surroundings | None:
    """Return the context manager for a thread that is started; None if no server is concerned.

    Args:
        thread: The new thread; this is called by the one that starts it.
        record: Called with the exception that ends the thread, if one does; returns whether it is
            in the report. Then Python does not print it as well.
    """
    exchange, server = current_exchange.get(), current_server.get()
    if exchange is not None and _works_for_many(thread, sys._getframe(_DEPTH)):  # noqa: SLF001
        exchange = None
    if exchange is None and server is None:
        return None
    if exchange is not None:
        JOURNAL.work_started(exchange)
    name = _name_of(_function_of(thread)) or f"thread '{thread.name}'"
    return _surroundings(_Origin(exchange, name), server, record)


@contextlib.contextmanager
def _surroundings(
    origin: _Origin, server: str | None, record: Callable[[BaseException], bool]
) -> Iterator[None]:
    current_exchange.set(origin.exchange)
    current_server.set(server)
    _origin.set(origin)
    try:
        yield
    except BaseException as error:
        is_printed = threading.excepthook is not threading.__excepthook__
        if not record(error) or is_printed:  # by what the application has put in its place
            raise
    finally:
        if origin.exchange is not None:
            JOURNAL.work_ended(origin.exchange)


def _name_of(function: Any) -> str:
    """Return the name of a function, such as `shop.Root.buy`; empty if there is none."""
    if function is None:
        return ""
    name = getattr(function, "__qualname__", type(function).__qualname__)
    return f"{getattr(function, '__module__', '')}.{name}".lstrip(".")


def _works_for_many(thread: threading.Thread, starter: FrameType) -> bool:
    """Whether a thread that a request starts goes on to work for others.

    So do the threads of pools, which a library starts and which run a function of a library, and
    tasks that are repeated.
    """
    if isinstance(thread, BackgroundTask):
        return True
    function = _function_of(thread) or type(thread).run
    code = getattr(function, "__code__", None) or getattr(type(function).__call__, "__code__", None)
    if code is None or not _is_library(function.__module__ or "", code.co_filename):
        return False
    return is_of_library(starter)


def _function_of(thread: threading.Thread) -> Any:
    """Return what a thread was given to run; None if its class says what it runs."""
    function = getattr(thread, "_target", None) or getattr(thread, "function", None)
    while isinstance(function, functools.partial):
        function = function.func
    return function


def is_of_library(frame: FrameType) -> bool:
    """Whether a frame runs code of Python or of an installed package, and not of an application."""
    return _is_library(frame.f_globals.get("__name__", ""), frame.f_code.co_filename)


def _is_library(module: str, file: str) -> bool:
    package = module.partition(".")[0]
    if package == "robot_cherrypy":
        return module.startswith(_OWN_LIBRARIES)
    return package not in APPLICATION_PACKAGES and file.startswith(_LIBRARY_FOLDERS)
