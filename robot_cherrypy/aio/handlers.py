"""How page handlers, hooks and other callables are run, coroutine or plain."""

import asyncio
import functools
import inspect
import types
from collections.abc import AsyncGenerator, Callable, Generator, Iterator
from enum import Enum
from typing import Any, TypeVar

import cherrypy
from cherrypy.lib import static

from robot_cherrypy.aio import bridge
from robot_cherrypy.aio.workers import announce_thread, offload, offload_step

F = TypeVar("F", bound=Callable[..., Any])
_LANE = "_robot_cherrypy_lane"


class Lane(Enum):
    """Where a callable runs."""

    LOOP = "loop"
    THREAD = "thread"


def inline(function: F) -> F:
    """Mark a plain page handler that never blocks: it runs on the event loop and costs no thread.

    Without the mark, plain page handlers run on worker threads, as they do under CherryPy's own
    server.
    """
    setattr(function, _LANE, Lane.LOOP)
    return function


def blocking(function: F) -> F:
    """Mark a plain hook, tool or callback that may block, so that it runs on a worker thread.

    Without the mark, hooks, tools and callbacks such as `checkpassword` run on the event loop.
    """
    setattr(function, _LANE, Lane.THREAD)
    return function


def is_async(function: Any) -> bool:
    """Tell whether calling `function` gives a coroutine or an async generator."""
    function = inspect.unwrap(function) if isinstance(function, types.FunctionType) else function
    if inspect.iscoroutinefunction(function) or inspect.isasyncgenfunction(function):
        return True
    call = getattr(type(function), "__call__", None)  # noqa: B004 - asks whether it is `async def __call__`
    return inspect.iscoroutinefunction(call) or inspect.isasyncgenfunction(call)


@functools.lru_cache(4096)
def _lane_of(function: Any) -> Lane | None:
    lane: Lane | None = getattr(function, _LANE, None)
    return Lane.LOOP if lane is None and is_async(function) else lane


def lane_of(function: Any) -> Lane | None:
    """Tell where a callable is to run; None is for plain ones without a mark."""
    try:
        return _lane_of(function.__func__ if isinstance(function, types.MethodType) else function)
    except TypeError:  # unhashable
        return None


_BODIES = "robot_cherrypy_bodies"
_SETTLED_LATER = (types.CoroutineType, types.AsyncGeneratorType, types.GeneratorType)


@functools.lru_cache(1024)
def _may_be_async(kind: Any) -> bool:
    return issubclass(kind, _SETTLED_LATER) or hasattr(kind, "__await__")


def settle(value: Any) -> Any:
    """Turn what a coroutine function returned into what CherryPy expects, waiting for it."""
    if not _may_be_async(type(value)):  # type: ignore[arg-type]  # types can be hashed
        return value
    if isinstance(value, types.CoroutineType) or inspect.isawaitable(value):
        value = bridge.wait(value)
    if isinstance(value, types.AsyncGeneratorType):
        return AsyncBody(value)
    return value


def synchronous(function: Any) -> Any:
    """Wrap a function so that it settles what it returns, and so that it runs where its mark says.

    Classes and other objects are returned as they are: they may be meant as values.
    """
    if getattr(function, "_settles", False) or not _is_function(function):
        return function

    @functools.wraps(function)
    def settled(*args: Any, **kwargs: Any) -> Any:
        if lane_of(function) is Lane.THREAD:
            return offload(functools.partial(function, *args, **kwargs))
        return settle(function(*args, **kwargs))

    settled._settles = True  # type: ignore[attr-defined]  # noqa: SLF001
    return settled


def _is_function(value: Any) -> bool:
    if isinstance(value, types.FunctionType | types.MethodType | functools.partial):
        return True
    return callable(value) and not isinstance(value, type) and is_async(value)


def _remember(body: Any) -> None:
    """Keep a body with its response, as what CherryPy wraps around it does not close it."""
    if cherrypy.serving.request.app is not None:
        vars(cherrypy.serving.response).setdefault(_BODIES, []).append(body)


def bodies_of(response: Any) -> list[Any]:
    """Return the generators that a response was made of, each with a `close` method."""
    bodies: list[Any] = getattr(response, _BODIES, [])
    return bodies


class AsyncBody(Iterator[Any]):
    """An async generator as the synchronous iterator that CherryPy's encoders and servers want."""

    def __init__(self, generator: AsyncGenerator[Any, None]) -> None:
        self._generator = generator
        _remember(self)

    def __next__(self) -> Any:
        try:
            return bridge.wait(self._generator.__anext__())
        except StopAsyncIteration:
            raise StopIteration from None

    def close(self) -> None:
        """Let the generator end itself, as streams that were not used up are."""
        bridge.wait(self._generator.aclose())


class ThreadedBody(Iterator[Any]):
    """A plain page handler's generator: each step may block, so each runs on a worker thread."""

    def __init__(self, generator: Generator[Any, None, None]) -> None:
        self._generator = generator
        _remember(self)

    def __next__(self) -> Any:
        item = offload_step(next, self._generator, self)
        if item is self:
            raise StopIteration
        return item

    def close(self) -> None:
        """Let the generator end itself, as streams that were not used up are."""
        offload(self._generator.close)


def call_page_handler(original: Callable[[Any], Any], handler: Any) -> Any:
    """Run a page handler: on the loop if it is a coroutine or `inline`, else on a worker thread."""
    if not bridge.on_request_greenlet():
        return settle(original(handler))
    if lane_of(handler.callable) is Lane.LOOP:
        announce_thread()
        value = original(handler)
        if type(value) is types.CoroutineType:
            value = bridge.wait(_with_timeout(value))
        return settle(value)
    value = settle(offload(original, handler))
    return ThreadedBody(value) if isinstance(value, types.GeneratorType) else value


def _with_timeout(coroutine: Any) -> Any:
    """Limit a coroutine to the seconds that `request.timeout` is configured to for this page."""
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


_READ_FILES = frozenset({static.staticdir, static.staticfile})


def call_hook(hook: Any) -> Any:
    """Run a hook or tool on the loop, or on a worker thread if it is marked `blocking`.

    Functions among its arguments, such as a `checkpassword`, may be coroutine functions as well.
    """
    kwargs, callback = hook.kwargs, hook.callback
    if kwargs:
        for name, value in kwargs.items():
            if callable(value):
                kwargs[name] = synchronous(value)
    if lane_of(callback) is Lane.THREAD:
        value = offload(functools.partial(callback, **kwargs))
    else:
        value = callback(**kwargs)
    return value if value is None else settle(value)


def call_tool(function: Callable[..., Any], **kwargs: Any) -> Any:
    """Run the function of a tool that answers itself; those that read files on a worker thread."""
    if function in _READ_FILES or lane_of(function) is Lane.THREAD:
        return settle(offload(functools.partial(function, **kwargs)))
    return settle(function(**kwargs))
