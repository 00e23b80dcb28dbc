"""Requests and responses."""

import time
from http.cookies import CookieError, SimpleCookie
from itertools import product
from typing import Any

import cherrypy
from cherrypy import _cperror, _cpreqbody, _cprequest
from cherrypy.lib import httputil

from robot_cherrypy.patches.known import patch
from robot_cherrypy.patches.replacing import Replacements

_HEADER_MAP = httputil.HeaderMap


def _make_cookies_late(replacements: Replacements, owner: Any) -> None:
    """Let `cookie` be made when somebody asks for it; `_cookie` is None until then."""

    def get(self: Any) -> Any:
        if self._cookie is None:
            self._cookie = SimpleCookie()
        return self._cookie

    replacements.set(owner, "_cookie", None)
    replacements.set(
        owner, "cookie", property(get, lambda self, new: setattr(self, "_cookie", new))
    )


@patch("cherrypy._cprequest:Response.__init__", "cherrypy.lib.httputil:HeaderMap")
def response_date(replacements: Replacements) -> None:
    """Format the date once a second (`_cprequest.py`, `Response.__init__`)."""
    second, formatted = 0, ""
    empty, put = dict.__new__, dict.__setitem__  # the class's own only look at the key's case

    def http_date(now: float) -> str:
        nonlocal second, formatted
        if second != int(now):
            second, formatted = int(now), httputil.HTTPDate(now)
        return formatted

    def init(self: Any) -> None:
        self.status = None
        self.header_list = None
        self._body = []
        self.time = time.time()
        self.headers = headers = empty(_HEADER_MAP)
        put(headers, "Content-Type", "text/html")
        put(headers, "Server", "CherryPy/" + cherrypy.__version__)
        put(headers, "Date", http_date(self.time))

    replacements.set(_cprequest.Response, "__init__", init)
    _make_cookies_late(replacements, _cprequest.Response)


@patch(
    "cherrypy._cprequest:Request.process_headers",
    "cherrypy.lib.httputil:CaseInsensitiveDict",
    "cherrypy.lib.httputil:SanitizedHost",
    "cherrypy.lib.httputil:decode_TEXT_maybe",
)
def request_headers(replacements: Replacements) -> None:
    """Title each request header name once, and sanitise only a host that needs it.

    In `_cprequest.py`, `Request.process_headers`.
    """

    def process_headers(self: Any) -> None:
        headers = self.headers
        for raw_name, raw_value in self.header_list:
            name, value = raw_name.title(), raw_value.strip()
            dict.__setitem__(headers, name, httputil.decode_TEXT_maybe(value))
            if name == "Cookie":
                try:
                    self.cookie.load(value)
                except CookieError as error:
                    raise cherrypy.HTTPError(400, str(error))  # noqa: B904 - as it was
        host = dict.get(headers, "Host")
        if host is not None:
            if "\n" in host or "\r" in host:
                host = httputil.SanitizedHost(host)
                dict.__setitem__(headers, "Host", host)
        elif self.protocol >= (1, 1):
            raise cherrypy.HTTPError(400, "HTTP/1.1 requires a 'Host' request header.")
        self.base = f"{self.scheme}://{host or self.local.name or self.local.ip}"

    replacements.set(_cprequest.Request, "process_headers", process_headers)


@patch("cherrypy._cprequest:Request.process_query_string", "cherrypy.lib.httputil:_parse_qs")
def empty_queries(replacements: Replacements) -> None:
    """Do not parse an empty query (`_cprequest.py`, `Request.process_query_string`)."""
    original = _cprequest.Request.process_query_string

    def process_query_string(self: Any) -> None:
        if self.query_string:
            original(self)

    replacements.set(_cprequest.Request, "process_query_string", process_query_string)


@patch(
    "cherrypy._cprequest:Response.finalize",
    "cherrypy._cprequest:Response.collapse_body",
    "cherrypy._cprequest:ResponseBody.__set__",
    "cherrypy.lib.encoding:prepare_iter",
    "cherrypy.lib.httputil:valid_status",
)
def whole_responses(replacements: Replacements) -> None:
    """Finish a response whose body is at hand without detours (`_cprequest.py`, `finalize`)."""
    original = _cprequest.Response.finalize

    def finalize(self: Any) -> None:
        body, headers = self._body, self.headers
        if self.stream or type(body) is not list or len(body) != 1 or type(body[0]) is not bytes:
            original(self)
            return
        status = self.status
        if status is None:
            code, self.status, self.output_status = 200, "200 OK", b"200 OK"
        else:
            try:
                code, reason, _ = httputil.valid_status(status)
            except ValueError as error:
                raise cherrypy.HTTPError(500, error.args[0])  # noqa: B904 - as it was
            self.status = f"{code} {reason}"
            self.output_status = b"%d %b" % (code, headers.encode(reason))
        if code < 200 or code in {204, 205, 304}:
            dict.pop(headers, "Content-Length", None)
            self.body = b""
        elif dict.get(headers, "Content-Length") is None:
            dict.__setitem__(headers, "Content-Length", len(body[0]))
        self.header_list = headers.output()
        if getattr(self, "_cookie", self) and self.cookie:
            _add_cookies(self, headers)

    replacements.set(_cprequest.Response, "finalize", finalize)


def _add_cookies(response: Any, headers: Any) -> None:
    for line in response.cookie.output().split("\r\n"):
        name, value = line.split(": ", 1)
        response.header_list.append((name.encode("ISO-8859-1"), headers.encode(value)))


class _LateBody:
    """`request.body` of a request without a body, made when somebody asks for it."""

    def __get__(self, request: Any, owner: Any = None) -> Any:
        if request is None:
            return None
        headers = httputil.HeaderMap()  # as they were when it would have been made
        body = _cpreqbody.RequestBody(request.rfile, headers, request_params=request.params)
        body.headers = request.headers
        request.body = body
        return body


_BODY_HEADERS = frozenset(
    {"Content-Length", "Transfer-Encoding", "Content-Type", "Content-Disposition"}
)


@patch(
    "cherrypy._cprequest:Request.get_resource",
    "cherrypy._cprequest:Request._do_respond",
    "cherrypy._cpreqbody:Entity.__init__",
    "cherrypy._cpreqbody:RequestBody.__init__",
)
def late_bodies(replacements: Replacements) -> None:
    """Make `request.body` late where there is none (`_cprequest.py`, `Request._do_respond`)."""

    def do_respond(self: Any, path_info: str) -> None:
        response = cherrypy.serving.response
        if self.app is None:
            raise cherrypy.NotFound
        self.hooks = self.__class__.hooks.copy()
        self.toolmaps = {}
        self.stage = "process_headers"
        self.process_headers()
        self.stage = "get_resource"
        self.get_resource(path_info)
        headers = self.headers
        if not _BODY_HEADERS.isdisjoint(headers):
            self.body = _cpreqbody.RequestBody(self.rfile, headers, request_params=self.params)
        else:
            del self.body
        _respond(self, response)

    replacements.set(_cprequest.Request, "body", _LateBody())
    replacements.set(_cprequest.Request, "_do_respond", do_respond)


def _respond(request: Any, response: Any) -> None:
    """Do the rest of `_do_respond`, line by line."""
    request.namespaces(request.config)
    request.stage = "on_start_resource"
    if request.hooks["on_start_resource"]:
        request.hooks.run("on_start_resource")
    request.stage = "process_query_string"
    request.process_query_string()
    if request.process_request_body and request.method not in request.methods_with_bodies:
        request.process_request_body = False
    request.stage = "before_request_body"
    if request.hooks["before_request_body"]:
        request.hooks.run("before_request_body")
    if request.process_request_body:
        request.body.process()
    request.stage = "before_handler"
    if request.hooks["before_handler"]:
        request.hooks.run("before_handler")
    if request.handler:
        request.stage = "handler"
        response.body = request.handler()
    request.stage = "before_finalize"
    if request.hooks["before_finalize"]:
        request.hooks.run("before_finalize")
    response.finalize()


_VERSIONS = {f"HTTP/{major}.{minor}": (major, minor) for major in (0, 1, 2) for minor in (0, 1, 9)}
# By the protocol of a request and that of the server.
_VERSION_FOR = {
    (asked, ours): min(asked_version, our_version)
    for (asked, asked_version), (ours, our_version) in product(_VERSIONS.items(), repeat=2)
}


@patch("cherrypy._cprequest:Request.run")
def request_start(replacements: Replacements) -> None:
    """Make what few requests look at when it is looked at (`_cprequest.py`, `Request.run`).

    These are the cookies and the error response of a request, which no namespace has set.
    """
    original = _cprequest.Request.run
    empty = dict.__new__

    def run(
        self: Any, method: str, path: str, query: str, protocol: str, headers: Any, rfile: Any
    ) -> Any:
        version = _VERSION_FOR.get((protocol, self.server_protocol))
        if version is None or not path:
            return original(self, method, path, query, protocol, headers, rfile)
        response = cherrypy.serving.response
        try:
            self.method = method
            self.query_string = query or ""
            self.params = {}
            self.protocol = response.headers.protocol = version
            target = f"{path}?{query}" if query else path
            self.request_line = f"{method} {target} {protocol}"
            self.header_list = list(headers)
            self.headers = empty(_HEADER_MAP)
            self.rfile = rfile
            self.body = None
            self.handler = None
            self.script_name = self.app.script_name
            self.path_info = path[len(self.script_name) :]
            self.stage = "respond"
            self.respond(self.path_info)
        except self.throws:
            raise
        except Exception:
            if self.throw_errors:
                raise
            _respond_barely(self, response)
        if self.method == "HEAD":
            response.body = []
        try:
            cherrypy.log.access()
        except Exception:  # noqa: BLE001 - as it was
            cherrypy.log.error(traceback=True)
        return response

    replacements.set(_cprequest.Request, "run", run)
    _make_cookies_late(replacements, _cprequest.Request)
    replacements.set(_cprequest.Request, "error_response", _LateErrorResponse())


class _LateErrorResponse:
    """`request.error_response`, where no configuration has set another."""

    def __get__(self, request: Any, owner: Any = None) -> Any:
        return cherrypy.HTTPError(500).set_response


def _respond_barely(request: Any, response: Any) -> None:
    """Answer an error of an error page, or of what comes before there are any."""
    cherrypy.log(traceback=True, severity=40)
    body = _cperror.format_exc() if request.show_tracebacks else ""
    response.output_status, response.header_list, response.body = _cperror.bare_error(body)
