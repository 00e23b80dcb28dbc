"""The recorder sees requests and responses of WSGI and ASGI applications, without any server."""

import asyncio
import io
import threading

import pytest

from robot_cherrypy.traffic.exchange import ExchangeCutError
from robot_cherrypy.traffic.journal import JOURNAL, current_exchange
from robot_cherrypy.traffic.recorder import Recorder

ENVIRON = {
    "REQUEST_METHOD": "GET",
    "SCRIPT_NAME": "/shop",
    "PATH_INFO": "/tea",
    "QUERY_STRING": "name=assam",
    "REMOTE_ADDR": "127.0.0.1",
}
SCOPE = {
    "type": "http",
    "method": "GET",
    "path": "/shop/tea",
    "query_string": b"name=assam",
    "client": ("127.0.0.1", 1234),
    "headers": [(b"accept", b"*/*")],
}


@pytest.fixture(autouse=True)
def _own_exchange():
    """Threads that later tests start do not work for the last exchange of this one."""
    token = current_exchange.set(None)
    yield
    current_exchange.reset(token)


@pytest.fixture
def recorder():
    """A recorder of a server with an alias."""
    return Recorder("shop")


def hello(_environ, start_response):
    """Say hello."""
    start_response("200 OK", [("Content-Length", "5")])
    return [b"he", b"llo"]


async def async_hello(_scope, receive, send):
    """Read the request and say hello."""
    await receive()
    await send({"type": "http.response.start", "status": 200, "headers": [(b"a", b"b")]})
    await send({"type": "http.response.body", "body": b"he", "more_body": True})
    await send({"type": "http.response.body", "body": b"llo"})


def call(application, **environ):
    """Call a WSGI application; return the response's body before any of it is read."""
    stream = io.BytesIO(environ.pop("body", b""))
    return application(
        {**ENVIRON, "wsgi.input": stream, **environ}, lambda _status, _headers, *_error: None
    )


def call_async(application, **scope):
    """Call an ASGI application; return the messages that it sent."""
    sent = []

    async def receive():
        return {"type": "http.request", "body": scope.get("body", b"")}

    async def send(message):
        sent.append(message)

    asyncio.run(application({**SCOPE, **scope}, receive, send))
    return sent


def new_errors():
    """Return what the last request led to, as text."""
    return [str(error) for error in JOURNAL.exchanges[-1].errors]


def facts():
    """Return what was recorded of the last request."""
    exchange = JOURNAL.exchanges[-1]
    return exchange.server, exchange.method, exchange.url, exchange.status, exchange.sent


def test_a_wsgi_exchange_lasts_until_its_body_is_closed(recorder):
    """It is in flight before, with what has been sent of it."""
    body = call(recorder.wsgi(hello))
    assert b"he" == next(body)
    assert [JOURNAL.exchanges[-1]] == recorder.in_flight()
    assert ("shop", "GET", "/shop/tea?name=assam", 200, 2) == facts()
    assert [b"llo"] == list(body)
    body.close()
    assert [] == recorder.in_flight()
    assert JOURNAL.exchanges[-1].ended


def test_an_asgi_exchange_lasts_until_the_application_returns(recorder):
    """Whatever it has sent."""
    sent = call_async(recorder.asgi(async_hello))
    assert ["http.response.start", *2 * ["http.response.body"]] == [
        message["type"] for message in sent
    ]
    assert ("shop", "GET", "/shop/tea?name=assam", 200, 5) == facts()
    assert {"A": "b"} == JOURNAL.exchanges[-1].response_headers
    assert [] == recorder.in_flight()


def test_a_lifespan_is_no_exchange(recorder):
    """Only requests are recorded."""
    before = len(JOURNAL.exchanges)

    async def lifespan(scope, receive, send):
        """Take part in a lifespan."""

    call_async(recorder.asgi(lifespan), type="lifespan")
    assert before == len(JOURNAL.exchanges)


@pytest.mark.parametrize("method", ["read", "readline", "readlines"])
def test_the_body_of_a_wsgi_request_is_kept(recorder, method):
    """As far as the application reads it, in whichever way."""

    def application(environ, start_response):
        getattr(environ["wsgi.input"], method)()
        return hello(environ, start_response)

    call(recorder.wsgi(application), body=b"grams=250", CONTENT_LENGTH="9").close()
    assert (9, "grams=250") == (JOURNAL.exchanges[-1].received, JOURNAL.exchanges[-1].body)


def test_the_body_of_an_asgi_request_is_kept(recorder):
    """As far as the application receives it."""
    call_async(recorder.asgi(async_hello), method="POST", body=b"grams=250")
    assert (9, "grams=250") == (JOURNAL.exchanges[-1].received, JOURNAL.exchanges[-1].body)


def test_of_a_long_body_the_beginning_is_kept(recorder):
    """64 KiB of it; its whole size is known."""
    call_async(recorder.asgi(async_hello), method="POST", body=b"x" * 100_000)
    assert (100_000, 65536) == (JOURNAL.exchanges[-1].received, len(JOURNAL.exchanges[-1].raw_body))


def test_an_error_status_is_an_error(recorder):
    """Also without an exception, and for a status that has no name."""

    def application(_environ, start_response):
        start_response("599 Odd", [])
        return []

    call(recorder.wsgi(application)).close()
    assert ["GET /shop/tea: HTTP 599"] == new_errors()


def test_an_exception_replaces_the_status_that_it_explains(recorder):
    """Some frameworks respond with 500 and then raise."""

    async def application(_scope, _receive, send):
        await send({"type": "http.response.start", "status": 500, "headers": []})
        raise LookupError("no tea")

    with pytest.raises(LookupError):
        call_async(recorder.asgi(application))
    [error] = JOURNAL.exchanges[-1].errors
    assert "LookupError: no tea" == error.error
    assert error is JOURNAL.new_errors[-1]


def test_an_exception_in_a_streamed_body_is_recorded(recorder):
    """It comes after the headers."""

    def application(_environ, start_response):
        start_response("200 OK", [])
        yield b"one"
        raise LookupError("no tea")

    body = call(recorder.wsgi(application))
    with pytest.raises(LookupError):
        list(body)
    body.close()
    [text] = new_errors()
    assert text.endswith("application, after the headers (answered 200)")


def test_a_request_that_exits_names_itself(recorder):
    """So that the server can say why it ended."""

    def application(_environ, _start_response):
        raise SystemExit("closed")

    with pytest.raises(SystemExit):
        call(recorder.wsgi(application))
    assert "GET /shop/tea raised SystemExit: closed" == recorder.end_reason
    assert [] == recorder.in_flight()


def test_a_cut_ends_what_is_in_flight_and_nothing_that_comes_later(recorder):
    """The same recorder goes on when the port is opened again."""
    application = recorder.wsgi(hello)
    body = call(application)
    assert b"he" == next(body)
    recorder.cut()
    with pytest.raises(ExchangeCutError, match="the server has stopped"):
        next(body)
    body.close()
    assert [] == new_errors()
    assert [b"he", b"llo"] == list(call(application))


def test_requests_are_left_as_long_as_they_are_in_flight(recorder):
    """Unless their path does not count, or they are streams."""
    body = call(recorder.wsgi(hello))
    assert recorder.in_flight() == recorder.requests_left_after(0.01)
    assert [] == recorder.requests_left_after(0, except_paths=("/shop/*",))
    JOURNAL.exchanges[-1].raw_response_headers = [("content-type", "text/event-stream")]
    assert [] == recorder.requests_left_after(0)
    body.close()


def test_whoever_waits_is_woken_by_the_end(recorder):
    """Long before the time is over."""
    body = call(recorder.wsgi(hello))
    ending = threading.Timer(0.05, body.close)
    ending.start()
    assert [] == recorder.requests_left_after(60)
    ending.join()
