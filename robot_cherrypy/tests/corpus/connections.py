"""How requests arrive: in pieces, late, one after the other, with HTTP/1.0 or an expectation."""

from robot_cherrypy.tests.corpus.client import HalfClose
from robot_cherrypy.tests.corpus.requests import (
    CHERRYPY,
    CHUNKED,
    CLOSE,
    FORM,
    HELLO,
    LAST,
    SIZED_TEXT,
    SMUGGLED,
    TEXT,
    by_byte,
    chunked,
    head,
    only,
    post,
    then_last,
)

EXPECT = b"Expect: 100-continue\r\n"
CONNECTIONS = {
    "Expect": only(head(b"POST", headers=SIZED_TEXT + EXPECT), 0.2, b"hello" + LAST),
    "Expect of a form": only(
        head(b"POST", headers=FORM + b"Content-Length: 3\r\n" + EXPECT), 0.2, b"a=1" + LAST
    ),
    "Expect with the body": then_last(
        post(b"hello", TEXT + EXPECT), applications=("cherrypy", "wsgi")
    ),
    "Expect with chunks": only(head(b"POST", headers=TEXT + EXPECT + CHUNKED), 0.2, HELLO + LAST),
    "Expect in HTTP/1.0": only(
        head(b"POST", headers=SIZED_TEXT + EXPECT, version=b"HTTP/1.0"), 0.2, b"hello"
    ),
    "Expect over the limit": only(
        head(b"POST", headers=TEXT + EXPECT + b"Content-Length: 999999\r\n"), applications=CHERRYPY
    ),
    "Expect of something else": then_last(post(b"hello", TEXT + b"Expect: nonsense\r\n")),
    "HTTP/1.0": only(head(version=b"HTTP/1.0")),
    "HTTP/1.0 without Host": only(head(version=b"HTTP/1.0", host=b"")),
    "HTTP/1.0 kept alive": only(
        head(version=b"HTTP/1.0", headers=b"Connection: Keep-Alive\r\n"),
        0.1,
        head(version=b"HTTP/1.0"),
    ),
    "HTTP/1.0 POST": only(post(b"hello", version=b"HTTP/1.0")),
    "pipelined": then_last(head(target=b"/one") + post(b"two") + head(target=b"/three")),
    "pipelined after close": only(head(headers=CLOSE) + SMUGGLED),
    "close among others": only(head(headers=b"Connection: keep-alive, close\r\n") + SMUGGLED),
    "two requests, one after the other": only(head(), 0.1, LAST),
    "half-closed": only(head(), HalfClose),
    "half-closed in a head": only(head()[:-10], HalfClose),
    "half-closed in a body": only(post(b"hello")[:-2], HalfClose),
    "byte by byte": only(*by_byte(post(b"hello") + LAST)),
    "chunked byte by byte": only(*by_byte(chunked(b"5;x=y\r\nhello\r\n0\r\nX: 1\r\n\r\n") + LAST)),
    "head in two pieces": only(head()[:9], 0.05, head()[9:] + LAST),
    "body in two pieces": only(post(b"hello")[:-3], 0.05, b"llo" + LAST),
    "line break in two pieces": only(head()[:-1], 0.05, b"\n" + LAST),
    "empty line before": then_last(b"\r\n" + head()),
    "empty line between": then_last(head() + b"\r\n" + head(target=b"/two")),
    "nothing": only(applications=CHERRYPY),
    "only line ends": only(b"\r\n" * 5, applications=CHERRYPY),
    "half a request line": only(b"GET / HT", applications=CHERRYPY),
    "half a head": only(head()[:-8], applications=CHERRYPY),
    "half a body": only(post(b"hello")[:-2], applications=CHERRYPY),
    "half a chunk": only(chunked(b"a\r\nabc"), applications=CHERRYPY),
    "no last chunk": only(chunked(b"5\r\nhello\r\n"), applications=CHERRYPY),
}
