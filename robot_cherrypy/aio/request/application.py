"""The ASGI application that serves what is mounted on a CherryPy tree."""

from typing import Any

import cherrypy
from cherrypy import _cpwsgi

from robot_cherrypy.aio.http.refusals import BODY_TOO_LARGE, Refusal
from robot_cherrypy.aio.installation import ensure_installed
from robot_cherrypy.aio.request.body import ClientDisconnected, RequestBody
from robot_cherrypy.aio.request.cherrypy_call import CherryPyCall
from robot_cherrypy.aio.request.disconnect import DisconnectWatch
from robot_cherrypy.aio.request.environ import IncomingRequest, path_of
from robot_cherrypy.aio.request.lifespan import run_lifespan
from robot_cherrypy.aio.request.message_upgrade import MessageUpgrade, handshake_scope
from robot_cherrypy.aio.request.response_writer import ResponseWriter
from robot_cherrypy.aio.request.wsgi_call import WsgiCall
from robot_cherrypy.aio.runtime import bridge
from robot_cherrypy.aio.runtime.workers import BusyError, run_on_thread
from robot_cherrypy.asgi import CANCELS_REQUESTS, AsgiCallable, Receive, Scope, Send

# Characters of a path above which it is shortened before the tree looks for an application, as the
# tree's time for it grows as the square of its length.
_LONG_PATH = 256
_BUSY = Refusal(503, b"Service Unavailable", b"All worker threads are busy.")


class Application:
    """An ASGI application for a `cherrypy._cptree.Tree`.

    Args:
        tree: The tree; by default the one that `cherrypy.tree` is when a request arrives.
    """

    def __init__(self, tree: Any = None) -> None:
        self._tree = tree
        # Those of the server that serves it; other ASGI servers have `cherrypy.server`.
        self.settings: Any = cherrypy.server

    @property
    def tree(self) -> Any:
        """The tree that is served."""
        return cherrypy.tree if self._tree is None else self._tree

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request, a WebSocket or a lifespan (ASGI 3.0).

        Raises:
            ValueError: The scope is of another type.
        """
        if scope["type"] == "http":
            await self._http(scope, receive, send)
        elif scope["type"] == "websocket":
            hosted = _hosted(self._find(scope)[0])
            await (hosted or self._websocket)(scope, receive, send)
        elif scope["type"] == "lifespan":
            await run_lifespan(scope, receive, send, self.tree)
        else:
            raise ValueError(f"A scope of type {scope['type']!r} is not known.")

    def is_hosted(self, scope: Scope) -> bool:
        """Return whether what is mounted at the path is an ASGI application."""
        return _hosted(self._find(scope)[0]) is not None

    def _find(self, scope: Scope) -> tuple[Any, str, str]:
        """Return the application at the request's path or None, its script name, and the path."""
        path, tree = path_of(scope), self.tree
        shortened = path or "/"
        if len(path) > _LONG_PATH:
            shortened = path[: 1 + max(map(len, tree.apps), default=0)]
        script_name = tree.script_name(shortened)
        return tree.apps.get(script_name), script_name or "", path

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        writer = ResponseWriter(send)
        limit = self.settings.max_request_body_size or 0
        length = _declared_length(scope) if writer.cycle is None else writer.cycle.declared_length
        if limit and length is not None and length > limit:
            await _refuse(send, BODY_TOO_LARGE)
            return
        application, script_name, path = self._find(scope)
        hosted = _hosted(application)
        if hosted is not None:
            await hosted(scope, receive, send)
            return
        if application is None:
            await bridge.GreenletCall(writer.send, b"404 Not Found", [], b"")
            return
        ensure_installed()
        bridge.request_task.set(writer.task())
        watch = None
        if CANCELS_REQUESTS not in scope.get("extensions", ()):
            watch = DisconnectWatch(scope, receive, writer)
        body = RequestBody(receive, limit=limit, on_end=watch.start if watch else None)
        request = IncomingRequest(scope, script_name, path, body)
        try:
            call = _call_of(application, request, writer)
            while not await bridge.GreenletCall(call.run_on_loop):
                await call.read_ahead()
                if await run_on_thread(call.run_on_thread):
                    await writer.complete()
                    break
        except BusyError:
            await _refuse(send, _BUSY)
        except ClientDisconnected:
            return
        finally:
            bridge.request_task.set(None)  # a task and its context would keep each other alive
            if watch is not None:
                watch.stop()

    async def _websocket(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a WebSocket as the request that it began with; the page handler may accept it."""
        await receive()  # websocket.connect
        upgrade = MessageUpgrade(scope, receive, send)
        request = handshake_scope(scope, upgrade)
        await self._http(request, upgrade.receive_no_body, upgrade.send_response)
        await upgrade.run_successor()


def _call_of(
    application: Any, request: IncomingRequest, writer: ResponseWriter
) -> CherryPyCall | WsgiCall:
    kind = CherryPyCall if _is_without_middleware(application) else WsgiCall
    return kind(application, request, writer)


def _hosted(application: Any) -> AsgiCallable | None:
    """Return the ASGI callable of what is mounted, if it is an ASGI application."""
    hosted: AsgiCallable | None = getattr(application, "asgi", None)
    return hosted


async def _refuse(send: Send, refusal: Refusal) -> None:
    status, reason, message = refusal
    headers = [(b"Content-Type", b"text/plain")]
    start = {"type": "http.response.start", "status": status, "headers": headers}
    await send({**start, "reason": reason})
    await send({"type": "http.response.body", "body": message})


def _declared_length(scope: Scope) -> int | None:
    for name, value in scope["headers"]:
        if name == b"content-length":
            return int(value)
    return None


def _is_without_middleware(application: Any) -> bool:
    """Return whether an application is CherryPy's, without WSGI middleware of its own."""
    if not isinstance(application, cherrypy.Application):
        return False
    wsgi, standard = application.wsgiapp, _cpwsgi.CPWSGIApp
    return (
        wsgi.pipeline == standard.pipeline
        and wsgi.response_class is standard.response_class
        and not wsgi.config
    )
