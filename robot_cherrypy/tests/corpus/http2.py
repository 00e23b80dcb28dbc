"""HTTP/2, frame by frame: right requests, malformed ones, and floods (RFC 9113)."""

from hpack import Encoder
from hyperframe.frame import (
    ContinuationFrame,
    DataFrame,
    GoAwayFrame,
    HeadersFrame,
    PingFrame,
    PriorityFrame,
    PushPromiseFrame,
    RstStreamFrame,
    SettingsFrame,
    WindowUpdateFrame,
)

from robot_cherrypy.tests.corpus.requests import only
from robot_cherrypy.tests.corpus.tls import client_context

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
# Seconds in which the server gets to respond.
PAUSE = 0.2
_END, _ALL = "END_STREAM", ("END_HEADERS", "END_STREAM")
_ENCODER = Encoder()
_ENCODER.header_table_size = 0  # so that a block of headers does not depend on others
BEGIN = PREFACE + SettingsFrame().serialize()


def _fields(*more, method="GET", path="/echo", scheme="https", authority="x", **others):
    pseudo = {"method": method, "path": path, "scheme": scheme, "authority": authority, **others}
    fields = [(f":{name}", value) for name, value in pseudo.items() if value is not None]
    return _ENCODER.encode([*fields, *more])


def headers(number=1, *more, flags=_ALL, **pseudo):
    return HeadersFrame(number, _fields(*more, **pseudo), flags=list(flags))


def post(*more, number=1, **pseudo):
    return headers(number, *more, flags=("END_HEADERS",), **{"method": "POST", **pseudo})


def data(content, number=1, *, end=True):
    return DataFrame(number, content, flags=[_END] if end else [])


def trailers(*fields, number=1):
    return HeadersFrame(number, _ENCODER.encode(fields), flags=list(_ALL))


def reset(number=1, code=8):
    return RstStreamFrame(number, error_code=code)


def _raw(kind, body, *, stream=0, flags=0):
    """Return a frame as bytes, also one that hyperframe would not make."""
    head = len(body).to_bytes(3) + bytes([kind, flags]) + stream.to_bytes(4)
    return head + body


# A request after the others: it shows whether the connection goes on.
_LAST = headers(99, path="/last")
REQUESTS = {
    "GET": [headers()],
    "HEAD": [headers(method="HEAD")],
    "OPTIONS *": [headers(method="OPTIONS", path="*")],
    "query": [headers(path="/a%20b?c=%20")],
    "header repeated": [headers(1, ("x-a", "1"), ("x-b", "2"), ("x-a", "3"))],
    "cookies": [headers(1, ("cookie", "a=1"), ("cookie", "b=2"))],
    "header of nothing": [headers(1, ("x-a", ""))],
    "host and authority": [headers(1, ("host", "other"))],
    "host without authority": [headers(1, ("host", "x"), authority=None)],
    "te: trailers": [headers(1, ("te", "trailers"))],
    "several": [headers(number) for number in (1, 3, 5, 7)],
    "body without length": [post(), data(b"hello")],
    "body of nothing": [post(), data(b"")],
    "POST without body": [headers(method="POST")],
    "body with its length": [post(("content-length", "5")), data(b"hello")],
    "body in pieces": [post(), *[data(b"x", end=False) for _ in range(9)], data(b"")],
    "body with padding": [post(), DataFrame(1, b"hello", pad_length=9, flags=["PADDED", _END])],
    "body in GET": [post(method="GET"), data(b"hello")],
    "two bodies at once": [
        post(),
        post(number=3),
        data(b"a", end=False),
        data(b"b", 3),
        data(b"c"),
    ],
    "trailers": [post(), data(b"hello", end=False), trailers(("x-sum", "1"))],
    "trailers without body": [post(), trailers(("x-sum", "1"))],
    "Expect": [post(("expect", "100-continue")), data(b"hello")],
    "headers in two frames": [
        HeadersFrame(1, _fields()[:9], flags=[_END]),
        ContinuationFrame(1, _fields()[9:], flags=["END_HEADERS"]),
    ],
    "headers with padding": [HeadersFrame(1, _fields(), pad_length=9, flags=[*_ALL, "PADDED"])],
    "headers with priority": [
        HeadersFrame(1, _fields(), depends_on=0, stream_weight=9, flags=[*_ALL, "PRIORITY"])
    ],
    "ping": [PingFrame(0, b"12345678"), headers()],
    "settings": [SettingsFrame(0, {4: 100_000}), headers()],
    "unknown setting": [SettingsFrame(0, {99: 1}), headers()],
    "small frames": [SettingsFrame(0, {5: 16384}), headers()],
    "priority of another": [PriorityFrame(5, depends_on=3), headers()],
    "reset after its end": [headers(), reset()],
    "reset in a body": [post(), data(b"he", end=False), reset()],
    "reset with an unknown code": [post(), reset(code=99)],
    "trailers with a pseudo-header": [post(), trailers((":path", "/"))],
    "trailers that are not the end": [post(), HeadersFrame(1, _fields(), flags=["END_HEADERS"])],
    "length too short": [post(("content-length", "2")), data(b"hello")],
    "length too long": [post(("content-length", "9")), data(b"hello")],
    "length that is none": [post(("content-length", "x")), data(b"hello")],
    "length without body": [headers(1, ("content-length", "5"), method="POST")],
    "no method": [headers(method=None)],
    "no path": [headers(path=None)],
    "empty path": [headers(path="")],
    "no scheme": [headers(scheme=None)],
    "unknown pseudo-header": [headers(colour="red")],
    "pseudo-header of responses": [headers(status="200")],
    "pseudo-header twice": [headers(1, (":path", "/two"))],
    "pseudo-header after others": [
        HeadersFrame(
            1,
            _ENCODER.encode(
                [("x-a", "1"), (":method", "GET"), (":path", "/"), (":scheme", "https")]
            ),
            flags=list(_ALL),
        )
    ],
    "name in capitals": [headers(1, ("X-Upper", "1"))],
    "name of nothing": [headers(1, ("", "1"))],
    "name with a blank": [headers(1, ("x a", "1"))],
    "line break in a value": [headers(1, ("x-a", "1\r\nx-b: 2"))],
    "NUL in a value": [headers(1, ("x-a", "\0"))],
    "blanks around a value": [headers(1, ("x-a", " a "))],
    "Connection": [headers(1, ("connection", "close"))],
    "Transfer-Encoding": [headers(1, ("transfer-encoding", "chunked"))],
    "te: gzip": [headers(1, ("te", "gzip"))],
    "fragment in the path": [headers(path="/#a")],
    "CONNECT": [headers(method="CONNECT", scheme=None, path=None, authority="x:443")],
    "data before headers": [data(b"hello")],
    "data after the end": [headers(), data(b"hello")],
    "data for the connection": [_raw(0, b"hello")],
    "headers for the connection": [_raw(1, _fields(), flags=5)],
    "even stream": [headers(2)],
    "stream that goes back": [headers(5), headers(3)],
    "headers of a closed stream": [headers(), PAUSE, headers()],
    "headers that cannot be decoded": [HeadersFrame(1, b"\xff\xff\xff\xff", flags=list(_ALL))],
    "continuation of nothing": [ContinuationFrame(1, b"", flags=["END_HEADERS"])],
    "ping within headers": [HeadersFrame(1, _fields()[:9]), PingFrame(0)],
    "push from a client": [PushPromiseFrame(1, 2, _fields(), flags=["END_HEADERS"])],
    "settings for a stream": [_raw(4, b"", stream=1)],
    "settings of a wrong size": [_raw(4, b"abcde")],
    "window too large": [SettingsFrame(0, {4: 2**31})],
    "ping for a stream": [_raw(6, b"12345678", stream=1)],
    "ping of a wrong size": [_raw(6, b"1234")],
    "window update of 0": [_raw(8, bytes(4))],
    "window that overflows": [WindowUpdateFrame(0, window_increment=2**31 - 1)],
    "frame too large": [_raw(0, bytes(65536), stream=1)],
    "unknown frame": [_raw(99, b"ab"), headers()],
    "reset of an idle stream": [reset(9)],
    "end by the client": [GoAwayFrame(0)],
}
# More than are allowed at once, and few enough that a server reads all of them before it closes the
# connection: else the client may not get to know why. So resets are in `aio/test_http2.py`.
_MANY = 400
_FLOODS = {
    "pings": [PingFrame(0)] * _MANY,
    "settings": [SettingsFrame()] * _MANY,
    "priorities": [PriorityFrame(5)] * _MANY,
    "pieces of nothing": [post(), *[data(b"", end=False)] * _MANY],
    "tiny windows": [WindowUpdateFrame(0, window_increment=1)] * _MANY,
    "continuations": [HeadersFrame(1, _fields()[:9]), *[ContinuationFrame(1, b"")] * _MANY],
    "streams": [post(number=number) for number in range(1, 2 * 300, 2)],
    "headers that are large": [headers(1, ("x-a", "x" * 60_000))],
}


def _case(frames, begin=BEGIN):
    pieces = [piece if isinstance(piece, bytes | float) else piece.serialize() for piece in frames]
    context = client_context(protocols=["h2"])
    return only(begin, *pieces, applications=("http2",), tls=context, host="x", is_http2=True)


HTTP2 = {
    **{f"HTTP/2: {name}": _case([*frames, _LAST]) for name, frames in REQUESTS.items()},
    "HTTP/2: no preface": _case([_LAST], b""),
    "HTTP/2: preface of something else": _case([_LAST], b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"),
    "HTTP/2: no settings": _case([_LAST], PREFACE),
}
HTTP2_FLOODS = {
    f"HTTP/2 flood: {name}": _case(
        [b"".join(frame.serialize() for frame in [*frames, headers(9999, path="/last")])]
    )
    for name, frames in _FLOODS.items()
}
