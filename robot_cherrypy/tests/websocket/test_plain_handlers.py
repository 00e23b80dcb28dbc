"""Plain page handlers, whose thread shares a WebSocket with the event loop."""

import contextlib
import queue
import threading
import time

import pytest

from robot_cherrypy.tests.websocket.conftest import frame
from robot_cherrypy.websocket import Closed, connect

pytestmark = pytest.mark.timing


def code_after(action):
    """Call a function until it raises `Closed`; return the code."""
    try:
        while True:
            action()
    except Closed as closed:
        return closed.code


def recording(go, received):
    """Make a page handler that waits for `go`, then records messages, code and reason."""

    def handler(ws):
        ws.accept()
        go.wait(60)
        for message in ws:
            received.put(message)
        received.put((ws.code, ws.reason))

    return handler


def test_back_pressure(serve, raw):
    """A client that sends faster than the page receives has to wait; no message is lost."""
    reading, received = threading.Event(), queue.SimpleQueue()
    serve(recording(reading, received), max_queue=10_000)
    client = raw("/page")
    message = frame(2, b"x" * 1000)
    client.socket.settimeout(0.3)
    sent = 0
    with contextlib.suppress(TimeoutError):
        while sent < 64 * 2**20:
            sent += client.socket.send(message[sent % len(message) :])
    assert sent < 32 * 2**20
    reading.set()
    client.socket.settimeout(60)
    client.send(message[sent % len(message) :] + frame(8, b"\x03\xe8"))
    assert 1000 == client.close_code()
    count = sent // len(message) + 1
    assert [1000] * count == [len(received.get(timeout=60)) for _ in range(count)]


def test_pausing_and_taking_at_once(serve):
    """Reading is always resumed, whichever of thread and event loop is first."""

    def count(ws):
        for message in ws:
            if message == "?":
                ws.send("all")

    with connect(serve(count, max_queue=300)) as client:
        for _ in range(50):
            for _ in range(100):
                client.send("x" * 100)
            client.send("?")
            assert "all" == client.receive(timeout=60)


def test_timeout_and_on(serve):
    """After a time-out, messages are received as before."""

    def patient(ws):
        with pytest.raises(TimeoutError):
            ws.receive(timeout=0.01)
        ws.send("Hello?")
        ws.send(ws.receive(timeout=60).upper())

    with connect(serve(patient)) as client:
        assert "Hello?" == client.receive(timeout=60)
        client.send("here")
        assert "HERE" == client.receive(timeout=60)


def test_messages_before_the_close_frame(serve, raw):
    """Messages that came before the client's close frame are received."""
    received, go = queue.SimpleQueue(), threading.Event()
    serve(recording(go, received), close_timeout=0.2)
    client = raw("/page")
    client.send(frame(1, b"one") + frame(1, b"two") + frame(8, b"\x03\xe9bye"))
    assert 1001 == client.close_code()
    go.set()
    assert ["one", "two", (1001, "bye")] == [received.get(timeout=60) for _ in range(3)]


def test_closing_by_another_thread(serve):
    """A thread that waits for a message is told when another thread closes."""
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
            client.receive(timeout=60)
        assert (3000, "enough") == (closed.value.code, closed.value.reason)
    assert (3000, "enough") == ended.get(timeout=60)


@pytest.mark.parametrize(
    ("message", "error"), [("\ud800", UnicodeEncodeError), (None, TypeError), (1, TypeError)]
)
def test_what_cannot_be_sent(serve, message, error):
    """Sending what cannot be sent raises at once, and the WebSocket stays open."""
    errors = queue.SimpleQueue()

    def handler(ws):
        try:
            ws.send(message)
        except (TypeError, ValueError) as raised:
            errors.put(type(raised))
        ws.send("after")

    with connect(serve(handler)) as client:
        assert ["after"] == list(client)
    assert error is errors.get(timeout=60)


def test_bytes_of_another_type(serve):
    """A bytearray is sent as binary."""
    with connect(serve(lambda ws: ws.send(bytearray(b"x")))) as client:
        assert [b"x"] == list(client)


def test_sending_only(serve, raw):
    """A page that only sends is told at once that its client closed, even a slow one."""
    ended = queue.SimpleQueue()

    def handler(ws):
        ended.put(code_after(lambda: ws.send(b"x" * 1000)))

    serve(handler)
    client = raw("/page")
    client.frame()
    time.sleep(0.2)
    client.send(frame(8, b"\x03\xe8"))
    assert 1000 == ended.get(timeout=60)
    assert 1000 == client.close_code()


def test_client_that_is_slow_to_read(serve, raw):
    """A page has to wait for its client, so that its messages do not fill the memory."""
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
def test_stop_of_the_server(site, serve, raw, doing):
    """A thread that waits ends when its server stops."""
    ended = queue.SimpleQueue()

    def handler(ws):
        ws.send("ready")
        ended.put(code_after(lambda: doing(ws)))

    serve(handler)
    client = raw("/page")
    assert (1, b"ready") == client.frame()
    site.server.stop()
    assert 1001 == ended.get(timeout=60)
