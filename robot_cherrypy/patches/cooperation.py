"""Patches of the places where CherryPy calls other people's code or waits, for coroutines.

Upstream: CherryPy 18.10; the functions that are named have had the same arguments since 3.2. Each
patch changes one such place. What happens there instead is an argument of the patch, because this
room knows nothing of event loops:

- `call` is called instead of the function, which it gets as an argument;
- `result_of` is called with what a function returned, and waits for it if it is a coroutine;
- `offload` is called with a function that blocks, and runs it on another thread.
"""

import threading
import weakref
from collections.abc import Callable
from typing import Any

import cherrypy.lib
from cherrypy import _cpdispatch, _cperror, _cpreqbody, _cprequest, _cptools
from cherrypy.lib import caching, encoding, locking, sessions, xmlrpcutil
from cherrypy.process import wspbus

from robot_cherrypy.patches.replacements import Replacements

_Wrapper = Callable[..., Any]


def page_handlers(replacements: Replacements, call: _Wrapper) -> None:
    """Let `call(original, handler)` run page handlers (`_cpdispatch.py`, `PageHandler`)."""
    original = _cpdispatch.PageHandler.__call__

    def call_handler(handler: Any) -> Any:
        return call(original, handler)

    replacements.set(_cpdispatch.PageHandler, "__call__", call_handler)


def hooks(replacements: Replacements, call: _Wrapper) -> None:
    """Let `call(hook)` run hooks, and so tools (`_cprequest.py`, `Hook.__call__`)."""
    replacements.set(_cprequest.Hook, "__call__", call)


def handler_tools(replacements: Replacements, call: _Wrapper) -> None:
    """Let `call(function, **kwargs)` run tools that replace page handlers.

    In `_cptools.py`, `HandlerTool._wrapper`.
    """

    def wrapper(tool: Any, **kwargs: Any) -> None:
        if call(tool.callable, **kwargs):
            cherrypy.serving.request.handler = None

    replacements.set(_cptools.HandlerTool, "_wrapper", wrapper)


def error_tools(replacements: Replacements, call: _Wrapper) -> None:
    """Let `call(function, **kwargs)` run tools that make error responses.

    In `_cptools.py`, `ErrorTool._wrapper`.
    """

    def wrapper(tool: Any) -> None:
        call(tool.callable, **tool._merged_args())  # noqa: SLF001

    replacements.set(_cptools.ErrorTool, "_wrapper", wrapper)


def response_bodies(replacements: Replacements, result_of: Callable[[Any], Any]) -> None:
    """Wait for a coroutine that is assigned to `response.body`.

    In `_cprequest.py`, `ResponseBody.__set__`. Not every `request.handler` is a `PageHandler`:
    tools and hooks may set it to a coroutine function.
    """
    original = _cprequest.ResponseBody.__set__

    def assign(body: Any, response: Any, value: Any) -> None:
        if type(value) is list and len(value) == 1 and type(value[0]) is bytes:
            response._body = value  # noqa: SLF001 - all that the original does
        else:
            original(body, response, result_of(value))

    replacements.set(_cprequest.ResponseBody, "__set__", assign)


def long_work(
    replacements: Replacements,
    *,
    process: _Wrapper,
    collapse: _Wrapper,
    encode: _Wrapper,
    compress: _Wrapper,
) -> None:
    """Let wrappers do what CherryPy itself works for long on, each of which gets the original.

    Args:
        replacements: Where to install them.
        process: Reads a request: `_cpreqbody.py`, `RequestBody.process`.
        collapse: Joins the pieces of a body: `_cprequest.py`, `Response.collapse_body`.
        encode: Encodes text: `lib/encoding.py`, `ResponseEncoder.find_acceptable_charset`.
        compress: Compresses pieces of a body: `lib/encoding.py`, `compress`.
    """
    replacements.wrap(_cpreqbody.RequestBody, "process", process)
    replacements.wrap(_cprequest.Response, "collapse_body", collapse)
    replacements.wrap(encoding.ResponseEncoder, "find_acceptable_charset", encode)
    replacements.wrap(encoding, "compress", compress)


def encoded_handlers(replacements: Replacements, result_of: Callable[[Any], Any]) -> None:
    """Wait for coroutines that handlers inside the encode tool return.

    In `lib/encoding.py`, `ResponseEncoder`.
    """
    original = encoding.ResponseEncoder.__init__

    def init(encoder: Any, **kwargs: Any) -> None:
        original(encoder, **kwargs)
        handler = getattr(encoder, "oldhandler", None)
        if handler is not None and not isinstance(handler, _cpdispatch.PageHandler):
            encoder.oldhandler = lambda *args, **kw: result_of(handler(*args, **kw))

    replacements.set(encoding.ResponseEncoder, "__init__", init)


def error_pages(replacements: Replacements, synchronous: Callable[[Any], Any]) -> None:
    """Let `synchronous` wrap the callables of `request.error_page`, which may be coroutines.

    In `_cperror.py`, `get_error_page`. Also hide the traceback of an error in a request's headers
    where `request.show_tracebacks` is off: CherryPy applies that only after it has read them.
    """

    def get_error_page(original: _Wrapper, *args: Any, **kwargs: Any) -> Any:
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


def error_responses(replacements: Replacements, result_of: Callable[[Any], Any]) -> None:
    """Wait for a coroutine that `request.error_response` returns.

    In `_cprequest.py`, `Request.handle_error`.
    """

    def handle_error(original: _Wrapper, request: Any) -> None:
        respond = request.error_response
        request.error_response = respond and (lambda: result_of(respond()))
        original(request)

    replacements.wrap(_cprequest.Request, "handle_error", handle_error)


def dispatchers(replacements: Replacements, call: _Wrapper) -> None:
    """Let `call(dispatch, path)` run dispatchers (`_cprequest.py`, `Request.get_resource`)."""

    def get_resource(request: Any, path: str) -> None:
        app = request.app
        if app.config:
            dispatch = app.find_config(path, "request.dispatch", request.dispatch)
        else:
            dispatch = request.dispatch
        call(dispatch, path)

    replacements.set(_cprequest.Request, "get_resource", get_resource)


def xmlrpc_responses(replacements: Replacements, result_of: Callable[[Any], Any]) -> None:
    """Wait for coroutines that methods of XML-RPC return (`lib/xmlrpcutil.py`, `respond`).

    `_cptools.XMLRPCController` calls these methods itself.
    """

    def respond(original: _Wrapper, body: Any, *args: Any, **kwargs: Any) -> None:
        original(result_of(body), *args, **kwargs)

    replacements.wrap(xmlrpcutil, "respond", respond)


def engine_listeners(replacements: Replacements, result_of: Callable[[Any], Any]) -> None:
    """Wait for coroutines that listeners on the bus return (`process/wspbus.py`, `Bus.publish`)."""
    original = wspbus.Bus.publish

    def publish(bus: Any, channel: str, *args: Any, **kwargs: Any) -> Any:
        if not bus.listeners.get(channel):
            return []
        return [result_of(value) for value in original(bus, channel, *args, **kwargs)]

    replacements.set(wspbus.Bus, "publish", publish)


def session_locks(replacements: Replacements, lock: Callable[[], Any]) -> None:
    """Make the locks of RAM and memcached sessions with `lock` (`lib/sessions.py`, `acquire_lock`).

    The originals are `threading.RLock`s, which exclude other threads. Requests on an event loop
    share a thread, so an RLock would let all of them in.
    """

    def acquire_lock(session: Any) -> None:
        session.locked = True
        session.locks.setdefault(session.id, lock()).acquire()
        if session.debug:
            cherrypy.log("Lock acquired.", "TOOLS.SESSIONS")

    replacements.set(sessions.RamSession, "acquire_lock", acquire_lock)
    replacements.set(sessions.MemcachedSession, "acquire_lock", acquire_lock)


def session_file_locks(replacements: Replacements, lock: Callable[[], Any]) -> None:
    """Let the requests of this process wait for a lock of their own before they lock the file.

    In `lib/sessions.py`, `FileSession`. The lock on the file excludes other processes, too, but is
    not fair: each request tries ten times a second whether it is free.
    """
    locks: weakref.WeakValueDictionary[str, Any] = weakref.WeakValueDictionary()
    guard = threading.Lock()

    def acquire(original: _Wrapper, session: Any, path: str | None = None) -> None:
        with guard:
            key = path or session._get_file_path()  # noqa: SLF001
            process_lock = locks.setdefault(key, lock())
        limit = session.lock_timeout
        if not process_lock.acquire(timeout=-1 if limit is None else limit.total_seconds()):
            raise locking.LockTimeout(f"Timeout acquiring lock for {session.id}")
        try:
            original(session, path)
        except BaseException:
            process_lock.release()
            raise
        session.process_lock = process_lock

    def release(original: _Wrapper, session: Any, path: str | None = None) -> None:
        original(session, path)
        session.process_lock.release()

    replacements.wrap(sessions.FileSession, "acquire_lock", acquire)
    replacements.wrap(sessions.FileSession, "release_lock", release)


def session_storage(replacements: Replacements, offload: Callable[..., Any]) -> None:
    """Let `offload` read and write sessions in files and in memcached (`lib/sessions.py`)."""
    for cls in sessions.FileSession, sessions.MemcachedSession:
        for name in "_exists", "_load", "_save", "_delete":
            replacements.wrap(cls, name, offload)


class _Time:
    """The module `time` with another `sleep`."""

    def __init__(self, time: Any, sleep: Callable[[float], None]) -> None:
        self._time = time
        self.sleep = sleep

    def __getattr__(self, name: str) -> Any:
        return getattr(self._time, name)


def session_sleep(replacements: Replacements, sleep: Callable[[float], None]) -> None:
    """Let file sessions call `sleep` between two attempts to lock (`lib/sessions.py`)."""
    replacements.set(sessions, "time", _Time(sessions.time, sleep))


def cache_waits(
    replacements: Replacements, wait: _Wrapper, announce: Callable[[threading.Event], None]
) -> None:
    """Let `wait(original, cache, key, …)` wait for a page that another request makes.

    In `lib/caching.py`, `AntiStampedeCache`. `announce` is called with the event that the cache has
    set when the page is there.
    """

    def set_item(original: _Wrapper, cache: Any, key: Any, value: Any) -> None:
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
