"""PEP 3333: https://peps.python.org/pep-3333/."""

import ssl
from http.client import HTTPSConnection

import pytest

from robot_cherrypy.tests.specifications import wsgi_applications
from robot_cherrypy.tests.specifications.conftest import eventually, hosted
from robot_cherrypy.tests.specifications.exchanges import (
    connect,
    exchange,
    is_closed,
    read_response,
    request_bytes,
)
from robot_cherrypy.tests.specifications.wsgi_applications import EVENTS, NOTES, WRONG_HEADERS

# On the threaded server an application meets cheroot as it ships, with these (docs/hosting.md).
CHEROOT = {
    "readlines": "`KnownLengthRFile.readlines` without a hint returns nothing",
    "hint": "the file is iterated beyond the body",
    "headers": "the headers of the first call of start_response stay",
    "early head": "the head is sent when the body raises",
    "breaks": "line breaks in headers are sent as they are",
    "length": "lengths are not counted",
    "bodiless": "a body is sent with any status",
    "start": "start_response need not be called",
    "tls": "the size of the key of TLS is no text",
    "underscore": "underscores are taken for hyphens",
}


@pytest.fixture(scope="module", params=["threads", "asyncio"])
def way(request):
    """How a WSGI application is hosted."""
    return request.param


@pytest.fixture(scope="module")
def port(way):
    """The port of a server for the applications."""
    kind = "threaded" if way == "threads" else "async"
    with hosted(f"{wsgi_applications.__name__}:application", kind) as number:
        yield number


@pytest.fixture(autouse=True)
def _forgotten():
    """What the applications note is forgotten before each test."""
    NOTES.clear()
    EVENTS.clear()


@pytest.fixture
def unlike_cheroot(way):
    """Expect a failure for one of cheroot's faults, where cheroot is in charge."""

    def expect(fault):
        if way == "threads":
            pytest.xfail(CHEROOT[fault])

    return expect


def environ_of(port, path="/environ", **options):
    """Return the environ of a request."""
    response = exchange(port, path, **options)
    assert b"noted" == response.body, response
    return NOTES["environ"][-1]


REQUIRED = [
    *("REQUEST_METHOD", "SCRIPT_NAME", "PATH_INFO", "QUERY_STRING", "SERVER_NAME"),
    *("SERVER_PORT", "SERVER_PROTOCOL", "wsgi.version", "wsgi.url_scheme", "wsgi.input"),
    *("wsgi.errors", "wsgi.multithread", "wsgi.multiprocess", "wsgi.run_once"),
]


def test_environ_is_a_dictionary_with_what_is_required(port):
    """Must be a builtin dictionary; CGI variables must be native strings."""
    environ = environ_of(port)

    assert [dict] == NOTES["type"]
    assert set(REQUIRED) <= environ.keys()
    assert [] == [
        key for key, value in environ.items() if key.isupper() and not isinstance(value, str)
    ]
    assert (1, 0) == environ["wsgi.version"]
    assert "http" == environ["wsgi.url_scheme"]
    assert environ["SERVER_NAME"]
    assert str(port) == environ["SERVER_PORT"]


VARIABLES = [
    ("the portion that follows the `?`", {"path": "/environ?a=%20b"}, "QUERY_STRING", "a=%20b"),
    ("the remainder of the path", {"path": "/environ/a%20b"}, "PATH_INFO", "/environ/a b"),
    ("bytes as Latin-1", {"path": "/environ/%C3%A6"}, "PATH_INFO", "/environ/\xc3\xa6"),
    ("a quoted slash stays, as in cheroot", {"path": "/environ/%2F"}, "PATH_INFO", "/environ/%2F"),
    ("as sent, as in cheroot", {"path": "/environ/%20?a=b"}, "REQUEST_URI", "/environ/%20?a=b"),
    ("as sent", {"path": "/environ/%3Fb?c"}, "REQUEST_URI", "/environ/%3Fb?c"),
    ("as sent, with nothing after it", {"path": "/environ?"}, "REQUEST_URI", "/environ?"),
    ("cannot ever be empty", {"method": "PUT"}, "REQUEST_METHOD", "PUT"),
    ("the client's protocol", {}, "SERVER_PROTOCOL", "HTTP/1.1"),
    ("the header's contents", {"headers": ["Content-Type: a/b"]}, "CONTENT_TYPE", "a/b"),
    ("the header's contents", {"method": "POST", "body": b"abc"}, "CONTENT_LENGTH", "3"),
    ("of the client's headers", {"headers": ["X-A-B: c"]}, "HTTP_X_A_B", "c"),
    ("without white space after it", {"headers": ["X-A: b  "]}, "HTTP_X_A", "b"),
    ("no more than one `HTTP_`", {"headers": ["Content-Type: a/b"]}, "HTTP_CONTENT_TYPE", None),
]


@pytest.mark.parametrize(("says", "request_", "key", "value"), VARIABLES)
def test_environ_has(port, says, request_, key, value):
    """`environ` Variables."""
    assert value == environ_of(port, **request_).get(key), says


def test_tls_is_told(certificate, unlike_cheroot):
    """Should provide the variables of Apache that are applicable, if SSL is in use."""
    unlike_cheroot("tls")
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    with hosted(f"{wsgi_applications.__name__}:application", "async", certificate) as number:
        connection = HTTPSConnection("127.0.0.1", number, context=context, timeout=60)
        connection.request("GET", "/environ")
        assert b"noted" == connection.getresponse().read()
        cipher = connection.sock.cipher()[0]
        connection.close()

    environ = NOTES["environ"][-1]
    told = [environ[name] for name in ("wsgi.url_scheme", "HTTPS", "SSL_PROTOCOL", "SSL_CIPHER")]
    assert ["https", "on", "TLSv1.2", cipher] == told
    assert "NONE" == environ["SSL_CLIENT_VERIFY"]


def test_tls_is_not_told_without(port):
    """An application may take it for a proof of privacy."""
    environ = environ_of(port, headers=["X-Forwarded-Proto: https"])

    assert [] == [name for name in environ if name.startswith(("SSL", "HTTPS"))]


def test_file_is_sent_without_a_wrapper_of_the_server(port):
    """`wsgi.file_wrapper` is the server's choice: an application has to do without."""
    response = exchange(port, "/file")

    assert (200, b"x" * 100_000) == (response.status, response.body)
    eventually(lambda: NOTES["file"] == ["closed"])


def test_underscore_is_no_hyphen(port, unlike_cheroot):
    """A header that a proxy knows under another name is dropped, as gunicorn and Django drop it."""
    unlike_cheroot("underscore")
    environ = environ_of(port, headers=["X_Forwarded_User: admin"])

    assert "HTTP_X_FORWARDED_USER" not in environ


INPUTS = [
    ("read", b"ab|c\nde\nf|"),
    ("lines", b"abc\n|de\n|f"),
    ("hint", b"abc\n|de\n|f"),
    ("iterate", b"abc\n|de\n|f"),
]


@pytest.mark.parametrize(("how", "content"), INPUTS)
def test_input_is_read(port, unlike_cheroot, how, content):
    """A server must not read beyond the body, and simulates the end of the file."""
    if how != "read":
        unlike_cheroot("readlines" if how == "lines" else "hint")
    response = exchange(port, f"/input?{how}", method="POST", body=b"abc\nde\nf")

    assert content == response.body


@pytest.mark.parametrize(
    ("path", "status", "content"),
    [
        ("/errors", 200, b"fine"),
        ("/late-start", 200, b"late"),
        ("/empty", 404, b""),
        ("/empties", 200, b"ab"),
        ("/replaced", 503, b"replaced"),
        ("/empty-then-start", 200, b"started"),
    ],
)
def test_response_is_sent(port, unlike_cheroot, path, status, content):
    """Status and headers are sent with the first piece that is not empty."""
    if path == "/replaced":
        unlike_cheroot("headers")
    response = exchange(port, path)

    assert (status, content) == (response.status, response.body)
    assert [] == response.values("x-first")


@pytest.mark.parametrize("path", ["/empty-then-raise", "/twice", "/never", "/text"])
def test_error_before_the_first_piece_is_told(port, unlike_cheroot, path):
    """As nothing was sent, an error response takes the place."""
    if path != "/twice":
        unlike_cheroot("early head")
    assert 500 == exchange(port, path).status


def test_missing_start_is_an_error(port, unlike_cheroot):
    """It must be called before the body is sent, also if that is empty."""
    unlike_cheroot("start")

    assert 500 == exchange(port, "/never-empty").status


def test_second_start_is_a_fatal_error(port):
    """It is a fatal error to call start_response without exc_info if it was called already."""
    exchange(port, "/twice")

    assert [RuntimeError] == list(map(type, NOTES["twice"]))


def test_start_after_the_first_piece_raises_what_it_was_given(port):
    """Must raise an error, using the exc_info tuple; the application may be aborted by it."""
    response = exchange(port, "/too-late")

    assert (200, b"sent") == (response.status, response.body)
    assert ["too late"] == list(map(str, NOTES["too-late"]))


@pytest.mark.parametrize("name", ["pieces", "write"])
def test_pieces_are_not_buffered(port, name):
    """Must transmit in an unbuffered fashion, completing each before requesting another."""
    with connect(port) as client:
        client.sendall(request_bytes(f"/{name}"))
        received = b""
        while b"one" not in received:
            received += client.recv(4096)
        assert b"two" not in received
        EVENTS[name].set()
        while not received.endswith(b"0\r\n\r\n"):
            received += client.recv(4096)


@pytest.mark.parametrize("how", ["", "error"])
def test_body_is_closed(port, how):
    """Must call close(), whether the request was completed or terminated by an error."""
    response = exchange(port, f"/close?{how}")

    assert b"a" * 10 == response.body
    eventually(lambda: NOTES["close"] == ["closed"])


def test_body_is_closed_when_the_client_leaves(port):
    """Must call close() after an early disconnect of the browser."""
    with connect(port) as client:
        client.sendall(request_bytes("/endless"))
        client.recv(100)

    eventually(lambda: NOTES["endless"] == ["closed"])


@pytest.mark.parametrize("name", WRONG_HEADERS)
def test_wrong_headers_are_refused(port, way, unlike_cheroot, name):
    """Servers should check at the time start_response is called, so that it can raise."""
    if name in ("line break", "line feed", "name", "null", "status"):
        unlike_cheroot("breaks")
    response = exchange(port, f"/headers?{name.replace(' ', '+')}")

    assert [] == response.values("x-evil")
    assert 500 == response.status
    if way == "asyncio":
        assert 1 == len(NOTES["headers"])


@pytest.mark.parametrize("pieces", [0, 1, 3])
def test_response_of_another_length_does_not_reach_the_next(port, unlike_cheroot, pieces):
    """Must not transmit more than Content-Length; should close the connection if it is less."""
    unlike_cheroot("length")
    with connect(port) as client:
        client.sendall(request_bytes(f"/length?{pieces}"))
        response = read_response(client)
        assert is_closed(client)

    assert response.body == b"12" * min(pieces, 2)


@pytest.mark.parametrize("status", [204, 304])
def test_body_of_a_bodiless_status_is_not_sent(port, unlike_cheroot, status):
    """RFC 9110, 6.4.1."""
    unlike_cheroot("bodiless")
    with connect(port) as client:
        client.sendall(request_bytes(f"/bodiless?{status}"))
        first = read_response(client)
        client.sendall(request_bytes("/errors"))
        second = read_response(client)

    assert (status, 200, b"fine") == (first.status, second.status, second.body)


def test_request_has_one_thread(port):
    """Thread-local data of an application are those of its request."""
    exchange(port, "/thread")

    eventually(lambda: len(NOTES["thread"]) == 5)
    assert 1 == len(set(NOTES["thread"]))
