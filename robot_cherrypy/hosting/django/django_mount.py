"""A Django project on a CherryPy tree, served by a threaded or an asyncio server."""

import functools
import logging
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import cherrypy
from asgiref.sync import ThreadSensitiveContext, sync_to_async
from django.conf import settings
from django.core.asgi import get_asgi_application
from django.core.servers.basehttp import get_internal_wsgi_application
from django.db import connections
from django.utils.module_loading import import_string

from robot_cherrypy.asgi import AsgiCallable, Message, Receive, Scope, Send
from robot_cherrypy.hosting.asgi_mount import AsgiMount
from robot_cherrypy.hosting.cherrypy_server import AFTER_SERVER_STOP
from robot_cherrypy.hosting.django.connections import Connections
from robot_cherrypy.hosting.django.logs import ErrorLog, log_access
from robot_cherrypy.hosting.interfaces import interface_of


def _asgi_application() -> AsgiCallable:
    """Return the project's `ASGI_APPLICATION` (a setting of Channels), else Django's own."""
    name = getattr(settings, "ASGI_APPLICATION", None)
    application: AsgiCallable = import_string(name) if name else get_asgi_application()
    return application


def make_mount(wrapper: Callable[..., Any] | None, *, tree: Any, paths: list[str]) -> "DjangoMount":
    """Return what the tree holds for a project.

    Args:
        wrapper: A WSGI or an ASGI application that answers in the place of Django's own on every
            server; by default the kind of the server decides which of Django's own does.
        tree: The tree it is mounted on.
        paths: The script names that the project occupies, its own first.
    """
    kind = DjangoMount if wrapper and interface_of(wrapper) == "wsgi" else _AsgiDjangoMount
    return kind(wrapper, tree=tree, paths=paths)


class DjangoMount:
    """What the tree holds for a Django project that is served by WSGI on every server."""

    def __init__(self, wrapper: Callable[..., Any] | None, *, tree: Any, paths: list[str]) -> None:
        """See `make_mount`."""
        self._wrapper = wrapper
        self._tree, self._paths = tree, paths
        self._connections = Connections()
        self._error_log = ErrorLog()

    @functools.cached_property
    def _wsgi(self) -> Callable[..., Any]:
        application = self._wrapper or get_internal_wsgi_application()
        self._attach_error_log()
        return application

    # -- on the bus

    def subscribe(self) -> None:
        """Subscribe to the engine's stop, and pass Django's log on to CherryPy's."""
        self._attach_error_log()
        cherrypy.engine.subscribe("stop", self._stop, AFTER_SERVER_STOP)

    def _attach_error_log(self) -> None:
        """Add the handler to Django's logger.

        Making a WSGI or ASGI handler sets Django up again, which configures logging anew and so
        removes the handler; then it has to be added again.
        """
        logging.getLogger("django").addHandler(self._error_log)

    def _stop(self) -> None:
        """Detach from Django's logger and close database connections, as no request is left."""
        logging.getLogger("django").removeHandler(self._error_log)
        self._connections.close()

    def leave(self) -> None:
        """See `Mounted.leave`; also take the static files off the tree."""
        cherrypy.engine.unsubscribe("stop", self._stop)
        for path in self._paths:
            self._tree.apps.pop(path, None)
        self._stop()

    # -- on a threaded server

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        """Serve a request as WSGI (PEP 3333)."""
        return _DjangoCall(self._wsgi, environ, start_response, self._connections)


class _AsgiDjangoMount(DjangoMount):
    """What the tree holds for a Django project that an asyncio server serves by ASGI.

    A threaded server calls it as a WSGI application. An asyncio server calls `asgi`, `startup` and
    `shutdown` instead.
    """

    @functools.cached_property
    def _asgi(self) -> AsgiMount:
        application = functools.partial(_with_connections, self._wrapper or _asgi_application())
        self._attach_error_log()
        return AsgiMount(application, tree=self._tree, script_name=self._paths[0])

    @functools.cached_property
    def _wsgi(self) -> Callable[..., Any]:
        return self._asgi if self._wrapper else super()._wsgi

    def subscribe(self) -> None:
        """See `DjangoMount.subscribe`; an ASGI application on a threaded server needs a loop."""
        super().subscribe()
        if self._wrapper:
            self._asgi.subscribe()

    def leave(self) -> None:
        """See `DjangoMount.leave`."""
        if self._wrapper:
            self._asgi.leave()
        super().leave()

    async def startup(self) -> None:
        """See `AsgiMount.startup`."""
        await self._asgi.startup()

    async def shutdown(self) -> None:
        """See `AsgiMount.shutdown`."""
        await self._asgi.shutdown()

    async def asgi(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request, and log it, or a WebSocket."""
        sent = {"status": 500, "length": 0}

        async def count_and_send(message: Message) -> None:
            sent["status"] = message.get("status", sent["status"])
            sent["length"] += len(message.get("body", b""))
            await send(message)

        try:
            await self._asgi.asgi(scope, receive, count_and_send)
        finally:
            if scope["type"] == "http":
                _log_asgi(scope, **sent)


async def _with_connections(
    application: AsgiCallable, scope: Scope, receive: Receive, send: Send
) -> None:
    """Run Django's synchronous code on one thread, and close its connections before that ends.

    Django's handler would make such a thread for each request, too, but would leave open the
    connections that `CONN_MAX_AGE` keeps, though no later request uses that thread.
    """
    if scope["type"] == "lifespan":
        await application(scope, receive, send)
        return
    async with ThreadSensitiveContext():
        try:
            await application(scope, receive, send)
        finally:
            await sync_to_async(connections.close_all)()


def _log_asgi(scope: Scope, *, status: int, length: int) -> None:
    query = scope["query_string"].decode("latin-1")
    target = scope["path"] + (query and f"?{query}")
    log_access(
        client=(scope["client"] or [""])[0],
        request_line=f"{scope['method']} {target} HTTP/{scope['http_version']}",
        headers={k.decode("latin-1").title(): v.decode("latin-1") for k, v in scope["headers"]},
        status=status,
        length=length,
    )


class _DjangoCall:
    """A request that Django's WSGI application answers; iterating gives the response's body."""

    def __init__(
        self,
        application: Callable[..., Any],
        environ: dict[str, Any],
        start_response: Callable[..., Any],
        open_connections: Connections,
    ) -> None:
        self._environ = environ
        self._start_response = start_response
        self._connections = open_connections
        self._status, self._length = 500, 0
        self._body: Iterable[bytes] = application(environ, self._start)
        self._chunks = iter(self._body)

    def _start(self, status: str, headers: Any, *error: Any) -> Any:
        self._status = int(status[:3])
        return self._start_response(status, headers, *error)

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        chunk: bytes = next(self._chunks)
        self._length += len(chunk)
        return chunk

    def close(self) -> None:
        """Close Django's response, which sends `request_finished`, and log the request."""
        try:
            if hasattr(self._body, "close"):
                self._body.close()
        finally:
            self._connections.add_current()
            self._log()

    def _log(self) -> None:
        environ = self._environ
        keys = {"Referer": "HTTP_REFERER", "User-Agent": "HTTP_USER_AGENT", "Host": "HTTP_HOST"}
        target = environ.get("REQUEST_URI") or environ["SCRIPT_NAME"] + environ["PATH_INFO"]
        log_access(
            client=environ.get("REMOTE_ADDR", ""),
            request_line=f"{environ['REQUEST_METHOD']} {target} {environ['SERVER_PROTOCOL']}",
            headers={name: environ[key] for name, key in keys.items() if key in environ},
            status=self._status,
            length=self._length,
        )
