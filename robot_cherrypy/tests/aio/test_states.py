"""The states of connections, requests and responses are those of the tables in `aio.http.states`.

The connections have no sockets: tests give them bytes, and read what they write.
"""

import asyncio
import re
import time
from itertools import pairwise
from types import SimpleNamespace

import pytest
from uvicorn.server import ServerState

from robot_cherrypy.aio.config import uvicorn_config
from robot_cherrypy.aio.http import connection, states
from robot_cherrypy.aio.http.connection import Connection
from robot_cherrypy.aio.http.cycle import Cycle
from robot_cherrypy.asgi import TRANSPORT_UPGRADE
from robot_cherrypy.tests.aio.conftest import settings
from robot_cherrypy.tests.aio.transport import Transport

GET = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
LENGTH_10 = b"Content-Length: 10\r\n\r\n"
POST = b"POST / HTTP/1.1\r\nHost: x\r\n" + LENGTH_10
CHUNKED = b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
# Both a length and a coding: nothing may follow.
LAST = POST[:-2] + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
UPGRADE = b"GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"
MALFORMED = b"GET / HTTP\r\n\r\n"
LENGTH = (b"Content-Length", b"5")


class Successor(asyncio.Protocol):
    """A protocol that gets the transport after a 101."""


class Client:
    """The client of a connection, and the application that serves its requests step by step."""

    def __init__(self, loop, **server):
        self.loop = loop
        self.server = SimpleNamespace(
            settings=settings(), socket_timeout=10, requests={}, is_hosted=lambda _scope: False
        )
        vars(self.server).update(server)
        self.transport = Transport()
        self.connection = Connection(
            self.server,
            config=uvicorn_config(self.application, self.server.settings),
            server_state=ServerState(),
            app_state={},
            _loop=loop,
        )
        self.steps = asyncio.Queue()
        self.scope = None
        self.results = []
        self.received_by_successor = []

    async def application(self, scope, receive, send):
        """Do what the test says, until the response is complete."""
        self.scope = scope
        cycle = send.__self__
        while cycle.response_state is not states.COMPLETE:
            step = await self.steps.get()
            try:
                self.results.append(await step(receive, send, cycle))
            except RuntimeError as error:
                self.results.append(str(error))

    def connect(self):
        self.connection.connection_made(self.transport)
        return self

    def send(self, data):
        """Send bytes, and let the application begin with them."""
        self.connection.data_received(data)
        return self.run()

    def run(self):
        """Run what the event loop has to do now."""
        for _ in range(5):
            self.loop.run_until_complete(asyncio.sleep(0))
        return self

    def step(self, step):
        """Let the application take a step."""
        self.steps.put_nowait(step)
        return self.run()

    def receive(self):
        return self.step(lambda receive, _send, _cycle: receive())

    def start(self, *headers, status=200):
        message = {"type": "http.response.start", "status": status, "headers": headers}
        return self.step(lambda _receive, send, _cycle: send(message))

    def body(self, body=b"", *, more=False):
        message = {"type": "http.response.body", "body": body, "more_body": more}
        return self.step(lambda _receive, send, _cycle: send(message))

    def respond(self, *headers, body=b"hello"):
        async def step(_receive, _send, cycle):
            cycle.respond(200, b"OK", list(headers), body)

        return self.step(step)

    def set_successor(self):
        """Let the application set a protocol for after a 101."""
        task = self.loop.create_task(asyncio.sleep(0))
        successor = Successor()
        successor.data_received = self.received_by_successor.append
        self.scope["extensions"][TRANSPORT_UPGRADE].set_successor(successor, task)
        return self

    def wait_for_deadline(self):
        """Let an hour pass."""
        self.connection.check_deadline(time.monotonic() + 3600)
        return self.run()

    def leave(self):
        self.connection.connection_lost(None)
        return self.run()


@pytest.fixture
def client(loop):
    """A client that is connected."""
    return Client(loop).connect()


def hosted(loop):
    """Send a WebSocket's handshake to a hosted application."""
    client = Client(loop, is_hosted=lambda _scope: True).connect()
    client.connection.handle_websocket_upgrade = lambda: None
    client.send(UPGRADE)


def http2(loop):
    """Agree on HTTP/2."""
    client = Client(loop)
    client.connection._change_to_http2 = lambda _transport: None
    client.transport.tls = SimpleNamespace(selected_alpn_protocol=lambda: "h2")
    client.connect()


# What happens, and the states that a connection, the first request on it, and the response to that
# request are in, one after the other.
SCENARIOS = {
    "response at once": (
        lambda c: c.send(GET).respond(LENGTH),
        "NEW HEAD BODY IDLE",
        "ARRIVING ARRIVED",
        "WAITING COMPLETE",
    ),
    "response in parts": (
        lambda c: c.send(GET).start().body(b"part", more=True).body(),
        "NEW HEAD BODY IDLE",
        "ARRIVING ARRIVED",
        "WAITING STARTED SENDING COMPLETE",
    ),
    "too long response": (
        lambda c: c.send(GET).start(LENGTH).body(b"too long"),
        "NEW HEAD BODY IDLE",
        "ARRIVING ARRIVED",
        "WAITING STARTED COMPLETE",
    ),
    "body that is received": (
        lambda c: c.send(POST).receive().send(b"x" * 10).receive(),
        "NEW HEAD BODY IDLE",
        "ARRIVING ARRIVED RECEIVED",
        "WAITING",
    ),
    "two requests": (
        lambda c: c.send(GET).respond(LENGTH).send(GET[:5]),
        "NEW HEAD BODY IDLE HEAD",
        "ARRIVING ARRIVED",
        "WAITING COMPLETE",
    ),
    "begin of another request in one packet": (
        lambda c: c.send(GET + GET[:5]),
        "NEW HEAD BODY IDLE HEAD",
        "ARRIVING ARRIVED",
        "WAITING",
    ),
    "no request in time": (lambda c: c.wait_for_deadline(), "NEW LINGERING", "", ""),
    "late head": (lambda c: c.send(GET[:5]).wait_for_deadline(), "NEW HEAD LINGERING", "", ""),
    "late body": (
        lambda c: c.send(POST).wait_for_deadline(),
        "NEW HEAD BODY LINGERING",
        "ARRIVING",
        "WAITING LOST",
    ),
    "malformed head": (lambda c: c.send(MALFORMED), "NEW HEAD LINGERING", "", ""),
    "malformed body": (
        lambda c: c.send(CHUNKED).send(b"zz\r\n"),
        "NEW HEAD BODY LINGERING",
        "ARRIVING",
        "WAITING LOST",
    ),
    "malformed head after a request": (
        lambda c: c.send(GET + MALFORMED).respond(LENGTH),
        "NEW HEAD BODY IDLE HEAD IGNORING LINGERING",
        "ARRIVING ARRIVED",
        "WAITING COMPLETE",
    ),
    "malformed body after a request": (
        lambda c: c.send(GET + CHUNKED + b"zz\r\n").respond(LENGTH),
        "NEW HEAD BODY IDLE HEAD BODY IGNORING LINGERING",
        "ARRIVING ARRIVED",
        "WAITING COMPLETE",
    ),
    "request after the last": (
        lambda c: c.send(LAST + GET).respond(LENGTH),
        "NEW HEAD BODY IDLE HEAD IGNORING",
        "ARRIVING ARRIVED",
        "WAITING COMPLETE",
    ),
    "last response before the whole request": (
        lambda c: c.send(POST).respond(LENGTH, (b"Connection", b"close")),
        "NEW HEAD BODY LINGERING",
        "ARRIVING",
        "WAITING COMPLETE",
    ),
    "client that leaves at once": (
        lambda c: c.send(GET).leave(),
        "NEW HEAD BODY IDLE",
        "ARRIVING ARRIVED",
        "WAITING LOST",
    ),
    "client that leaves after the start": (
        lambda c: c.send(GET).start().leave(),
        "NEW HEAD BODY IDLE",
        "ARRIVING ARRIVED",
        "WAITING STARTED LOST",
    ),
    "client that leaves a stream": (
        lambda c: c.send(GET).start().body(b"part", more=True).leave(),
        "NEW HEAD BODY IDLE",
        "ARRIVING ARRIVED",
        "WAITING STARTED SENDING LOST",
    ),
    "upgrade": (
        lambda c: c.send(UPGRADE).set_successor().start(status=101).body(),
        "NEW HEAD BODY UNDECIDED UPGRADED",
        "ARRIVING ARRIVED",
        "WAITING STARTED SENDING COMPLETE",
    ),
    "upgrade that the application does not want": (
        lambda c: c.send(UPGRADE + GET[:5]).respond(LENGTH),
        "NEW HEAD BODY UNDECIDED IDLE HEAD",
        "ARRIVING ARRIVED",
        "WAITING COMPLETE",
    ),
    "offer with a body": (
        lambda c: c.send(UPGRADE[:-2] + LENGTH_10).send(b"x" * 10),
        "NEW HEAD BODY IDLE",
        "ARRIVING ARRIVED",
        "WAITING",
    ),
    "WebSocket of a hosted application": (hosted, "NEW HEAD UPGRADED", "ARRIVING", "WAITING"),
    "HTTP/2": (http2, "NEW UPGRADED", "", ""),
}


def paths(monkeypatch, loop, scenario):
    """Return the states of the connection, and of its first request and response."""
    entered = {}

    def record(self, name, value):
        object.__setattr__(self, name, value)
        if isinstance(value, states.ConnectionState | states.RequestState | states.ResponseState):
            path = entered.setdefault((name, self), [])
            if path[-1:] != [value.name]:
                path.append(value.name)

    monkeypatch.setattr(Connection, "__setattr__", record, raising=False)
    monkeypatch.setattr(Cycle, "__setattr__", record, raising=False)
    scenario(loop if scenario in {hosted, http2} else Client(loop).connect())
    first = {name: path for (name, _object), path in reversed(entered.items())}
    return tuple(
        " ".join(first.get(name, [])) for name in ("state", "request_state", "response_state")
    )


@pytest.mark.parametrize("name", SCENARIOS)
def test_states(monkeypatch, loop, name):
    """Connection, request and response go through these states, and no others."""
    scenario, *expected = SCENARIOS[name]
    assert tuple(expected) == paths(monkeypatch, loop, scenario)


def transitions(path):
    """Return the pairs of states that follow each other."""
    return set(pairwise(path.split()))


def test_tables_have_all_transitions():
    """And no row that cannot happen."""
    tables = re.split(r"^\w+:$", states.__doc__, flags=re.MULTILINE)[1:]
    drawn = [set(re.findall(r"^([A-Z]+) .+ ([A-Z]+)$", table, re.MULTILINE)) for table in tables]
    columns = list(zip(*SCENARIOS.values(), strict=True))[1:]
    assert [set().union(*map(transitions, column)) for column in columns] == drawn


@pytest.mark.parametrize(
    ("scenario", "statuses"),
    [
        ("no request in time", [408]),
        ("late head", [408]),
        ("late body", [408]),
        ("malformed head", [400]),
        ("malformed body", [400]),
        ("malformed head after a request", [200, 400]),
        ("malformed body after a request", [200, 400]),
        ("request after the last", [200]),
        ("too long response", [500]),
    ],
)
def test_statuses(client, scenario, statuses):
    """What is refused gets a response, after those to the requests before."""
    SCENARIOS[scenario][0](client)
    assert statuses == client.transport.statuses


def test_an_idle_connection_is_closed_without_a_response(client):
    """Unlike one on which no request has begun."""
    client.send(GET).respond(LENGTH).wait_for_deadline()
    assert [200] == client.transport.statuses
    assert ["close"] == client.transport.calls


@pytest.mark.parametrize(
    ("steps", "error"),
    [
        (lambda c: c.body(), "was not started, but its body was sent."),
        (lambda c: c.start().start(), "was started twice."),
        (lambda c: c.start().body(more=True).start(), "was started twice."),
    ],
)
def test_messages_in_the_wrong_order_are_errors(client, steps, error):
    """An application that sends them is told so, and the client gets no garbage."""
    steps(client.send(GET))
    assert f"The response to GET / from a client {error}" == client.results[-1]


def test_more_than_a_response_is_an_error(client):
    """Nothing may be sent after the last part of the body."""

    async def respond_twice(_receive, send, cycle):
        cycle.respond(200, b"OK", [LENGTH], b"hello")
        await send({"type": "http.response.body", "body": b"more"})

    client.send(GET).step(respond_twice)
    assert "is complete, but more of it was sent." in client.results[0]
    assert client.transport.written.endswith(b"hello")


@pytest.mark.parametrize(
    ("first", "second", "statuses"),
    [
        (GET, GET[:-2], [200]),
        (LAST, GET, [200]),
        (GET, MALFORMED, [200, 400]),
        (GET, GET[:-2] + b"X: " + b"x" * 1_000_000 + b"\r\n", [200, 413]),
    ],
)
def test_a_response_may_take_long_whatever_follows_its_request(client, first, second, statuses):
    """A request that is late or refused does not cut the response to the one before."""
    client.send(first).send(second).wait_for_deadline().respond(LENGTH)
    assert statuses == client.transport.statuses


@pytest.mark.parametrize("timeout", [None, 0])
def test_without_a_time_out_a_body_may_take_long(loop, timeout):
    """As `server.socket_timeout` says."""
    client = Client(loop, socket_timeout=timeout).connect()
    client.send(POST).send(b"x").wait_for_deadline().send(b"x" * 9).respond(LENGTH)
    assert [200] == client.transport.statuses


def test_a_head_has_the_whole_time_out_on_an_idle_connection(client, monkeypatch):
    """Its time-out begins with its first byte, and not with the end of the response before."""
    now = 1000.0
    monkeypatch.setattr(connection.time, "monotonic", lambda: now)
    client.send(GET).respond(LENGTH)
    now += 9
    client.send(GET[:3])
    client.connection.check_deadline(now + 9)
    assert [200] == client.transport.statuses
    client.connection.check_deadline(now + 11)
    assert [200, 408] == client.transport.statuses


@pytest.mark.parametrize("timeout", [None, 0, 2.5])
def test_http10_clients_are_told_the_time_out(loop, timeout):
    """If there is one."""
    client = Client(loop, socket_timeout=timeout).connect()
    client.send(b"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n").respond(LENGTH)
    assert b"Connection: Keep-Alive\r\n" in client.transport.written
    assert (b"Keep-Alive: timeout=2.5\r\n" in client.transport.written) == bool(timeout)
    assert b"timeout=0" not in client.transport.written


def test_a_websocket_gets_what_came_with_its_handshake(client):
    """Frames that did not wait for the response are kept for it."""
    client.send(UPGRADE + b"frame").set_successor().send(b"more").start(status=101).body()
    assert [b"framemore"] == client.received_by_successor
