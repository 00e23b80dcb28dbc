"""Calls of CherryPy applications: on the event loop, or each as a whole on one worker thread.

They do what `AppResponse`, `ExceptionTrapper` and `InternalRedirector` of `cherrypy/_cpwsgi.py` do,
without WSGI.
"""

import io
from typing import Any

import cherrypy
from cherrypy import _cperror
from cherrypy.lib import httputil, is_closable_iterator

from robot_cherrypy.aio.request.environ import (
    Environ,
    IncomingRequest,
    RequestHeaders,
    headers_of,
    protocol_of,
    server_of,
)
from robot_cherrypy.aio.request.handlers import NeedsThreadError, RunsOn, generators_of
from robot_cherrypy.aio.request.request_run import RequestRun
from robot_cherrypy.aio.request.response_writer import ResponseWriter
from robot_cherrypy.aio.runtime import bridge
from robot_cherrypy.aio.runtime.workers import announce_thread
from robot_cherrypy.asgi import Scope

# Bytes of a body that are received before a worker thread is needed. Most forms are shorter, and
# the connection buffers as much (uvicorn's HIGH_WATER_LIMIT).
_READ_AHEAD = 65536
# What is not handled on the event loop, since CherryPy needs a time for it that grows as the square
# of its size: a longer path and query, in bytes; a longer header, which may be a cookie; more
# headers. Browsers hardly send any of these.
_MAX_TARGET, _MAX_HEADER, _MAX_HEADERS = 4096, 8192, 100


class CherryPyCall:
    """A request to a CherryPy application, and those to which it redirects internally.

    A request runs on the event loop if its page handler is a coroutine, else whole on one worker
    thread. To know that, it is dispatched on the event loop, unless a plain dispatcher of the
    application's own does that.
    """

    def __init__(self, application: Any, incoming: IncomingRequest, writer: ResponseWriter) -> None:
        self._application = application
        self._incoming = incoming
        self._writer = writer
        self._method: str = incoming.scope["method"]
        self._headers = headers_of(incoming.scope)
        self._body: Any = incoming.body
        self._previous: Any = None
        self._redirected: list[str] = []
        # The run that is to be continued, and whether the engine knows of its request.
        self._run: RequestRun | None = None
        self._is_announced = False

    def run_on_loop(self) -> bool:
        """Run on a greenlet what belongs on the event loop; return whether that was the end."""
        try:
            while self._run is not None or self._dispatch_on_loop():
                if self._run.place is RunsOn.WORKER:  # type: ignore[union-attr]
                    return False
                announce_thread()
                if self._respond():
                    return True
        except Exception:  # noqa: BLE001 - as `ExceptionTrapper` does
            self._send_bare_error()
            return True
        return False

    def run_on_thread(self) -> bool:
        """Run what belongs on a worker thread; return whether that was the end.

        A request to which a plain one redirects runs on the same thread if it is plain.
        """
        try:
            while self._run is not None or self._dispatch_on_thread():
                if self._respond():
                    return True
        except Exception:  # noqa: BLE001 - as `ExceptionTrapper` does
            self._send_bare_error()
            return True
        return False

    async def read_ahead(self) -> None:
        """Receive the beginning of a body that CherryPy will read, so that no thread waits for it.

        Raises:
            ClientDisconnected: The client has disconnected.
        """
        request = cherrypy.serving.request
        if (
            self._run is not None
            and self._previous is None
            and self._method in request.methods_with_bodies
            and "Expect" not in request.headers  # the application may refuse such a body unseen
            and request.config
            and request.config.get("request.process_request_body", True)
        ):
            await self._incoming.body.read_ahead(_READ_AHEAD)

    def _send_bare_error(self) -> None:
        """Log the current error, and send a page about it; if it is too late for that, raise it."""
        traceback = _cperror.format_exc()
        cherrypy.log(traceback, severity=40)
        if self._writer.started:
            raise  # noqa: PLE0704 - called while the error is handled
        shown = traceback if cherrypy.serving.request.show_tracebacks else ""
        status, headers, body = _cperror.bare_error(shown)
        self._writer.send(status, headers, b"".join(body))

    def _dispatch_on_loop(self) -> bool:
        """Dispatch, unless a worker thread has to; return whether it is done."""
        if _is_large(self._incoming.scope):
            return False
        run = self._load()
        try:
            run.dispatch()
        except NeedsThreadError:
            return False
        self._run = run
        return True

    def _dispatch_on_thread(self) -> bool:
        """Dispatch; return whether the request may stay on this thread."""
        run = self._run = self._load()
        self._announce()
        try:
            run.dispatch()
        except BaseException:
            self._release()
            raise
        return run.place is RunsOn.WORKER

    def _respond(self) -> bool:
        """Respond, with all hooks; return False if it was a redirect to another request."""
        run, self._run = self._run, None
        assert run is not None
        try:
            self._announce()
            run.respond()
            self._send(cherrypy.serving.response)
        except cherrypy.InternalRedirect as redirect:
            self._follow(redirect)
            return False
        else:
            return True
        finally:
            self._release()

    def _follow(self, redirect: Any) -> None:
        incoming = self._incoming
        self._redirected.append(_uri(incoming.path, incoming.query))
        incoming.path = incoming.script_name + redirect.path
        incoming.query = redirect.query_string
        _require_new(_uri(incoming.path, incoming.query), self._redirected)
        self._method, self._body = "GET", io.BytesIO()
        self._headers = _without_body_headers(self._headers)
        self._previous = redirect.request

    def _load(self) -> RequestRun:
        """Load `cherrypy.serving` as `Application.get_serving` does; return the run of the request.

        What that publishes is left to `_announce`, on the thread where the request belongs.
        """
        application, incoming = self._application, self._incoming
        scope = incoming.scope
        if self._previous is None and not (incoming.path.isascii() and incoming.query.isascii()):
            incoming.path, incoming.query = self._recode(incoming.path, incoming.query)
        server_name, server_port = server_of(scope)
        client = scope.get("client") or ("", None)
        request = application.request_class(
            httputil.Host("", server_port, server_name),
            httputil.Host(client[0] or "", int(client[1] or -1), ""),
            scope.get("scheme", "http"),
            cherrypy.server.protocol_version,
        )
        request.app = application
        request.namespaces.update(application.toolboxes)
        cherrypy.serving.load(request, application.response_class())
        request.login = None
        request.multithread = True
        request.multiprocess = False
        request.prev = self._previous
        request.asgi_scope = scope
        path, query = incoming.path, incoming.query
        request.wsgi_environ = Environ(scope, incoming.script_name, path, query)
        self._is_announced = False
        return RequestRun(
            request, self._method, path, query, protocol_of(scope), self._headers, self._body
        )

    def _recode(self, path: str, query: str) -> tuple[str, str]:
        encoding = self._application.find_config(
            path[len(self._incoming.script_name) :], "request.uri_encoding", "utf-8"
        )
        try:
            return path.encode("latin-1").decode(encoding), query.encode("latin-1").decode(encoding)
        except UnicodeError:
            return path, query

    def _announce(self) -> None:
        """Publish the request's beginning, once."""
        if not self._is_announced:
            self._is_announced = True
            cherrypy.engine.publish("before_request")

    def _send(self, response: Any) -> None:
        headers = response.header_list
        if not getattr(cherrypy.server, "server_header", True):
            headers = [header for header in headers if header[0] != b"Server"]
        body = response.body
        if response.stream or not isinstance(body, list) or len(body) > 1:
            _require_bytes(headers)
            self._writer.stream(response.output_status, headers, body)
            return
        if self._writer.cycle is None or not bridge.on_request_greenlet():
            _require_bytes(headers)
        try:
            self._writer.send(response.output_status, headers, body[0] if body else b"")
        except (AttributeError, TypeError):  # of our own server; it has sent nothing
            _require_bytes(headers)
            raise

    def _release(self) -> None:
        """Close the request and the bodies of its response, as `AppResponse.close` does."""
        response = cherrypy.serving.response
        bodies = generators_of(response)
        if response.stream and is_closable_iterator(response.body):
            bodies = [response.body, *bodies]
        self._application.release_serving()
        for body in bodies:
            try:
                body.close()
            except Exception:  # noqa: BLE001 - as `AppResponse.close` does
                cherrypy.log(traceback=True, severity=40)


def _is_large(scope: Scope) -> bool:
    headers = scope["headers"]
    if len(scope["path"]) + len(scope["query_string"]) > _MAX_TARGET or len(headers) > _MAX_HEADERS:
        return True
    for _name, value in headers:  # noqa: SIM110 - `any` takes twice as long
        if len(value) > _MAX_HEADER:
            return True
    return False


def _uri(path: str, query: str) -> str:
    return path + (query and "?" + query)


def _require_new(target: str, visited: list[str]) -> None:
    if target in visited:
        raise RuntimeError(f"InternalRedirector visited the same URL twice: {target!r}")


def _without_body_headers(headers: RequestHeaders) -> RequestHeaders:
    kept = [
        header for header in headers if header[0] not in {"Content-Length", "Transfer-Encoding"}
    ]
    return [*kept, ("Content-Length", "0")]


def _require_bytes(headers: Any) -> None:
    """Raise for headers that are not bytes, as `AppResponse` of `cherrypy/_cpwsgi.py` does."""
    for header in headers:
        for kind, item in zip(("key", "value"), header, strict=True):
            if not isinstance(item, bytes):
                raise TypeError(f"response.header_list {kind} {item!r} is not a byte string.")
