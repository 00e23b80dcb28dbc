"""The places where CherryPy calls other people's code or waits, opened for coroutines.

Each function changes one of them. What shall happen there it takes as an argument, since this room
knows nothing of event loops. Written against CherryPy 18.10; the functions named keep their
signatures since CherryPy 3.2.
"""

import threading
import weakref
from collections.abc import Callable
from typing import Any

import cherrypy.lib
from cherrypy import _cpdispatch, _cperror, _cprequest, _cptools
from cherrypy.lib import caching, encoding, locking, sessions
from cherrypy.process import wspbus

from robot_cherrypy.patches.replacing import Replacements

Wrapper = Callable[..., Any]


def page_handlers(replacements: Replacements, call: Wrapper) -> None:
    """Let `call(original, handler)` run page handlers (`_cpdispatch.py`, `PageHandler`)."""
    original = _cpdispatch.PageHandler.__call__

    def call_handler(handler: Any) -> Any:
        return call(original, handler)

    replacements.set(_cpdispatch.PageHandler, "__call__", call_handler)


def hooks(replacements: Replacements, call: Wrapper) -> None:
    """Let `call(hook)` run hooks, and so tools (`_cprequest.py`, `Hook.__call__`)."""
    replacements.set(_cprequest.Hook, "__call__", call)


def handler_tools(replacements: Replacements, call: Wrapper) -> None:
    """Let `call(function, **kwargs)` run tools that answer themselves (`_cptools.HandlerTool`)."""

    def wrapper(tool: Any, **kwargs: Any) -> None:
        if call(tool.callable, **kwargs):
            cherrypy.serving.request.handler = None

    replacements.set(_cptools.HandlerTool, "_wrapper", wrapper)


def error_tools(replacements: Replacements, call: Wrapper) -> None:
    """Let `call(function, **kwargs)` run tools that make error responses (`_cptools.ErrorTool`)."""

    def wrapper(tool: Any) -> None:
        call(tool.callable, **tool._merged_args())  # noqa: SLF001

    replacements.set(_cptools.ErrorTool, "_wrapper", wrapper)


def response_bodies(replacements: Replacements, settle: Callable[[Any], Any]) -> None:
    """Settle what is assigned to `response.body` (`_cprequest.py`, `ResponseBody.__set__`).

    Not every `request.handler` is a PageHandler: tools and hooks may put a coroutine function
    there.
    """
    original = _cprequest.ResponseBody.__set__

    def assign(body: Any, response: Any, value: Any) -> None:
        if type(value) is list and len(value) == 1 and type(value[0]) is bytes:
            response._body = value  # noqa: SLF001 - what the original comes to
        else:
            original(body, response, settle(value))

    replacements.set(_cprequest.ResponseBody, "__set__", assign)


def encoded_handlers(replacements: Replacements, settle: Callable[[Any], Any]) -> None:
    """Settle what handlers inside the encode tool return (`lib/encoding.py`, `ResponseEncoder`)."""
    original = encoding.ResponseEncoder.__init__

    def init(encoder: Any, **kwargs: Any) -> None:
        original(encoder, **kwargs)
        handler = getattr(encoder, "oldhandler", None)
        if handler is not None and not isinstance(handler, _cpdispatch.PageHandler):
            encoder.oldhandler = lambda *args, **kw: settle(handler(*args, **kw))

    replacements.set(encoding.ResponseEncoder, "__init__", init)


def error_pages(replacements: Replacements, synchronous: Callable[[Any], Any]) -> None:
    """Make the callables of `request.error_page` synchronous (`_cperror.py`, `get_error_page`).

    And keep tracebacks of errors in a request's headers from clients, if so configured: CherryPy
    applies `request.show_tracebacks` only after it has read them.
    """

    def get_error_page(original: Wrapper, *args: Any, **kwargs: Any) -> Any:
        request = cherrypy.serving.request
        pages = request.error_page
        pages.update({code: synchronous(page) for code, page in pages.items() if callable(page)})
        if request.config is None and not _shows_tracebacks(request):
            kwargs["traceback"] = None
        return original(*args, **kwargs)

    replacements.wrap(_cperror, "get_error_page", get_error_page)


def _shows_tracebacks(request: Any) -> Any:
    key = "request.show_tracebacks"
    default = cherrypy.config.get(key, True)
    return request.app.find_config(request.path_info, key, default) if request.app else default


def error_responses(replacements: Replacements, settle: Callable[[Any], Any]) -> None:
    """Settle what `request.error_response()` returns (`_cprequest.py`, `Request.handle_error`)."""

    def handle_error(original: Wrapper, request: Any) -> None:
        respond = request.error_response
        request.error_response = respond and (lambda: settle(respond()))
        original(request)

    replacements.wrap(_cprequest.Request, "handle_error", handle_error)


def dispatchers(replacements: Replacements, settle: Callable[[Any], Any]) -> None:
    """Settle what a custom `request.dispatch` returns (`_cprequest.py`, `Request.get_resource`)."""

    def get_resource(request: Any, path: str) -> None:
        app = request.app
        if app.config:
            dispatch = app.find_config(path, "request.dispatch", request.dispatch)
        else:
            dispatch = request.dispatch
        returned = dispatch(path)
        if returned is not None:
            settle(returned)

    replacements.set(_cprequest.Request, "get_resource", get_resource)


def engine_listeners(replacements: Replacements, settle: Callable[[Any], Any]) -> None:
    """Settle what engine listeners return (`process/wspbus.py`, `Bus.publish`)."""
    original = wspbus.Bus.publish

    def publish(bus: Any, channel: str, *args: Any, **kwargs: Any) -> Any:
        if not bus.listeners.get(channel):
            return []
        return [settle(value) for value in original(bus, channel, *args, **kwargs)]

    replacements.set(wspbus.Bus, "publish", publish)


def session_locks(replacements: Replacements, lock: Callable[[], Any]) -> None:
    """Make the locks of RAM and memcached sessions with `lock` (`lib/sessions.py`, `acquire_lock`).

    Theirs are `threading.RLock`s: on one event loop all requests share the thread, and so nobody
    would be kept out.
    """

    def acquire_lock(session: Any) -> None:
        session.locked = True
        session.locks.setdefault(session.id, lock()).acquire()
        if session.debug:
            cherrypy.log("Lock acquired.", "TOOLS.SESSIONS")

    replacements.set(sessions.RamSession, "acquire_lock", acquire_lock)
    replacements.set(sessions.MemcachedSession, "acquire_lock", acquire_lock)


def session_file_locks(replacements: Replacements, lock: Callable[[], Any]) -> None:
    """Let the requests of a process queue before they poll for a file's lock (`lib/sessions.py`).

    The lock on the file keeps out other processes, but has no queue: each waiter looks ten times a
    second whether it is free.
    """
    locks: weakref.WeakValueDictionary[str, Any] = weakref.WeakValueDictionary()
    guard = threading.Lock()

    def acquire(original: Wrapper, session: Any, path: str | None = None) -> None:
        with guard:
            key = path or session._get_file_path()  # noqa: SLF001
            queue = locks.setdefault(key, lock())
        limit = session.lock_timeout
        if not queue.acquire(timeout=-1 if limit is None else limit.total_seconds()):
            raise locking.LockTimeout(f"Timeout acquiring lock for {session.id}")
        try:
            original(session, path)
        except BaseException:
            queue.release()
            raise
        session.queue = queue

    def release(original: Wrapper, session: Any, path: str | None = None) -> None:
        original(session, path)
        session.queue.release()

    replacements.wrap(sessions.FileSession, "acquire_lock", acquire)
    replacements.wrap(sessions.FileSession, "release_lock", release)


def session_storage(replacements: Replacements, offload: Callable[..., Any]) -> None:
    """Let `offload` do what reads and writes files or asks memcached (`lib/sessions.py`)."""
    for cls in sessions.FileSession, sessions.MemcachedSession:
        for name in "_exists", "_load", "_save", "_delete":
            replacements.wrap(cls, name, offload)


class _Time:
    """The module `time` with another `sleep`, for one module only."""

    def __init__(self, time: Any, sleep: Callable[[float], None]) -> None:
        self._time = time
        self.sleep = sleep

    def __getattr__(self, name: str) -> Any:
        return getattr(self._time, name)


def session_sleep(replacements: Replacements, sleep: Callable[[float], None]) -> None:
    """Let file sessions poll for their lock with `sleep` (`lib/sessions.py`, `FileSession`)."""
    replacements.set(sessions, "time", _Time(sessions.time, sleep))


def cache_waits(
    replacements: Replacements, wait: Wrapper, announce: Callable[[threading.Event], None]
) -> None:
    """Wait with `wait` for a page that another request makes (`lib/caching.py`)."""

    def set_item(original: Wrapper, cache: Any, key: Any, value: Any) -> None:
        existing = cache.get(key)
        original(cache, key, value)
        if isinstance(existing, threading.Event):
            announce(existing)

    replacements.wrap(caching.AntiStampedeCache, "wait", wait)
    replacements.wrap(caching.AntiStampedeCache, "__setitem__", set_item)


def file_bodies(replacements: Replacements, offload: Callable[..., Any]) -> None:
    """Let `offload` read files that are sent as bodies (`lib/__init__.py`, `file_generator`)."""
    replacements.wrap(cherrypy.lib.file_generator, "__next__", offload)


def default_server(replacements: Replacements, name: str) -> None:
    """Make another HTTP server `cherrypy.server`'s default (`_cpserver.py`, `Server.instance`)."""
    replacements.set(cherrypy._cpserver.Server, "instance", name)  # noqa: SLF001
