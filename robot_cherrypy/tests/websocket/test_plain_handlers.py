"""The thread of a plain page handler and the event loop, which share a WebSocket."""

import contextlib
import queue
import threading
import time

import pytest

from robot_cherrypy.tests.websocket.conftest import frame
from robot_cherrypy.websocket import Closed
from robot_cherrypy.websocket.client import connect


def code_after(action):
    """Do something again and again; return the code with which that ends."""
    try:
        while True:
            action()
    except Closed as closed:
        return closed.code


def recording(go, received):
    """Make a page handler that waits, then keeps each message and how it all ended."""

    def handler(ws):
        ws.accept()
        go.wait(10)
        for message in ws:
            received.put(message)
        received.put((ws.code, ws.reason))

    return handler


def test_back_pressure(serve, raw):
    """A client that sends faster than the page takes has to wait, and nothing is lost."""
    reading, received = threading.Event(), queue.SimpleQueue()
    serve(recording(reading, received), max_queue=10_000)
    client = raw("/page")
    one = frame(2, b"x" * 1000)
    client.socket.settimeout(0.3)
    sent = 0
    with contextlib.suppress(TimeoutError):
        while sent < 64 * 2**20:
            sent += client.socket.send(one[sent % len(one) :])
    assert sent < 32 * 2**20
    reading.set()
    client.socket.settimeout(10)
    client.send(one[sent % len(one) :] + frame(8, b"\x03\xe8"))
    assert 1000 == client.close_code()
    whole = sent // len(one) + 1
    assert [1000] * whole == [len(received.get(timeout=10)) for _ in range(whole)]


def test_pausing_and_taking_at_once(serve):
    """However both sides meet, a paused connection goes on."""

    def count(ws):
        for message in ws:
            if message == "?":
                ws.send("all")

    with connect(serve(count, max_queue=300)) as client:
        for _ in range(50):
            for _ in range(100):
                client.send("x" * 100)
            client.send("?")
            assert "all" == client.receive(timeout=10)


def test_timeout_and_on(serve):
    """After a time-out messages come as before."""

    def patient(ws):
        with pytest.raises(TimeoutError):
            ws.receive(timeout=0.01)
        ws.send("Hello?")
        ws.send(ws.receive(timeout=10).upper())

    with connect(serve(patient)) as client:
        assert "Hello?" == client.receive(timeout=10)
        client.send("here")
        assert "HERE" == client.receive(timeout=10)


def test_what_came_before_the_close(serve, raw):
    """Messages that the client sent before it closed are still received."""
    received, go = queue.SimpleQueue(), threading.Event()
    serve(recording(go, received), close_timeout=0.2)
    client = raw("/page")
    client.send(frame(1, b"one") + frame(1, b"two") + frame(8, b"\x03\xe9bye"))
    assert 1001 == client.close_code()
    go.set()
    assert ["one", "two", (1001, "bye")] == [received.get(timeout=10) for _ in range(3)]


def test_closing_by_another_thread(serve):
    """Who waits for a message while another thread closes hears of it."""
    ended = queue.SimpleQueue()

    def handler(ws):
        ws.accept()
        closing = threading.Timer(0.05, ws.close, (3000, "enough"))
        closing.start()
        with pytest.raises(Closed):
            ws.receive()
        closing.join()
        ended.put((ws.code, ws.reason))

    with connect(serve(handler)) as client:
        with pytest.raises(Closed) as closed:
            client.receive(timeout=10)
        assert (3000, "enough") == (closed.value.code, closed.value.reason)
    assert (3000, "enough") == ended.get(timeout=10)


@pytest.mark.parametrize(
    ("message", "error"), [("\ud800", UnicodeEncodeError), (None, TypeError), (1, TypeError)]
)
def test_what_cannot_be_sent(serve, message, error):
    """The thread that sends it gets the error, and the WebSocket goes on."""
    errors = queue.SimpleQueue()

    def handler(ws):
        try:
            ws.send(message)
        except (TypeError, ValueError) as raised:
            errors.put(type(raised))
        ws.send("after")

    with connect(serve(handler)) as client:
        assert ["after"] == list(client)
    assert error is errors.get(timeout=10)


def test_bytes_of_another_type(serve):
    """What is as good as bytes is sent as such."""
    with connect(serve(lambda ws: ws.send(bytearray(b"x")))) as client:
        assert [b"x"] == list(client)


def test_sending_only(serve, raw):
    """A page that only sends notices at once that its client has closed, even one slow to read."""
    ended = queue.SimpleQueue()

    def handler(ws):
        ended.put(code_after(lambda: ws.send(b"x" * 1000)))

    serve(handler)
    client = raw("/page")
    client.frame()
    time.sleep(0.2)
    client.send(frame(8, b"\x03\xe8"))
    assert 1000 == ended.get(timeout=4)
    assert 1000 == client.close_code()


def test_client_that_is_slow_to_read(serve, raw):
    """A page waits for it rather than to fill the memory."""
    sent = []

    def flood(ws):
        for _ in range(200_000):
            ws.send(b"x" * 1000)
            sent.append(None)

    serve(flood)
    raw("/page")
    before = -1
    while len(sent) > before:
        before = len(sent)
        time.sleep(0.3)
    assert len(sent) < 50_000


@pytest.mark.parametrize(
    "doing", [lambda ws: ws.receive(), lambda ws: ws.send(b"x" * 1000)], ids=["receive", "send"]
)
def test_end_of_the_server(site, serve, raw, doing):
    """A thread that waits does not stay when its server ends."""
    ended = queue.SimpleQueue()

    def handler(ws):
        ws.send("ready")
        ended.put(code_after(lambda: doing(ws)))

    serve(handler)
    client = raw("/page")
    assert (1, b"ready") == client.frame()
    site.server.stop()
    assert 1001 == ended.get(timeout=10)
