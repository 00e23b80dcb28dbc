"""The decorator `websocket`, which makes a WebSocket page of a page handler."""

import asyncio
import functools
import inspect
from collections.abc import Callable
from typing import Any, TypeVar, overload

import cherrypy

from robot_cherrypy.event_loops import runs_here
from robot_cherrypy.websocket.carriers.carrier import Carrier, carrier_of
from robot_cherrypy.websocket.handler_run import HandlerRun
from robot_cherrypy.websocket.options import Options
from robot_cherrypy.websocket.protocol import handshake

_F = TypeVar("_F", bound=Callable[..., Any])

# Priority of a hook that runs after all others: none of CherryPy's own has a higher number.
_LAST = 100


@overload
def websocket(function: _F, /) -> _F: ...
@overload
def websocket(function: None = None, /, **options: Any) -> Callable[[_F], _F]: ...
def websocket(function: Any = None, /, **options: Any) -> Any:
    """Make a WebSocket page of a page handler that takes the WebSocket as its first argument.

    The request is dispatched like any other, with its configuration and its tools, before the page
    handler is called. Until the page handler uses the WebSocket, an `HTTPError`, an `HTTPRedirect`
    or any other error that it raises is the response to the handshake.

    Args:
        function: `async def handler(self, ws, …)` or `def handler(self, ws, …)`.
        **options: See `Options`.

    Raises:
        TypeError: There is no such option, or the function takes no WebSocket.
    """
    chosen = Options(**options)
    if function is None:
        return functools.partial(_make_page, options=chosen)
    return _make_page(function, options=chosen)


def _make_page(function: Any, *, options: Options) -> Any:
    signature = inspect.signature(function)
    names = list(signature.parameters)
    # The WebSocket comes after `self`. A descriptor could tell for certain whether it is called as
    # a method, but `cherrypy.expose` accepts only real functions, and those do not learn what they
    # were bound to. So the name has to tell, which PEP 8 prescribes.
    position = 1 if names[:1] == ["self"] else 0
    if len(names) <= position:
        raise TypeError(f"{function.__qualname__} takes no WebSocket: it is its first argument.")
    is_async = inspect.iscoroutinefunction(function)
    # What CherryPy sees, and fills from path and query.
    page_signature = signature.replace(
        parameters=[
            parameter
            for parameter in signature.parameters.values()
            if parameter.name != names[position]
        ]
    )

    @functools.wraps(function)
    def page(*args: Any, **kwargs: Any) -> Any:
        page_signature.bind(*args, **kwargs)  # CherryPy makes a 404 of its TypeError
        before, after = args[:position], args[position:]
        return _serve(
            lambda ws: function(*before, ws, *after, **kwargs), options, is_async=is_async
        )

    page.__signature__ = page_signature  # type: ignore[attr-defined]
    return page


def _serve(handler: Callable[[Any], Any], options: Options, *, is_async: bool) -> Any:
    """Start the page handler, and respond to the handshake when it uses its WebSocket.

    Returns:
        An empty body, or on an event loop's thread a coroutine that returns it.
    """
    request = cherrypy.serving.request
    carrier = carrier_of(request)
    options = options.configured(request.config)
    run, headers = _check_handshake(request, carrier, handler, options, is_async)
    end = functools.partial(_end_request, carrier, run)
    request.hooks.attach("on_end_request", end, failsafe=True, priority=_LAST)
    pending = run.link.handshake
    assert pending is not None
    if runs_here(carrier.loop):
        run.start()
        return _accept_later(asyncio.wrap_future(pending.decision), carrier, run, headers)
    carrier.loop.call_soon_threadsafe(run.start)
    pending.decision.result()
    return _accept(carrier, run, headers)


def _check_handshake(
    request: Any,
    carrier: Carrier,
    handler: Callable[[Any], Any],
    options: Options,
    is_async: bool,
) -> tuple[HandlerRun, dict[str, str]]:
    """Check the request, and prepare its WebSocket.

    Returns:
        The run of the page handler, to be started, and headers of the response that accepts.

    Raises:
        HTTPError: The handshake is refused.
    """
    headers = request.headers
    try:
        subprotocol = handshake.choose_subprotocol(headers, options.subprotocols)
        link, accept_headers = carrier.create_link(request, options, subprotocol)
        # Not the Host header: behind a proxy, `tools.proxy` has put the right site into `base`.
        handshake.check_origin(headers.get("Origin"), request.base, options.origins)
    except handshake.HandshakeRefused as refused:
        cherrypy.serving.response.headers.update(refused.headers)
        raise cherrypy.HTTPError(refused.status, refused.message) from refused
    response_headers = dict(accept_headers)
    if subprotocol is not None:
        response_headers["Sec-WebSocket-Protocol"] = subprotocol
    return HandlerRun(link, handler, is_async=is_async), response_headers


async def _accept_later(
    decision: "asyncio.Future[None]", carrier: Carrier, run: HandlerRun, headers: dict[str, str]
) -> bytes:
    try:
        await decision
    except asyncio.CancelledError:  # the client has gone
        if run.task is not None:
            run.task.cancel()
        raise
    return _accept(carrier, run, headers)


def _accept(carrier: Carrier, run: HandlerRun, headers: dict[str, str]) -> bytes:
    """Make the response that accepts the handshake; return its body."""
    response = cherrypy.serving.response
    response.status = "101 Switching Protocols"
    response.headers.pop("Content-Type", None)
    # `tools.caching` keeps every response that has a body, be it empty.
    response.headers["Cache-Control"] = "no-store"
    response.headers.update(headers)
    carrier.prepare(run)
    return b""


def _end_request(carrier: Carrier, run: HandlerRun) -> None:
    accepted = str(cherrypy.serving.response.status).startswith("101")
    carrier.end_request(run, accepted=accepted)
    if accepted:
        run.end_request()
