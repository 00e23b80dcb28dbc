"""The function of an application that answers a request, with the place where it is defined."""

import contextlib
import functools
import inspect
import linecache
import re
import types
from dataclasses import dataclass
from typing import Any

import cherrypy

# How many wrappers of a function are removed at most; without a limit, a function that wraps itself
# would make an endless loop. Real page handlers have a handful of decorators.
_MOST_WRAPPERS = 20

# How many functions are remembered; few applications have more page handlers.
_REMEMBERED = 2_000

_DEFINITION = re.compile(r"\s*(async\s+)?def\s")

_GENERIC = inspect.CO_VARARGS | inspect.CO_VARKEYWORDS


@dataclass(frozen=True)
class Handler:
    """A function of an application.

    Attributes:
        name: With its module, such as `shop.Root.buy`.
        file: Path of its source; empty if unknown.
        line: Number of the line with its `def` or `class`, 0 if unknown.
    """

    name: str
    file: str = ""
    line: int = 0

    def __str__(self) -> str:
        """Return name, file and line."""
        return f"{self.name} ({self.file}:{self.line})" if self.file else self.name


def described(function: Any, method: str = "") -> Handler | None:
    """Return what a function is, without its decorators; None if it is none.

    Args:
        function: A function, or an object that can be called, or what is described already.
        method: HTTP method of the request, by which a view that is a class chooses its function.
    """
    if function is None or isinstance(function, Handler):
        return function
    if isinstance(function, BaseException) or not callable(function):
        return None  # CherryPy's dispatchers put errors in the place of a page handler
    inner = function
    for _ in range(_MOST_WRAPPERS):
        wrapped = _wrapped(inner, method)
        if wrapped is None or wrapped is inner:
            break
        inner = wrapped
    return _place(inner)


def described_code(code: types.CodeType, module: str) -> Handler:
    """Return what the function of a running frame is."""
    return Handler(f"{module}.{code.co_qualname}".lstrip("."), code.co_filename, _line_of(code))


def _wrapped(function: Any, method: str) -> Any:
    """Return what a function calls for somebody else; None if it does the work itself."""
    match function:
        case cherrypy.Tool() | functools.partial():
            return getattr(function, "callable", None) or function.func
        case types.MethodType():
            is_tool = isinstance(function.__self__, cherrypy.Tool)
            return function.__self__ if is_tool else function.__func__
        case type():
            return getattr(function, method.lower(), None) if method else None
    for name in ("__wrapped__", "view_class"):  # a decorator with `wraps`; Django's and Flask's
        if name in getattr(function, "__dict__", ()):
            return getattr(function, name)
    if isinstance(function, types.FunctionType):
        return _enclosed(function)
    return None if inspect.isroutine(function) else vars(type(function)).get("__call__")


def _enclosed(function: types.FunctionType) -> Any:
    """Return the one function that a decorator's function encloses, or None.

    A decorator's function hands over whatever arguments it gets.
    """
    if function.__code__.co_flags & _GENERIC != _GENERIC:
        return None
    contents = []
    for cell in function.__closure__ or ():
        with contextlib.suppress(ValueError):  # not assigned yet
            contents.append(cell.cell_contents)
    functions = (types.FunctionType, types.MethodType, cherrypy.Tool)
    enclosed = [content for content in contents if isinstance(content, functions)]
    return enclosed[0] if len(enclosed) == 1 else None


def _place(function: Any) -> Handler:
    module = str(getattr(function, "__module__", None) or "")
    name = str(getattr(function, "__qualname__", type(function).__qualname__))
    code = getattr(function, "__code__", None)
    if isinstance(code, types.CodeType):
        return Handler(f"{module}.{name}".lstrip("."), code.co_filename, _line_of(code))
    return Handler(f"{module}.{name}".lstrip("."))


@functools.lru_cache(_REMEMBERED)
def _line_of(code: types.CodeType) -> int:
    """Return the line of `def`; Python's own number is that of the first decorator."""
    first = code.co_firstlineno
    lines = linecache.getlines(code.co_filename)[first - 1 :]
    starts = (number for number, line in enumerate(lines, first) if _DEFINITION.match(line))
    return first if code.co_name == "<lambda>" else next(starts, first)
