"""How page handlers, hooks and other callables run, whether they are coroutine functions or not."""

import asyncio
import functools
import inspect
import itertools
import time
import types
import weakref
from collections.abc import AsyncGenerator, Callable, Iterable, Iterator
from enum import Enum
from typing import Any, TypeVar

import cherrypy
from cherrypy import _cpdispatch
from cherrypy.lib import cptools, static

from robot_cherrypy.aio.runtime import bridge
from robot_cherrypy.aio.runtime.turns import LONG, with_turns
from robot_cherrypy.aio.runtime.workers import offload

_F = TypeVar("_F", bound=Callable[..., Any])
_R = TypeVar("_R")

# The attribute by which `inline` and `blocking` mark a function.
_MARK = "_robot_cherrypy_runs_on"
# The attribute of a response that holds the generators of its body.
_GENERATORS = "robot_cherrypy_generators"
# Of these types, and of those with `__await__`, a value may have to be awaited or adapted. A
# generator is a coroutine if `types.coroutine` made it.
_MAYBE_AWAITABLE = (types.CoroutineType, types.AsyncGeneratorType, types.GeneratorType)
# Bytes of a body above which a worker thread does what CherryPy does with it: CherryPy needs about
# a millisecond for so many, and to offload takes a tenth of one.
_LARGE_BODY = 65536
# Pieces of a body that are counted, as a list of more is large whatever they are.
_MANY_PIECES = 1000
# The flags of the code of coroutine functions and of async generator functions.
_ASYNC = inspect.CO_COROUTINE | inspect.CO_ASYNC_GENERATOR
# The tools that read files, and the hooks that work on a whole response.
_FILE_TOOLS = frozenset({static.staticdir, static.staticfile})
_BODY_HOOKS = frozenset({cptools.validate_etags})


class NeedsThreadError(BaseException):
    """Raised on the event loop: the request has to be dispatched on a worker thread."""


class RunsOn(Enum):
    """Where a callable runs."""

    LOOP = "loop"
    WORKER = "worker"


def inline(function: _F) -> _F:
    """Mark a plain page handler that never blocks: its request runs on the event loop.

    Without the mark, the whole request runs on one worker thread, as on CherryPy's own server.
    """
    setattr(function, _MARK, RunsOn.LOOP)
    return function


def blocking(function: _F) -> _F:
    """Mark a plain hook, tool or callback that may block: it never runs on the event loop.

    Without the mark, hooks, tools and callbacks such as `checkpassword` run where their request
    does: on the event loop if the page handler is a coroutine. With it, they run on any worker
    thread.
    """
    setattr(function, _MARK, RunsOn.WORKER)
    return function


def _is_async(function: Any) -> bool:
    """Return whether a call of `function` returns a coroutine or an async generator."""
    function = inspect.unwrap(function) if isinstance(function, types.FunctionType) else function
    if inspect.iscoroutinefunction(function) or inspect.isasyncgenfunction(function):
        return True
    call = getattr(type(function), "__call__", None)  # noqa: B004 - asks whether it is `async def __call__`
    return inspect.iscoroutinefunction(call) or inspect.isasyncgenfunction(call)


def _remembering(function: Callable[[Any], _R]) -> Callable[[Any], _R]:
    """Make a function remember its results, each for as long as its argument lives.

    The argument may be a hook of one request only, and must not outlive that.
    """
    results: weakref.WeakKeyDictionary[Any, _R] = weakref.WeakKeyDictionary()

    @functools.wraps(function)
    def remembering(argument: Any) -> _R:
        try:
            return results[argument]
        except KeyError:
            result = results[argument] = function(argument)
            return result
        except TypeError:  # it cannot be a key
            return function(argument)

    return remembering


@_remembering
def _runs_on(function: Any) -> RunsOn | None:
    mark: RunsOn | None = getattr(function, _MARK, None)
    return RunsOn.LOOP if mark is None and _is_async(function) else mark


def runs_on(function: Any) -> RunsOn | None:
    """Return where a callable has to run; None for a plain one without a mark."""
    return _runs_on(function.__func__ if isinstance(function, types.MethodType) else function)


@_remembering
def _may_be_awaitable(kind: Any) -> bool:
    return issubclass(kind, _MAYBE_AWAITABLE) or hasattr(kind, "__await__")


def awaited(value: Any) -> Any:
    """Await a value if it is awaitable, and make an iterator of an async generator."""
    if not _may_be_awaitable(type(value)):
        return value
    if isinstance(value, types.CoroutineType) or inspect.isawaitable(value):
        value = bridge.wait(value)
    if isinstance(value, types.AsyncGeneratorType):
        return _AsyncBody(value)
    return value


def synchronous(function: Any) -> Any:
    """Wrap a function so that it runs where its mark says, and returns an awaited value.

    Classes and other objects are returned unchanged, as they may be meant as values.
    """
    if getattr(function, "_is_synchronous", False) or not _is_function(function):
        return function

    @functools.wraps(function)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        if runs_on(function) is RunsOn.WORKER:
            return offload(functools.partial(function, *args, **kwargs))
        return awaited(function(*args, **kwargs))

    wrapper._is_synchronous = True  # type: ignore[attr-defined]  # noqa: SLF001 - so that no wrapper is wrapped
    return wrapper


def place_of(handler: Any) -> RunsOn:
    """Return where the request of a page handler, or of None, has to run."""
    if isinstance(handler, _cpdispatch.PageHandler):
        is_for_loop = _is_for_loop(handler.callable)
    else:
        is_for_loop = _is_async(handler)
    return RunsOn.LOOP if is_for_loop else RunsOn.WORKER


def _is_for_loop(function: Any) -> bool:
    # Most are methods or functions whose code says it, which takes less time to find out.
    code = getattr(function, "__code__", None)
    if code is not None and code.co_flags & _ASYNC:
        return True
    return runs_on(function) is RunsOn.LOOP


def call_dispatcher(function: Any, *args: Any, **kwargs: Any) -> Any:
    """Call a dispatcher, or a `_cp_dispatch`.

    Raises:
        NeedsThreadError: It is a plain one of the application's own, which may block, and the event
            loop runs here.
    """
    if (
        type(function) is not _cpdispatch.Dispatcher  # as it seldom is
        and bridge.on_request_greenlet()
        and not _dispatches_on_loop(function)
    ):
        raise NeedsThreadError
    value = function(*args, **kwargs)
    return value if value is None else awaited(value)


def _dispatches_on_loop(function: Any) -> bool:
    """Return whether a dispatcher or `_cp_dispatch` is CherryPy's, async, or marked `inline`."""
    if runs_on(function) is RunsOn.LOOP:
        return True
    function = getattr(function, "__func__", function)
    if not isinstance(function, types.FunctionType):
        return str(type(function).__module__).startswith("cherrypy.")
    # The functions that `VirtualHost`, `XMLRPCDispatcher` and `popargs` make may call others.
    called = inspect.getclosurevars(function).nonlocals
    return (
        function.__module__.startswith("cherrypy.")
        and not called.get("handler_call")
        and ("next_dispatcher" not in called or _dispatches_on_loop(called["next_dispatcher"]))
    )


def _is_function(value: Any) -> bool:
    if isinstance(value, types.FunctionType | types.MethodType | functools.partial):
        return True
    return callable(value) and not isinstance(value, type) and _is_async(value)


def _keep(body: Any) -> None:
    """Keep a generator with its response, so that it is closed where the request runs.

    CherryPy wraps it in iterators that do not close it.
    """
    if cherrypy.serving.request.app is not None:
        vars(cherrypy.serving.response).setdefault(_GENERATORS, []).append(body)


def generators_of(response: Any) -> list[Any]:
    """Return the generators of a response's body, each with a method `close`."""
    generators: list[Any] = getattr(response, _GENERATORS, [])
    return generators


class _AsyncBody(Iterator[Any]):
    """An async generator as the iterator that CherryPy's encoders and servers expect."""

    def __init__(self, generator: AsyncGenerator[Any, None]) -> None:
        self._generator = generator
        _keep(self)

    def __next__(self) -> Any:
        try:
            return bridge.wait(self._generator.__anext__())
        except StopAsyncIteration:
            raise StopIteration from None

    def close(self) -> None:
        """Close the generator, which may not be exhausted."""
        bridge.wait(self._generator.aclose())


def call_page_handler(original: Callable[[Any], Any], handler: Any) -> Any:
    """Call a page handler.

    A hook may have put a plain one into a request that runs on the event loop: it is offloaded.
    """
    if bridge.on_request_greenlet() and not _is_for_loop(handler.callable):
        value = offload(original, handler)
    else:
        value = original(handler)
    kind = type(value)
    if kind is types.CoroutineType:
        value = bridge.wait(_with_timeout(value))
    elif kind is types.GeneratorType and bridge.in_request():
        _keep(value)
    return awaited(value)


def _with_timeout(coroutine: Any) -> Any:
    """Limit a coroutine to the seconds of the page's `request.timeout`, if that is configured."""
    seconds = cherrypy.serving.request.config.get("request.timeout")
    return coroutine if seconds is None else _within(seconds, coroutine)


async def _within(seconds: float, coroutine: Any) -> Any:
    try:
        async with asyncio.timeout(seconds) as deadline:
            return await coroutine
    except TimeoutError:
        if not deadline.expired():
            raise
        raise cherrypy.HTTPError(503, f"The page was not ready within {seconds} s.") from None


def call_hook(hook: Any) -> Any:
    """Call a hook or tool: on a worker thread if it is marked `blocking`, else on the loop.

    Functions among its arguments, such as a `checkpassword`, may be coroutine functions as well.
    """
    kwargs, callback = hook.kwargs, hook.callback
    if kwargs:
        for name, value in kwargs.items():
            if callable(value):
                kwargs[name] = synchronous(value)
    if runs_on(callback) is RunsOn.WORKER or (
        callback in _BODY_HOOKS and _is_large(cherrypy.serving.response.body)
    ):
        value = offload(functools.partial(callback, **kwargs))
    else:
        value = callback(**kwargs)
    return value if value is None else awaited(value)


def process_body(original: Callable[[Any], None], body: Any) -> None:
    """Process the body of a request: a large one, or one of unknown length, not on the loop."""
    if bridge.on_request_greenlet() and (body.length is None or body.length > _LARGE_BODY):
        offload(original, body)
    else:
        original(body)


def compressed(
    original: Callable[[Any, int], Iterator[bytes]], body: Iterable[bytes], level: int
) -> Iterator[bytes]:
    """Compress the pieces of a body: large ones in portions, between which the loop can turn."""
    return original(_portions(body) if bridge.on_request_greenlet() else body, level)


def _portions(body: Iterable[bytes]) -> Iterator[bytes]:
    for piece in body:
        if len(piece) <= _LARGE_BODY:
            yield piece
        else:
            for begin in range(0, len(piece), _LARGE_BODY):
                yield piece[begin : begin + _LARGE_BODY]


def _is_large(body: Any) -> bool:
    """Return whether a body in one or more pieces is large; of an iterator one cannot know it."""
    if isinstance(body, str | bytes):
        return len(body) > _LARGE_BODY
    if not isinstance(body, list) or len(body) < 2:
        return isinstance(body, list) and bool(body) and _size(body[0]) > _LARGE_BODY
    return len(body) > _MANY_PIECES or sum(map(_size, body)) > _LARGE_BODY


def _size(piece: Any) -> int:
    return len(piece) if isinstance(piece, str | bytes) else 0


def encode_body(original: Callable[[Any], Any], encoder: Any) -> Any:
    """Encode a body: a large one not on the loop, which turns between what a generator yields."""
    if isinstance(encoder.body, Iterator) and not cherrypy.serving.response.stream:
        encoder.body = with_turns(encoder.body)
    return (offload if _is_large(encoder.body) else _call)(original, encoder)


def _call(function: Callable[[Any], Any], argument: Any) -> Any:
    return function(argument)


def collapse_body(original: Callable[[Any], bytes], response: Any) -> bytes:
    """Join the pieces of a response's body, which may be made meanwhile, such as by `tools.gzip`.

    If they are large, or if it takes long to make them, the rest is done on a worker thread; but a
    generator of the application stays on the event loop, which turns between its pieces.
    """
    body = response.body
    if not bridge.on_request_greenlet() or (isinstance(body, list) and len(body) < 2):
        return original(response)
    if isinstance(body, list):
        return (offload if _is_large(body) else _call)(original, response)
    pieces = iter(body)
    if generators_of(response):
        response.body = with_turns(pieces)
        return original(response)
    first: list[bytes] = []
    size, deadline = 0, time.perf_counter() + LONG
    for piece in pieces:
        first.append(piece)
        size += len(piece)
        if size > _LARGE_BODY or time.perf_counter() > deadline:
            response.body = itertools.chain(first, pieces)
            return offload(original, response)
    response.body = first
    return original(response)


def call_tool(function: Callable[..., Any], **kwargs: Any) -> Any:
    """Call the function of a tool that makes the response; on a worker thread if it reads files."""
    if function in _FILE_TOOLS or runs_on(function) is RunsOn.WORKER:
        return awaited(offload(functools.partial(function, **kwargs)))
    return awaited(function(**kwargs))
