"""A fuzzer for the connections of the asyncio server, which have no sockets here.

It makes streams of requests, malformed ones among them, and cuts them into pieces. What it finds
belongs into `found.py`, with which it begins. `ROBOT_CHERRYPY_FUZZ=10000` makes that many streams,
different ones each time; without it, the same few are made.
"""

import asyncio
import os
import re
from types import SimpleNamespace

import h11
import pytest
from hypothesis import given
from hypothesis import settings as fuzzing
from hypothesis import strategies as st
from uvicorn.server import ServerState

from robot_cherrypy.aio.config import uvicorn_config
from robot_cherrypy.aio.http.connection import Connection
from robot_cherrypy.tests.aio.conftest import settings
from robot_cherrypy.tests.aio.transport import Transport
from robot_cherrypy.tests.corpus.cases import CASES
from robot_cherrypy.tests.corpus.servers import MAX_BODY, MAX_HEAD

COUNT = os.environ.get("ROBOT_CHERRYPY_FUZZ", "")

_METHODS = st.sampled_from([b"GET", b"POST", b"PUT", b"HEAD", b"OPTIONS", b"DELETE"])
_TARGETS = st.sampled_from([b"/", b"/a?b=c", b"//a", b"/%2f", b"/\xff", b"*", b"http://a/b", b"a"])
_VERSIONS = st.sampled_from([b"HTTP/1.1"] * 8 + [b"HTTP/1.0", b"HTTP/2.0"])
_HEADERS = st.sampled_from(
    [
        b"Connection: close\r\n",
        b"Connection: keep-alive\r\n",
        b"Connection: Upgrade\r\n",
        b"Connection: keep-alive, Upgrade\r\n",
        b"Upgrade: h2c\r\n",
        b"Upgrade: websocket\r\n",
        b"Upgrade: h2c, websocket\r\n",
        b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n",
        b"Expect: 100-continue\r\n",
        b"Content-Type: text/plain\r\n",
        b"X-A: 1\r\nX-A: 2\r\n",
        b"X-Blank: \t a \t\r\n",
        b"X-Fold: a\r\n b\r\n",
        b"X-Bad : 1\r\n",
        b"Content-Length: 3\r\n",
        b"Content-Length: 0\r\n",
        b"Content-Length: +3\r\n",
        b"Transfer-Encoding: chunked\r\n",
        b"Transfer-Encoding: gzip, chunked\r\n",
        b"X-Long: " + b"x" * (MAX_HEAD // 2) + b"\r\n",
    ]
)
_CONTENTS = st.sampled_from(
    [b"", b"abc", b"abcdef", b"GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n", b"\r\n", b"0\r\n\r\n"]
)
_ODD_CHUNKS = st.sampled_from(
    [b"3\r\nabc\r\n", b"zz\r\n", b"1;a=b\r\nx\r\n", b"0\r\nX: 1\r\n\r\n", b"3\nabc\n", b"\r\n"]
)


@st.composite
def _requests(draw):
    """Make one request, mostly a right one."""
    line = b" ".join([draw(_METHODS), draw(_TARGETS), draw(_VERSIONS)]) + b"\r\n"
    headers = b"".join(draw(st.lists(_HEADERS, max_size=4)))
    content = draw(_CONTENTS)
    framing, body = draw(
        st.sampled_from(
            [
                (b"", b""),
                (b"Content-Length: %d\r\n" % len(content), content),
                (b"Transfer-Encoding: chunked\r\n", _chunked(content) + b"0\r\n\r\n"),
                (b"Transfer-Encoding: chunked\r\n", b"".join(draw(st.lists(_ODD_CHUNKS)))),
            ]
        )
    )
    return line + b"Host: x\r\n" + headers + framing + b"\r\n" + body


def _chunked(content):
    return b"%x\r\n%b\r\n" % (len(content), content) if content else b""


_STREAMS = st.lists(_requests(), min_size=1, max_size=4).map(b"".join)
_CUTS = st.lists(st.integers(1, 400), max_size=6)


class Site:
    """A connection, the application on it, and the requests that the application got."""

    def __init__(self, loop):
        self.loop = loop
        self.requests = []
        self.transport = Transport()
        limits = settings(max_request_header_size=MAX_HEAD, max_request_body_size=MAX_BODY)
        server = SimpleNamespace(
            settings=limits, socket_timeout=10, requests={}, is_hosted=lambda _scope: False
        )
        self.connection = Connection(
            server,
            config=uvicorn_config(self._application, limits),
            server_state=ServerState(),
            app_state={},
            _loop=loop,
        )
        self.connection.connection_made(self.transport)

    async def _application(self, scope, receive, send):
        body, more = b"", True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        self.requests.append((scope["method"].encode(), body))
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"ok"})

    def outcome(self, pieces):
        """Return what the application got, and what the client gets for these pieces."""
        self.loop.run_until_complete(self._feed(pieces))
        # Whether a client is asked for its body depends on whether that has arrived, and what is
        # wrong twice may be refused for either reason.
        statuses = re.findall(rb"HTTP/1\.1 ([245])\d\d ", self.transport.written)
        return self.requests, statuses

    async def _feed(self, pieces):
        for piece in pieces:
            if self.transport.is_closing():
                break
            self.connection.data_received(piece)
            await _turns()
        self.connection.check_deadline(float("inf"))
        await _turns()


async def _turns():
    """Let the connection do what it has to do now."""
    for _ in range(8):
        await asyncio.sleep(0)


@pytest.fixture(scope="module")
def errors():
    """Errors that reached the event loop, which must be none."""
    return []


@pytest.fixture(scope="module")
def event_loop(errors):
    """One event loop for all streams."""
    loop = asyncio.new_event_loop()
    loop.set_exception_handler(lambda _loop, context: errors.append(context))
    yield loop
    loop.close()


def expected_requests(data):
    """Return the requests that h11 reads, and whether it has read all without an error."""
    connection, requests = h11.Connection(h11.SERVER, max_incomplete_event_size=100_000), []
    connection.receive_data(data)
    method = version = body = b""
    while True:
        try:
            event = connection.next_event()
        except h11.RemoteProtocolError:
            return requests, False
        if isinstance(event, h11.Request):
            method, version, body = event.method, event.http_version, b""
        elif isinstance(event, h11.Data):
            body += event.data
        elif isinstance(event, h11.EndOfMessage):
            requests.append((method, body))
            # A 200 to CONNECT would end the requests for h11.
            connection.send(h11.Response(status_code=404, headers=[("Content-Length", "0")]))
            connection.send(h11.EndOfMessage())
            if connection.our_state is not h11.DONE or connection.their_state is not h11.DONE:
                return requests, version == b"1.1"  # h11 keeps no HTTP/1.0 connections alive
            connection.start_next_cycle()
        else:
            return requests, event is h11.NEED_DATA


def check(loop, errors, data, cuts):
    """Check what holds for any data: see the test."""
    pieces, rest = [], data
    for cut in cuts:
        pieces.append(rest[:cut])
        rest = rest[cut:]
    pieces.append(rest)
    whole = Site(loop).outcome([data])
    in_pieces = Site(loop).outcome([piece for piece in pieces if piece])
    assert [] == errors
    assert whole == in_pieces
    requests, _statuses = whole
    expected, is_right = expected_requests(data)
    common = min(len(requests), len(expected))
    assert expected[:common] == requests[:common]
    if is_right:
        assert len(requests) <= len(expected)


@fuzzing(max_examples=int(COUNT or 200), derandomize=not COUNT, deadline=None, database=None)
@given(data=_STREAMS, cuts=_CUTS)
def test_requests_in_any_pieces(event_loop, errors, data, cuts):
    """Pieces do not matter, nothing hangs or is lost, and h11 reads no other requests.

    Where h11 is stricter, the connection may go on; where we are, it ends.
    """
    check(event_loop, errors, data, cuts)


@pytest.mark.parametrize("name", CASES)
def test_the_corpus_in_any_pieces(event_loop, errors, name):
    """Likewise for all requests of the corpus, whole and byte by byte."""
    pieces = CASES[name].pieces
    data = b"".join(piece for piece in pieces if isinstance(piece, bytes))
    if len(data) < MAX_HEAD // 2 and data:
        check(event_loop, errors, data, [1] * len(data))
