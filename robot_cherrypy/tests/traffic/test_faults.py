"""Faults hit the responses that they are for, and these suffer them on both kinds of server."""

import asyncio
import threading

import pytest

from robot_cherrypy.asgi.cancelling import is_cancelled
from robot_cherrypy.traffic import asgi_faults, wsgi_faults
from robot_cherrypy.traffic.exchange import Exchange, ExchangeCutError
from robot_cherrypy.traffic.faults import Cut, Fault, Faults, Wait

pytestmark = pytest.mark.timing


@pytest.fixture
def faults():
    """The faults of a server."""
    return Faults()


@pytest.fixture
def exchange():
    """A request whose response will have ten bytes."""
    exchange = Exchange("GET", "/tea")
    exchange.raw_response_headers = [(b"content-length", b"10")]
    return exchange


@pytest.mark.parametrize(
    ("path", "method", "fits"),
    [
        ("*", "", True),
        ("/t?a", "GET", True),
        ("/tea", "POST", False),
        ("/coffee", "", False),
        ("/TEA", "", False),
    ],
)
def test_a_fault_fits_by_path_and_method(exchange, path, method, fits):
    """The path is a pattern, in which upper and lower case count."""
    assert fits == Fault(effect="drop", path=path, method=method).fits(exchange)


def test_a_fault_happens_as_often_as_wanted(faults, exchange):
    """Requests that it is not for do not count."""
    faults.arm(Fault(effect="drop", path="/tea", times=1))
    assert faults.injection(Exchange("GET", "/")) is None
    assert faults.injection(exchange).drop
    assert "connection dropped" == exchange.fault
    assert faults.injection(exchange) is None


def test_faults_add_up(faults, exchange):
    """The report names each."""
    for fault in (
        Fault(effect="delay", seconds=1),
        Fault(effect="delay", seconds=2),
        Fault(effect="fail", status=502),
        Fault(effect="throttle", rate=2048),
    ):
        faults.arm(fault)
    injection = faults.injection(exchange)
    assert (3, 502) == (injection.delay, injection.status)
    expected = "delayed by 1 s, delayed by 2 s, failed with 502, limited to 2 KiB/s"
    assert expected == exchange.fault


def test_random_delays_are_the_same_in_every_run(exchange):
    """They follow from the seed, and are never less than nothing."""
    runs = []
    for _run in range(2):
        faults = Faults()
        faults.arm(Fault(effect="delay", seconds=0.1, jitter=0.5, seed=4))
        runs.append([faults.injection(exchange).delay for _ in range(9)])
    assert runs[0] == runs[1]
    assert 0 <= min(runs[0]) < max(runs[0]) <= 0.6


def test_faults_are_cleared_one_by_one_or_all(faults):
    """A server without any does not ask for them."""
    first, second = Fault(effect="drop"), Fault(effect="drop")
    faults.arm(first)
    faults.arm(second)
    faults.clear(first.number)
    assert faults.active
    faults.clear(second.number)
    assert not faults.active
    faults.arm(first)
    faults.clear()
    assert not faults.active


def test_a_fault_is_the_same_in_a_child_process():
    """Its number too, by which it is cleared there."""
    fault = Fault(effect="stall", path="/tea", size=3)
    assert fault == Fault(**fault.as_json())


def _steps(faults, exchange, *chunks, **fault):
    faults.arm(Fault(**fault))
    injection = faults.injection(exchange)
    return [step for chunk in chunks for step in injection.steps(chunk)]


def test_a_body_is_truncated_at_half_its_length(faults, exchange):
    """Also within a chunk."""
    assert [b"0123", b"4", Cut()] == _steps(faults, exchange, b"0123", b"456789", effect="truncate")


def test_a_body_of_unknown_length_is_truncated_after_a_byte(faults):
    """Half of it is not known."""
    steps = _steps(faults, Exchange("GET", "/"), b"0123", effect="truncate")
    assert [b"0", Cut()] == steps


def test_a_body_stalls_until_the_faults_are_cleared(faults, exchange):
    """Then the rest of it comes at once."""
    steps = _steps(faults, exchange, b"01234", b"56789", effect="stall", size=3)
    assert [b"012", Wait(None), b"34", b"56789"] == steps


def test_a_throttled_body_is_sent_piece_by_piece(faults, exchange):
    """Twenty times a second."""
    steps = _steps(faults, exchange, b"01234", effect="throttle", rate=40)
    assert [Wait(0.05), b"01", Wait(0.05), b"23", Wait(0.025), b"4"] == steps


def _hello(_environ, start_response):
    start_response("200 OK", [])
    return [b"01234", b"56789"]


async def _async_hello(_scope, _receive, send):
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"01234", "more_body": True})
    await send({"type": "http.response.body", "body": b"56789"})


def _wsgi_body(injection):
    """Return status and body as a thread sends them."""
    statuses = []
    body = wsgi_faults.injected(_hello, injection)(
        {}, lambda status, _headers: statuses.append(status)
    )
    return int(statuses[0][:3]), b"".join(body)


def _asgi_body(injection):
    """Return status and body as an event loop sends them."""
    messages = []

    async def send(message):
        messages.append(message)

    asyncio.run(asgi_faults.injected(_async_hello, injection)({}, None, send))
    assert not messages[-1].get("more_body", False)
    return messages[0]["status"], b"".join(message["body"] for message in messages[1:])


@pytest.fixture(params=[_wsgi_body, _asgi_body], ids=["wsgi", "asgi"])
def sent(request):
    """A function that returns what is sent by an application with faults."""
    return request.param


def test_an_application_that_fails_is_not_called(faults, exchange, sent):
    """An error is sent in its place, also one that has no name."""
    faults.arm(Fault(effect="fail", status=599))
    assert (599, b"599 Fault: a fault that the test asked for.\n") == sent(
        faults.injection(exchange)
    )


@pytest.mark.parametrize("fault", [Fault(effect="stall"), Fault(effect="delay", seconds=60)])
def test_a_response_that_waits_goes_on_when_faults_are_cleared(faults, exchange, sent, fault):
    """Whole, and without another wait."""
    faults.arm(fault)
    injection = faults.injection(exchange)
    clearing = threading.Timer(0.05, faults.clear)
    clearing.start()
    assert (200, b"0123456789") == sent(injection)
    clearing.join()


def test_a_throttled_response_is_whole(faults, exchange, sent):
    """It only takes longer."""
    faults.arm(Fault(effect="throttle", rate=1000))
    assert (200, b"0123456789") == sent(faults.injection(exchange))


@pytest.mark.parametrize("effect", ["drop", "truncate"])
def test_the_event_loop_cancels_a_request_whose_connection_is_dropped(faults, exchange, effect):
    """Its server closes the connection then, and the recorder records no error."""
    faults.arm(Fault(effect=effect))
    application = asgi_faults.injected(_async_hello, faults.injection(exchange))

    async def send(_message):
        pass

    async def cancellations():
        task = asyncio.create_task(application({}, None, send))
        await asyncio.wait({task})
        assert task.cancelled()
        return is_cancelled(task)

    assert asyncio.run(cancellations())


class _Connection:
    """What cheroot's worker thread serves."""

    def __init__(self):
        self.socket = self
        self.calls = []

    def shutdown(self, how):
        self.calls.append(how)


@pytest.fixture
def connection(monkeypatch):
    """The connection of the running thread."""
    connection = _Connection()
    monkeypatch.setattr(threading.current_thread(), "conn", connection, raising=False)
    return connection


def test_a_thread_shuts_down_a_connection_that_is_dropped(faults, exchange, connection):
    """The application is not called."""
    faults.arm(Fault(effect="drop"))
    with pytest.raises(ExchangeCutError):
        _wsgi_body(faults.injection(exchange))
    assert connection.calls


def test_a_thread_shuts_down_the_connection_of_a_truncated_response(faults, exchange, connection):
    """After the part that is sent."""
    faults.arm(Fault(effect="truncate", size=7))
    assert (200, b"0123456") == _wsgi_body(faults.injection(exchange))
    assert connection.calls
