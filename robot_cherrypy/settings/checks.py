"""Whether a server can serve with its settings.

Most of them are read when a request comes. A server with a wrong one would start, and then respond
to nothing.
"""

import importlib.util
import math
from collections.abc import Callable
from typing import Any, NamedTuple

import cheroot.server

from robot_cherrypy.errors import ServerError, did_you_mean
from robot_cherrypy.settings import tls
from robot_cherrypy.settings.worker_count import AUTO

# The largest C int, in which the operating system takes the length of a queue.
_MAX_INT = 2**31 - 1
# Socket time-outs are nanoseconds in 64 bits (CPython, `_PyTime_t`).
_MAX_SECONDS = 2**63 / 1e9


class _Rule(NamedTuple):
    """What a setting has to be."""

    name: str
    is_valid: Callable[[Any], bool]
    wanted: str


def _is_whole(value: Any) -> bool:
    return isinstance(value, int)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not math.isnan(value)


def _is_time(value: Any) -> bool:
    return _is_number(value) and 0 <= value < _MAX_SECONDS


def _is_limit(value: Any) -> bool:
    return value is None or (_is_number(value) and value >= 0)


_RULES = (
    _Rule("socket_host", lambda value: value is None or isinstance(value, str), "a text"),
    _Rule(
        "socket_port",
        lambda value: value is None or (_is_whole(value) and 0 <= value <= 65535),
        "a whole number from 0 to 65535",
    ),
    _Rule(
        "socket_queue_size",
        lambda value: _is_whole(value) and abs(value) <= _MAX_INT,
        "a whole number",
    ),
    _Rule(
        "socket_timeout",
        lambda value: value is None or _is_time(value),
        "a number of seconds",
    ),
    # CherryPy's own server makes one thread of 0 (`cheroot/wsgi.py`, Server.__init__).
    _Rule(
        "thread_pool", lambda value: _is_whole(value) and value >= 0, "a whole number, 1 or more"
    ),
    _Rule(
        "thread_pool_max",
        lambda value: value == math.inf or (_is_whole(value) and value != 0),
        "a whole number, not below server.thread_pool, or -1 for no limit",
    ),
    _Rule("accepted_queue_size", _is_whole, "a whole number, or -1 for no limit"),
    _Rule(
        "accepted_queue_timeout",
        lambda value: value is None or _is_time(value),
        "a number of seconds",
    ),
    _Rule("shutdown_timeout", _is_time, "a number of seconds"),
    _Rule("max_request_header_size", _is_limit, "a number of bytes, or 0 for no limit"),
    _Rule("max_request_body_size", _is_limit, "a number of bytes, or 0 for no limit"),
    _Rule(
        "protocol_version",
        lambda value: value in {"HTTP/1.0", "HTTP/1.1"},
        "'HTTP/1.0' or 'HTTP/1.1'",
    ),
    # These are of this package.
    _Rule("lifespan_timeout", _is_time, "a number of seconds"),
    _Rule(
        "workers",
        lambda value: value in {None, AUTO} or (_is_whole(value) and value >= 1),
        f"a whole number, 1 or more, or {AUTO!r}",
    ),
    _Rule("blocked_after", lambda value: value is None or _is_time(value), "a number of seconds"),
)


def check(settings: Any) -> None:
    """Check the settings that both kinds of servers have.

    Args:
        settings: A `cherrypy._cpserver.Server`, or an object with its attributes.

    Raises:
        ServerError: A server with these settings could not serve. The message names the setting,
            its value and its file.
    """
    for name, is_valid, wanted in _RULES:
        if hasattr(settings, name):
            value = getattr(settings, name)
            if not is_valid(value):
                raise ServerError(f"server.{name} is {value!r}: it has to be {wanted}.")
    _check_pool(settings)
    if settings.ssl_certificate or settings.ssl_context:
        _check_module(settings.ssl_module or tls.BUILTIN)
    if settings.ssl_context and (settings.ssl_module or tls.BUILTIN) == tls.BUILTIN:
        tls.check_context(settings.ssl_context)
    tls.check_files(settings)


def _check_pool(settings: Any) -> None:
    least, most = settings.thread_pool or 1, getattr(settings, "thread_pool_max", -1)
    if 0 < most < least:
        raise ServerError(
            f"server.thread_pool_max is {most!r}, below server.thread_pool: {least!r}."
        )


def _check_module(name: Any) -> None:
    modules = cheroot.server.ssl_adapters  # type: ignore[attr-defined]
    if not isinstance(name, str) or name.lower() not in modules:
        raise ServerError(f"server.ssl_module is {name!r}: there is none.{did_you_mean(modules)}")
    if name.lower() == "pyopenssl" and importlib.util.find_spec("OpenSSL") is None:
        raise ServerError(
            f"server.ssl_module is {name!r}: it needs a package: pip install pyopenssl"
        )
