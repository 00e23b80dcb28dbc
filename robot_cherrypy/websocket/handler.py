"""The decorator that makes a WebSocket page of a page handler."""

import asyncio
import functools
import inspect
from collections.abc import Callable
from typing import Any, TypeVar, overload

import cherrypy

from robot_cherrypy.websocket import handshake
from robot_cherrypy.websocket.carriers import Carrier, carrier_of
from robot_cherrypy.websocket.loops import runs_here
from robot_cherrypy.websocket.options import Options
from robot_cherrypy.websocket.session import Session

F = TypeVar("F", bound=Callable[..., Any])

_LAST = 100  # priority of a hook that runs after all others


@overload
def websocket(function: F, /) -> F: ...
@overload
def websocket(function: None = None, /, **options: Any) -> Callable[[F], F]: ...
def websocket(function: Any = None, /, **options: Any) -> Any:
    """Make a WebSocket page of a page handler that takes the WebSocket as its first argument.

    The request is dispatched as any other, with its configuration and its tools, before the handler
    is called; and until the handler uses the WebSocket, an `HTTPError`, an `HTTPRedirect` or any
    other error that it raises is the answer to the handshake.

    Args:
        function: `async def handler(self, ws, …)` or `def handler(self, ws, …)`.
        **options: See `Options`.

    Raises:
        TypeError: There is no such option, or the function takes no WebSocket.
    """
    chosen = Options(**options)
    if function is None:
        return functools.partial(_page, options=chosen)
    return _page(function, options=chosen)


def _page(function: Any, *, options: Options) -> Any:
    signature = inspect.signature(function)
    names = list(signature.parameters)
    place = 1 if names[:1] == ["self"] else 0
    if len(names) <= place:
        raise TypeError(f"{function.__qualname__} takes no WebSocket: it is its first argument.")
    is_async = inspect.iscoroutinefunction(function)
    without = [one for one in signature.parameters.values() if one.name != names[place]]
    seen = signature.replace(parameters=without)

    @functools.wraps(function)
    def page(*args: Any, **kwargs: Any) -> Any:
        seen.bind(*args, **kwargs)  # CherryPy makes a 404 of the TypeError
        own, rest = args[:place], args[place:]
        return _answer(lambda ws: function(*own, ws, *rest, **kwargs), options, is_async=is_async)

    page.__signature__ = seen  # type: ignore[attr-defined]
    return page


def _answer(handler: Callable[[Any], Any], options: Options, *, is_async: bool) -> Any:
    """Answer the handshake when the page handler uses its WebSocket.

    Returns:
        An empty body, or on an event loop's thread a coroutine that returns it.
    """
    request = cherrypy.serving.request
    carrier = carrier_of(request)
    session, headers = _open(
        request, carrier, handler, options.configured(request.config), is_async
    )
    end = functools.partial(_end_request, carrier, session)
    request.hooks.attach("on_end_request", end, failsafe=True, priority=_LAST)
    opening = session.socket.opening
    assert opening is not None
    if runs_here(carrier.loop):
        session.start()
        return _accept_later(asyncio.wrap_future(opening.wanted), carrier, session, headers)
    carrier.loop.call_soon_threadsafe(session.start)
    opening.wanted.result()
    return _accept(carrier, session, headers)


def _open(
    request: Any,
    carrier: Carrier,
    handler: Callable[[Any], Any],
    options: Options,
    is_async: bool,
) -> tuple[Session, dict[str, str]]:
    """Judge the handshake, and make its WebSocket.

    Raises:
        HTTPError: It is refused.
    """
    headers = request.headers
    try:
        subprotocol = handshake.choose_subprotocol(headers, options.subprotocols)
        socket, accepting = carrier.open(request, options, subprotocol)
        # Not the Host header: tools.proxy knows better.
        host = request.base.partition("://")[2]
        handshake.check_origin(headers.get("Origin"), host, options.origins)
    except handshake.Refused as refused:
        cherrypy.serving.response.headers.update(refused.headers)
        raise cherrypy.HTTPError(refused.status, refused.message) from refused
    answer = dict(accepting)
    if subprotocol is not None:
        answer["Sec-WebSocket-Protocol"] = subprotocol
    return Session(socket, handler, is_async=is_async), answer


async def _accept_later(
    wanted: "asyncio.Future[None]", carrier: Carrier, session: Session, headers: dict[str, str]
) -> bytes:
    try:
        await wanted
    except asyncio.CancelledError:  # the client has gone
        if session.task is not None:
            session.task.cancel()
        raise
    return _accept(carrier, session, headers)


def _accept(carrier: Carrier, session: Session, headers: dict[str, str]) -> bytes:
    response = cherrypy.serving.response
    response.status = "101 Switching Protocols"
    response.headers.pop("Content-Type", None)
    response.headers["Cache-Control"] = "no-store"  # tools.caching keeps whatever has a body
    response.headers.update(headers)
    carrier.hand_over(session)
    return b""


def _end_request(carrier: Carrier, session: Session) -> None:
    status = str(cherrypy.serving.response.status)
    accepted = status.startswith("101")
    carrier.end_request(session, accepted=accepted)
    if accepted:
        session.end_request()
