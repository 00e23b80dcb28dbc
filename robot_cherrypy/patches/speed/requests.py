"""Making, running and finishing requests and responses.

Much of what the original makes for each request is looked at by few pages: two cookie jars, a body
for a GET, an error response, the date of a second that has been formatted before. Here these are
made when they are looked at, or kept. Header names are stored in title case at once, where the
original changes their case with each look-up.

Tested with all requests, among them those without a Host, with a bad cookie, of HTTP/1.0 and with
HEAD; bodies with and without a length; each kind of status; pages that set cookies; errors, and
error pages.
"""

import time
from http.cookies import CookieError, SimpleCookie
from itertools import product
from typing import Any

import cherrypy
from cherrypy import _cperror, _cpreqbody, _cprequest
from cherrypy.lib import httputil

from robot_cherrypy.patches.replacements import Replacements
from robot_cherrypy.patches.source_check import patch

_HEADER_MAP = httputil.HeaderMap


def _make_cookies_when_read(replacements: Replacements, owner: Any) -> None:
    """Let `cookie` be made when it is first read; `_cookie` is None until then."""

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
    # The methods of the header map only add the change of a name's case.
    empty, put = dict.__new__, dict.__setitem__

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
    _make_cookies_when_read(replacements, _cprequest.Response)


@patch(
    "cherrypy._cprequest:Request.process_headers",
    "cherrypy.lib.httputil:CaseInsensitiveDict",
    "cherrypy.lib.httputil:SanitizedHost",
    "cherrypy.lib.httputil:decode_TEXT_maybe",
)
def request_headers(replacements: Replacements) -> None:
    """Change the case of each request header name once, and clean a host only if it needs it.

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
                    raise cherrypy.HTTPError(400, str(error))  # noqa: B904 - as in the original
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
    """Finish a response whose body is one piece in fewer steps (`_cprequest.py`, `finalize`)."""
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
                raise cherrypy.HTTPError(500, error.args[0])  # noqa: B904 - as in the original
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
    """`request.body` of a request without a body, made when it is first read."""

    def __get__(self, request: Any, owner: Any = None) -> Any:
        if request is None:
            return None
        # The original made it before any page could set a header, and from none that it reads.
        headers = httputil.HeaderMap()
        body = _cpreqbody.RequestBody(request.rfile, headers, request_params=request.params)
        body.headers = request.headers
        request.body = body
        return body


# The stages of a request that was dispatched, but has not responded yet; after an error, that is
# kept as the handler. An attribute of its own would make all others of the request slower: Python
# keeps up to thirty in a quicker way.
_DISPATCHED, _FAILED = "dispatched", "not dispatched"

# A request without any of these has no body, and nothing that describes one.
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
    """Make `request.body` of a request without a body when it is first read.

    In `_cprequest.py`, `Request._do_respond`.
    """

    def do_respond(self: Any, path_info: str) -> None:
        if self.stage == _FAILED:
            error, self.handler = self.handler, None
            raise error
        if self.stage != _DISPATCHED:
            dispatch(self, path_info)
        _respond(self, cherrypy.serving.response)

    do_respond.is_divided = True  # type: ignore[attr-defined]
    replacements.set(_cprequest.Request, "body", _LateBody())
    replacements.set(_cprequest.Request, "_do_respond", do_respond)


def dispatch(request: Any, path_info: str) -> None:
    """Do the beginning of `_do_respond`, up to the page handler that is found."""
    if request.app is None:
        raise cherrypy.NotFound
    request.hooks = request.__class__.hooks.copy()
    request.toolmaps = {}
    request.stage = "process_headers"
    request.process_headers()
    request.stage = "get_resource"
    request.get_resource(path_info)
    headers = request.headers
    if not _BODY_HEADERS.isdisjoint(headers):
        request.body = _cpreqbody.RequestBody(request.rfile, headers, request_params=request.params)
    else:
        del request.body


def dispatch_first(request: Any) -> bool:
    """Do `dispatch` before `respond`, and keep its error for that; return whether there is none."""
    try:
        dispatch(request, request.path_info)
    except Exception as error:  # noqa: BLE001 - `respond` raises it
        request.stage, request.handler = _FAILED, error
        return False
    request.stage = _DISPATCHED
    return True


def _respond(request: Any, response: Any) -> None:
    """Do the rest of `_do_respond` as the original does, but skip hook points without hooks."""
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


# The versions in use are 0.9, 1.0, 1.1 and 2.0. The other combinations are not, but are right too.
_VERSIONS = {f"HTTP/{major}.{minor}": (major, minor) for major in (0, 1, 2) for minor in (0, 1, 9)}

# The version of a response, by the protocol of the request and that of the server.
_VERSION_FOR = {
    (asked, ours): min(asked_version, our_version)
    for (asked, asked_version), (ours, our_version) in product(_VERSIONS.items(), repeat=2)
}


@patch("cherrypy._cprequest:Request.run")
def request_start(replacements: Replacements) -> None:
    """Make the cookies and the error response of a request when they are first read.

    In `_cprequest.py`, `Request.run`.
    """
    original = _cprequest.Request.run

    def run(self: Any, *args: Any) -> Any:
        if not prepare(self, *args):
            return original(self, *args)
        return respond(self)

    run.is_divided = True  # type: ignore[attr-defined]
    replacements.set(_cprequest.Request, "run", run)
    _make_cookies_when_read(replacements, _cprequest.Request)
    replacements.set(_cprequest.Request, "error_response", _LateErrorResponse())


def is_divided(request: Any) -> bool:
    """Return whether `prepare`, `dispatch_first` and `respond` do what the request's `run` does.

    Not if `request_start` or `late_bodies` is not in place, or if the request's class has methods
    of its own.
    """
    kind = type(request)
    return hasattr(kind.run, "is_divided") and hasattr(kind._do_respond, "is_divided")  # noqa: SLF001


def prepare(
    request: Any, method: str, path: str, query: str, protocol: str, headers: Any, rfile: Any
) -> bool:
    """Do what `run` does before it responds; return False if the original has to do it."""
    version = _VERSION_FOR.get((protocol, request.server_protocol))
    if version is None or not path:
        return False
    request.method = method
    request.query_string = query or ""
    request.params = {}
    request.protocol = cherrypy.serving.response.headers.protocol = version
    target = f"{path}?{query}" if query else path
    request.request_line = f"{method} {target} {protocol}"
    request.header_list = list(headers)
    request.headers = dict.__new__(_HEADER_MAP)
    request.rfile = rfile
    request.body = None
    request.handler = None
    request.script_name = request.app.script_name
    request.path_info = path[len(request.script_name) :]
    request.stage = "respond"
    return True


def respond(request: Any) -> Any:
    """Do what `run` does after `prepare`; return the response."""
    response = cherrypy.serving.response
    try:
        request.respond(request.path_info)
    except request.throws:
        raise
    except Exception:
        if request.throw_errors:
            raise
        _respond_with_bare_error(request, response)
    if request.method == "HEAD":
        response.body = []
    try:
        cherrypy.log.access()
    except Exception:  # noqa: BLE001 - as in the original
        cherrypy.log.error(traceback=True)
    return response


class _LateErrorResponse:
    """`request.error_response`, unless the configuration has set another."""

    def __get__(self, request: Any, owner: Any = None) -> Any:
        return cherrypy.HTTPError(500).set_response


def _respond_with_bare_error(request: Any, response: Any) -> None:
    """Respond to an error of an error page, or one so early that there are no error pages."""
    cherrypy.log(traceback=True, severity=40)
    body = _cperror.format_exc() if request.show_tracebacks else ""
    response.output_status, response.header_list, response.body = _cperror.bare_error(body)
