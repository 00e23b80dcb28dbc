"""Pages for the tests of patches, and requests for them."""

from typing import ClassVar

import cherrypy
from cherrypy._cprequest import Hook


class OwnTool:
    """A tool that is no `cherrypy.Tool`, which CherryPy allows."""

    def _setup(self):
        cherrypy.request.hooks.attach("before_finalize", self.mark)

    def mark(self):
        cherrypy.response.headers["X-Own-Tool"] = "yes"


cherrypy.tools.own = OwnTool()


class Virtual:
    """An object whose children are made by `_cp_dispatch`."""

    _cp_config: ClassVar = {"response.headers.X-Virtual": "yes"}

    def __init__(self, name):
        self.name = name

    def _cp_dispatch(self, vpath):
        if vpath[0] == "none":
            return None
        if vpath[0] == "more":
            vpath.append("x")
            return self
        if vpath[0] == "two":
            vpath.pop(0)
        return Virtual(f"{self.name}/{vpath.pop(0)}") if vpath else self

    @cherrypy.expose
    def index(self, **fields):
        return repr((self.name, sorted(fields.items()), cherrypy.request.is_index))

    @cherrypy.expose
    def page(self, *rest):
        return repr((self.name, rest, cherrypy.request.is_index))


class CoroutineVirtual:
    """An object whose child is found by a coroutine function, which the asyncio patches allow."""

    async def _cp_dispatch(self, vpath):
        return Virtual(vpath.pop(0))


class Fallback:
    """A page for each path below it."""

    @cherrypy.expose
    @cherrypy.config(**{"response.headers.X-Default": "yes"})
    def default(self, *rest):
        return repr((rest, cherrypy.request.is_index))


@cherrypy.popargs("year", "month")
class Dated:
    """A page whose arguments are segments of the path."""

    @cherrypy.expose
    def index(self, year=None, month=None):
        return repr((year, month))


class Root:
    """Pages that together go through every branch of the patched code."""

    virtual = Virtual("root")
    coroutine_virtual = CoroutineVirtual()
    fallback = Fallback()
    dated = Dated()

    @cherrypy.expose
    def index(self):
        return "Hello"

    @cherrypy.expose
    def echo(self, *path, **fields):
        return repr((path, sorted(fields.items())))

    @cherrypy.expose
    def empty(self):
        return ""

    @cherrypy.expose
    def nothing(self):
        return None

    @cherrypy.expose
    def octets(self):
        cherrypy.response.headers["Content-Type"] = "application/octet-stream"
        return b"\x00\xff"

    @cherrypy.expose
    def unicode(self):
        cherrypy.response.headers["X-Name"] = "J\u00fcrgen \u65e5\u672c"
        return "gr\u00fc\u00dfe \u65e5\u672c"

    @cherrypy.expose
    def surrogate(self):
        return "\udc80"

    @cherrypy.expose
    def strange_headers(self):
        headers = cherrypy.response.headers
        headers["X-Lines"], headers["X-Bytes"], headers["X-Number"] = "a\r\nb", b"\xe4\n", 7
        return "strange"

    @cherrypy.expose
    def typed(self, value):
        cherrypy.response.headers["Content-Type"] = value
        return "typed"

    @cherrypy.expose
    def listed(self):
        return ["a", b"b", "c"]

    @cherrypy.expose
    def generated(self):
        yield "a"
        yield "b"

    @cherrypy.expose
    @cherrypy.config(**{"response.stream": True})
    def streamed(self):
        yield "a"
        yield "b"

    @cherrypy.expose
    def status(self, value):
        cherrypy.response.status = int(value) if value.isdigit() else value
        return "body"

    @cherrypy.expose
    def length(self, value):
        cherrypy.response.headers["Content-Length"] = value
        return "0123456789"

    @cherrypy.expose
    def cookies(self):
        cherrypy.response.cookie["a"] = "1"
        cherrypy.response.cookie["b"] = "2 3"
        return repr(sorted((name, c.value) for name, c in cherrypy.request.cookie.items()))

    @cherrypy.expose
    def body(self):
        body = cherrypy.request.body
        kind = type(body).__name__, str(body.content_type), body.length, body.headers["Host"]
        named = body.name, body.filename, body.attempt_charsets, sorted(body.processors)
        return repr((kind, named, body.params, body.parts, body.request_params))

    @cherrypy.expose
    @cherrypy.tools.autovary()
    def varied_form(self, **fields):
        return repr(sorted(fields.items()))

    @cherrypy.expose
    def seen(self):
        request = cherrypy.request
        return repr((sorted(request.headers.items()), sorted(request.toolmaps["tools"])))

    @cherrypy.expose
    def host_and_base(self):
        return repr((cherrypy.request.headers["Host"], cherrypy.request.base))

    @cherrypy.expose
    def arguments(self, *path, **fields):
        request = cherrypy.request
        handler = request.handler.oldhandler
        return repr((path, fields, request.args, request.kwargs, handler.args, handler.kwargs))

    @cherrypy.expose
    def broken(self):
        raise ZeroDivisionError("broken")

    @cherrypy.expose
    def teapot(self):
        raise cherrypy.HTTPError(418, "short")

    @cherrypy.expose
    def moved(self):
        raise cherrypy.HTTPRedirect("/echo")

    @cherrypy.expose
    @cherrypy.tools.gzip(mime_types=["text/*"])
    @cherrypy.tools.etags(autotags=True)
    @cherrypy.tools.response_headers(headers=[("X-Tool", "yes")])
    def tools(self):
        return "zipped" * 20

    @cherrypy.expose
    @cherrypy.tools.encode(encoding="utf-16", add_charset=True)
    def utf16(self):
        return "wide"

    @cherrypy.expose
    @cherrypy.config(**{"tools.own.on": True})
    def own_tool(self):
        return "own tool"

    @cherrypy.expose
    @cherrypy.config(**{"tools.own.on": True, "tools.unknown.on": True})
    def unknown_tool(self):
        return "unknown tool"

    @cherrypy.expose
    @cherrypy.tools.autovary()
    def varied(self):
        cherrypy.request.headers.get("X-Looked-At")
        return "varied"

    @cherrypy.expose
    @cherrypy.tools.json_in()
    @cherrypy.tools.json_out()
    def json(self):
        return {"got": getattr(cherrypy.request, "json", None)}

    @cherrypy.expose
    @cherrypy.config(**{"request.body.maxbytes": 5})
    def limited(self):
        return repr(cherrypy.request.body.maxbytes)

    @cherrypy.expose
    @cherrypy.config(
        **{"hooks.before_finalize": lambda: cherrypy.response.headers.update(X_Hook="1")}
    )
    def hooked(self):
        return "hooked"

    @cherrypy.expose
    @cherrypy.config(
        **{
            "hooks.before_handler.1": Hook(divmod, priority=40, x=1, y=0),
            "hooks.before_handler.2": Hook(lambda: _add("X-Failsafe"), failsafe=True),
            "hooks.before_handler.3": lambda: _add("X-Skipped"),
        }
    )
    def failing_hook(self):
        return "not reached"


def _add(name):
    cherrypy.response.headers[name] = "yes"


def get(path, *headers):
    """Return the bytes of a GET request."""
    return "\r\n".join([f"GET {path} HTTP/1.1", "Host: a.example", *headers, "", ""]).encode(
        "latin-1"
    )


def post(path, content_type, body):
    """Return the bytes of a POST request."""
    return (
        f"POST {path} HTTP/1.1\r\nHost: a.example\r\nContent-Type: {content_type}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n{body}"
    ).encode("latin-1")


FORM = "application/x-www-form-urlencoded"
REQUESTS = [
    *(get(f"/{name}") for name, page in vars(Root).items() if hasattr(page, "exposed")),
    get("/missing"),
    *(
        get(path)
        for path in (
            "/virtual",
            "/virtual/",
            "/virtual/a/",
            "/virtual/a/b/?x=1",
            "/virtual/a/page/1/2",
            "/virtual/none/page",
            "/virtual/more",
            "/virtual/two/a/page",
            "/virtual/two",
            "/fallback",
            "/fallback/",
            "/fallback/a/b",
            "/fallback/a/b/",
            "/dated/2026/01/",
            "/dated/2026",
            "/index/index",
            "//echo//a",
            "/echo/%2F/b",
            "/host-and.base",
            "/host_and_base",
            "/%C3%BC",
            "/arguments/a%2Fb/c?x=1",
        )
    ),
    get("/echo/a/b?x=1&x=2&y=%C3%BC"),
    get("/echo?1,2"),
    get("/echo?x=%FF"),
    get("/index/?surplus=1"),
    get("/tools/"),
    *(get(f"/typed?value={value}") for value in ("text/html", "text/plain;charset=x", "a,b", "")),
    *(get(f"/status?value={v}") for v in ("201", "204", "304", "999", "200+Fine", "x", "404")),
    *(get(f"/length?value={value}") for value in ("10", "5")),
    *(
        get("/unicode", f"Accept-Charset: {charset}")
        for charset in ("iso-8859-1", "utf-16;q=0.5", "*", "utf-8;q=0", "x;q=bad")
    ),
    get("/", "Accept-Charset: "),
    get("/tools", "Accept-Encoding: gzip"),
    get("/tools", "Accept-Encoding: gzip;q=0, identity"),
    get("/cookies", "Cookie: a=1; b=2"),
    get("/cookies", "Cookie: bad,name=\x01"),
    get("/seen", "X-Two: a", "X-Two: b", "accept: x", "Accept: y", "Subject: =?utf-8?q?f=C3=BCr?="),
    b"GET / HTTP/1.0\r\n\r\n",
    b"GET / HTTP/1.1\r\n\r\n",
    b"GET /host_and_base HTTP/1.1\r\nHost:\r\n\r\n",
    b"GET /host_and_base HTTP/1.1\r\nHost: a\rb\r\n\r\n",
    b"HEAD /unicode HTTP/1.1\r\nHost: x\r\n\r\n",
    post("/echo", FORM, "a=1&b=%C3%BC"),
    post("/echo", FORM, "a+b=c++d&e=%zz%2&%66=+%20;g=h"),
    post("/echo?a=0", FORM, "a=1;a=2&a=3&&b&=c&d=e=f"),
    post("/echo", FORM, "a=\xe4"),
    post("/echo", FORM, "a=%E4"),
    post("/echo", FORM + "; charset=latin-1", "a=%E4&b=\xe4"),
    post("/echo", FORM + "; charset=utf-8", "a=%E4"),
    post("/echo", FORM + "; charset=unknown", "a=b"),
    post("/body", FORM, ""),
    post("/body", "text/html; charset=x", "text"),
    post("/body", "", "text"),
    post("/varied_form", FORM, "a=1"),
    b"POST /echo HTTP/1.1\r\nHost: x\r\n\r\n",
    b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Type: " + FORM.encode() + b"\r\n\r\n",
    (
        b"POST /body HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n"
        b"Content-Disposition: form-data; name=n; filename=f\r\n\r\nx"
    ),
    b"POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nTrailer: X-After\r\n"
    b"Content-Type: " + FORM.encode() + b"\r\n\r\n3\r\na=b\r\n0\r\nX-After: y\r\n\r\n",
    post("/json", "application/json", '{"a": [1]}'),
    post("/json", "application/json", "{"),
    post("/body", "text/plain", "text"),
    post("/limited", FORM, "a=123456789"),
    post(
        "/echo",
        "multipart/form-data; boundary=z",
        '--z\r\nContent-Disposition: form-data; name="n"\r\n\r\nvalue\r\n--z--\r\n',
    ),
]
