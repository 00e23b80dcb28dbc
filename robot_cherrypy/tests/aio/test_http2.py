"""HTTP/2, frame by frame: what a client can make the server keep and do (RFC 9113)."""

import asyncio
import contextlib
import random
import socket
import ssl
import struct
import threading
import time

import cherrypy
import h2.config
import h2.connection
import h2.errors
import h2.events
import h2.settings
import pytest
from hyperframe.frame import (
    ContinuationFrame,
    HeadersFrame,
    PingFrame,
    PriorityFrame,
    RstStreamFrame,
    SettingsFrame,
    WindowUpdateFrame,
)

from robot_cherrypy import aio
from robot_cherrypy.aio.http import http2
from robot_cherrypy.aio.http.http2_request import response_fields

LARGE = 3_000_000
CODES = h2.errors.ErrorCodes
INITIAL_WINDOW = h2.settings.SettingCodes.INITIAL_WINDOW_SIZE


class Root:
    """Pages, and what they did."""

    def __init__(self):
        self.made = 0
        self.yielded = 0
        self.started = 0
        self.cancelled = threading.Semaphore(0)

    @cherrypy.expose
    async def index(self):
        return "hello"

    @cherrypy.expose
    def plain(self, **parameters):
        return repr(parameters)

    @cherrypy.expose
    async def large(self):
        self.made += 1
        return b"x" * LARGE

    @cherrypy.expose
    @cherrypy.config(**{"response.stream": True})
    def stream(self, length=None, pieces="1000"):
        if length:
            cherrypy.response.headers["Content-Length"] = length
        return self.pieces(int(pieces))

    async def pieces(self, count):
        for _ in range(count):
            self.yielded += 1
            yield b"x" * 1000

    @cherrypy.expose
    async def size(self):
        return str(len(cherrypy.request.body.read()))

    @cherrypy.expose
    @cherrypy.config(**{"request.process_request_body": False})
    async def ignore(self):
        self.started += 1
        await asyncio.Event().wait()

    @cherrypy.expose
    @cherrypy.config(**{"request.process_request_body": False, "response.stream": True})
    async def fail(self):
        yield "started"
        await asyncio.sleep(0.02)
        raise RuntimeError("failed")

    @cherrypy.expose
    @cherrypy.config(**{"request.process_request_body": False})
    async def late(self):
        await asyncio.sleep(0.6)
        body = cherrypy.request.rfile.read()
        await asyncio.sleep(0.6)
        return str(len(body))

    @cherrypy.expose
    async def forever(self):
        self.started += 1
        try:
            await asyncio.Event().wait()
        finally:
            self.cancelled.release()

    @cherrypy.expose
    async def tidy(self):
        self.started += 1
        try:
            await asyncio.Event().wait()
        finally:
            self.cancellations = asyncio.current_task().cancelling()
            self.cancelled.release()

    @cherrypy.expose
    async def give_up(self):
        raise GeneratorExit

    @cherrypy.expose
    async def own_cancel(self):
        asyncio.current_task().cancel()
        await asyncio.sleep(1)

    @cherrypy.expose
    async def empty(self, status):
        cherrypy.response.status = status
        cherrypy.response.headers.update({"Upgrade": "x", "Connection": "close"})
        return "" if status == "304" else "x"

    @cherrypy.expose
    @cherrypy.config(**{"response.stream": True})
    async def sized(self, status):
        cherrypy.response.status = status
        cherrypy.response.headers["Content-Length"] = "1"
        return b"x"


class Client:
    """A client that sends frames, and reads events."""

    def __init__(self, address, *, window=65535, preface=True):
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        context.set_alpn_protocols(["h2"])
        self.socket = context.wrap_socket(socket.create_connection(address, 10))
        self.state = h2.connection.H2Connection(
            h2.config.H2Configuration(
                header_encoding="latin-1",
                validate_outbound_headers=False,
                normalize_outbound_headers=False,
            )
        )
        self.events = []
        # Whether bodies that arrive are acknowledged.
        self.is_reading = False
        if preface:
            self.state.local_settings[INITIAL_WINDOW] = window
            self.state.local_settings.acknowledge()
            self.state.initiate_connection()
            self.flush()

    def flush(self):
        self.socket.sendall(self.state.data_to_send())

    def write(self, *frames):
        """Send frames, of which `state` knows nothing."""
        self.socket.sendall(b"".join(frame.serialize() for frame in frames))

    def request(self, path="/", method="GET", *, headers=(), end=True, **pseudo):
        """Begin a request; return its stream."""
        number = self.state.get_next_available_stream_id()
        fields = {"method": method, "scheme": "https", "authority": "x", "path": path, **pseudo}
        lines = [(f":{name}", value) for name, value in fields.items() if value is not None]
        self.state.send_headers(number, [*lines, *headers], end_stream=end)
        self.flush()
        return number

    def data(self, number, data, *, end=False):
        self.state.send_data(number, data, end_stream=end)
        self.flush()

    def next(self, kind, number=None):
        """Wait for an event; return it."""
        while True:
            for event in self.events:
                if isinstance(event, kind) and number in {None, getattr(event, "stream_id", 0)}:
                    self.events.remove(event)
                    return event
            data = self.socket.recv(65536)
            assert data, f"closed, without {kind.__name__}"
            self._receive_data(data)

    def _receive_data(self, data):
        events = self.state.receive_data(data)
        self.events += events
        for event in events if self.is_reading else ():
            if isinstance(event, h2.events.DataReceived) and event.flow_controlled_length:
                self.state.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
        self.flush()

    def response(self, number):
        """Read a response, and acknowledge what comes; return its status, and its body."""
        self.is_reading = True
        status = dict(self.next(h2.events.ResponseReceived, number).headers)[":status"]
        body = b""
        while True:
            event = self.next((h2.events.DataReceived, h2.events.StreamEnded), number)
            if isinstance(event, h2.events.StreamEnded):
                return int(status), body
            body += event.data

    def get(self, *args, **kwargs):
        return self.response(self.request(*args, **kwargs))

    def reset_code(self, number):
        return self.next(h2.events.StreamReset, number).error_code

    def end_code(self):
        """Wait until the server has closed the connection; return the code of its GOAWAY."""
        while data := self._receive():
            self.events += self.state.receive_data(data)
        ends = [each for each in self.events if isinstance(each, h2.events.ConnectionTerminated)]
        return ends[-1].error_code if ends else None

    def _receive(self):
        try:
            return self.socket.recv(65536)
        except ConnectionError:
            return b""


@pytest.fixture(scope="module")
def certificate(certificate_files):
    """Settings with the files of a certificate."""
    chain, key = map(str, certificate_files)
    return {"ssl_certificate": chain, "ssl_private_key": key}


@pytest.fixture
def settings():
    """Settings of `cherrypy.server`; a test may give others."""
    return {}


@pytest.fixture
def root():
    """The pages."""
    return Root()


@pytest.fixture
def connect(serve, certificate, settings, root):
    """Return a function that makes clients of a server with the pages."""
    running = serve(root, **certificate, **{"shutdown_timeout": 0.2, **settings})
    clients = []

    def make(**options):
        clients.append(Client(running.address, **options))
        return clients[-1]

    make.running = running
    yield make
    for client in clients:
        client.socket.close()


def wait_until(condition):
    """Wait until a condition is true, for at most a minute."""
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def let_run(connect):
    """Let the server do all that it can do without its clients."""
    for _ in range(20):
        connect.running.server.wait_for_turns(10)


def connection_of(connect):
    """Return the server's side of the only connection."""
    wait_until(lambda: connect.running.server._state.connections)
    (connection,) = connect.running.server._state.connections
    return connection


# -- requests


def test_websockets_are_not_offered(connect):
    """Browsers open an HTTP/1.1 connection for a WebSocket unless HTTP/2 offers it (RFC 8441)."""
    client = connect()
    changed = client.next(h2.events.RemoteSettingsChanged).changed_settings
    assert 0 == changed[h2.settings.SettingCodes.ENABLE_CONNECT_PROTOCOL].new_value
    number = client.request("/", "CONNECT", protocol="websocket")
    assert CODES.PROTOCOL_ERROR == client.reset_code(number)


@pytest.mark.parametrize(
    ("path", "method", "pseudo", "status"),
    [
        ("/", "GET", {}, 200),
        ("/plain?a=%20", "GET", {}, 200),
        ("/\xff", "GET", {}, 404),
        ("/\xc3\xbc", "GET", {}, 404),
        ("/%zz", "GET", {}, 404),
        ("*", "OPTIONS", {}, 404),
        ("*", "GET", {}, 400),
        ("plain", "GET", {}, 400),
        ("https://x/", "GET", {}, 400),
        ("/ plain", "GET", {}, 400),
        ("/\tplain", "GET", {}, 400),
        ("/#plain", "GET", {}, 400),
        ("/", "get", {}, 400),
        ("/", "GE T", {}, 400),
        (None, "CONNECT", {"scheme": None, "authority": "x:443"}, 404),
        (None, "CONNECT", {"scheme": None, "authority": "x"}, 400),
    ],
)
def test_targets(connect, path, method, pseudo, status):
    """A target that is none gets a 400, and the connection goes on."""
    client = connect()
    assert status == client.get(path, method, **pseudo)[0]
    assert (200, b"hello") == client.get()


def test_connect_with_a_path(connect):
    """A CONNECT has no path (RFC 9113, 8.5)."""
    client = connect()
    client.request("/", "CONNECT")
    assert CODES.PROTOCOL_ERROR == client.end_code()


@pytest.mark.parametrize("length", ["x", "-1", "+3", "1_0", "\xb2"])
def test_malformed_length(connect, length):
    """A length that is no number ends the connection, as all that h2 calls malformed."""
    client = connect()
    client.request("/size", "POST", headers=[("content-length", length)], end=False)
    assert CODES.PROTOCOL_ERROR == client.end_code()


@pytest.mark.parametrize("headers", [(), [("content-length", "5")]])
@pytest.mark.parametrize(
    ("path", "content_type", "expected"),
    [
        ("/size", "text/plain", b"5"),
        ("/plain", "application/x-www-form-urlencoded", b"{'a': 'bcd'}"),
    ],
)
def test_body(connect, headers, path, content_type, expected):
    """A body needs no length."""
    client = connect()
    number = client.request(
        path, "POST", headers=[("content-type", content_type), *headers], end=False
    )
    for byte in b"a=bc":
        client.data(number, bytes([byte]))
    client.data(number, b"d", end=True)
    assert (200, expected) == client.response(number)
    assert (200, b"0") == client.get("/size", "POST")


def test_trailers(connect):
    """Header fields after the body end the request."""
    client = connect()
    number = client.request("/size", "POST", end=False)
    client.data(number, b"abc")
    client.state.send_headers(number, [("x-checksum", "1")], end_stream=True)
    client.flush()
    assert (200, b"3") == client.response(number)


def test_large_bodies_both_ways(connect):
    """Flow control lets through what both sides read."""
    client = connect()
    assert (200, b"x" * LARGE) == client.get("/large")
    number = client.request("/size", "POST", end=False)
    left = LARGE
    while left:
        room = min(client.state.local_flow_control_window(number), 16384, left)
        if room:
            left -= room
            client.data(number, b"x" * room, end=not left)
        else:
            client.events += client.state.receive_data(client.socket.recv(65536))
    assert (200, b"%d" % LARGE) == client.response(number)


@pytest.mark.parametrize(
    ("path", "method", "expected"),
    [
        ("/", "HEAD", (200, b"")),
        ("/stream?pieces=3", "HEAD", (200, b"")),
        ("/empty?status=204", "GET", (204, b"")),
        ("/empty?status=304", "GET", (304, b"")),
        ("/empty?status=200", "GET", (200, b"x")),
        ("/stream?length=5&pieces=3", "GET", (200, b"xxxxx")),
        ("/stream?length=5&pieces=3", "HEAD", (200, b"")),
        ("/stream?pieces=3", "GET", (200, b"x" * 3000)),
        ("/stream?pieces=0", "GET", (200, b"")),
    ],
)
def test_responses(connect, path, method, expected):
    """A response has a body only if its status and method let it, and no more than its length."""
    client = connect()
    assert expected == client.get(path, method)
    assert (200, b"hello") == client.get()


@pytest.mark.parametrize(("status", "length"), [("204", None), ("205", "0"), ("200", "1")])
def test_length_of_a_response_without_a_body(connect, status, length):
    """A 204 must not have a length (RFC 9110, 8.6), and that of a 205 is 0."""
    client = connect()
    number = client.request(f"/sized?status={status}")
    headers = dict(client.next(h2.events.ResponseReceived, number).headers)
    assert (status, length) == (headers[":status"], headers.get("content-length"))
    assert (200, b"hello") == client.get()


def test_response_that_is_too_short(connect):
    """A client must not take a part of a body for the whole."""
    client = connect()
    number = client.request("/stream?length=10000&pieces=9")
    while True:
        event = client.next((h2.events.DataReceived, h2.events.StreamReset), number)
        if isinstance(event, h2.events.StreamReset):
            break
    assert CODES.INTERNAL_ERROR == event.error_code


@pytest.mark.parametrize(
    ("name", "value"), [(b"x-a", b"a\r\nx-b: b"), (b"x-a", b"\0"), (b"x a", b""), (b":path", b"/")]
)
def test_headers_that_must_not_be_sent(name, value):
    """A header with a character that it must not have is an error of the application."""
    with pytest.raises(ValueError, match="has a character"):
        response_fields(200, [(name, value)])


# -- what a client can make the server keep


def test_responses_that_nobody_reads(connect, root):
    """Pages that wait for a client without a window are not made in any number."""
    client = connect(window=0)
    for _ in range(100):
        client.request("/large")
    wait_until(lambda: connection_of(connect).unsent > http2._MAX_UNSENT)
    let_run(connect)
    assert root.made * LARGE <= http2._MAX_UNSENT + LARGE


def test_requests_that_waited_for_others_are_served(connect, root):
    """When the client reads, all of its requests get their responses."""
    client = connect(window=0)
    numbers = [client.request("/large") for _ in range(10)]
    wait_until(lambda: connection_of(connect).unsent > http2._MAX_UNSENT)
    client.state.update_settings({INITIAL_WINDOW: 2**20})
    client.flush()
    assert [LARGE] * 10 == [len(client.response(number)[1]) for number in numbers]
    assert 0 == connection_of(connect).unsent


@pytest.mark.parametrize("window", [0, 65535])
def test_streams_that_nobody_reads(connect, root, window):
    """A page that streams waits for its client."""
    client = connect(window=window)
    numbers = [client.request("/stream") for _ in range(20)]
    for number in numbers:
        client.next(h2.events.ResponseReceived, number)
    let_run(connect)
    assert root.yielded <= 20 * (2 + window // 1000)
    assert connection_of(connect).unsent <= 20 * 1000


def test_body_that_the_page_does_not_read(connect, root):
    """A client may send as much of a body as the windows let it, until the page reads."""
    client = connect()
    for _ in range(30):
        number = client.request("/ignore", "POST", end=False)
        while room := min(client.state.local_flow_control_window(number), 16384):
            client.data(number, b"x" * room)
        wait_until(lambda: root.started >= 1)
    connection = connection_of(connect)
    assert 0 == client.state.outbound_flow_control_window
    kept = sum(len(stream._body) for stream in connection._streams.values())
    assert kept <= http2._WINDOW + 65536


@pytest.mark.parametrize("path", ["/give_up", "/own_cancel"])
def test_page_that_ends_its_own_coroutine(connect, path):
    """It fails as over HTTP/1; only the server's own end of a coroutine is none of its errors."""
    client = connect()
    assert 500 == client.get(path)[0]
    assert (200, b"hello") == client.get()


def test_response_without_headers(serve, certificate):
    """They are optional (ASGI, "Response Start")."""

    async def application(scope, receive, send):
        del scope, receive
        await send({"type": "http.response.start", "status": 200})
        await send({"type": "http.response.body", "body": b"hosted"})

    running = serve(
        Root(), server_class=lambda given, _: aio.HTTPServer(given, application), **certificate
    )
    client = Client(running.address)
    assert (200, b"hosted") == client.get()
    client.socket.close()


def test_request_is_cancelled_once(connect, root):
    """When its client leaves. A second time would disturb its clean-up."""
    client = connect()
    client.request("/tidy")
    wait_until(lambda: root.started)
    client.socket.close()
    assert root.cancelled.acquire(timeout=60)
    assert 1 == root.cancellations


def test_bodies_of_requests_that_fail(connect):
    """What a page has not read of a body does not stay in the window of the connection."""
    client = connect()
    for _ in range(40):
        number = client.request("/fail", "POST", end=False)
        while room := min(client.state.local_flow_control_window(number), 16384):
            client.data(number, b"x" * room)
        client.reset_code(number)
    assert (200, b"hello") == client.get()


def test_limit_of_concurrent_requests(connect):
    """The settings say how many requests there may be at a time; more end the connection."""
    client = connect()
    changed = client.next(h2.events.RemoteSettingsChanged).changed_settings
    assert 100 == changed[h2.settings.SettingCodes.MAX_CONCURRENT_STREAMS].new_value
    for _ in range(100):
        client.request("/forever")
    fields = client.state.encoder.encode(
        [(":method", "GET"), (":scheme", "https"), (":authority", "x"), (":path", "/")]
    )
    client.write(HeadersFrame(201, data=fields, flags=["END_HEADERS", "END_STREAM"]))
    assert client.end_code() not in {None, CODES.NO_ERROR}


def flood(client, *frames, count=3000):
    """Send frames again and again, as fast as the connection takes them; return the end's code."""
    data = b"".join(frame.serialize() for frame in frames)
    with contextlib.suppress(OSError):  # the server has closed the connection
        for _ in range(count // 100):
            client.socket.sendall(data * 100)
    return client.end_code()


@pytest.mark.parametrize(
    "frames",
    [
        [PingFrame(0, opaque_data=b"x" * 8)],
        [PingFrame(0, opaque_data=b"x" * 8, flags=["ACK"])],
        [SettingsFrame(0, settings={})],
        [SettingsFrame(0, settings={1: 100}), SettingsFrame(0, settings={1: 4096})],
        [PriorityFrame(3, stream_weight=1)],
        [WindowUpdateFrame(0, window_increment=1)],
    ],
    ids=["ping", "ack", "settings", "table", "priority", "window"],
)
def test_floods(connect, frames):
    """Frames that are of no use end the connection when there are too many."""
    client = connect()
    assert CODES.ENHANCE_YOUR_CALM == flood(client, *frames)
    assert (200, b"hello") == connect().get()


def test_flood_of_empty_data(connect):
    """So do empty pieces of a body."""
    client = connect()
    number = client.request("/size", "POST", end=False)
    for _ in range(3000):
        client.state.send_data(number, b"")
    client.flush()
    assert CODES.ENHANCE_YOUR_CALM == client.end_code()


def test_flood_of_resets(connect, root):
    """So do requests that are reset at once (CVE-2023-44487), and each of those is cancelled."""
    client = connect()
    path = [(":method", "GET"), (":scheme", "https"), (":authority", "x"), (":path", "/forever")]
    with contextlib.suppress(OSError):  # the server has closed the connection
        for number in range(1, 10_001, 2):
            block = client.state.encoder.encode(path)
            client.write(
                HeadersFrame(number, data=block, flags=["END_HEADERS", "END_STREAM"]),
                RstStreamFrame(number, error_code=CODES.CANCEL),
            )
    assert CODES.ENHANCE_YOUR_CALM == client.end_code()
    wait_until(lambda: not connect.running.server.requests)
    assert root.started < 1000


def test_pings_that_nobody_reads(connect):
    """Responses to pings do not pile up for a client that does not read them."""
    client = connect()
    wait_until(lambda: connect.running.server._state.connections)
    connection = connection_of(connect)
    client.socket.settimeout(2)
    ping = PingFrame(0, opaque_data=b"x" * 8).serialize() * 1000
    most = 0
    with contextlib.suppress(OSError):  # the server does not read, or has closed the connection
        for _ in range(200):
            client.socket.sendall(ping)
            most = max(most, connection.transport.get_write_buffer_size())
    assert most < 2**20


def test_large_headers(connect):
    """Headers beyond the limit end the connection, in one frame, in many, or compressed."""
    client = connect()
    limit = cherrypy.server.max_request_header_size
    fields = client.state.encoder.encode(
        [
            (":method", "GET"),
            (":scheme", "https"),
            (":authority", "x"),
            (":path", "/"),
            ("x-large", "x" * 4000),
            *[("x-large", "x" * 4000)] * (limit // 4000),
        ]
    )
    assert len(fields) < 10_000
    client.write(HeadersFrame(1, data=fields, flags=["END_HEADERS", "END_STREAM"]))
    assert CODES.ENHANCE_YOUR_CALM == client.end_code()
    client = connect()
    pieces = [ContinuationFrame(1, data=b"x" * 16000)] * 100
    client.write(HeadersFrame(1, data=b""), *pieces)
    assert client.end_code() not in {None, CODES.NO_ERROR}


def test_headers_table(connect):
    """A client cannot make the server keep a large table of its responses' headers."""
    client = connect()
    client.state.update_settings({h2.settings.SettingCodes.HEADER_TABLE_SIZE: 2**31})
    client.flush()
    assert (200, b"hello") == client.get()
    assert connection_of(connect)._h2.encoder.header_table_size <= 4096


def test_closed_streams_are_forgotten(connect):
    """Neither the server nor h2 keeps the requests that have ended."""
    client = connect()
    for _ in range(600):
        assert 200 == client.get()[0]
    connection = connection_of(connect)
    waiting = len(connection._has_room._waiters)
    assert ({}, set(), 0) == (connection._streams, connection._running, waiting)
    assert len(connection._h2._closed_streams) <= 256
    assert len(connection._h2.streams) <= 2


# -- time-outs


@pytest.mark.parametrize("settings", [{"socket_timeout": 0.4}])
@pytest.mark.parametrize("what", ["nothing", "preface", "pings", "half a head"])
def test_idle_connections_are_closed(connect, what):
    """Without a request, a connection is closed, whatever else its client sends."""
    client = connect(preface=what != "nothing")
    if what == "half a head":
        client.write(HeadersFrame(1, data=b"\x82"))
    deadline = time.monotonic() + 60
    client.socket.settimeout(0.1)
    while True:
        assert time.monotonic() < deadline
        try:
            if what == "pings":
                client.write(PingFrame(0, opaque_data=b"x" * 8))
            if not client.socket.recv(65536):
                break
        except TimeoutError:
            continue
        except OSError:
            break


@pytest.mark.parametrize("settings", [{"socket_timeout": 0.4}])
@pytest.mark.parametrize("drip", [False, True])
def test_late_body(connect, drip):
    """A body that does not come gets a 408; other requests of the connection go on."""
    client = connect()
    number = client.request("/size", "POST", end=False)
    client.socket.settimeout(0.05)
    deadline = time.monotonic() + 60
    while not any(isinstance(each, h2.events.ResponseReceived) for each in client.events):
        assert time.monotonic() < deadline
        if drip:
            client.data(number, b"x")
        try:
            client.events += client.state.receive_data(client.socket.recv(65536))
        except TimeoutError:
            continue
    client.socket.settimeout(60)
    event = client.next(h2.events.ResponseReceived, number)
    assert "408" == dict(event.headers)[":status"]
    assert CODES.NO_ERROR == client.reset_code(number)
    assert (200, b"hello") == client.get()


@pytest.mark.parametrize("settings", [{"socket_timeout": 0.4}])
def test_client_that_does_not_read(connect):
    """A response that its client does not read is reset; other requests go on."""
    client = connect(window=0)
    number = client.request("/stream")
    assert CODES.CANCEL == client.reset_code(number)
    assert 200 == client.get(method="HEAD")[0]


@pytest.mark.parametrize("settings", [{"socket_timeout": 0.4}])
def test_slow_pages_are_not_late(connect, root):
    """A page may take longer than the time-out, and so may one that is slow to read its body."""
    client = connect()
    client.request("/forever")
    number = client.request("/ignore", "POST", end=False)
    client.data(number, b"x")
    late = client.request("/late", "POST", end=False)
    client.data(late, b"x" * 1000, end=True)
    assert (200, b"1000") == client.response(late)
    assert (200, b"hello") == client.get()
    assert 2 == root.started == len(connect.running.server.requests)


# -- ends


@pytest.mark.parametrize("settings", [{"max_request_body_size": 1000}])
@pytest.mark.parametrize("path", ["/size", "/forever"])
def test_body_beyond_the_limit(connect, path):
    """A body that is too large gets a 413, with a length and without."""
    client = connect()
    number = client.request(path, "POST", headers=[("content-length", "1001")], end=False)
    assert 413 == client.response(number)[0]
    number = client.request(path, "POST", end=False)
    client.data(number, b"x" * 1001)
    event = client.next(h2.events.ResponseReceived, number)
    assert "413" == dict(event.headers)[":status"]
    assert (200, b"hello") == client.get()


def test_cancelled(connect, root):
    """A request is cancelled when its client resets it, says goodbye or disconnects."""
    for end in (
        lambda client: client.state.reset_stream(1, CODES.CANCEL),
        lambda client: client.state.close_connection(),
        lambda client: client.socket.close(),
    ):
        client = connect()
        client.request("/forever")
        count = root.started
        wait_until(lambda: root.started)
        end(client)
        if client.socket.fileno() >= 0:
            client.flush()
        assert root.cancelled.acquire(timeout=60), count
        root.started = 0


def test_stop(connect, root):
    """A server that stops refuses further requests, and sends the responses to those before."""
    client = connect()
    number = client.request("/forever")
    wait_until(lambda: root.started)
    stopping = threading.Thread(target=connect.running.stop)
    stopping.start()
    event = client.next(h2.events.ConnectionTerminated)
    assert (CODES.NO_ERROR, number) == (event.error_code, event.last_stream_id)
    stopping.join(60)
    assert root.cancelled.acquire(timeout=60)


def test_fuzzed(connect, caplog):
    """Whatever frames arrive, the server goes on, and logs no error."""
    caplog.clear()
    for seed in range(40):
        client = connect()
        client.socket.sendall(b"".join(garbage(seed)))
        client.socket.close()
    assert (200, b"hello") == connect().get()
    assert [] == [each for each in caplog.records if each.levelname not in {"INFO", "DEBUG"}]


def garbage(seed):
    """Yield frames with any type, flags, stream and payload."""
    chosen = random.Random(seed)
    for _ in range(20):
        payload = chosen.randbytes(chosen.choice([0, 4, 5, 8, 30]))
        kind, flags = chosen.randrange(11), chosen.choice([0, 1, 4, 5, 8, 32])
        yield struct.pack("!I", len(payload))[1:] + bytes([kind, flags])
        yield struct.pack("!I", chosen.choice([0, 1, 1, 3, 5])) + payload
