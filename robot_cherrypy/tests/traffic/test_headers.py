"""Headers are found in either case, and none of those that come several times is lost."""

import pytest
import requests

from robot_cherrypy.traffic.exchange import Exchange
from robot_cherrypy.traffic.headers import Headers

COOKIES = [("Set-Cookie", "a=1"), ("Set-Cookie", "b=2, 3")]


def test_names_are_found_in_upper_and_lower_case():
    """As the names of HTTP's headers are."""
    headers = Headers([("content-type", "text/plain")])
    assert "text/plain" == headers["Content-Type"] == headers["CONTENT-TYPE"]
    assert "content-type" in headers
    assert ["Content-Type"] == list(headers)
    assert headers.get("Accept") is None


def test_each_value_of_a_repeated_header_is_kept():
    """In order, also where a value has a comma in it."""
    headers = Headers([*COOKIES, ("Etag", '"x"')])
    assert ["a=1", "b=2, 3"] == headers.get_all("set-cookie")
    assert [] == headers.get_all("Accept")
    assert [*COOKIES, ("Etag", '"x"')] == headers.pairs
    assert 2 == len(headers)


@pytest.mark.parametrize(("name", "joined"), [("Link", "a, b"), ("Cookie", "a; b")])
def test_repeated_headers_are_joined(name, joined):
    """As one header with the same meaning: RFC 9110, section 5.3, and for cookies RFC 9113."""
    assert joined == Headers([(name, "a"), (name, "b")])[name]


def test_they_are_read_from_a_wsgi_environ():
    """Its names are variables of CGI, among others that are no headers."""
    environ = {"HTTP_X_FORWARDED_FOR": "::1", "CONTENT_TYPE": "text/plain", "PATH_INFO": "/"}
    expected = [("X-Forwarded-For", "::1"), ("Content-Type", "text/plain")]
    assert expected == Headers.from_raw(environ).pairs


def test_they_are_read_from_bytes():
    """As ASGI has them."""
    assert {"X": "ü"} == Headers.from_raw([(b"x", "ü".encode("latin-1"))])


def test_an_exchange_tells_request_and_response_headers_apart():
    """`headers` are those of the request."""
    exchange = Exchange("GET", "/", raw_request_headers=[(b"a", b"request")])
    assert {} == exchange.response_headers
    exchange.raw_response_headers = [("A", "response")]
    assert {"A": "request"} == exchange.request_headers == exchange.headers
    assert {"A": "response"} == exchange.response_headers


def test_no_cookie_of_a_server_is_lost(client, server):
    """On no kind of server, nor on the way from a child process."""
    requests.get(server.url + "/cookies", timeout=60)
    [exchange] = client.exchanges()
    assert ["a=1", "b=2"] == sorted(exchange.response_headers.get_all("Set-Cookie"))
