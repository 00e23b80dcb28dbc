"""Makes the requests of the corpus."""

from robot_cherrypy.tests.corpus.client import Case

HOST = b"Host: example\r\n"
CLOSE = b"Connection: close\r\n"
FORM = b"Content-Type: application/x-www-form-urlencoded\r\n"
TEXT = b"Content-Type: text/plain\r\n"
CHUNKED = b"Transfer-Encoding: chunked\r\n"
CHERRYPY = ("cherrypy",)


def head(method=b"GET", target=b"/echo", headers=b"", *, version=b"HTTP/1.1", host=HOST):
    """Return the head of a request."""
    return method + b" " + target + b" " + version + b"\r\n" + host + headers + b"\r\n"


def post(body, headers=TEXT, target=b"/echo", **options):
    """Return a POST whose body has the length that it declares."""
    length = b"Content-Length: %d\r\n" % len(body)
    return head(b"POST", target, headers + length, **options) + body


def chunked(*parts, headers=TEXT):
    """Return a POST with these chunks as they are."""
    return head(b"POST", headers=headers + CHUNKED) + b"".join(parts)


# A request after the one in question, at which the connection ends: it shows where the server has
# found the end of the one before.
LAST = head(target=b"/last", headers=CLOSE)
# What must never be served: it is meant as a part of a body.
SMUGGLED = head(target=b"/smuggled")
SIZED_TEXT = TEXT + b"Content-Length: 5\r\n"
HELLO = b"5\r\nhello\r\n0\r\n\r\n"


def only(*pieces, **options):
    """Return a case without `LAST`."""
    return Case(pieces, **options)


def then_last(data, **options):
    """Return a case with `LAST` after it."""
    return Case((data + LAST,), **options)


def by_byte(data):
    """Return data byte by byte."""
    pieces = []
    for number in range(len(data)):
        pieces += [data[number : number + 1], 0.0005]
    return tuple(pieces)


def offer(protocol, body, *, method=b"POST", extra=b"", framing=None):
    """Return a request that offers to upgrade the connection, and has a body."""
    framing = b"Content-Length: %d\r\n" % len(body) if framing is None else framing
    upgrade = b"Connection: Upgrade\r\nUpgrade: " + protocol + b"\r\n"
    return head(method, headers=TEXT + upgrade + extra + framing) + body
