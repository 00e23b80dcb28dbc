"""Handshakes of WebSockets, and their frames."""

from robot_cherrypy.tests.corpus.client import HalfClose
from robot_cherrypy.tests.corpus.requests import HOST, by_byte, only
from robot_cherrypy.tests.websocket.conftest import frame

_PAGES = ("websocket", "hosted-websocket")
TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10
_KEY = b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
_UPGRADE = b"Connection: Upgrade\r\nUpgrade: websocket\r\n"
_VERSION = b"Sec-WebSocket-Version: 13\r\n"
# The client's part of the closing handshake, so that each case ends.
_BYE = frame(CLOSE, b"\x03\xe8")
# How long the server gets to respond before the next piece is sent, in seconds.
_PAUSE = 0.15


def _handshake(
    *, line=b"GET /echo HTTP/1.1", host=HOST, upgrade=_UPGRADE, key=_KEY, version=_VERSION, more=b""
):
    return line + b"\r\n" + host + upgrade + key + version + more + b"\r\n"


def _then(data, *handshake, **options):
    """Return a case with frames after a handshake, each when those before were answered."""
    begin = handshake or (_handshake(),)
    return only(*begin, _PAUSE, data, _PAUSE, _BYE, applications=_PAGES, **options)


_HANDSHAKES = {
    "plain": {},
    "capitals": {"upgrade": b"CONNECTION: UPGRADE\r\nUPGRADE: WEBSOCKET\r\n"},
    "list of options": {"upgrade": b"Connection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n"},
    "two lines of options": {"upgrade": _UPGRADE + b"Connection: keep-alive\r\n"},
    "no Connection": {"upgrade": b"Upgrade: websocket\r\n"},
    "Connection without upgrade": {"upgrade": b"Connection: close\r\nUpgrade: websocket\r\n"},
    "no key": {"key": b""},
    "empty key": {"key": b"Sec-WebSocket-Key:\r\n"},
    "short key": {"key": b"Sec-WebSocket-Key: c2hvcnQ=\r\n"},
    "key that is not Base64": {"key": b"Sec-WebSocket-Key: !!!!!!!!!!!!!!!!!!!!!!!!\r\n"},
    "two keys": {"key": _KEY + _KEY},
    "no version": {"version": b""},
    "version 8": {"version": b"Sec-WebSocket-Version: 8\r\n"},
    "version that is no number": {"version": b"Sec-WebSocket-Version: x\r\n"},
    "list of versions": {"version": b"Sec-WebSocket-Version: 13, 8\r\n"},
    "subprotocol": {"more": b"Sec-WebSocket-Protocol: one\r\n"},
    "subprotocols": {"more": b"Sec-WebSocket-Protocol: one, two\r\n"},
    "subprotocols on two lines": {
        "more": b"Sec-WebSocket-Protocol: one\r\nSec-WebSocket-Protocol: two\r\n"
    },
    "subprotocol that is none": {"more": b"Sec-WebSocket-Protocol: a b\r\n"},
    "unknown extension": {"more": b"Sec-WebSocket-Extensions: nonsense; x=1\r\n"},
    "bad extension": {"more": b"Sec-WebSocket-Extensions: permessage-deflate; nonsense\r\n"},
    "other origin": {"more": b"Origin: http://evil.example\r\n"},
    "POST": {"line": b"POST /echo HTTP/1.1"},
    "HTTP/1.0": {"line": b"GET /echo HTTP/1.0"},
    "query": {"line": b"GET /echo? HTTP/1.1"},
    "no Host": {"host": b""},
    "length 0": {"more": b"Content-Length: 0\r\n"},
    "a body": {"more": b"Content-Length: 8\r\n"},
}
_WORD = frame(TEXT, b"hello")
HANDSHAKES = {
    **{
        f"handshake: {name}": _then(_WORD, _handshake(**parts))
        for name, parts in _HANDSHAKES.items()
    },
    "handshake: HEAD": _then(_WORD, _handshake(line=b"HEAD /echo HTTP/1.1"), heads=(0,)),
    "handshake: byte by byte": _then(_WORD, *by_byte(_handshake())),
    "handshake: with a frame": _then(b"", _handshake() + _WORD),
    "handshake: then closed": only(_handshake(), _PAUSE, HalfClose, applications=_PAGES),
    "handshake: then another one": _then(_handshake()),
}

_FRAMES = {
    "text": _WORD,
    "text of nothing": frame(TEXT),
    "text beyond ASCII": frame(TEXT, "äß€😀".encode()),
    "binary": frame(BINARY, bytes(range(40))),
    "long": frame(BINARY, b"x" * 70_000),
    "of 125, 126 and 127 bytes": b"".join(frame(TEXT, b"x" * size) for size in (125, 126, 127)),
    "of 65535 and 65536 bytes": frame(BINARY, b"x" * 65535) + frame(BINARY, b"x" * 65536),
    "many": _WORD * 50,
    "mask of zeros": frame(TEXT, b"hello", mask=bytes(4)),
    "fragments": frame(TEXT, b"he", first=0) + frame(0, b"ll", first=0) + frame(0, b"o"),
    "empty fragments": frame(TEXT, first=0) + frame(0, first=0) + frame(0),
    "character in two fragments": frame(TEXT, b"\xc3", first=0) + frame(0, b"\xa4"),
    "ping": frame(PING, b"there?"),
    "ping of nothing": frame(PING),
    "ping of 125 bytes": frame(PING, b"x" * 125),
    "ping between fragments": frame(TEXT, b"a", first=0) + frame(PING, b"p") + frame(0, b"b"),
    "pong that nobody asked for": frame(PONG, b"here"),
    "close": b"",
    "close without code": frame(CLOSE),
    "close with a reason": frame(CLOSE, b"\x03\xe8" + "tschüß".encode()),
    "close, then more": _BYE + _WORD,
    "two closes": _BYE,
    **{
        f"close with {code}": frame(CLOSE, code.to_bytes(2))
        for code in (1001, 1003, 1007, 1011, 3000, 4999)
    },
    **{
        f"close with {code}, which is none": frame(CLOSE, code.to_bytes(2))
        for code in (0, 999, 1004, 1005, 1006, 1015, 2999, 5000, 65535)
    },
    "close with half a code": frame(CLOSE, b"\x03"),
    "close with a reason that is not UTF-8": frame(CLOSE, b"\x03\xe8\xff"),
    "close of 126 bytes": frame(CLOSE, b"\x03\xe8" + b"x" * 124),
    "ping of 126 bytes": frame(PING, b"x" * 126),
    "fragment of a ping": frame(PING, b"x", first=0),
    "fragment of a close": frame(CLOSE, b"\x03\xe8", first=0),
    "not masked": b"\x81\x05hello",
    "ping that is not masked": b"\x89\x00",
    "reserved bit 1": frame(TEXT, b"hello", first=0xC0),
    "reserved bit 2": frame(TEXT, b"hello", first=0xA0),
    "reserved bit 3": frame(TEXT, b"hello", first=0x90),
    "reserved bit of a ping": frame(PING, b"", first=0xC0),
    **{f"opcode {number}": frame(number, b"x") for number in (3, 7, 11, 15)},
    "continuation of nothing": frame(0, b"x"),
    "text within fragments": frame(TEXT, b"a", first=0) + frame(TEXT, b"b"),
    "text that is not UTF-8": frame(TEXT, b"\xff"),
    "text with a surrogate": frame(TEXT, b"\xed\xa0\x80"),
    "half a character": frame(TEXT, b"\xc3"),
    "first fragment that is not UTF-8": frame(TEXT, b"a\xffb", first=0),
    "length with its highest bit": frame(BINARY, length=2**63),
    "length in more bytes than needed": b"\x82\xfe\x00\x05\0\0\0\0hello",
    "length in many more bytes": b"\x82\xff" + (5).to_bytes(8) + b"\0\0\0\0hello",
    "HTTP": b"GET / HTTP/1.1\r\n\r\n",
}
FRAMES = {
    **{f"frames: {name}": _then(data) for name, data in _FRAMES.items()},
    "frames: message with the close": only(_handshake(), _PAUSE, _WORD + _BYE, applications=_PAGES),
    "frames: byte by byte": only(
        _handshake(), _PAUSE, *by_byte(_WORD), _PAUSE, *by_byte(_BYE), applications=_PAGES
    ),
    "frames: half of one": only(_handshake(), _PAUSE, _WORD[:-2], HalfClose, applications=_PAGES),
    "frames: too large": _then(frame(BINARY, b"x" * 50_000, length=2**40)),
}
