"""What is kept of requests and responses has a limit, whatever clients send."""

import pytest

from robot_cherrypy.aio.http.response_head import header_line, status_line
from robot_cherrypy.aio.request import environ, response_writer

LONG = b"x" * 10_000


def kept_lines():
    return header_line.__self__


def test_long_headers_are_not_kept():
    """Such as the location of a redirect, which a client has chosen."""
    before = len(kept_lines())
    for number in range(100):
        value = b"%d" % number + LONG
        assert b"Location: %b\r\n" % value == header_line((b"Location", value))
    assert before == len(kept_lines())


def test_few_headers_are_kept():
    """The number of those that are short is limited too."""
    for number in range(5000):
        header_line((b"X", b"%d" % number))
    assert len(kept_lines()) <= 1024


@pytest.mark.parametrize(
    ("kept", "make"),
    [
        (environ._TITLES, lambda number: b"x-%d" % number),
        (response_writer._STATUSES, lambda number: b"200 %d" % number),
    ],
)
def test_names_and_statuses_are_limited(kept, make):
    """In number and in length."""
    for number in range(5000):
        assert kept[make(number)] == kept[make(number)]
        assert kept[make(number) + LONG]
    assert len(kept) <= 1024
    assert max(map(len, kept)) <= 256


def test_long_reason_phrases_are_sent():
    """They are not kept, but they are sent."""
    assert b"HTTP/1.1 200 %b\r\n" % LONG == status_line(200, LONG)
