"""ASGI, "HTTP": https://asgi.readthedocs.io/en/latest/specs/www.html#http, version 2.3."""

import ssl

import httpx
import pytest

from robot_cherrypy.tests.specifications import asgi_applications
from robot_cherrypy.tests.specifications.asgi_applications import FAULTS, LOOPS, WRONG
from robot_cherrypy.tests.specifications.conftest import eventually, hosted
from robot_cherrypy.tests.specifications.exchanges import (
    connect,
    exchange,
    is_closed,
    read_response,
    request_bytes,
)


@pytest.fixture(autouse=True)
def _checked():
    """Nothing that the server does is against the checker's rules."""
    yield
    assert FAULTS == []


def scope_of(port, notes, path="/scope", **options):
    """Return the scope of a request."""
    response = exchange(port, path, **options)
    assert response.body == b"noted", response
    return notes["scope"][-1]


SCOPES = [
    # what the specification says, the request, the key of the scope, its value
    ("signified with a `type` value of `http`", {}, "type", "http"),
    ("the HTTP method name, uppercased", {"method": "PATCH"}, "method", "PATCH"),
    ("must not be empty; default is `http`", {}, "scheme", "http"),
    ("one of `1.0`, `1.1` or `2`", {}, "http_version", "1.1"),
    ("sequences decoded into characters", {"path": "/scope/a%20b"}, "path", "/scope/a b"),
    ("percent-encoded sequences decoded", {"path": "/scope/a%2Fb%2fc"}, "path", "/scope/a/b/c"),
    ("a percent sign, too", {"path": "/scope/%252F"}, "path", "/scope/%2F"),
    ("UTF-8 byte sequences decoded", {"path": "/scope/%C3%A6"}, "path", "/scope/æ"),
    ("slashes as they were sent", {"path": "/scope//a/"}, "path", "/scope//a/"),
    ("the path of an absolute target", {"path": "http://a.example/scope/p"}, "path", "/scope/p"),
    ("excluding any query string, unmodified", {"path": "/scope/%2f?a"}, "raw_path", b"/scope/%2f"),
    ("the original path component", {"path": "http://a.x/scope/p"}, "raw_path", b"/scope/p"),
    (
        "the portion after `?`, percent-encoded",
        {"path": "/scope?a%20=b"},
        "query_string",
        b"a%20=b",
    ),
    ("defaults to an empty text", {}, "root_path", ""),
]


@pytest.mark.parametrize(("says", "request_", "key", "value"), SCOPES)
def test_scope_has(port, notes, says, request_, key, value):
    """HTTP Connection Scope."""
    assert value == scope_of(port, notes, **request_)[key], says


def test_scope_names_both_sides(port, notes):
    """`client`: the remote host and port; `server`: the listening address and port."""
    scope = scope_of(port, notes)

    assert ("127.0.0.1", port) == tuple(scope["server"])
    assert "127.0.0.1" == scope["client"][0]
    assert 0 < scope["client"][1]


def test_header_names_are_lowercased(port, notes):
    """Header names should be lowercased."""
    headers = scope_of(port, notes, headers=["X-Colour: Red"])["headers"]

    assert (b"x-colour", b"Red") in list(map(tuple, headers))


def test_repeated_headers_are_preserved(port, notes, way):
    """Order of header values must be preserved; duplicates must be preserved as received."""
    if way == "threads":
        pytest.xfail("cheroot joins repeated headers, or keeps the last (docs/hosting.md)")
    headers = scope_of(port, notes, headers=["X-A: 1", "X-B: 2", "X-A: 3"])["headers"]

    assert [b"1", b"3"] == [value for name, value in headers if name == b"x-a"]


def test_state_is_a_copy(port, notes, way):
    """`state`: a copy of the namespace passed into the lifespan."""
    if way == "aio":
        pytest.skip("the state is a mounted application's own")
    for _ in range(2):
        exchange(port, "/state")

    assert [{"started": True}, {"started": True}] == notes["state"]


@pytest.fixture
def noted_over_http2(certificate, notes):
    """Return a function that asks over HTTP/2, and returns the scope of that."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    reference = f"{asgi_applications.__name__}:application"
    with (
        hosted(reference, "async", certificate) as number,
        httpx.Client(http2=True, verify=context) as client,
    ):

        def ask(**options):
            response = client.get(f"https://127.0.0.1:{number}/scope?a=b", **options)
            assert (b"noted", "HTTP/2") == (response.content, response.http_version)
            return notes["scope"][-1]

        yield ask


def test_pseudo_headers_are_removed(noted_over_http2):
    """Must be removed; `:authority` must be added to the start with `host` as its name."""
    scope = noted_over_http2(headers={"X-A": "1"})

    assert ("2", "https", "GET") == (scope["http_version"], scope["scheme"], scope["method"])
    assert ("/scope", b"a=b") == (scope["path"], scope["query_string"])
    names = [name for name, _value in scope["headers"]]
    assert [] == [name for name in names if name.startswith(b":")]
    assert (b"host", 1) == (names[0], names.count(b"host"))
    assert scope["headers"][0][1] == b"127.0.0.1:%d" % scope["server"][1]


BODIES = [
    ("a sized one", {"body": b"x" * 100_000}, b"x" * 100_000),
    ("de-chunked by the server", {"headers": ["Transfer-Encoding: chunked"],
                                  "body": b"2\r\nab\r\n1;x=y\r\nc\r\n0\r\nX-T: 1\r\n\r\n"}, b"abc"),
    ("defaults to an empty body", {}, b""),
    ("of any method", {"method": "DELETE", "body": b"x"}, b"x"),
]  # fmt: skip


@pytest.mark.parametrize("path", ["/body", "/impatient", "/dialogue"])
@pytest.mark.parametrize(("says", "request_", "body"), BODIES)
def test_body_is_received(port, path, says, request_, body):
    """`http.request`: pieces until `more_body` is false; none is lost with a given-up `receive`."""
    response = exchange(port, path, **{"method": "POST", **request_})

    assert (200, body) == (response.status, response.body), says


@pytest.mark.parametrize("path", ["/body", "/impatient", "/unread", "/late-reader"])
@pytest.mark.parametrize(("says", "request_", "body"), BODIES)
def test_next_request_is_found(port, path, says, request_, body):
    """Whatever was read of a body, the next request of the connection is the one that was sent."""
    with connect(port) as client:
        client.sendall(request_bytes(path, **{"method": "POST", **request_}))
        first = read_response(client)
        client.sendall(request_bytes("/body", method="POST", body=b"second"))
        second = read_response(client)

    assert (200, 200, b"second") == (first.status, second.status, second.body), says
    if path == "/late-reader":
        assert b"read %d" % len(body) == first.body


def test_pieces_come_as_they_are_sent(port):
    """A chunk is received, and responded to, before the next one is sent."""
    head = request_bytes("/dialogue", method="POST", headers=["Transfer-Encoding: chunked"])
    with connect(port) as client:
        client.sendall(head)
        received = b""
        for piece in (b"one", b"two", b"three"):
            client.sendall(b"%x\r\n%b\r\n" % (len(piece), piece))
            while piece not in received:
                more = client.recv(4096)
                assert more, received
                received += more
        client.sendall(b"0\r\n\r\n")
        while b"0\r\n\r\n" not in received:
            received += client.recv(4096)


def test_client_that_drips_its_body_is_waited_for(port, notes):
    """A `receive` that was given up and repeated loses nothing."""
    with connect(port) as client:
        client.sendall(request_bytes("/impatient", method="POST", headers=["Content-Length: 6"]))
        for piece in (b"ab", b"cd", b"ef"):
            given_up = len(notes["impatient"])
            eventually(lambda given_up=given_up: len(notes["impatient"]) > given_up)
            client.sendall(piece)
        response = read_response(client)

    assert (200, b"abcdef") == (response.status, response.body)


def test_own_transfer_encoding_is_ignored(port):
    """You may send a Transfer-Encoding header, but the server must ignore it."""
    response = exchange(port, "/own-coding")

    assert ["chunked"] == response.values("transfer-encoding")
    assert b"hello" == response.body


def test_order_of_headers_is_preserved(port):
    """Order must be preserved in the HTTP response."""
    headers = exchange(port, "/order").headers

    assert [("x-b", "1"), ("x-a", "2"), ("x-b", "3")] == [
        (name.lower(), value) for name, value in headers if name.lower().startswith("x-")
    ]


@pytest.mark.parametrize(("path", "content"), [("/defaults", b""), ("/additional", b"fine")])
def test_keys_may_be_missing_or_more(port, path, content):
    """`headers`, `body`, `more_body` are optional; additional keys should not raise."""
    response = exchange(port, path)

    assert (200, content) == (response.status, response.body)


@pytest.mark.parametrize(("name", "first"), [("two-pieces", b"one"), ("empty-first", b"")])
def test_pieces_are_flushed(port, notes, name, first):
    """Servers must flush any data passed to them before returning from a send call."""
    with connect(port) as client:
        client.sendall(request_bytes(f"/{name}"))
        received = b""
        while not (b"\r\n\r\n" in received and first in received):
            received += client.recv(4096)
        LOOPS[name].call_soon_threadsafe(notes[name][0].set)
        while not received.endswith(b"0\r\n\r\n"):
            received += client.recv(4096)


@pytest.mark.parametrize("path", ["/fail-after-start", "/end-early"])
def test_error_before_the_body_is_told(port, path):
    """The start need not be sent before the body, so that an error response can replace it."""
    assert 500 == exchange(port, path).status


def test_error_in_the_body_ends_the_connection(port):
    """Servers must terminate the application instance and its associated connection."""
    response = exchange(port, "/fail-in-body")

    assert (200, b"12345") == (response.status, response.body)
    assert response.is_closed


@pytest.mark.parametrize("name", WRONG)
def test_invalid_message_is_refused(port, notes, name):
    """An unknown type, missing keys, wrong types: raise out of `send`."""
    response = exchange(port, f"/wrong?{name.replace(' ', '+')}")

    assert (1, 200) == (len(notes[name]), response.status)
    assert response.body in (b"right", b"1right")
    assert [] == response.values("x-evil")


@pytest.mark.parametrize("name", WRONG)
def test_invalid_message_ends_the_request(port, name):
    """What is raised out of `send` ends the request: with a 500 if nothing was sent before."""
    with connect(port) as client:
        client.sendall(request_bytes(f"/wrong-and-end?{name.replace(' ', '+')}"))
        response = read_response(client)
        assert is_closed(client)

    assert response.status == (200 if "in the body" in name else 500)
    assert [] == response.values("x-evil")


def test_nothing_follows_the_end(port):
    """Any further messages will be ignored."""
    with connect(port) as client:
        for _ in range(2):
            client.sendall(request_bytes("/after-end"))
            response = read_response(client)
            assert (200, b"whole") == (response.status, response.body)


@pytest.mark.parametrize("path", ["/bodiless", "/chunked-bodiless"])
@pytest.mark.parametrize("status", [204, 205, 304])
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
def test_body_of_a_bodiless_status_is_not_sent(port, path, status, method):
    """RFC 9110, 6.4.1: no content for HEAD, 204, 205 and 304, and the next response is right."""
    with connect(port) as client:
        client.sendall(request_bytes(f"{path}?{status}", method=method))
        first = read_response(client, method)
        client.sendall(request_bytes("/additional"))
        second = read_response(client)

    assert (status, b"") == (first.status, first.body)
    assert (200, b"fine") == (second.status, second.body)


@pytest.mark.parametrize("pieces", [0, 1, 3])
def test_response_of_another_length_does_not_reach_the_next(port, pieces):
    """What is longer or shorter than its Content-Length ends the connection."""
    response = exchange(port, f"/length?{pieces}")

    assert response.body in (b"", b"12", b"1212")


@pytest.fixture
def _told(way):
    """The `aio` server cancels a request whose client has left (`asgi.CANCELS_REQUESTS`)."""
    if way == "aio":
        pytest.skip("it is cancelled")


@pytest.mark.usefixtures("_told")
@pytest.mark.parametrize("body", [b"", b"x" * 10])
def test_client_that_leaves_is_told(port, notes, body):
    """`http.disconnect`: if receive is called after the connection has been closed."""
    with connect(port) as client:
        client.sendall(request_bytes("/disconnect", method="POST", body=body))
        eventually(lambda: notes["disconnect"] == ["waits"])

    eventually(lambda: notes["disconnect"] == ["waits", "http.disconnect", "sent"])


@pytest.mark.usefixtures("_told")
def test_client_that_leaves_a_stream_is_told(port, notes):
    """Also one that is asked for now and then."""
    with connect(port) as client:
        client.sendall(request_bytes("/poll"))
        assert b"HTTP/1.1 200" in client.recv(4096)

    eventually(lambda: notes["poll"] == ["http.disconnect"])


def test_end_of_the_response_is_told(port, notes):
    """`http.disconnect`: if receive is called after a response has been sent."""
    assert b"whole" == exchange(port, "/after-response").body

    eventually(lambda: notes["after-response"] == ["http.disconnect"])


def test_clients_that_left_hold_nobody_up(port, notes):
    """Twelve of them leave requests that neither receive nor send."""
    for _ in range(12):
        with connect(port) as client:
            before = len(notes["sleeps"])
            client.sendall(request_bytes("/sleeps"))
            eventually(lambda before=before: len(notes["sleeps"]) > before or before >= 10)

    assert b"fine" == exchange(port, "/additional").body
