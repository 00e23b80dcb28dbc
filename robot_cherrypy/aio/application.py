"""The ASGI application that serves what is mounted on a CherryPy tree."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import cherrypy

from robot_cherrypy.aio import bridge
from robot_cherrypy.aio.body import ClientGone, RequestBody
from robot_cherrypy.aio.clients import CANCELS, ClientWatch
from robot_cherrypy.aio.environ import Incoming, Scope, path_of
from robot_cherrypy.aio.exchange import Exchange
from robot_cherrypy.aio.installation import ensure_installed
from robot_cherrypy.aio.lifespan import lifespan
from robot_cherrypy.aio.reply import Reply
from robot_cherrypy.aio.upgrade import handshake_scope, message_upgrade
from robot_cherrypy.aio.wsgi import WsgiExchange

Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
AsgiCallable = Callable[[Scope, Receive, Send], Awaitable[None]]

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
            await self._websocket(scope, receive, send)
        elif scope["type"] == "lifespan":
            await lifespan(receive, send)

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        ensure_installed()
        reply = Reply(send)
        bridge.request_task.set(reply.task())
        bridge.request_loop.set(asyncio.get_running_loop())
        try:
            if CANCELS in scope.get("extensions", ()):
                await bridge.Spawned(self._serve, scope, RequestBody(receive), reply)
            else:
                await self._watched(scope, receive, reply)
        except ClientGone:
            return

    async def _watched(self, scope: Scope, receive: Receive, reply: Reply) -> None:
        watch = ClientWatch(scope, receive, reply)
        try:
            body = RequestBody(receive, at_end=watch.start)
            await bridge.Spawned(self._serve, scope, body, reply)
        finally:
            watch.end()

    async def _websocket(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a WebSocket as the request that it began with; its page may take it from there."""
        await receive()  # websocket.connect
        upgrade = message_upgrade(scope, receive, send)
        await self._http(handshake_scope(scope, upgrade), upgrade.no_body, upgrade.reply)
        await upgrade.run()

    def _serve(self, scope: Scope, body: RequestBody, reply: Reply) -> None:
        """Answer one request, on its greenlet."""
        limit = cherrypy.server.max_request_body_size
        if limit and _declared_length(scope) > limit:
            reply.whole(
                b"413 Request Entity Too Large", [(b"Content-Type", b"text/plain")], _TOO_LARGE
            )
            return
        path = path_of(scope)
        tree = self.tree
        script_name = tree.script_name(path or "/")
        if script_name is None:
            reply.whole(b"404 Not Found", [], b"")
            return
        application = tree.apps[script_name]
        body.limit = limit or 0
        incoming = Incoming(scope, script_name, path, body)
        exchange = Exchange if _is_plain(application) else WsgiExchange
        exchange(application, incoming, reply).run()


def _declared_length(scope: Scope) -> int:
    for name, value in scope["headers"]:
        if name == b"content-length":
            return int(value)
    return 0


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
