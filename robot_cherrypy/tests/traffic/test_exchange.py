"""An exchange reads what it holds when it is asked, and an error says in a line what it was."""

import time

import pytest

from robot_cherrypy.traffic.exchange import Exchange, RecordedError

FORM = [(b"content-type", b"application/x-www-form-urlencoded; charset=utf-8")]


def test_parameters_are_those_of_query_and_form():
    """Those of one name are a list; empty ones count."""
    exchange = Exchange("POST", "/order", "tea=assam&gift=", raw_request_headers=FORM)
    exchange.raw_body = b"tea=sencha&grams=250"
    expected = {"tea": ["assam", "sencha"], "gift": "", "grams": "250"}
    assert expected == exchange.parameters


def test_other_bodies_have_no_parameters():
    """Only the query has."""
    exchange = Exchange("POST", "/order", "tea=assam")
    exchange.raw_body = b"grams=250"
    assert {"tea": "assam"} == exchange.parameters


def test_a_body_is_text_and_perhaps_json():
    """What is no JSON is None there."""
    exchange = Exchange("POST", "/order")
    assert ("", None) == (exchange.body, exchange.json)
    exchange.raw_body = b'{"grams": 250}'
    assert ('{"grams": 250}', {"grams": 250}) == (exchange.body, exchange.json)
    exchange.raw_body = b"\xff"
    assert ("\N{REPLACEMENT CHARACTER}", None) == (exchange.body, exchange.json)


def test_its_age_grows_until_its_end():
    """A message about a request in flight names it by that; its duration is not known before."""
    exchange = Exchange("GET", "/stock", "seconds=2")
    exchange.started = time.monotonic() - 2
    assert exchange.duration is None
    assert 2 <= exchange.age < 60
    exchange.ended = exchange.started + 0.5
    assert (0.5, 0.5) == (exchange.duration, exchange.age)
    assert ("GET /stock (0.5 s)", "/stock?seconds=2") == (str(exchange), exchange.url)


@pytest.mark.parametrize(
    ("websocket", "content_type", "streams"),
    [(True, "", True), (False, "text/event-stream; x=y", True), (False, "text/html", False)],
)
def test_websockets_and_server_sent_events_are_streams(websocket, content_type, streams):
    """They are open for as long as the page is."""
    exchange = Exchange("GET", "/", websocket=websocket)
    exchange.raw_response_headers = [("content-type", content_type)]
    assert streams == exchange.streams


def test_an_error_names_request_handler_and_status():
    """And says when it came, if not during the request."""
    exchange = Exchange("GET", "/tea")
    exchange.status = 200
    error = RecordedError(
        type="KeyError",
        message="'oolong'",
        traceback="Traceback",
        handler="shop.Root.tea",
        when="after the headers",
        exchange=exchange,
    )
    expected = "GET /tea: KeyError: 'oolong' in shop.Root.tea, after the headers (answered 200)"
    assert expected == str(error)
    assert ("GET", "/tea", 200) == (error.method, error.path, error.status)


def test_an_error_without_a_request_names_itself():
    """No more is known of it."""
    error = RecordedError(type="LookupError", message="")
    assert ("LookupError", "", "", None) == (str(error), error.method, error.path, error.status)


def test_an_exception_explains_the_status_of_its_own_request():
    """Neither that of another, nor another exception."""
    exchange = Exchange("GET", "/")
    status = RecordedError(type="HTTP 500", message="", exchange=exchange)
    exception = RecordedError(type="E", message="", traceback="Traceback", exchange=exchange)
    elsewhere = RecordedError(type="HTTP 500", message="", exchange=Exchange("GET", "/"))
    assert exception.explains(status)
    assert not exception.explains(exception)
    assert not exception.explains(elsewhere)
    assert not status.explains(exception)
