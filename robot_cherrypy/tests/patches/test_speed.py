"""The speed patches: the same bytes as without them, each on its own, none on unknown code."""

import contextlib
import re
import socket
import threading
import warnings
from typing import ClassVar

import cherrypy
import pytest
from cherrypy import _cpwsgi_server
from cherrypy._cpserver import Server
from cherrypy._cptree import Tree

from robot_cherrypy.patches import known
from robot_cherrypy.patches.dispatching import virtual_paths
from robot_cherrypy.patches.replacing import Replacements
from robot_cherrypy.patches.speed import PATCHES as SPEED

PATCHES = (*SPEED, virtual_paths(lambda value: value))


class OwnTool:
    """A tool that is no `cherrypy.Tool`, as CherryPy allows."""

    def _setup(self):
        cherrypy.request.hooks.attach("before_finalize", self.mark)

    def mark(self):
        cherrypy.response.headers["X-Own-Tool"] = "yes"


cherrypy.tools.own = OwnTool()


class Virtual:
    """Objects that are found by `_cp_dispatch`."""

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


class Fallback:
    @cherrypy.expose
    @cherrypy.config(**{"response.headers.X-Default": "yes"})
    def default(self, *rest):
        return repr((rest, cherrypy.request.is_index))


@cherrypy.popargs("year", "month")
class Dated:
    @cherrypy.expose
    def index(self, year=None, month=None):
        return repr((year, month))


class Root:
    """Pages that between them take every path of the patched code."""

    virtual = Virtual("root")
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
        found = path, fields, request.args, request.kwargs, handler.args, handler.kwargs
        return repr(found)

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


def _get(path, *headers):
    return "\r\n".join([f"GET {path} HTTP/1.1", "Host: a.example", *headers, "", ""]).encode(
        "latin-1"
    )


def _post(path, content_type, body):
    return (
        f"POST {path} HTTP/1.1\r\nHost: a.example\r\nContent-Type: {content_type}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n{body}"
    ).encode("latin-1")


FORM = "application/x-www-form-urlencoded"
REQUESTS = [
    *(_get(f"/{name}") for name, page in vars(Root).items() if hasattr(page, "exposed")),
    _get("/missing"),
    *(
        _get(path)
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
    _get("/echo/a/b?x=1&x=2&y=%C3%BC"),
    _get("/echo?1,2"),
    _get("/echo?x=%FF"),
    _get("/index/?surplus=1"),
    _get("/tools/"),
    *(_get(f"/typed?value={value}") for value in ("text/html", "text/plain;charset=x", "a,b", "")),
    *(_get(f"/status?value={v}") for v in ("201", "204", "304", "999", "200+Fine", "x", "404")),
    *(_get(f"/length?value={value}") for value in ("10", "5")),
    *(
        _get("/unicode", f"Accept-Charset: {charset}")
        for charset in ("iso-8859-1", "utf-16;q=0.5", "*", "utf-8;q=0", "x;q=bad")
    ),
    _get("/", "Accept-Charset: "),
    _get("/tools", "Accept-Encoding: gzip"),
    _get("/tools", "Accept-Encoding: gzip;q=0, identity"),
    _get("/cookies", "Cookie: a=1; b=2"),
    _get("/cookies", "Cookie: bad,name=\x01"),
    _get(
        "/seen", "X-Two: a", "X-Two: b", "accept: x", "Accept: y", "Subject: =?utf-8?q?f=C3=BCr?="
    ),
    b"GET / HTTP/1.0\r\n\r\n",
    b"GET / HTTP/1.1\r\n\r\n",
    b"GET /host_and_base HTTP/1.1\r\nHost:\r\n\r\n",
    b"GET /host_and_base HTTP/1.1\r\nHost: a\rb\r\n\r\n",
    b"HEAD /unicode HTTP/1.1\r\nHost: x\r\n\r\n",
    _post("/echo", FORM, "a=1&b=%C3%BC"),
    _post("/echo", FORM, "a+b=c++d&e=%zz%2&%66=+%20;g=h"),
    _post("/echo?a=0", FORM, "a=1;a=2&a=3&&b&=c&d=e=f"),
    _post("/echo", FORM, "a=\xe4"),
    _post("/echo", FORM, "a=%E4"),
    _post("/echo", FORM + "; charset=latin-1", "a=%E4&b=\xe4"),
    _post("/echo", FORM + "; charset=utf-8", "a=%E4"),
    _post("/echo", FORM + "; charset=unknown", "a=b"),
    _post("/body", FORM, ""),
    _post("/body", "text/html; charset=x", "text"),
    _post("/body", "", "text"),
    _post("/varied_form", FORM, "a=1"),
    b"POST /echo HTTP/1.1\r\nHost: x\r\n\r\n",
    b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Type: " + FORM.encode() + b"\r\n\r\n",
    (
        b"POST /body HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n"
        b"Content-Disposition: form-data; name=n; filename=f\r\n\r\nx"
    ),
    b"POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nTrailer: X-After\r\n"
    b"Content-Type: " + FORM.encode() + b"\r\n\r\n3\r\na=b\r\n0\r\nX-After: y\r\n\r\n",
    _post("/json", "application/json", '{"a": [1]}'),
    _post("/json", "application/json", "{"),
    _post("/body", "text/plain", "text"),
    _post("/limited", FORM, "a=123456789"),
    _post(
        "/echo",
        "multipart/form-data; boundary=z",
        '--z\r\nContent-Disposition: form-data; name="n"\r\n\r\nvalue\r\n--z--\r\n',
    ),
]


@pytest.fixture(scope="module")
def address():
    """Serve the pages on CherryPy's own threaded server."""
    screen, cherrypy.log.screen = cherrypy.log.screen, False
    settings = Server()
    settings.socket_port = 0
    server = _cpwsgi_server.CPWSGIServer(settings)
    tree = Tree()
    tree.mount(
        Root(),
        "",
        {"/": {"tools.trailing_slash.extra": True}, "/fallback/a": {"response.headers.X-A": "1"}},
    )
    server.wsgi_app = tree
    server.prepare()
    thread = threading.Thread(target=server.serve)
    thread.start()
    yield server.bind_addr
    server.stop()
    thread.join()
    cherrypy.log.screen = screen


@contextlib.contextmanager
def patched(patches):
    """Put patches in for a while."""
    replacements = Replacements()
    names = known.install(patches, replacements)
    try:
        yield names
    finally:
        replacements.restore()


def answer(address, request):
    """Send one request on a connection of its own and return all that comes back, less the time."""
    with socket.create_connection(address, 10) as client:
        client.sendall(request)
        client.shutdown(socket.SHUT_WR)
        received = b"".join(iter(lambda: client.recv(65536), b""))
    received = re.sub(rb"(Date|Last-Modified): [^\r]*", rb"\1: then", received)
    received = re.sub(rb"\x1f\x8b\x08\x00....", b"gzip", received, flags=re.DOTALL)
    # Tracebacks name the files of the code that ran, so they cannot be the same.
    received = re.sub(rb"Traceback.*?</pre>", b"Traceback</pre>", received, flags=re.DOTALL)
    return re.sub(rb"Content-Length: \d+", b"", received) if b"Traceback" in received else received


@pytest.fixture(scope="module")
def reference(address):
    """What CherryPy answers without patches."""
    return [answer(address, request) for request in REQUESTS]


@pytest.mark.parametrize(
    "patches", [PATCHES, *([one] for one in PATCHES)], ids=["all", *(p.name for p in PATCHES)]
)
def test_answers_are_the_same_byte_for_byte(address, reference, patches):
    """All patches together, and each of them alone, change no byte of any answer."""
    with patched(patches) as names:
        assert [one.name for one in patches] == names
        answers = [answer(address, request) for request in REQUESTS]
        again = [answer(address, request) for request in REQUESTS]
    assert reference == answers == again


def test_every_patch_knows_the_installed_cherrypy():
    """The digests on file are those of the CherryPy that is tested."""
    assert {one.name: [] for one in PATCHES} == {one.name: one.unknown() for one in PATCHES}


def test_unknown_code_is_left_alone(address, monkeypatch):
    """A patch for other code warns and leaves CherryPy as it is, and the others go in."""
    first = PATCHES[0]
    monkeypatch.setitem(known.DIGESTS, first.upstream[0], frozenset({"of another version"}))
    replacements = Replacements()
    with pytest.warns(known.UnknownSourceWarning, match=f"Patch '{first.name}' was left out"):
        names = known.install(PATCHES, replacements)
    page = answer(address, REQUESTS[0])
    replacements.restore()
    assert ([one.name for one in PATCHES[1:]], True) == (names, b"Hello" in page)


def test_a_patch_can_be_left_out():
    """Patches that are named are left out, without a warning."""
    replacements = Replacements()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        names = known.install(PATCHES, replacements, without=["access_log", "tool_plans"])
    replacements.restore()
    assert {one.name for one in PATCHES} - set(names) == {"access_log", "tool_plans"}


def test_taking_patches_out_leaves_nothing():
    """Afterwards the functions are CherryPy's own again."""
    with patched(PATCHES):
        pass
    assert [name for one in PATCHES for name in one.upstream if not known.digest(name)] == []


def test_changed_configuration_is_seen(address):
    """A page whose configuration changes between requests gets the new one."""
    with patched(PATCHES):
        before = answer(address, _get("/octets"))
        Root.octets._cp_config = {"response.headers.X-New": "yes"}
        try:
            after = answer(address, _get("/octets"))
        finally:
            del Root.octets._cp_config
    assert (b"X-New: yes" in before, b"X-New: yes" in after) == (False, True)
