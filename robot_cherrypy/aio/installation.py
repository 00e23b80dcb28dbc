"""Make this process' CherryPy ready for coroutines, and put it back as it was."""

import os
import threading

from robot_cherrypy.aio.request import handlers
from robot_cherrypy.aio.runtime import bridge, locks
from robot_cherrypy.aio.runtime.workers import offload
from robot_cherrypy.patches import cooperation
from robot_cherrypy.patches.context_serving import context_serving
from robot_cherrypy.patches.dispatcher import virtual_paths
from robot_cherrypy.patches.ranges import valid_ranges
from robot_cherrypy.patches.replacements import Replacements
from robot_cherrypy.patches.source_check import apply_known
from robot_cherrypy.patches.speed import SPEED_PATCHES

# The environment variable that names speed patches to leave out, separated by commas.
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
    global _installed  # noqa: PLW0603 - a process has one CherryPy
    with _guard:
        _installed += 1
        if _installed == 1:
            _replace()


def ensure_installed() -> None:
    """Install unless that was done; for good, as another ASGI server would not uninstall."""
    if not _installed:
        install()


def uninstall() -> None:
    """Put CherryPy back as it was, when called as many times as `install` was."""
    global _installed  # noqa: PLW0603 - a process has one CherryPy
    with _guard:
        if not _installed:
            return
        _installed -= 1
        if not _installed:
            _replacements.restore()
            bridge.close_background_loop()


def _replace() -> None:
    patches = [*SPEED_PATCHES, virtual_paths(handlers.call_dispatcher)]
    apply_known(_replacements, patches, without=os.environ.get(WITHOUT, "").split(","))
    cache_waits = locks.CacheWaits()
    context_serving(_replacements)
    valid_ranges(_replacements)
    cooperation.page_handlers(_replacements, handlers.call_page_handler)
    cooperation.hooks(_replacements, handlers.call_hook)
    cooperation.handler_tools(_replacements, handlers.call_tool)
    cooperation.error_tools(_replacements, handlers.call_tool)
    cooperation.response_bodies(_replacements, handlers.awaited)
    cooperation.long_work(
        _replacements,
        process=handlers.process_body,
        collapse=handlers.collapse_body,
        encode=handlers.encode_body,
        compress=handlers.compressed,
    )
    cooperation.encoded_handlers(_replacements, handlers.awaited)
    cooperation.error_pages(_replacements, handlers.synchronous)
    cooperation.error_responses(_replacements, handlers.awaited)
    cooperation.dispatchers(_replacements, handlers.call_dispatcher)
    cooperation.xmlrpc_responses(_replacements, handlers.awaited)
    cooperation.engine_listeners(_replacements, handlers.awaited)
    cooperation.session_locks(_replacements, locks.RequestLock)
    cooperation.session_file_locks(_replacements, locks.RequestLock)
    cooperation.session_storage(_replacements, offload)
    cooperation.session_sleep(_replacements, locks.sleep)
    cooperation.cache_waits(_replacements, cache_waits.wait, cache_waits.wake)
    cooperation.file_bodies(_replacements, offload)
    cooperation.default_server(_replacements, "robot_cherrypy.aio.server.HTTPServer")
