"""ASGI, "WebSocket": https://asgi.readthedocs.io/en/latest/specs/www.html#websocket."""

import contextlib
import socket
import time

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.frames import Frame, Opcode
from websockets.sync.client import connect

from robot_cherrypy.aio import server
from robot_cherrypy.aio.config import uvicorn_config
from robot_cherrypy.tests.specifications import asgi_applications
from robot_cherrypy.tests.specifications.asgi_applications import FAULTS, WRONG_IN_WEBSOCKET
from robot_cherrypy.tests.specifications.conftest import eventually, hosted, served
from robot_cherrypy.tests.specifications.exchanges import request_bytes
from robot_cherrypy.traffic.journal import JOURNAL

TIMEOUT = 60
REFERENCE = f"{asgi_applications.__name__}:application"
HANDSHAKE = (
    "Connection: Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
)


@pytest.fixture(scope="module", params=["aio", "asyncio"])
def way(request):
    """How an ASGI application with WebSockets is served."""
    return request.param


@pytest.fixture(scope="module")
def port(way):
    """The port of a server that has WebSockets for ASGI applications."""
    application = asgi_applications.application
    # The bare server asks its application which WebSockets are for it (`aio.Application`).
    application.is_hosted = lambda _scope: True
    with served(REFERENCE, application, way) as number:
        yield number


@pytest.fixture(autouse=True)
def _checked():
    """Nothing that the server does is against the checker's rules."""
    yield
    assert FAULTS == []


@contextlib.contextmanager
def opened(port, path, **options):
    """An open WebSocket."""
    with connect(f"ws://127.0.0.1:{port}{path}", open_timeout=TIMEOUT, **options) as websocket:
        yield websocket


def closed_with(websocket):
    """The code and reason with which the server closes a WebSocket."""
    with pytest.raises(ConnectionClosed) as caught:
        websocket.recv(TIMEOUT)
    received = caught.value.rcvd
    return (received.code, received.reason) if received else (1006, "")


def test_scope(port, notes):
    """Websocket Connection Scope, and `websocket.connect` before the handshake is complete."""
    with opened(port, "/ws-scope/a%2Fb?c=%20", subprotocols=["one", "two"]) as websocket:
        closed_with(websocket)

    (scope,) = notes["ws-scope"]
    expected = {
        "type": "websocket",
        "scheme": "ws",
        "path": "/ws-scope/a/b",
        "raw_path": b"/ws-scope/a%2Fb",
        "query_string": b"c=%20",
        "root_path": "",
        "http_version": "1.1",
        "subprotocols": ["one", "two"],
    }
    assert expected == {key: scope[key] for key in expected}
    assert ("127.0.0.1", port) == tuple(scope["server"])
    assert ["websocket.connect"] == notes["ws-first"]


@pytest.mark.parametrize("message", ["text", b"bytes", "", b"", "æ" * 70_000])
def test_messages_are_text_or_bytes(port, message):
    """Exactly one of `bytes` or `text` must be non-None."""
    with opened(port, "/ws-echo") as websocket:
        websocket.send(message)
        assert message == websocket.recv(TIMEOUT)


def test_fragments_are_one_message(port):
    """Servers should handle fragmentation themselves, and deliver complete messages."""
    with opened(port, "/ws-echo") as websocket:
        websocket.send(iter(["one", "two", "three"]))
        assert "onetwothree" == websocket.recv(TIMEOUT)


def test_pings_are_not_seen(port):
    """Servers should handle PING/PONG messages themselves."""
    with opened(port, "/ws-echo") as websocket:
        assert websocket.ping().wait(TIMEOUT)
        websocket.send("after")
        assert "after" == websocket.recv(TIMEOUT)


def test_accept_has_subprotocol_and_headers(port):
    """The `subprotocol`, and headers whose order must be preserved."""
    with opened(port, "/ws-accept", subprotocols=["one", "two"]) as websocket:
        headers = websocket.response.headers
        assert "two" == websocket.subprotocol

    own = [(name.lower(), value) for name, value in headers.raw_items()]
    assert [("x-b", "1"), ("x-a", "2"), ("x-b", "3")] == [
        (name, value) for name, value in own if name.startswith("x-")
    ]


def test_close_before_accept_is_a_403(port):
    """Must close the connection with a HTTP 403 error code, and not complete the handshake."""
    with pytest.raises(InvalidStatus) as caught, opened(port, "/ws-refuse"):
        pass

    assert 403 == caught.value.response.status_code


@pytest.mark.parametrize(
    ("query", "closed"),
    [("", (1000, "")), ("?3001", (3001, "enough")), ("?1001", (1001, "enough"))],
)
def test_close_has_a_code(port, notes, query, closed):
    """Must close the socket with the close code passed, or 1000 if none is specified."""
    with opened(port, f"/ws-close{query}") as websocket:
        assert closed == closed_with(websocket)

    eventually(lambda: notes["ws-close"] == ["websocket.disconnect"])


@pytest.mark.parametrize(("code", "told"), [(1000, 1000), (3002, 3002), (None, 1005)])
def test_disconnect_has_the_code(port, notes, code, told):
    """If no code was received in the frame from the client, the server should set it to 1005."""
    with opened(port, "/ws-echo") as websocket:
        if code is None:
            with websocket.send_context():
                websocket.protocol.send_frame(Frame(Opcode.CLOSE, b""))
            closed_with(websocket)
        else:
            websocket.close(code, "why")

    eventually(lambda: notes["ws-echo"])
    assert told == notes["ws-echo"][0]["code"]
    assert notes["ws-echo"][0].get("reason") in ({"why"} if code else {"", None})


def test_client_that_vanishes_is_told(port, notes):
    """`websocket.disconnect`: also at the loss of the socket."""
    with opened(port, "/ws-echo") as websocket:
        websocket.socket.close()

        eventually(lambda: notes["ws-echo"])


@pytest.mark.parametrize(
    ("path", "code"), [("/ws-raise", 1011), ("/ws-return", 1000), ("/ws-leave", 1000)]
)
def test_end_of_the_application_closes_the_socket(port, way, path, code):
    """If the application dies, the socket should be closed; if hosted, with a code of RFC 6455."""
    with opened(port, path) as websocket:
        if path == "/ws-leave":
            websocket.send("message")
        assert (1006 if way == "aio" else code) == closed_with(websocket)[0]


def test_handshake_that_is_left_alone_is_an_error(port, way):
    """An application that returns before it has accepted."""
    begin = time.monotonic()
    with pytest.raises(InvalidStatus) as caught, opened(port, "/ws-nothing"):
        pass

    assert 500 == caught.value.response.status_code
    if way == "asyncio":
        eventually(lambda: [error for error in JOURNAL.new_errors if error.at >= begin])


def test_application_that_does_not_receive_is_cancelled(notes, capfd):
    """Nothing is left of it when the server has stopped, and nothing is printed."""
    with hosted(REFERENCE, "async") as number:
        sockets = [connect(f"ws://127.0.0.1:{number}/ws-sleep") for _ in range(2)]
        eventually(lambda: len(notes["ws-sleep"]) == 2)
        sockets[0].socket.close()

    assert ["sleeps"] * 2 + ["cancelled"] * 2 == notes["ws-sleep"]
    assert "Traceback" not in capfd.readouterr().err


def test_pings_are_sent(monkeypatch):
    """Servers should send PING themselves; a client that does not respond is disconnected."""

    def with_pings(*args):
        configuration = uvicorn_config(*args)
        configuration.ws_ping_interval = configuration.ws_ping_timeout = 0.1
        return configuration

    monkeypatch.setattr(server, "uvicorn_config", with_pings)
    with (
        hosted(REFERENCE, "async") as number,
        socket.create_connection(("127.0.0.1", number), TIMEOUT) as client,
    ):
        client.sendall(request_bytes("/ws-echo", headers=HANDSHAKE))
        received = b""
        while part := client.recv(4096):
            received += part

    frames = received.partition(b"\r\n\r\n")[2]
    assert frames.startswith(b"\x89")
    assert b"\x88" in frames


@pytest.mark.parametrize("name", WRONG_IN_WEBSOCKET)
def test_invalid_message_is_refused(port, notes, way, name):
    """An unknown type, missing keys: raise out of `send`."""
    if way == "aio" and name in ("neither", "both None"):
        pytest.skip("uvicorn, which carries it, sends nothing")
    with opened(port, f"/ws-wrong?{name.replace(' ', '+')}") as websocket:
        closed_with(websocket)

    eventually(lambda: notes[name])
