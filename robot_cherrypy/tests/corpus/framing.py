"""Where the body of a request ends: lengths, codings, and offers to upgrade the connection."""

from robot_cherrypy.tests.corpus.requests import (
    CHERRYPY,
    CHUNKED,
    FORM,
    HELLO,
    LAST,
    SIZED_TEXT,
    SMUGGLED,
    TEXT,
    by_byte,
    chunked,
    head,
    offer,
    only,
    post,
    then_last,
)
from robot_cherrypy.tests.corpus.servers import MAX_BODY

LENGTHS = {
    "length": then_last(post(b"hello")),
    "length 0": then_last(post(b"")),
    "length in GET": then_last(head(headers=SIZED_TEXT) + b"hello"),
    "length in DELETE": then_last(head(b"DELETE", headers=SIZED_TEXT) + b"hello"),
    "no length in POST": then_last(head(b"POST", headers=TEXT)),
    "leading zeros": then_last(head(b"POST", headers=TEXT + b"Content-Length: 005\r\n") + b"hello"),
    "equal lengths": then_last(
        head(b"POST", headers=SIZED_TEXT + b"Content-Length: 5\r\n") + b"hello"
    ),
    **{
        f"length {name}": then_last(
            head(b"POST", headers=TEXT + b"Content-Length: " + value + b"\r\n") + b"hello"
        )
        for name, value in {
            "list": b"5, 5",
            "negative": b"-5",
            "with sign": b"+5",
            "hexadecimal": b"0x5",
            "with underscore": b"0_5",
            "empty": b"",
            "of letters": b"five",
            "with blank": b"5 5",
            "huge": b"9" * 30,
        }.items()
    },
    "different lengths": then_last(
        head(b"POST", headers=SIZED_TEXT + b"Content-Length: 6\r\n") + b"hello!"
    ),
    "length over the limit": only(
        head(b"POST", headers=TEXT + b"Content-Length: %d\r\n" % (MAX_BODY + 1)),
        applications=CHERRYPY,
    ),
    "length at the limit": then_last(post(b"x" * MAX_BODY)),
    "body that is not read": then_last(post(b"hello", target=b"/unread"), applications=CHERRYPY),
    "blank before the colon of a length": then_last(
        head(b"POST", headers=TEXT + b"Content-Length : 5\r\n") + b"hello"
    ),
}

CODINGS = {
    "chunked": then_last(chunked(HELLO)),
    "chunked and smuggled": then_last(
        chunked(b"%x\r\n" % len(SMUGGLED), SMUGGLED, b"\r\n0\r\n\r\n")
    ),
    "several chunks": then_last(chunked(b"3\r\nhel\r\n", b"2\r\nlo\r\n", b"0\r\n\r\n")),
    "no chunks": then_last(chunked(b"0\r\n\r\n")),
    "upper case size": then_last(chunked(b"A\r\n0123456789\r\n0\r\n\r\n")),
    "zeros before size": then_last(chunked(b"0005\r\nhello\r\n0\r\n\r\n")),
    "chunk extension": then_last(chunked(b"5;a=b\r\nhello\r\n0\r\n\r\n")),
    "trailers": then_last(chunked(b"5\r\nhello\r\n0\r\nX-Trailer: 1\r\n\r\n")),
    "chunked form": then_last(chunked(b"3\r\na=1\r\n0\r\n\r\n", headers=FORM)),
    "CHUNKED": then_last(chunked(HELLO).replace(b": chunked", b": CHUNKED")),
    "chunked in GET": then_last(head(headers=TEXT + CHUNKED) + HELLO),
    "length and coding": then_last(head(b"POST", headers=SIZED_TEXT + CHUNKED) + HELLO),
    "coding and length": then_last(
        head(b"POST", headers=CHUNKED + SIZED_TEXT) + b"0\r\n\r\n" + SMUGGLED
    ),
    **{
        f"coding {name}": then_last(
            head(b"POST", headers=TEXT + b"Transfer-Encoding: " + value + b"\r\n") + HELLO
        )
        for name, value in {
            "unknown": b"gzip",
            "not last": b"chunked, gzip",
            "list": b"gzip, chunked",
            "twice": b"chunked, chunked",
            "disguised": b"xchunked",
            "identity": b"identity",
            "quoted": b'"chunked"',
            "with tab": b"\tchunked",
            "with blank after": b"chunked ",
        }.items()
    },
    "coding in two lines": then_last(
        head(b"POST", headers=TEXT + b"Transfer-Encoding: gzip\r\n" + CHUNKED) + HELLO
    ),
    "coding in HTTP/1.0": only(
        head(b"POST", headers=TEXT + CHUNKED, version=b"HTTP/1.0") + HELLO + SMUGGLED
    ),
    **{
        f"chunk {name}": then_last(chunked(parts))
        for name, parts in {
            "size of letters": b"zz\r\nabc\r\n0\r\n\r\n",
            "size negative": b"-1\r\nabc\r\n0\r\n\r\n",
            "size huge": b"f" * 20 + b"\r\nabc\r\n0\r\n\r\n",
            "size with 0x": b"0x5\r\nhello\r\n0\r\n\r\n",
            "size with underscore": b"0_5\r\nhello\r\n0\r\n\r\n",
            "size with sign": b"+5\r\nhello\r\n0\r\n\r\n",
            "size empty": b"\r\nhello\r\n0\r\n\r\n",
            "longer than its size": b"2\r\nhello\r\n0\r\n\r\n",
            "with LF after the size": b"5\nhello\r\n0\r\n\r\n",
            "with LF after the data": b"5\r\nhello\n0\r\n\r\n",
            "without end of line": b"5\r\nhello0\r\n\r\n",
        }.items()
    },
    "chunks over the limit": only(
        chunked(b"2711\r\n" + b"x" * (MAX_BODY + 1) + b"\r\n0\r\n\r\n"), applications=CHERRYPY
    ),
}

UPGRADES = {
    **{
        f"offer of {protocol.decode()} with a length": then_last(offer(protocol, SMUGGLED))
        for protocol in (b"h2c", b"websocket", b"TLS/1.0", b"nonsense")
    },
    "offer with chunks": then_last(
        offer(b"h2c", b"%x\r\n" % len(SMUGGLED) + SMUGGLED + b"\r\n0\r\n\r\n", framing=CHUNKED)
    ),
    "offer with trailers": then_last(
        offer(b"h2c", b"5\r\nhello\r\n0\r\nX-Trailer: 1\r\n\r\n", framing=CHUNKED)
    ),
    "offer in GET with a body": then_last(offer(b"websocket", SMUGGLED, method=b"GET")),
    "offer in DELETE with a body": then_last(offer(b"h2c", SMUGGLED, method=b"DELETE")),
    "offer with both framings": then_last(
        offer(b"h2c", b"0\r\n\r\n" + SMUGGLED, framing=CHUNKED + b"Content-Length: 5\r\n")
    ),
    "offer without a body": then_last(offer(b"h2c", b"", method=b"GET", framing=b"")),
    "offer with length 0": then_last(offer(b"h2c", b"")),
    "offers one after the other": then_last(offer(b"h2c", b"hello") * 3),
    "offer byte by byte": only(*by_byte(offer(b"h2c", b"hello", extra=b"X: 1\r\n") + LAST)),
    "offer with a late body": only(offer(b"h2c", b"hello")[:-5], 0.1, b"hello" + LAST),
    "offer in HTTP/1.0": only(offer(b"h2c", b"hello").replace(b"HTTP/1.1", b"HTTP/1.0")),
    "offer of nothing": then_last(offer(b"", b"hello")),
    "offer without Connection": then_last(
        offer(b"h2c", b"hello").replace(b"Connection: Upgrade\r\n", b"")
    ),
    "offer of curl": then_last(
        post(
            b"a=1",
            FORM
            + b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"
            + b"HTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA\r\n",
        )
    ),
    "offer and expectation": only(
        offer(b"h2c", b"", extra=b"Expect: 100-continue\r\n", framing=b"Content-Length: 5\r\n"),
        0.2,
        b"hello" + LAST,
    ),
    "WebSocket that no page accepts": then_last(
        offer(b"websocket", b"", method=b"GET", framing=b""), applications=("cherrypy", "wsgi")
    ),
    "CONNECT with a body": then_last(
        head(b"CONNECT", b"example:80", TEXT + b"Content-Length: %d\r\n" % len(SMUGGLED))
        + SMUGGLED,
        applications=CHERRYPY,
    ),
}
