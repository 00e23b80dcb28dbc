"""Hostile input gets a 4xx, a 5xx without a traceback, or a close; never a hang or a crash."""

import os
import random
import re
import socket
import time

import cherrypy
import pytest

HOST = b"Host: x\r\n"
CLOSE = b"Connection: close\r\n"
LIMIT = 4096  # of a request's head in these tests
BODY_LIMIT = 10_000
FUZZED = int(os.environ.get("ROBOT_CHERRYPY_FUZZ", "300"))


def chunked(*parts, extra=b""):
    """Make a POST with a chunked body of these raw parts."""
    head = b"POST /echo HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n" + extra
    return head + b"Content-Type: text/plain\r\n\r\n" + b"".join(parts)


def sized(length, body, extra=b""):
    """Make a POST that declares a length."""
    head = b"POST /echo HTTP/1.1\r\n" + HOST + b"Content-Length: " + length + b"\r\n" + extra
    return head + b"Content-Type: text/plain\r\n\r\n" + body


def get(headers=b"", target=b"/", version=b"HTTP/1.1"):
    """Make a GET."""
    return b"GET " + target + b" " + version + b"\r\n" + HOST + headers + b"\r\n"


SMUGGLED = b"GET /smuggled HTTP/1.1\r\n" + HOST + b"\r\n"

# What is sent, and the statuses that are right; 0 is a close without an answer.
CORPUS = {
    "both lengths": (sized(b"5", b"0\r\n\r\n", b"Transfer-Encoding: chunked\r\n"), {200}),
    "two lengths": (sized(b"5", b"abcde", b"Content-Length: 6\r\n"), {400}),
    "length list": (sized(b"5, 5", b"abcde"), {400}),
    "negative length": (sized(b"-5", b"abcde"), {400}),
    "signed length": (sized(b"+5", b"abcde"), {400}),
    "hexadecimal length": (sized(b"0x5", b"abcde"), {400}),
    "length with underscore": (sized(b"1_0", b"abcdeabcde"), {400}),
    "huge length": (sized(b"9" * 30, b""), {400, 413}),
    "length over the limit": (sized(b"10001", b""), {413}),
    "empty length": (sized(b"", b""), {400}),
    "unknown coding": (chunked(b"0\r\n\r\n", extra=b"").replace(b"chunked", b"gzip"), {400, 501}),
    "chunked not last": (
        chunked(b"0\r\n\r\n").replace(b": chunked", b": chunked, gzip"),
        {400, 501},
    ),
    "coding twice": (chunked(b"0\r\n\r\n", extra=b"Transfer-Encoding: chunked\r\n"), {200, 400}),
    "disguised coding": (chunked(b"0\r\n\r\n").replace(b": chunked", b": xchunked"), {400, 501}),
    "space before colon": (get(b"X : 1\r\n"), {400}),
    "length with space before colon": (sized(b"0", b"").replace(b"Length:", b"Length :"), {400}),
    "bad chunk size": (chunked(b"zz\r\nabc\r\n0\r\n\r\n"), {400}),
    "negative chunk size": (chunked(b"-1\r\nabc\r\n0\r\n\r\n"), {400}),
    "huge chunk size": (chunked(b"f" * 20 + b"\r\nabc"), {400}),
    "chunk longer than said": (chunked(b"2\r\nabcd\r\n0\r\n\r\n"), {400}),
    "chunk with bare LF": (chunked(b"3\nabc\n0\n\n"), {400}),
    "chunk over the limit": (chunked(b"2711\r\n" + b"x" * 10001 + b"\r\n0\r\n\r\n"), {413}),
    "endless chunk extension": (chunked(b"1;" + b"x" * 20000), {400, 413}),
    "chunked in HTTP/1.0": (
        chunked(b"0\r\n\r\n").replace(b"HTTP/1.1", b"HTTP/1.0"),
        {200, 400, 411},
    ),
    "bare LF": (b"GET / HTTP/1.1\nHost: x\n\n", {400}),
    "bare LF in headers": (b"GET / HTTP/1.1\r\nHost: x\n\r\n", {400}),
    "bare CR": (get(b"X: a\rY: b\r\n"), {400}),
    "folded header": (get(b"X: a\r\n b\r\n"), {400}),
    "header without colon": (get(b"nothing\r\n"), {400}),
    "header without name": (get(b": value\r\n"), {400}),
    "NUL in header": (get(b"X: a\x00b\r\n"), {400}),
    "NUL in name": (get(b"X\x00: a\r\n"), {400}),
    "NUL in target": (get(target=b"/\x00"), {400}),
    "encoded NUL": (get(target=b"/%00"), {404}),
    "space in target": (get(target=b"/a b"), {400}),
    "huge header": (get(b"X: " + b"x" * 100_000 + b"\r\n"), {413}),
    "many headers": (get(b"X: 1\r\n" * 20_000), {413}),
    "endless headers": (b"GET / HTTP/1.1\r\n" + b"X: 1\r\n" * 20_000, {413}),
    "huge target": (get(target=b"/" + b"x" * 100_000), {413, 414}),
    "no host": (b"GET / HTTP/1.1\r\n\r\n", {400}),
    "fragment": (get(target=b"/#f"), {400}),
    "relative target": (get(target=b"index"), {400}),
    "dots": (get(target=b"/../../etc/passwd"), {404}),
    "overlong UTF-8": (get(target=b"/%c0%ae%c0%ae/"), {404}),
    "bad escape": (get(target=b"/%zz"), {404}),
    "HTTP/0.9": (b"GET /\r\n\r\n", {400, 505}),
    "HTTP/2 in clear": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", {400, 505}),
    "HTTP/9.9": (get(version=b"HTTP/9.9"), {400, 505}),
    "no version": (get(version=b"HTTP/"), {400}),
    "lower-case method": (get().replace(b"GET", b"get"), {400}),
    "unknown method": (get().replace(b"GET", b"NOPE"), {400}),
    "TLS to plain": (
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 500 + b"\n",
        {400},
    ),
    "garbage": (bytes(range(256)) * 4, {400}),
    "only line ends": (b"\r\n" * 50, {408, 400}),
    "nothing": (b"", {408}),
    "half a request line": (b"GET / HT", {408}),
    "half the headers": (b"GET / HTTP/1.1\r\nHost: x\r\nX", {408}),
    "half a body": (sized(b"10", b"abc"), {408}),
    "half a chunk": (chunked(b"a\r\nabc"), {408}),
    "bad expectation": (get(b"Expect: the-unexpected\r\n"), {200, 417}),
    "response splitting": (get(target=b"/header?value=a%0d%0aX-Evil:%201"), {200}),
    "bad cookie": (get(b"Cookie: a=\x01\x02; =;;;\r\n"), {200, 400}),
    "bad host": (get().replace(b"Host: x", b"Host: x\x7f\xff<script>"), {200, 400}),
    "upgrade nobody offers": (get(b"Connection: Upgrade\r\nUpgrade: h2c\r\n" + CLOSE), {200}),
    "bad multipart": (
        sized(b"3", b"abc").replace(b"text/plain", b"multipart/form-data; boundary=" + b"x" * 300),
        {400, 500},  # CherryPy's own answer
    ),
    "multipart without boundary": (
        sized(b"3", b"abc").replace(b"text/plain", b"multipart/form-data"),
        {200, 400, 500},
    ),
}


class Root:
    def __init__(self):
        self.smuggled_requests = 0

    @cherrypy.expose
    def index(self):
        return "index"

    @cherrypy.expose
    def echo(self, **_fields):
        body = cherrypy.request.body
        return repr(len(body.read() if body.fp else b""))

    @cherrypy.expose
    def smuggled(self):
        self.smuggled_requests += 1
        return "smuggled"

    @cherrypy.expose
    def header(self, value):
        cherrypy.response.headers["X-Value"] = value
        return "header"


@pytest.fixture
def hostile(serve, caplog):
    """Serve with limits that are soon reached."""
    root = Root()
    config = {"request.show_tracebacks": False}
    running = serve(root, config, socket_timeout=0.4, max_request_header_size=LIMIT)
    maximum, cherrypy.server.max_request_body_size = (
        cherrypy.server.max_request_body_size,
        BODY_LIMIT,
    )
    running.server.settings.max_request_body_size = BODY_LIMIT
    yield root, running
    cherrypy.server.max_request_body_size = maximum
    assert b"index" in talk(running.address, get(CLOSE))
    assert [] == [record for record in caplog.records if record.name == "asyncio"]


def talk(address, data):
    """Send bytes and return all that comes back until the server closes."""
    received = b""
    with socket.create_connection(address, 10) as client:
        try:
            client.sendall(data)
            while part := client.recv(65536):
                received += part
        except (ConnectionResetError, BrokenPipeError):
            pass
    return received


def statuses(received):
    """Return the statuses of the responses in what came back; 0 if there are none."""
    return [int(status) for status in re.findall(rb"HTTP/1\.1 (\d{3}) ", received)] or [0]


@pytest.mark.parametrize("name", CORPUS)
def test_hostile_requests_are_refused(hostile, name):
    """Each gets one of the right answers and then a close, and no traceback."""
    _root, running = hostile
    data, right = CORPUS[name]
    received = talk(running.address, data)
    assert statuses(received)[0] in right, received[:300]
    assert b"Traceback" not in received
    assert b"\r\nX-Evil" not in received


@pytest.mark.parametrize(
    "name",
    [name for name in CORPUS if re.search("length|chunk|coding|colon|LF|CR|NUL in|folded", name)],
)
def test_nothing_is_smuggled(hostile, name):
    """What follows a request whose end is in doubt is not taken for the next one."""
    root, running = hostile
    talk(running.address, CORPUS[name][0] + SMUGGLED)
    assert 0 == root.smuggled_requests


def test_dripping_bodies_run_out_of_time(hostile):
    """A body that comes byte by byte does not keep its connection for ever."""
    _root, running = hostile
    started = time.monotonic()
    with socket.create_connection(running.address, 10) as client:
        client.sendall(sized(b"1000", b""))
        received = b""
        client.settimeout(0.05)
        while time.monotonic() < started + 20:
            try:
                client.sendall(b"x")
                part = client.recv(65536)
            except TimeoutError:
                continue
            except OSError:
                break
            if not part:
                break
            received += part
    assert [408] == statuses(received)


def test_dripping_headers_run_out_of_time(hostile):
    """So do headers that come byte by byte."""
    _root, running = hostile
    with socket.create_connection(running.address, 10) as client:
        client.settimeout(0.05)
        received = b""
        for byte in get(b"X: " + b"x" * 1000 + b"\r\n"):
            try:
                client.sendall(bytes([byte]))
                received += client.recv(65536)
            except TimeoutError:
                continue
            except OSError:
                break
            if received:
                break
    assert [408] == statuses(received)


def test_clients_that_do_not_read_are_dropped(serve):
    """A response that its client does not read is given up after the time-out."""

    class Big:
        @cherrypy.expose
        def index(self):
            return b"x" * 50_000_000

    running = serve(Big(), socket_timeout=0.3)
    with socket.create_connection(running.address, 10) as client:
        client.sendall(get())
        assert becomes(1, lambda: running.server.connections)
        assert becomes(0, lambda: running.server.connections)


def becomes(value, ask):
    """Tell whether `ask()` comes to return `value`."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        if ask() == value:
            return True
    return False


def mutate(chance, data):
    """Change a few bytes of a request, cut it, repeat a part of it, or mix it with another."""
    data = bytearray(data)
    for _ in range(chance.randint(1, 4)):
        kind = chance.randrange(5)
        place = chance.randrange(len(data) + 1)
        if kind == 0 and data:
            data[min(place, len(data) - 1)] = chance.randrange(256)
        elif kind == 1:
            data[place:place] = chance.choice([b"\r\n", b"\n", b"\x00", b" ", b":", b"\r", b"\xff"])
        elif kind == 2:
            del data[place : place + chance.randint(1, 8)]
        elif kind == 3:
            data[place:place] = data[place : place + 40]
        else:
            data += chance.choice(list(CORPUS.values()))[0][:500]
    return bytes(data)


def test_fuzzed_requests_hang_nothing(hostile):
    """Mutated requests are answered or closed upon in time, and the server goes on."""
    _root, running = hostile
    chance = random.Random(20260101)
    seeds = [data for data, _right in CORPUS.values() if len(data) < 2000]
    for number in range(FUZZED):
        data = mutate(chance, chance.choice(seeds))
        with socket.create_connection(running.address, 10) as client:
            client.sendall(data)
            if number % 30:  # the others run into time-outs
                client.shutdown(socket.SHUT_WR)
            received = b"".join(iter(lambda: read(client), b""))
        assert b"Traceback" not in received, data


def read(client):
    try:
        return client.recv(65536)
    except ConnectionResetError:
        return b""
