"""Clients that misbehave, on raw sockets."""

import contextlib
import socket
import zlib

import pytest
import requests

from robot_cherrypy.tests.websocket import pages
from robot_cherrypy.tests.websocket.conftest import frame
from robot_cherrypy.websocket.client import connect

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
def test_offence(site, raw, wire, code):
    """The connection is closed with the RFC's code for it, though more was on its way."""
    connection = raw("/recorded")
    with contextlib.suppress(ConnectionError):  # closed while it was still being sent
        connection.send(wire)
    assert code == connection.close_code()
    assert connection.at_end()
    assert code == pages.ended.get(timeout=10)[0]


def test_bomb(raw):
    """A compressed message that inflates beyond the limit is too big."""
    connection = raw("/echo", extensions="permessage-deflate")
    compressor = zlib.compressobj(wbits=-15)
    bomb = compressor.compress(bytes(2**25)) + compressor.flush(zlib.Z_SYNC_FLUSH)
    connection.send(frame(BINARY, bomb[:-4], first=0xC0))
    assert 1009 == connection.close_code()


def test_limits_of_the_page(site, raw):
    """Message and frame have a limit each."""
    with connect(site.ws + "/small") as client:
        client.send("x" * 600)
        assert "600" == client.receive(timeout=10)
    whole = raw("/small")
    whole.send(frame(BINARY, b"x" * 601))
    assert 1009 == whole.close_code()
    pieces = raw("/small")
    pieces.send(frame(BINARY, b"x" * 600, first=0) + frame(0, b"x" * 401))
    assert 1009 == pieces.close_code()


def test_message_before_the_close_is_answered(raw):
    """A client that sends and closes at once gets its answer first."""
    connection = raw()
    connection.send(frame(TEXT, b"last words") + frame(CLOSE, b"\x03\xe8"))
    assert [(TEXT, b"last words"), (CLOSE, b"\x03\xe8")] == [connection.frame() for _ in range(2)]
    assert connection.at_end()


def test_ping(raw):
    """A ping is answered with its payload, whatever the page does."""
    connection = raw("/unread")
    connection.send(frame(PING, b"are you there?"))
    assert (PONG, b"are you there?") == connection.frame()


def test_close_without_code(site, raw):
    """A close without a code is answered without one; the page is told 1005."""
    connection = raw("/recorded")
    connection.send(frame(CLOSE))
    assert (CLOSE, b"") == connection.frame()
    assert connection.at_end()
    assert (1005, "") == pages.ended.get(timeout=10)


def test_vanished_client(site, raw):
    """A client whose connection ends without a close was closed with 1006."""
    connection = raw("/recorded")
    connection.close()
    assert (1006, "") == pages.ended.get(timeout=10)


def test_silent_client(raw):
    """A client that answers no pings is cut off after the time-out."""
    connection = raw("/watched")
    assert (PING, b"") == connection.frame()
    assert 1011 == connection.close_code()
    assert connection.at_end()
    assert (1011, "no sign of life") == pages.ended.get(timeout=10)


def test_living_client(site):
    """One that answers stays."""
    with connect(site.ws + "/watched") as client:
        with pytest.raises(TimeoutError):
            client.receive(timeout=0.6)
        assert client.code is None


def test_back_pressure_on_the_client(site):
    """What the page does not take is left in the network, and nothing of it is lost."""
    with connect(site.ws + "/unread") as client:
        client._connection.socket.settimeout(None)
        sent = 0
        for _ in range(20):
            client.send(b"x" * 50_000)
            sent += 50_000
        assert site.pages.socket._queued < 200_000
        site.pages.socket.loop.call_soon_threadsafe(site.pages.reading.set)
        client.send(b"")
        assert str(sent) == client.receive(timeout=10)


def test_slow_reader_makes_the_page_wait(serve):
    """A page that sends more than a client reads waits, and goes on when it reads."""
    sent = []

    async def flood(ws):
        for number in range(200):
            await ws.send(bytes(100_000))
            sent.append(number)

    page = serve(flood, ping_interval=None)
    with connect(page, max_message=None, max_queue=1, compression=None) as client:
        client.receive(timeout=10)
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
    """A handshake that is none gets an error, and the server goes on."""
    headers = {
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
        "Sec-WebSocket-Version": "13",
        **changed,
    }
    response = requests.get(site.url + "/echo", headers=headers, timeout=10)
    assert {"Sec-WebSocket-Key": 400}.get(next(iter(changed)), 426) == response.status_code
    assert 200 == requests.get(site.url, timeout=10).status_code


def test_post(site):
    """A WebSocket begins with GET."""
    headers = {
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
        "Sec-WebSocket-Version": "13",
    }
    assert 400 == requests.post(site.url + "/echo", headers=headers, timeout=10).status_code


def test_frames_with_the_handshake(site):
    """Frames that are sent along with the handshake are not lost on a server that saw them."""
    if site.server.launch.kind == "async":
        pytest.skip("uvicorn's parser stops at the handshake; a client has to wait for the answer")
    with socket.create_connection(site.address, timeout=10) as connection:
        connection.sendall(
            b"GET /echo HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n"
            + frame(TEXT, b"early")
        )
        with connection.makefile("rb") as reader:
            while reader.readline().strip():
                pass
            assert b"\x81\x05early" == reader.read(7)
