"""Clients that break the protocol, vanish, or are slow."""

import contextlib
import socket
import zlib

import pytest
import requests

from robot_cherrypy.tests.websocket import pages
from robot_cherrypy.tests.websocket.conftest import frame
from robot_cherrypy.websocket import connect
from robot_cherrypy.websocket.page_websocket import link_of

pytestmark = pytest.mark.timing

TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10


@pytest.mark.parametrize(
    ("wire", "code"),
    [
        (b"\x81\x01x", 1002),
        (frame(3), 1002),
        (frame(TEXT, b"\xff"), 1007),
        (frame(CLOSE, b"\x03\xed"), 1002),
        (frame(BINARY, length=2**62), 1009),
        (b"GET / HTTP/1.1\r\n\r\n" * 1000, 1002),
        (frame(BINARY, b"x" * 2**20) * 2 + frame(BINARY, length=2**21) + b"x" * 2**21, 1009),
    ],
)
def test_violation(site, raw, wire, code):
    """A violation closes the connection with its code, although the client is still sending."""
    connection = raw("/recorded")
    with contextlib.suppress(ConnectionError):  # closed while it was still being sent
        connection.send(wire)
    assert code == connection.close_code()
    assert connection.at_end()
    assert code == pages.ended.get(timeout=60)[0]


def test_bomb(raw):
    """A small compressed message that inflates beyond the limit is too big."""
    connection = raw("/echo", extensions="permessage-deflate")
    compressor = zlib.compressobj(wbits=-15)
    bomb = compressor.compress(bytes(2**25)) + compressor.flush(zlib.Z_SYNC_FLUSH)
    connection.send(frame(BINARY, bomb[:-4], first=0xC0))
    assert 1009 == connection.close_code()


def test_limits_of_the_page(site, raw):
    """A frame and a message each have a limit."""
    with connect(site.ws + "/small") as client:
        client.send("x" * 600)
        assert "600" == client.receive(timeout=60)
    whole = raw("/small")
    whole.send(frame(BINARY, b"x" * 601))
    assert 1009 == whole.close_code()
    pieces = raw("/small")
    pieces.send(frame(BINARY, b"x" * 600, first=0) + frame(0, b"x" * 401))
    assert 1009 == pieces.close_code()


def test_message_before_the_close_frame_gets_its_response(raw):
    """A client that sends and closes at once still gets its response."""
    connection = raw()
    connection.send(frame(TEXT, b"last words") + frame(CLOSE, b"\x03\xe8"))
    assert [(TEXT, b"last words"), (CLOSE, b"\x03\xe8")] == [connection.frame() for _ in range(2)]
    assert connection.at_end()


def test_ping(raw):
    """The pong comes with the ping's payload, even if the page does not receive."""
    connection = raw("/unread")
    connection.send(frame(PING, b"are you there?"))
    assert (PONG, b"are you there?") == connection.frame()


def test_close_without_code(site, raw):
    """A close frame without a code gets one without a code; the page is told 1005."""
    connection = raw("/recorded")
    connection.send(frame(CLOSE))
    assert (CLOSE, b"") == connection.frame()
    assert connection.at_end()
    assert (1005, "") == pages.ended.get(timeout=60)


def test_vanished_client(site, raw):
    """If a connection ends without a close frame, the page is told 1006."""
    connection = raw("/recorded")
    connection.close()
    assert (1006, "") == pages.ended.get(timeout=60)


def test_silent_client(raw):
    """A client that sends no pongs is closed with 1011 after the time-out."""
    connection = raw("/watched")
    assert (PING, b"") == connection.frame()
    assert 1011 == connection.close_code()
    assert connection.at_end()
    assert (1011, "no sign of life") == pages.ended.get(timeout=60)


def test_living_client(site):
    """A client that sends pongs stays connected."""
    with connect(site.ws + "/pinged") as client:
        with pytest.raises(TimeoutError):
            client.receive(timeout=2.5)  # longer than pongs are waited for
        assert client.code is None


def test_back_pressure_on_the_client(site):
    """While a page does not receive, a client has to wait; none of its messages is lost."""
    with connect(site.ws + "/unread") as client:
        client._connection.socket.settimeout(None)
        sent = 0
        for _ in range(20):
            client.send(b"x" * 50_000)
            sent += 50_000
        link = link_of(site.pages.websocket)
        assert link._inbox.unread < 200_000
        link.loop.call_soon_threadsafe(site.pages.reading.set)
        client.send(b"")
        assert str(sent) == client.receive(timeout=60)


def test_slow_reader_makes_the_page_wait(serve):
    """A page that sends more than a client reads has to wait until it reads."""
    sent = []

    async def flood(ws):
        for number in range(200):
            await ws.send(bytes(100_000))
            sent.append(number)

    page = serve(flood, ping_interval=None)
    with connect(page, max_message=None, max_queue=1, compression=None) as client:
        client.receive(timeout=60)
        assert len(sent) < 200
        received = 1
        for _message in client:
            received += 1
        assert 200 == received


@pytest.mark.parametrize(
    "changed",
    [
        {"Upgrade": "h2c"},
        {"Connection": "keep-alive"},
        {"Sec-WebSocket-Version": "8"},
        {"Sec-WebSocket-Key": "short"},
        {"Sec-WebSocket-Key": "!" * 24},
    ],
)
def test_bad_handshake(site, changed):
    """A malformed handshake gets an error, and the server goes on."""
    headers = {
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
        "Sec-WebSocket-Version": "13",
        **changed,
    }
    response = requests.get(site.url + "/echo", headers=headers, timeout=60)
    assert {"Sec-WebSocket-Key": 400}.get(next(iter(changed)), 426) == response.status_code
    assert 200 == requests.get(site.url, timeout=60).status_code


def test_post(site):
    """A handshake has to be a GET."""
    headers = {
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
        "Sec-WebSocket-Version": "13",
    }
    assert 400 == requests.post(site.url + "/echo", headers=headers, timeout=60).status_code


@pytest.mark.parametrize(
    "offer",
    [
        b"Upgrade: websocket\r\nConnection: Upgrade\r\n",
        b"Upgrade: websocket\r\nConnection: Upgrade\r\nConnection: keep-alive\r\n",
        b"Upgrade: h2c, websocket\r\nConnection: keep-alive, Upgrade\r\n",
        b"Upgrade: websocket\r\nUpgrade: h2c\r\nConnection: upgrade\r\n",
        b"Upgrade: WebSocket \r\nConnection: Upgrade\r\nContent-Length: 0\r\n",
    ],
)
def test_frames_with_the_handshake(site, offer):
    """Frames that arrive together with the handshake are not lost, however it is written."""
    with socket.create_connection(site.address, timeout=60) as connection:
        connection.sendall(
            b"GET /echo HTTP/1.1\r\nHost: x\r\n"
            + offer
            + b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n"
            + frame(TEXT, b"early")
        )
        with connection.makefile("rb") as reader:
            while reader.readline().strip():
                pass
            assert b"\x81\x05early" == reader.read(7)
