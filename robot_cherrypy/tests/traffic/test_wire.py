"""Records survive the way from a child process."""

import json
import time

import pytest

from robot_cherrypy.traffic import wire
from robot_cherrypy.traffic.exchange import Exchange, LogLine, RecordedError
from robot_cherrypy.traffic.handler import Handler
from robot_cherrypy.traffic.journal import JOURNAL


@pytest.fixture
def receiver():
    """What receives the records of a child."""
    return wire.Receiver("shop")


@pytest.fixture
def exchange():
    """An exchange as a child has it, with something in each of its attributes."""
    exchange = Exchange("POST", "/tea", "name=assam", "", "::1", [(b"a", b"\xfc"), (b"a", b"2")])
    exchange.status, exchange.raw_response_headers = 200, [("Set-Cookie", "a"), ("Set-Cookie", "b")]
    exchange.sent, exchange.received, exchange.raw_body = 5, 3, b"\x00\xff\n"
    exchange.responded = exchange.started + 1
    exchange.fault, exchange.raw_response_body = "delayed by 1 s", b"\x00\xfe"
    exchange.raw_handler, exchange.raw_stand_in = Handler("shop.buy", "shop.py", 7), Handler("tool")
    return exchange


def _sent(record):
    """Return a record as it arrives."""
    return json.loads(json.dumps(wire.as_json(record)))


def test_an_exchange_arrives_as_it_was(receiver, exchange):
    """Under the alias of its server, with a number of this process."""
    assert receiver.receive(_sent(exchange))
    received = JOURNAL.exchanges[-1]
    assert "shop" == received.server
    assert exchange.number != received.number
    attributes = (
        *("method", "path", "query", "client", "websocket", "started", "responded", "ended"),
        *("status", "sent", "received", "raw_body", "fault"),
        *("raw_response_body", "handler", "stand_in"),
        *("request_headers", "response_headers"),
    )
    for name in attributes:
        assert getattr(exchange, name) == getattr(received, name), name
    assert ["ü", "2"] == received.request_headers.get_all("A")
    assert ["a", "b"] == received.response_headers.get_all("Set-Cookie")


def test_an_exchange_that_comes_again_is_the_same(receiver, exchange):
    """First in flight, then ended."""
    in_flight = receiver.receive_exchange(wire.exchange_as_json(exchange))
    exchange.ended = time.monotonic()
    assert in_flight is receiver.receive_exchange(wire.exchange_as_json(exchange))
    assert exchange.ended == in_flight.ended


def test_an_end_is_final(receiver, exchange):
    """One thread may send an exchange in flight after another has sent its end."""
    in_flight = wire.exchange_as_json(exchange)
    exchange.ended = time.monotonic()
    received = receiver.receive_exchange(wire.exchange_as_json(exchange))
    receiver.receive_exchange(in_flight)
    assert exchange.ended == received.ended


def test_errors_and_lines_arrive_with_their_exchange(receiver, exchange):
    """It is the same `Exchange` as before."""
    received = receiver.receive_exchange(wire.exchange_as_json(exchange))
    error = RecordedError(type="E", message="no tea", traceback="Traceback", exchange=exchange)
    assert receiver.receive(_sent(error))
    assert receiver.receive(_sent(LogLine("no tea", 40, "shop", exchange=exchange)))
    added, line = JOURNAL.new_errors[-1], JOURNAL.log_lines[-1]
    assert (str(error), error.at, "shop") == (str(added), added.at, added.server)
    assert ("no tea", 40, "shop") == (line.text, line.level, line.logger)
    assert received is added.exchange is line.exchange
    assert (added,) == received.errors


def test_records_without_an_exchange_arrive(receiver):
    """As those of threads that no request started."""
    assert receiver.receive(_sent(LogLine("started", 20, "shop")))
    assert JOURNAL.log_lines[-1].exchange is None


def test_other_messages_are_no_records(receiver):
    """A child also reports its URL."""
    assert not receiver.receive({"url": "http://127.0.0.1:8080"})


def test_exchanges_in_flight_are_remembered_longest(receiver, exchange, monkeypatch):
    """Of those that have ended, the oldest is forgotten first."""
    monkeypatch.setattr(wire, "_REMEMBERED", 2)
    ended = Exchange("GET", "/ended")
    ended.ended = ended.started
    in_flight, first = (
        receiver.receive_exchange(wire.exchange_as_json(e)) for e in (exchange, ended)
    )
    later = Exchange("GET", "/later")
    receiver.receive_exchange(wire.exchange_as_json(later))
    assert in_flight is receiver.receive_exchange(wire.exchange_as_json(exchange))
    assert first is not receiver.receive_exchange(wire.exchange_as_json(ended))
