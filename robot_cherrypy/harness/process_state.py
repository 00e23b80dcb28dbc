"""CherryPy's process-wide state, put aside while applications are under test and put back after."""

import contextlib
import logging
from collections.abc import Callable, Iterator
from typing import Any

import cherrypy
from cherrypy.lib import sessions
from cherrypy.process import wspbus

from robot_cherrypy.harness import bus
from robot_cherrypy.patches.background_task import prompt_cancel
from robot_cherrypy.patches.replacing import Replacements

_LOG_SETTINGS = ("screen", "access_file", "error_file")


@contextlib.contextmanager
def preserved(exit_requested: Callable[[str], None]) -> Iterator[None]:
    """Lend CherryPy's globals to applications under test; restore them whatever happens.

    Covered are the configuration, `cherrypy.server`, `cherrypy.tree`, the bus with its listeners,
    the process-wide log and the session classes' clean-up threads. While it lasts, no file is
    watched, nothing is written to the screen and the stock server is off.

    Args:
        exit_requested: See `bus.borrowed`.
    """
    with contextlib.ExitStack() as stack:
        stack.enter_context(_attribute(cherrypy, "tree"))
        stack.enter_context(_attribute(cherrypy, "quickstart"))
        stack.enter_context(_attribute(cherrypy.engine, "state"))
        stack.enter_context(_dictionary(cherrypy.config))
        stack.enter_context(_dictionary(vars(cherrypy.server)))
        stack.enter_context(_log_settings())
        stack.enter_context(_prompt_background_tasks())
        stack.enter_context(_listeners())
        stack.enter_context(_session_classes())
        stack.enter_context(bus.borrowed(exit_requested))
        cherrypy.server.unsubscribe()
        cherrypy.engine.autoreload.unsubscribe()
        cherrypy.log.screen = False
        yield


@contextlib.contextmanager
def _attribute(owner: object, name: str) -> Iterator[None]:
    value = getattr(owner, name)
    try:
        yield
    finally:
        setattr(owner, name, value)


@contextlib.contextmanager
def _dictionary(live: dict[str, Any]) -> Iterator[None]:
    saved = dict(live)
    try:
        yield
    finally:
        live.clear()
        dict.update(live, saved)  # past cherrypy.config's namespace handlers


@contextlib.contextmanager
def _prompt_background_tasks() -> Iterator[None]:
    replacements = Replacements()
    prompt_cancel(replacements)
    try:
        yield
    finally:
        replacements.restore()


@contextlib.contextmanager
def _log_settings() -> Iterator[None]:
    saved = {name: getattr(cherrypy.log, name) for name in _LOG_SETTINGS}
    try:
        yield
    finally:
        for name, value in saved.items():
            setattr(cherrypy.log, name, value)


@contextlib.contextmanager
def _listeners() -> Iterator[None]:
    """Stop and remove what was subscribed meanwhile, such as a session's clean-up thread."""
    saved = bus.subscriptions()
    try:
        yield
    finally:
        cherrypy.engine.state = wspbus.states.STOPPING
        added = bus.subscriptions() - saved
        for error in bus.Bus().stop(added, close=lambda: None):
            logging.getLogger(__name__).error("%s", error)
        bus.unsubscribe(added)
        bus.subscribe(saved - bus.subscriptions())


@contextlib.contextmanager
def _session_classes() -> Iterator[None]:
    """Forget clean-up threads, which CherryPy keeps on the class, and sessions kept in memory."""
    try:
        yield
    finally:
        for session_class in _descendants(sessions.Session):
            if "clean_thread" in vars(session_class):
                session_class.clean_thread = None
            for name in ("cache", "locks"):  # of those that keep them in memory, as RamSession does
                kept = vars(session_class).get(name)
                if isinstance(kept, dict):
                    kept.clear()


def _descendants(base: Any) -> set[Any]:
    children: set[Any] = set(base.__subclasses__())
    return {base, *children}.union(*map(_descendants, children))
