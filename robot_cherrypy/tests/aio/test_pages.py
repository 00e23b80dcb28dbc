"""Pages of every kind: coroutines, plain functions, streams, sessions, uploads, errors."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

import cherrypy
import pytest
from cherrypy import serving
from cherrypy._cptree import Tree

from robot_cherrypy import aio
from robot_cherrypy.aio.request.environ import server_of
from robot_cherrypy.tests.aio.conftest import RunningServer, settings

STREAM = {"response.stream": True}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def add_text_header():
    """Add a header that CherryPy's servers refuse."""
    cherrypy.response.header_list.append((b"X-Text", "text"))


def add_number_header():
    """Add another header that they refuse."""
    cherrypy.response.header_list.append((2, 3))


class Root:
    @cherrypy.expose
    async def coroutine(self, name="nobody"):
        await asyncio.sleep(0.001)
        return f"hello {name} at {serving.request.path_info}"

    @cherrypy.expose
    def plain(self, name="nobody"):
        return f"hello {name} on {threading.current_thread().name}"

    @cherrypy.expose
    @aio.inline
    def inline(self):
        return str(asyncio.get_running_loop().is_running())

    @cherrypy.expose
    @cherrypy.config(**STREAM)
    async def stream(self):
        for number in range(3):
            await asyncio.sleep(0.001)
            yield f"{number} {cherrypy.request.path_info}\n"

    @cherrypy.expose
    @cherrypy.config(**STREAM)
    def plain_stream(self):
        for number in range(3):
            yield f"{number} {threading.current_thread().name[:21]}\n"

    @cherrypy.expose
    async def buffered(self):
        yield "a"
        yield "b"

    @cherrypy.expose
    @cherrypy.tools.sessions()
    async def count(self):
        number = cherrypy.session.get("number", 0)
        await asyncio.sleep(0.002)
        cherrypy.session["number"] = number + 1
        return str(number + 1)

    @cherrypy.expose
    async def upload(self, file):
        with file.file as content:
            return f"{file.filename} {len(content.read())}"

    @cherrypy.expose
    @cherrypy.tools.json_in()
    @cherrypy.tools.json_out()
    async def echo(self):
        return {"got": cherrypy.request.json}

    @cherrypy.expose
    async def teapot(self):
        await asyncio.sleep(0)
        raise cherrypy.HTTPError(418, "short and stout")

    @cherrypy.expose
    async def broken(self):
        await asyncio.sleep(0)
        raise ZeroDivisionError

    @cherrypy.expose
    @cherrypy.config(**{"hooks.on_end_resource": add_text_header})
    async def text_header(self):
        return b"page"

    @cherrypy.expose
    @cherrypy.config(**{"hooks.on_end_resource": add_number_header})
    async def number_header(self):
        return b"page"

    @cherrypy.expose
    @cherrypy.config(**{"hooks.on_end_resource": add_text_header, "response.stream": True})
    async def text_header_of_a_stream(self):
        yield b"page"

    @cherrypy.expose
    async def elsewhere(self):
        raise cherrypy.InternalRedirect("/coroutine?name=redirected")

    @cherrypy.expose
    async def other_page(self):
        raise cherrypy.HTTPRedirect("/coroutine")


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/coroutine?name=world", "hello world at /coroutine"),
        ("/plain", "hello nobody on robot_cherrypy worker 1"),
        ("/inline", "True"),
        ("/stream", "0 /stream\n1 /stream\n2 /stream\n"),
        ("/plain_stream", "".join(f"{n} robot_cherrypy worker\n" for n in range(3))),
        ("/buffered", "ab"),
        ("/elsewhere", "hello redirected at /coroutine"),
    ],
)
def test_pages(serve, path, body):
    """Each kind of page handler returns its page."""
    assert body == serve(Root()).get(path)


@pytest.mark.parametrize(
    ("path", "status", "text"),
    [
        ("/teapot", 418, "short and stout"),
        ("/broken", 500, "ZeroDivisionError"),
        ("/missing", 404, "was not found."),
        ("/coroutine?surprise=1", 404, "Unexpected query string parameters: surprise"),
        ("/other_page", 303, "/coroutine"),
        ("/text_header", 500, "response.header_list value 'text' is not a byte string."),
        ("/number_header", 500, "response.header_list key 2 is not a byte string."),
        ("/text_header_of_a_stream", 500, "value 'text' is not a byte string."),
    ],
)
def test_errors_are_cherrypys(serve, path, status, text):
    """Errors in coroutines have CherryPy's status codes and pages."""
    actual, _headers, body = serve(Root()).request(path)
    assert (status, True) == (actual, text in body.decode())


def test_forms_and_bodies(serve):
    """Forms, JSON and uploads arrive in coroutines."""
    running = serve(Root())
    form = running.get("/coroutine", method="POST", body="name=form", headers=FORM)
    assert "hello form at /coroutine" == form
    json = {"Content-Type": "application/json"}
    assert '{"got": {"a": 1}}' == running.get("/echo", method="POST", body='{"a": 1}', headers=json)
    part = b'--x\r\nContent-Disposition: form-data; name="file"; filename="f.bin"\r\n\r\n'
    upload = part + b"z" * 1_000_000 + b"\r\n--x--\r\n"
    multipart = {"Content-Type": "multipart/form-data; boundary=x"}
    assert "f.bin 1000000" == running.get("/upload", method="POST", body=upload, headers=multipart)


def test_coroutines_of_one_session_exclude_each_other(serve):
    """Fifty requests at once count to fifty, though each pauses between reading and writing."""
    running = serve(Root())
    _status, headers, _body = running.request("/count")
    cookie = {"Cookie": headers["Set-Cookie"].split(";")[0]}
    with ThreadPoolExecutor(50) as clients:
        counts = list(clients.map(lambda _: int(running.get("/count", headers=cookie)), range(50)))
    assert list(range(2, 52)) == sorted(counts)


def test_header_names_and_reasons_stay_cherrypys(serve):
    """Names keep their case, and statuses the reason phrase that the application chose."""

    class Reasons:
        @cherrypy.expose
        async def index(self):
            cherrypy.response.status = "201 Made It"
            cherrypy.response.headers["X-CamelCase"] = "yes"
            return b""

    connection = serve(Reasons()).connect()
    connection.request("GET", "/")
    response = connection.getresponse()
    response.read()
    assert (201, "Made It") == (response.status, response.reason)
    assert "X-Camelcase" in dict(response.headers)
    connection.close()


def test_only_the_proxy_tool_uses_forwarded_headers(serve):
    """As on CherryPy's own server, a client cannot choose its address."""

    class Client:
        @cherrypy.expose
        async def index(self):
            return f"{cherrypy.request.remote.ip} {cherrypy.request.base[:5]}"

        @cherrypy.expose
        @cherrypy.tools.proxy()
        async def behind_a_proxy(self):
            return f"{cherrypy.request.remote.ip} {cherrypy.request.base[:5]}"

    running = serve(Client())
    headers = {"X-Forwarded-For": "192.0.2.1", "X-Forwarded-Proto": "https"}
    assert "127.0.0.1 http:" == running.get("/", headers=headers)
    assert "192.0.2.1 https" == running.get("/behind_a_proxy", headers=headers)


class Hosted:
    """An ASGI application that sends these headers."""

    def __init__(self, headers):
        self.headers = headers

    async def asgi(self, _scope, _receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": self.headers})
        await send({"type": "http.response.body", "body": b"hosted"})


def request_twice(headers):
    """Serve an ASGI application that sends these headers; return its first and second response."""
    tree = Tree()
    tree.apps[""] = Hosted(headers)
    running = RunningServer(aio.HTTPServer(settings(), aio.application(tree)))
    try:
        return [running.request("/"), running.request("/")]
    finally:
        running.stop()


def test_headers_of_an_asgi_application_may_be_of_any_type():
    """They are pairs of bytes: tuples or lists, `bytes` or `bytearray`."""
    headers = [
        [b"Set-Cookie", b"a=1"],
        [b"set-cookie", bytearray(b"b=2")],
        (b"content-length", b"6"),
    ]
    for status, received, body in request_twice(headers):
        assert (200, b"hosted") == (status, body)
        assert received.get_all("Set-Cookie") == ["a=1", "b=2"]
        assert "6" == received["Content-Length"]


@pytest.mark.parametrize("value", [b"1\r\nX-Other: 2", b"1\n", b"1\r"])
def test_a_header_with_a_line_break_is_not_sent(value):
    """Its request gets a 500."""
    assert [500, 500] == [
        status for status, _headers, _body in request_twice([(b"X-Header", value)])
    ]


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        ({"server": ("/run/server.sock", None)}, ("localhost", 80)),
        ({"server": ("/run/server.sock", None), "scheme": "https"}, ("localhost", 443)),
        ({"server": ("192.0.2.1", 8080)}, ("192.0.2.1", 8080)),
        ({"server": None}, ("localhost", 80)),
    ],
)
def test_every_server_has_a_name_and_a_port(scope, expected):
    """Also on a Unix socket (PEP 3333)."""
    assert expected == server_of(scope)
