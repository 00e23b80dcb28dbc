"""CherryPy's process-wide state: saved before applications are tested, and restored after it."""

import contextlib
import logging
from collections.abc import Callable, Iterator
from typing import Any

import cherrypy
from cherrypy.lib import sessions
from cherrypy.process import wspbus

from robot_cherrypy.harness import bus
from robot_cherrypy.harness.server_globals import replace
from robot_cherrypy.patches.background_task import prompt_cancel
from robot_cherrypy.patches.engine_calls import reported_exits
from robot_cherrypy.patches.replacements import active

# Attributes of `cherrypy.log` that an application's configuration may set.
_LOG_SETTINGS = ("screen", "access_file", "error_file")


@contextlib.contextmanager
def preserved(exit_requested: Callable[[str], None]) -> Iterator[None]:
    """Let applications under test use and change CherryPy's globals; restore them at the end.

    These are the configuration, `cherrypy.server`, `cherrypy.tree`, the bus with its listeners,
    the process-wide log and the session classes' clean-up threads. Meanwhile no file is watched,
    nothing is written to the screen, and `cherrypy.server` does not start with the bus.

    Args:
        exit_requested: See `patches.engine_calls.reported_exits`.
    """
    with contextlib.ExitStack() as stack:
        stack.enter_context(_attribute(cherrypy, "tree"))
        stack.enter_context(_attribute(cherrypy, "quickstart"))
        stack.enter_context(_attribute(cherrypy.engine, "state"))
        stack.enter_context(_dictionary(cherrypy.config))
        stack.enter_context(_dictionary(vars(cherrypy.server)))
        stack.enter_context(_log_settings())
        stack.enter_context(active(prompt_cancel))
        stack.enter_context(_listeners())
        stack.enter_context(_session_classes())
        cherrypy.server.unsubscribe()  # before its `start` is replaced
        stack.enter_context(active(reported_exits, exit_requested))
        cherrypy.engine.autoreload.unsubscribe()
        cherrypy.log.screen = False
        yield


@contextlib.contextmanager
def _attribute(owner: object, name: str) -> Iterator[None]:
    """Restore an attribute."""
    value = getattr(owner, name)
    try:
        yield
    finally:
        setattr(owner, name, value)


@contextlib.contextmanager
def _dictionary(dictionary: dict[str, Any]) -> Iterator[None]:
    """Restore the entries of a dictionary."""
    saved = dict(dictionary)
    try:
        yield
    finally:
        replace(dictionary, saved)


@contextlib.contextmanager
def _log_settings() -> Iterator[None]:
    """Restore the settings of `cherrypy.log`, whose setters open and close files."""
    saved = {name: getattr(cherrypy.log, name) for name in _LOG_SETTINGS}
    try:
        yield
    finally:
        for name, value in saved.items():
            setattr(cherrypy.log, name, value)


@contextlib.contextmanager
def _listeners() -> Iterator[None]:
    """Stop and unsubscribe what was added meanwhile, such as a session's clean-up thread."""
    saved = bus.subscriptions()
    try:
        yield
    finally:
        cherrypy.engine.state = wspbus.states.STOPPING
        added = bus.subscriptions() - saved
        stopping = [*bus.in_order(added, "stop"), *bus.in_order(added, "exit")]
        for error in bus.call_all(stopping):
            logging.getLogger(__name__).error("%s", error)
        bus.unsubscribe(added)
        bus.subscribe(saved - bus.subscriptions())


@contextlib.contextmanager
def _session_classes() -> Iterator[None]:
    """Remove clean-up threads, which CherryPy keeps on the class, and sessions in memory."""
    try:
        yield
    finally:
        for session_class in session_classes():
            if "clean_thread" in vars(session_class):
                session_class.clean_thread = None
            clear_memory(session_class)


def session_classes(base: type = sessions.Session) -> list[Any]:
    """Return CherryPy's session classes and all that were derived from them, each once."""
    classes: list[Any] = [base]
    children: list[type] = base.__subclasses__()
    for child in children:
        classes += session_classes(child)
    return list(dict.fromkeys(classes))


def sessions_in_memory(session_class: Any) -> int:
    """Return how many sessions a class keeps in memory, as `RamSession` does."""
    cache = vars(session_class).get("cache")
    return len(cache) if isinstance(cache, dict) else 0


def clear_memory(session_class: Any) -> None:
    """Remove the sessions that a class keeps in memory, and their locks."""
    for name in ("cache", "locks"):
        kept = vars(session_class).get(name)
        if isinstance(kept, dict):
            kept.clear()
