"""ASGI applications that send and receive messages in unusual or wrong ways.

Wrong messages are errors of the application, and never damage the connection. The connections have
no sockets.
"""

import asyncio
import re
from types import SimpleNamespace

import pytest
from uvicorn.server import ServerState

from robot_cherrypy.aio.config import uvicorn_config
from robot_cherrypy.aio.http.connection import Connection
from robot_cherrypy.tests.aio.conftest import settings
from robot_cherrypy.tests.aio.transport import Transport

GET = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
POST = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n%b\r\n"
EXPECTING = POST % b"Expect: 100-continue\r\n"
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


class OwnError(BaseException):
    """An exception of the application that is no `Exception`."""


def start(*headers, **changed):
    """Return the message that starts a response."""
    return {"type": "http.response.start", "status": 200, "headers": headers} | changed


def body(part=b"ok", *, more=False):
    """Return the message with a part of the body."""
    return {"type": "http.response.body", "body": part, "more_body": more}


LENGTH = (b"content-length", b"2")
BARE_START = {"type": "http.response.start", "status": 200}

# What an application sends, or raises, instead of a response.
WRONG = {
    "nothing": [],
    "start only": [start()],
    "body before start": [body()],
    "two starts": [start(), start(), body()],
    "unknown type first": [{"type": "http.response.push"}],
    "unknown type": [start(), {"type": "nonsense"}, body()],
    "acceptance of a WebSocket": [{"type": "websocket.accept"}],
    "no type": [{}],
    "no status": [{"type": "http.response.start"}, body()],
    "text as status": [start(status="200"), body()],
    "status that is none": [start(status=1000), body()],
    "status that is no final one": [start(status=100), body()],
    "headers that are None": [start(headers=None), body()],
    "headers that are a dictionary": [start(headers={b"name": b"value"}), body()],
    "header of text": [start(("name", "value")), body()],
    "line break in a header": [start((b"name", b"a\r\nb: c")), body()],
    "NUL in a header": [start((b"name", b"a\0")), body()],
    "blank in a name": [start((b"a b", b"c")), body()],
    "line break in a name": [start((b"a\r\nb", b"c")), body()],
    "empty name": [start((b"", b"c")), body()],
    "length that is no number": [start((b"content-length", b"x")), body()],
    "body of text": [start(), body("ok")],
    "body that is None": [start(), body(None)],
    "body that is a number": [start(), body(5)],
    "longer than its length": [start(LENGTH), body(b"long")],
    "error": [ValueError("first")],
    "error after start": [start(), ValueError("after start")],
    "exit that is none": [OwnError()],
    "group of them": [BaseExceptionGroup("several", [OwnError()])],
    "own cancellation": [asyncio.CancelledError()],
    "end of a generator": [GeneratorExit()],
}

# What an application sends or raises after a part of the body, at which the connection ends.
WRONG_LATER = {
    "start": start(),
    "text": body("text"),
    "unknown type": {"type": "http.response.push"},
    "error": ValueError("later"),
    "exit that is none": OwnError(),
}

# What is right, though unusual, and the response's headers and body.
RIGHT = {
    "no headers": ([BARE_START, body()], b"Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n"),
    "no body": (
        [start((b"content-length", b"0")), {"type": "http.response.body"}],
        b"length: 0\r\n\r\n",
    ),
    "view of bytes": ([start(LENGTH), body(memoryview(b"ok"))], b"content-length: 2\r\n\r\nok"),
    "array of bytes": ([start(LENGTH), body(bytearray(b"ok"))], b"content-length: 2\r\n\r\nok"),
    "generated headers": ([start(headers=(h for h in [LENGTH])), body()], b"length: 2\r\n\r\nok"),
    "in parts": ([start(LENGTH), body(b"o", more=True), body(b"k")], b"length: 2\r\n\r\nok"),
}


async def _turns():
    """Let everybody do what can be done now: more turns of the loop than any test here needs."""
    for _ in range(50):
        await asyncio.sleep(0)


class Client:
    """The client of a connection on which an application is served."""

    def __init__(self, loop, application):
        self.loop = loop
        server = SimpleNamespace(
            settings=settings(), socket_timeout=10, requests={}, is_hosted=lambda _scope: False
        )
        self.transport = Transport()
        self.connection = Connection(
            server,
            config=uvicorn_config(application, server.settings),
            server_state=ServerState(),
            app_state={},
            _loop=loop,
        )
        self.connection.connection_made(self.transport)

    def send(self, data):
        self.connection.data_received(data)
        self.loop.run_until_complete(_turns())
        return self

    @property
    def received(self):
        """What was received, and whether the connection is closed."""
        return self.transport.written, self.transport.is_closing()


def sending(*messages):
    """Return an application that sends these messages, or raises them."""

    async def application(_scope, _receive, send):
        for message in messages:
            if isinstance(message, BaseException):
                raise message
            await send(message)

    return application


@pytest.mark.parametrize("name", WRONG)
def test_wrong_messages_are_a_500(loop, name):
    """As long as nothing was sent, the client gets a response, whatever the application does."""
    received, is_closed = Client(loop, sending(*WRONG[name])).send(GET + GET).received
    assert [b"500"] == re.findall(rb"HTTP/1\.1 (\d+)", received)
    assert is_closed


@pytest.mark.parametrize("name", WRONG_LATER)
def test_wrong_messages_later_end_the_connection(loop, name):
    """The client can see that the response is not complete."""
    application = sending(start(), body(b"part", more=True), WRONG_LATER[name])
    received, is_closed = Client(loop, application).send(GET + GET).received
    assert received.endswith(b"chunked\r\n\r\n4\r\npart\r\n")
    assert is_closed


@pytest.mark.parametrize("name", RIGHT)
def test_right_messages(loop, name):
    """What is optional may be left out, and bytes may be of any type."""
    messages, expected = RIGHT[name]
    received, is_closed = Client(loop, sending(*messages)).send(GET).received
    assert received.endswith(expected), received
    assert not is_closed


async def _given_up(receive):
    waiting = asyncio.ensure_future(receive())
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.wait([waiting])


async def _given_up_thrice(receive):
    for _ in range(3):
        await _given_up(receive)


async def _one_of_two(receive):
    first, second = (asyncio.ensure_future(receive()) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    return await second


@pytest.mark.parametrize("before", [_given_up, _given_up_thrice, _one_of_two])
@pytest.mark.parametrize("request_head", [POST % b"", EXPECTING])
def test_receive_may_be_cancelled(loop, before, request_head):
    """Nothing is lost, and other calls of `receive` go on."""

    async def echo(_scope, receive, send):
        message = await before(receive) or await receive()
        await send(start())
        await send(body(message["body"]))

    client = Client(loop, echo).send(request_head).send(b"abc")
    assert b"3\r\nabc\r\n" in client.transport.written


def test_a_client_is_asked_for_its_body_when_the_application_wants_it(loop):
    """And once only (RFC 9110, 10.1.1)."""

    async def echo(_scope, receive, send):
        message = await receive()
        await send(start((b"content-length", b"3")))
        await send(body(message["body"]))

    client = Client(loop, echo).send(EXPECTING)
    assert CONTINUE == client.transport.written
    received, is_closed = client.send(b"abc").received
    assert received.startswith(CONTINUE + b"HTTP/1.1 200 OK\r\n")
    assert received.endswith(b"abc")
    assert not is_closed


def test_no_client_is_asked_for_a_body_that_nobody_wants(loop):
    """Its connection is closed: what comes next may be the body, or another request."""
    client = Client(loop, sending(start(LENGTH), body())).send(EXPECTING)
    assert client.transport.written.startswith(b"HTTP/1.1 200 OK\r\n")
    assert b"Connection: close\r\n" in client.transport.written
    assert [b"200"] == re.findall(rb"HTTP/1\.1 (\d+)", client.send(GET).transport.written)


def test_http10_clients_are_not_asked_for_their_body(loop):
    """They do not know the response 100 (RFC 9110, 15.2)."""

    async def echo(_scope, receive, send):
        message = await receive()
        await send(start())
        await send(body(message["body"]))

    client = Client(loop, echo).send(EXPECTING.replace(b"1.1", b"1.0"))
    assert b"" == client.transport.written
    assert client.send(b"abc").transport.written.endswith(b"\r\n\r\nabc")
