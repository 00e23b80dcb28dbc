"""What stands on the tree for a Django project."""

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
from robot_cherrypy.hosting.asgi import AsgiMount
from robot_cherrypy.hosting.django import sessions
from robot_cherrypy.hosting.django.connections import Connections
from robot_cherrypy.hosting.django.logs import ErrorLog, log_access

_STOP = 30  # after the server, at 25


def asgi_application() -> AsgiCallable:
    """Return the project's `ASGI_APPLICATION` (a setting of Channels), else Django's own."""
    name = getattr(settings, "ASGI_APPLICATION", None)
    application: AsgiCallable = import_string(name) if name else get_asgi_application()
    return application


class DjangoMount:
    """A WSGI callable for a threaded server, whose `asgi` is for an asyncio server.

    Args:
        tree: Where it is mounted.
        paths: The script names that it occupies, its own first.
    """

    def __init__(self, *, tree: Any, paths: list[str]) -> None:
        self._tree, self._paths = tree, paths
        self._connections = Connections()
        self._error_log = ErrorLog()

    @functools.cached_property
    def _wsgi(self) -> Callable[..., Any]:
        application: Callable[..., Any] = get_internal_wsgi_application()
        self._take_log()
        return application

    @functools.cached_property
    def _asgi(self) -> AsgiMount:
        served = functools.partial(_with_connections, asgi_application())
        self._take_log()
        return AsgiMount(served, tree=self._tree, script_name=self._paths[0])

    @property
    def sessions(self) -> Any:
        """How a test makes and reads sessions: the module of that name."""
        return sessions

    # -- on the bus

    def subscribe(self) -> None:
        """Follow the engine."""
        self._take_log()
        cherrypy.engine.subscribe("stop", self.stop, _STOP)

    def _take_log(self) -> None:
        """Attach to Django's log, from which making one of its handlers throws everybody off."""
        logging.getLogger("django").addHandler(self._error_log)

    def stop(self) -> None:
        """Close what is open, now that no request is left."""
        logging.getLogger("django").removeHandler(self._error_log)
        self._connections.close()

    def leave(self) -> None:
        """Take all of the project off the tree."""
        cherrypy.engine.unsubscribe("stop", self.stop)
        for path in self._paths:
            self._tree.apps.pop(path, None)
        self.stop()

    # -- on a threaded server

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        """Serve a request as WSGI (PEP 3333)."""
        return Response(self._wsgi, environ, start_response, self._connections)

    # -- on an asyncio server

    async def startup(self) -> None:
        """Start the ASGI application up, if it knows how to."""
        await self._asgi.startup()

    async def shutdown(self) -> None:
        """Shut it down."""
        await self._asgi.shutdown()

    async def asgi(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request or a WebSocket."""
        sent = {"status": 500, "length": 0}

        async def counted(message: Message) -> None:
            sent["status"] = message.get("status", sent["status"])
            sent["length"] += len(message.get("body", b""))
            await send(message)

        try:
            await self._asgi.asgi(scope, receive, counted)
        finally:
            if scope["type"] == "http":
                _log_asgi(scope, **sent)


async def _with_connections(
    application: AsgiCallable, scope: Scope, receive: Receive, send: Send
) -> None:
    """Serve with a thread for synchronous code, and close its connections before it ends.

    Django's handler would make such a thread for each request itself, and leave open what
    `CONN_MAX_AGE` keeps, though nobody gets that thread again.
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


class Response:
    """A response of Django's WSGI application, as a WSGI server reads it."""

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
        """Let Django finish the request, and log it."""
        try:
            if hasattr(self._body, "close"):
                self._body.close()
        finally:
            self._connections.note()
            self._log()

    def _log(self) -> None:
        environ = self._environ
        named = {"Referer": "HTTP_REFERER", "User-Agent": "HTTP_USER_AGENT", "Host": "HTTP_HOST"}
        target = environ.get("REQUEST_URI") or environ["SCRIPT_NAME"] + environ["PATH_INFO"]
        log_access(
            client=environ.get("REMOTE_ADDR", ""),
            request_line=f"{environ['REQUEST_METHOD']} {target} {environ['SERVER_PROTOCOL']}",
            headers={name: environ[key] for name, key in named.items() if key in environ},
            status=self._status,
            length=self._length,
        )
