"""Calls of `cherrypy.engine` and `cherrypy.server` in a process, or a phase, that is not theirs.

Upstream: CherryPy 18.10, `cherrypy/process/wspbus.py`, `Bus`; `cherrypy/process/plugins.py`,
`SignalHandler`; `cherrypy/_cpserver.py`, `Server`. The originals end the process (`exit` calls
`os._exit` when a listener raises), execute its program anew, block its main thread, replace its
signal handlers, or start CherryPy's own server beside the one under test. Applications that bring
their own start call them while they are made, and some later.
"""

import functools
from collections.abc import Callable
from typing import Any

import cherrypy

from robot_cherrypy.patches.replacements import Replacements

# What ends or restarts the process.
_EXITS = ("stop", "exit", "restart")


def reported_exits(replacements: Replacements, exit_requested: Callable[[str], None]) -> None:
    """Let calls that would end the process only be reported, and those for its life do nothing.

    Args:
        replacements: How the patch is put in place.
        exit_requested: Called with the call that was made, such as `cherrypy.engine.exit()`.
    """
    own_start_left_out(replacements)
    own_server_unused(replacements)
    for name in _EXITS:
        call = functools.partial(exit_requested, f"cherrypy.engine.{name}()")
        replacements.set(cherrypy.engine, name, call)


def own_start_left_out(replacements: Replacements) -> None:
    """Let calls for the life of the process do nothing, while an application is made."""
    engine = cherrypy.engine
    for name in ("start", "block", *_EXITS):
        replacements.set(engine, name, _do_nothing)
    replacements.set(engine.signals, "subscribe", _do_nothing)
    replacements.set(engine.signal_handler, "subscribe", _do_nothing)


def own_server_unused(replacements: Replacements) -> None:
    """Let `cherrypy.server` start nothing: another server serves its application."""
    for name in ("start", "wait"):
        replacements.set(cherrypy.server, name, _do_nothing)


def _do_nothing(*_args: Any, **_kwargs: Any) -> None:
    """Accept the arguments of all that is replaced."""
