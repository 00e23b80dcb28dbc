"""Making this process' CherryPy ready for coroutines, and putting it back."""

import os
import threading

from robot_cherrypy.aio import bridge, handlers, locks
from robot_cherrypy.aio.workers import offload
from robot_cherrypy.patches import cooperation, known
from robot_cherrypy.patches.dispatching import virtual_paths
from robot_cherrypy.patches.replacing import Replacements
from robot_cherrypy.patches.serving import context_serving
from robot_cherrypy.patches.speed import PATCHES

# Names the speed patches to leave out, separated by commas.
WITHOUT = "ROBOT_CHERRYPY_WITHOUT_PATCHES"

_guard = threading.Lock()
_installed = 0
_replacements = Replacements()


def install() -> None:
    """Make this process' CherryPy ready for coroutines.

    From now on page handlers, hooks, tools, error pages and engine listeners may be coroutine
    functions, whichever server runs them, and `cherrypy.server` (so `cherrypy.quickstart` and
    `cherrypy.engine.start`) serves on asyncio unless its `instance` is set. May be called
    repeatedly.
    """
    global _installed  # noqa: PLW0603 - CherryPy is one for the process, and so is this
    with _guard:
        _installed += 1
        if _installed == 1:
            _replace()


def ensure_installed() -> None:
    """Install if nobody has, for good: under somebody else's ASGI server nobody would undo it."""
    if not _installed:
        install()


def uninstall() -> None:
    """Put CherryPy back as it was; the last call of as many as there were to `install` does it."""
    global _installed  # noqa: PLW0603
    with _guard:
        if not _installed:
            return
        _installed -= 1
        if not _installed:
            _replacements.restore()
            bridge.close_background_loop()


def _replace() -> None:
    patches = [*PATCHES, virtual_paths(handlers.settle)]
    known.install(patches, _replacements, without=os.environ.get(WITHOUT, "").split(","))
    announcements = locks.Announcements()
    context_serving(_replacements)
    cooperation.page_handlers(_replacements, handlers.call_page_handler)
    cooperation.hooks(_replacements, handlers.call_hook)
    cooperation.handler_tools(_replacements, handlers.call_tool)
    cooperation.error_tools(_replacements, handlers.call_tool)
    cooperation.response_bodies(_replacements, handlers.settle)
    cooperation.encoded_handlers(_replacements, handlers.settle)
    cooperation.error_pages(_replacements, handlers.synchronous)
    cooperation.error_responses(_replacements, handlers.settle)
    cooperation.dispatchers(_replacements, handlers.settle)
    cooperation.engine_listeners(_replacements, handlers.settle)
    cooperation.session_locks(_replacements, locks.RequestLock)
    cooperation.session_file_locks(_replacements, locks.RequestLock)
    cooperation.session_storage(_replacements, offload)
    cooperation.session_sleep(_replacements, locks.sleep)
    cooperation.cache_waits(
        _replacements, locks.wait_cooperatively(announcements), announcements.announce
    )
    cooperation.file_bodies(_replacements, offload)
    cooperation.default_server(_replacements, "robot_cherrypy.aio.server.HTTPServer")
