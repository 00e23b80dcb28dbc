"""The ASGI application that serves what is mounted on a CherryPy tree."""

from typing import Any

import cherrypy

from robot_cherrypy.aio import bridge
from robot_cherrypy.aio.body import ClientGone, RequestBody
from robot_cherrypy.aio.clients import CANCELS, ClientWatch
from robot_cherrypy.aio.environ import Incoming, path_of
from robot_cherrypy.aio.exchange import Exchange
from robot_cherrypy.aio.installation import ensure_installed
from robot_cherrypy.aio.lifespan import lifespan
from robot_cherrypy.aio.reply import Reply
from robot_cherrypy.aio.upgrade import handshake_scope, message_upgrade
from robot_cherrypy.aio.wsgi import WsgiExchange
from robot_cherrypy.asgi import AsgiCallable, Receive, Scope, Send

_TOO_LARGE = b"The entity sent with the request exceeds the maximum allowed bytes."


class Application:
    """An ASGI application for a `cherrypy._cptree.Tree`.

    Args:
        tree: What to serve; by default whatever `cherrypy.tree` is when a request comes.
    """

    def __init__(self, tree: Any = None) -> None:
        self._tree = tree

    @property
    def tree(self) -> Any:
        """The tree that is served."""
        return cherrypy.tree if self._tree is None else self._tree

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection as ASGI 3 defines it."""
        if scope["type"] == "http":
            await self._http(scope, receive, send)
        elif scope["type"] == "websocket":
            hosted = _hosted(self._find(scope)[0])
            await (hosted or self._websocket)(scope, receive, send)
        elif scope["type"] == "lifespan":
            await lifespan(scope, receive, send, self.tree)

    def hosts(self, scope: Scope) -> bool:
        """Tell whether a connection goes to an ASGI application as it is."""
        return _hosted(self._find(scope)[0]) is not None

    def _find(self, scope: Scope) -> tuple[Any, str, str]:
        """Return the application at the request's path or None, its script name, and the path."""
        path, tree = path_of(scope), self.tree
        script_name = tree.script_name(path or "/")
        return tree.apps.get(script_name), script_name or "", path

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        reply = Reply(send)
        limit = cherrypy.server.max_request_body_size or 0
        length = _declared_length(scope) if reply.cycle is None else reply.cycle.declared_length
        if limit and length is not None and length > limit:
            await _refuse_body(send)
            return
        application, script_name, path = self._find(scope)
        hosted = _hosted(application)
        if hosted is not None:
            await hosted(scope, receive, send)
            return
        ensure_installed()
        bridge.request_task.set(reply.task())
        # Our own server looks after its clients itself.
        looked_after = CANCELS in scope.get("extensions", ())
        watch = None if looked_after else ClientWatch(scope, receive, reply)
        body = RequestBody(receive, limit=limit, at_end=watch.start if watch else None)
        incoming = Incoming(scope, script_name, path, body)
        try:
            await bridge.Spawned(_serve, application, incoming, reply)
        except ClientGone:
            return
        finally:
            bridge.request_task.set(None)  # a task and its context would keep each other alive
            if watch is not None:
                watch.end()

    async def _websocket(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a WebSocket as the request that it began with; its page may take it from there."""
        await receive()  # websocket.connect
        upgrade = message_upgrade(scope, receive, send)
        await self._http(handshake_scope(scope, upgrade), upgrade.no_body, upgrade.reply)
        await upgrade.run()


def _serve(application: Any, incoming: Incoming, reply: Reply) -> None:
    """Answer one request, on its greenlet."""
    if application is None:
        reply.whole(b"404 Not Found", [], b"")
        return
    exchange = Exchange if _is_plain(application) else WsgiExchange
    exchange(application, incoming, reply).run()


def _hosted(application: Any) -> AsgiCallable | None:
    """Return what gets the connection as it is, if the application has that."""
    hosted: AsgiCallable | None = getattr(application, "asgi", None)
    return hosted


async def _refuse_body(send: Send) -> None:
    headers = [(b"Content-Type", b"text/plain")]
    start = {"type": "http.response.start", "status": 413, "headers": headers}
    await send({**start, "reason": b"Request Entity Too Large"})
    await send({"type": "http.response.body", "body": _TOO_LARGE})


def _declared_length(scope: Scope) -> int | None:
    for name, value in scope["headers"]:
        if name == b"content-length":
            return int(value)
    return None


def _is_plain(application: Any) -> bool:
    """Tell whether an application is CherryPy's, with no WSGI middleware added to CherryPy's."""
    if not isinstance(application, cherrypy.Application):
        return False
    wsgi, standard = application.wsgiapp, cherrypy._cpwsgi.CPWSGIApp  # noqa: SLF001
    return (
        wsgi.pipeline == standard.pipeline
        and wsgi.response_class is standard.response_class
        and not wsgi.config
    )
