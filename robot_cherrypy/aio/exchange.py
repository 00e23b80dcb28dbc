"""One request to a CherryPy application and its response; runs on the request's greenlet.

This does what `AppResponse`, `ExceptionTrapper` and `InternalRedirector` of `cherrypy/_cpwsgi.py`
do, less WSGI.
"""

import io
from typing import Any

import cherrypy
from cherrypy import _cperror
from cherrypy.lib import httputil, is_closable_iterator

from robot_cherrypy.aio.environ import Environ, Headers, Incoming, headers_of, protocol_of
from robot_cherrypy.aio.handlers import bodies_of
from robot_cherrypy.aio.reply import Reply


class Exchange:
    """A request to a CherryPy application and the response to it."""

    def __init__(self, application: Any, incoming: Incoming, reply: Reply) -> None:
        self._application = application
        self._incoming = incoming
        self._reply = reply
        if not (incoming.path.isascii() and incoming.query.isascii()):
            incoming.path, incoming.query = self._recode(incoming.path, incoming.query)

    def _recode(self, path: str, query: str) -> tuple[str, str]:
        encoding = self._application.find_config(
            path[len(self._incoming.script_name) :], "request.uri_encoding", "utf-8"
        )
        try:
            return path.encode("latin-1").decode(encoding), query.encode("latin-1").decode(encoding)
        except UnicodeError:
            return path, query

    def run(self) -> None:
        """Answer the request, whatever happens."""
        try:
            self._respond()
        except Exception:
            traceback = _cperror.format_exc()
            cherrypy.log(traceback, severity=40)
            if self._reply.started:
                raise
            shown = traceback if cherrypy.serving.request.show_tracebacks else ""
            status, headers, body = _cperror.bare_error(shown)
            self._reply.whole(status, headers, b"".join(body))

    def _respond(self) -> None:
        incoming = self._incoming
        method: str = incoming.scope["method"]
        path, query, rfile = incoming.path, incoming.query, incoming.rfile
        headers = headers_of(incoming.scope)
        previous, visited = None, []
        while True:
            request = self._serve(path, query, previous)
            try:
                request.run(method, path, query, protocol_of(incoming.scope), headers, rfile)
                self._send(cherrypy.serving.response)
            except cherrypy.InternalRedirect as redirect:
                visited.append(_uri(path, query))
                path, query = incoming.script_name + redirect.path, redirect.query_string
                _require_new(_uri(path, query), visited)
                method, headers, rfile = "GET", _without_body(headers), io.BytesIO()
                previous = redirect.request
            else:
                return
            finally:
                self._release()

    def _serve(self, path: str, query: str, previous: Any) -> Any:
        """Set up `cherrypy.serving`, as `Application.get_serving` does.

        But for its 'acquire_thread': the loop's thread is no worker; worker threads announce
        themselves.
        """
        application, scope = self._application, self._incoming.scope
        server = scope.get("server") or ("", None)
        client = scope.get("client") or ("", None)
        request = application.request_class(
            httputil.Host("", int(server[1] or -1), server[0] or ""),
            httputil.Host(client[0] or "", int(client[1] or -1), ""),
            scope.get("scheme", "http"),
            cherrypy.server.protocol_version,
        )
        request.app = application
        request.namespaces.update(application.toolboxes)
        cherrypy.serving.load(request, application.response_class())
        cherrypy.engine.publish("before_request")
        request.login = None
        request.multithread = True
        request.multiprocess = False
        request.prev = previous
        request.asgi_scope = scope
        request.wsgi_environ = Environ(scope, self._incoming.script_name, path, query)
        return request

    def _send(self, response: Any) -> None:
        headers = response.header_list
        if not getattr(cherrypy.server, "server_header", True):
            headers = [header for header in headers if header[0] != b"Server"]
        body = response.body
        if response.stream or not isinstance(body, list) or len(body) > 1:
            _require_bytes(headers)
            self._reply.stream(response.output_status, headers, body)
            return
        if self._reply.cycle is None:
            _require_bytes(headers)
        try:
            self._reply.whole(response.output_status, headers, body[0] if body else b"")
        except (AttributeError, TypeError):  # of our own server, which has sent nothing then
            _require_bytes(headers)
            raise

    def _release(self) -> None:
        """End the request, as `AppResponse.close` does."""
        response = cherrypy.serving.response
        bodies = bodies_of(response)
        if response.stream and is_closable_iterator(response.body):
            bodies = [response.body, *bodies]
        self._application.release_serving()
        for body in bodies:
            try:
                body.close()
            except Exception:  # noqa: BLE001 - as AppResponse.close
                cherrypy.log(traceback=True, severity=40)


def _uri(path: str, query: str) -> str:
    return path + (query and "?" + query)


def _require_new(target: str, visited: list[str]) -> None:
    if target in visited:
        raise RuntimeError(f"InternalRedirector visited the same URL twice: {target!r}")


def _without_body(headers: Headers) -> Headers:
    kept = [
        header for header in headers if header[0] not in {"Content-Length", "Transfer-Encoding"}
    ]
    return [*kept, ("Content-Length", "0")]


def _require_bytes(headers: Any) -> None:
    """Say what is wrong with headers as CherryPy does (`cherrypy/_cpwsgi.py`, `AppResponse`)."""
    for header in headers:
        for kind, item in zip(("key", "value"), header, strict=True):
            if not isinstance(item, bytes):
                raise TypeError(f"response.header_list {kind} {item!r} is not a byte string.")
