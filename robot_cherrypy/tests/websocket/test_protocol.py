"""Frames, compression and limits, as bytes and events."""

import ast
import contextlib
import os
import tracemalloc
import zlib
from pathlib import Path

import pytest

from robot_cherrypy import websocket
from robot_cherrypy.tests.websocket.conftest import frame
from robot_cherrypy.websocket.protocol import frames as protocol
from robot_cherrypy.websocket.protocol.compression import negotiate
from robot_cherrypy.websocket.protocol.frames import (
    Close,
    FrameCodec,
    Ping,
    Pong,
    ProtocolViolation,
)
from robot_cherrypy.websocket.protocol.handshake import HandshakeRefused, check_origin

TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10
# The first byte of a frame that more follow, and of a whole compressed message, without opcode.
MORE = 0x00
RSV1 = 0xC0
DEFLATE_ALONE = "permessage-deflate; client_no_context_takeover"


def make(offers="", *, max_message=2**20, max_frame=2**20):
    """Make the codec of a connection."""
    deflate, _response = negotiate(offers, max_message=max_message, max_frame=max_frame)
    return FrameCodec(deflate)


def received(codec, data):
    """Feed bytes to a codec; return the events."""
    codec.feed(data)
    return list(codec.events())


def deflated(data):
    """Compress a message as permessage-deflate does."""
    compressor = zlib.compressobj(wbits=-15)
    return (compressor.compress(data) + compressor.flush(zlib.Z_SYNC_FLUSH))[:-4]


ROOM = Path(websocket.__file__).parent


@pytest.mark.parametrize(
    "path",
    [*(ROOM / "protocol").glob("*.py"), ROOM / "errors.py", ROOM / "options.py"],
    ids=lambda path: path.stem,
)
def test_no_io(path):
    """The protocol imports neither sockets nor an event loop, threads or a clock."""
    source = path.read_text()
    imported = {
        alias.name.split(".")[0]
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Import)
        for alias in node.names
    } | {
        (node.module or "").split(".")[0]
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.ImportFrom)
    }
    assert set() == imported & {
        "asyncio",
        "socket",
        "ssl",
        "select",
        "threading",
        "time",
        "cherrypy",
    }


@pytest.mark.parametrize("size", [0, 1, 125, 126, 65535, 65536, 300000])
def test_lengths(size):
    """Messages are read and written with each of the three forms of length."""
    data = os.urandom(size)
    assert [data] == received(make(), frame(BINARY, data))
    head, payload = make().encode(data)
    assert (data, {True: 2}.get(size < 126, 4 if size < 65536 else 10)) == (payload, len(head))


def test_byte_by_byte():
    """Events are the same however the bytes arrive."""
    wire = frame(TEXT, "Grüße".encode()) + frame(PING, b"?") + frame(CLOSE, b"\x03\xe8bye")
    codec = make()
    events = [event for byte in wire for event in received(codec, bytes((byte,)))]
    assert ["Grüße", Ping(b"?"), Close(1000, "bye")] == events


def test_fragments():
    """A message may come in frames, with control frames between them."""
    wire = (
        frame(TEXT, b"one, ", first=MORE)
        + frame(PING, b"x")
        + frame(0, b"two, ", first=MORE)
        + frame(PONG)
        + frame(0, b"three")
    )
    assert [Ping(b"x"), Pong(b""), "one, two, three"] == received(make(), wire)


def test_character_over_fragments():
    """A character may be cut by the border of two frames."""
    wire = frame(TEXT, b"\xc3", first=MORE) + frame(0, b"\xbc")
    assert ["ü"] == received(make(), wire)


def test_nothing_after_close():
    """What comes after a close frame is ignored."""
    codec = make()
    assert [Close(1005, "")] == received(codec, frame(CLOSE) + frame(TEXT, b"too late"))
    assert [] == received(codec, frame(TEXT, b"too late"))


@pytest.mark.parametrize(
    ("wire", "code"),
    [
        pytest.param(b"\x81\x01x", 1002, id="not masked"),
        pytest.param(frame(3), 1002, id="unknown opcode"),
        pytest.param(frame(TEXT, b"x", first=0xC0), 1002, id="compressed without agreement"),
        pytest.param(frame(TEXT, b"x", first=0xA0), 1002, id="reserved bit"),
        pytest.param(frame(0, b"x"), 1002, id="continues nothing"),
        pytest.param(frame(TEXT, b"a", first=MORE) + frame(TEXT, b"b"), 1002, id="not continued"),
        pytest.param(frame(PING, b"x", first=MORE), 1002, id="control frame in pieces"),
        pytest.param(frame(PING, b"x" * 126), 1002, id="control frame too long"),
        pytest.param(frame(CLOSE, b"\x03"), 1002, id="half a close code"),
        pytest.param(frame(CLOSE, b"\x03\xed"), 1002, id="a close code never to be sent"),
        pytest.param(frame(CLOSE, b"\x03\xe8\xff"), 1007, id="a reason that is no text"),
        pytest.param(frame(TEXT, b"\xff"), 1007, id="no text"),
        pytest.param(frame(TEXT, b"\xed\xa0\x80"), 1007, id="half a surrogate pair"),
        pytest.param(b"\x81\xfe\x00\x01abcd", 1002, id="length longer than needed"),
        pytest.param(frame(BINARY, length=2**20 + 1), 1009, id="frame too big"),
        pytest.param(frame(BINARY, length=2**62), 1009, id="frame absurdly big"),
    ],
)
def test_violations(wire, code):
    """Each violation has its code, and nothing is read after it."""
    codec = make()
    (event,) = received(codec, wire)
    assert (True, code) == (isinstance(event, ProtocolViolation), event.code)
    assert [] == received(codec, frame(TEXT, b"x"))


def test_bad_text_is_noticed_at_once():
    """A forbidden byte is noticed when it comes, not when the frame has ended."""
    codec = make()
    (event,) = received(codec, frame(TEXT, b"abc\xff", length=1000))
    assert 1007 == event.code


def test_messages_before_a_violation():
    """Messages before a violation are events."""
    events = received(make(), frame(TEXT, b"fine") + frame(3))
    assert ["fine", 1002] == [events[0], events[1].code]


def test_message_limit_counts_frames_together():
    """The limit of a message is for all its frames together."""
    codec = make(max_message=10)
    assert [] == received(codec, frame(BINARY, b"x" * 6, first=MORE))
    (event,) = received(codec, frame(0, b"x" * 5))
    assert 1009 == event.code


def test_message_limit_is_for_each_message():
    """The limit counts each message on its own."""
    codec = make(max_message=6)
    assert [b"x" * 6, b"y" * 6] == received(
        codec, frame(BINARY, b"x" * 6) + frame(BINARY, b"y" * 6)
    )


@pytest.mark.parametrize("whole", [True, False])
def test_bomb(whole):
    """A small message that would inflate to 16 MiB is refused, and takes less than 1 MiB."""
    bomb = deflated(bytes(2**24))
    codec = make("permessage-deflate", max_message=2**16)
    pieces = [bomb] if whole else [bomb[:100], bomb[100:]]
    frames = [
        frame(BINARY if index == 0 else 0, piece, first=(0x40 if index == 0 else 0))
        for index, piece in enumerate(pieces)
    ]
    tracemalloc.start()
    events = received(codec, b"".join(frames))
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert [1009] == [event.code for event in events]
    assert peak < 2**20


def ended(data):
    """Compress a message with a block that is marked as the last one (RFC 7692, 7.2.3.4)."""
    compressor = zlib.compressobj(wbits=-15)
    return compressor.compress(data) + compressor.flush()


@pytest.mark.parametrize("offers", ["permessage-deflate", DEFLATE_ALONE])
@pytest.mark.parametrize(
    "payload",
    [
        ended(b"Hello") + b"\x00",
        ended(b"Hello"),
        ended(b"Hel") + ended(b"lo") + b"\x00",
        ended(b"Hel") + deflated(b"lo"),
        ended(b"") * 5000 + ended(b"Hello"),
    ],
)
@pytest.mark.parametrize("size", [1, 10**6])
def test_last_blocks(offers, payload, size):
    """A block that is marked as the last one ends a stream, and not the compression."""
    codec = make(offers)
    pieces = [payload[start : start + size] for start in range(0, len(payload), size)]
    opcodes = [TEXT, *[0] * (len(pieces) - 1)]
    firsts = [0x40, *[0] * (len(pieces) - 1)]
    firsts[-1] |= 0x80
    message = b"".join(
        frame(opcode, piece, first=first)
        for opcode, piece, first in zip(opcodes, pieces, firsts, strict=True)
    )
    other = frame(TEXT, deflated(b"other"), first=RSV1)
    assert ["Hello", "other"] * 2 == received(codec, (message + other) * 2)


def test_garbage_after_a_last_block():
    """What follows a last block is inflated, and not kept."""
    codec = make("permessage-deflate")
    received(codec, frame(BINARY, ended(b""), first=0x40))
    garbage = frame(0, b"\xff" * 2**16, first=MORE)
    tracemalloc.start()
    events = [event for _ in range(100) for event in received(codec, garbage)]
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert [1007] == [event.code for event in events]
    assert peak < 2**20


def test_empty_frames_cost_nothing():
    """Frames without content do not take more and more memory."""
    codec = make()
    received(codec, frame(TEXT, b"x", first=MORE))
    many = frame(0, first=MORE) * 10000
    received(codec, many)
    tracemalloc.start()
    for _ in range(10):
        received(codec, many)
    now, _peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert now < 100_000


@pytest.mark.parametrize(
    ("offers", "expected"),
    [
        ("", None),
        ("x-webkit-deflate-frame", None),
        ("permessage-deflate", "permessage-deflate"),
        (
            "permessage-deflate; client_max_window_bits",
            "permessage-deflate; client_max_window_bits=15",
        ),
        (
            "permessage-deflate; server_max_window_bits=8, permessage-deflate",
            "permessage-deflate",
        ),
        ("permessage-deflate; server_max_window_bits=banana", None),
        ("permessage-deflate; unheard_of", None),
        ("permessage-deflate; server_max_window_bits=9; server_max_window_bits=9", None),
        (
            "permessage-deflate; server_no_context_takeover; client_max_window_bits=10",
            "permessage-deflate; server_no_context_takeover; client_max_window_bits=10",
        ),
    ],
)
def test_negotiation(offers, expected):
    """The first acceptable offer is accepted (RFC 7692, 5.1)."""
    assert expected == negotiate(offers, max_message=1, max_frame=1)[1]


def test_compressed_both_ways():
    """Long messages are compressed and short ones are not; both are read."""
    codec = make("permessage-deflate")
    text = "all work and no play " * 100
    assert [text] == received(codec, frame(TEXT, deflated(text.encode()), first=RSV1))
    assert ["short"] == received(codec, frame(TEXT, b"short"))
    head, payload = codec.encode(text)
    inflated = zlib.decompressobj(-15).decompress(payload + b"\x00\x00\xff\xff")
    assert (True, text.encode()) == (bool(head[0] & 0x40), inflated)
    assert (b"\x81\x05", b"short") == codec.encode("short")


def test_control_frame_within_a_compressed_message():
    """A ping between the frames of a compressed message does not end the message."""
    codec = make("permessage-deflate")
    data = deflated(b"all work and no play " * 100)
    wire = frame(TEXT, data[:20], first=0x40) + frame(PING) + frame(0, data[20:])
    assert [Ping(b""), "all work and no play " * 100] == received(codec, wire)


def test_garbage_instead_of_compressed_data():
    """Data that cannot be inflated is a violation."""
    codec = make("permessage-deflate")
    (event,) = received(codec, frame(BINARY, b"\xff" * 20, first=RSV1))
    assert 1007 == event.code


def test_control_frames():
    """Control frames are written as RFC 6455, 5.5, has them."""
    assert b"\x89\x01x" == protocol.ping(b"x")
    assert b"\x8a\x01x" == protocol.pong(b"x")
    assert b"\x88\x00" == protocol.close(1005)
    assert b"\x88\x05\x03\xe9bye" == protocol.close(1001, "bye")


def test_other_types():
    """A message that is neither text nor bytes is a TypeError, which names the type."""
    with pytest.raises(TypeError, match="carries str or bytes, not dict"):
        make().encode({})


@pytest.mark.parametrize(
    ("origin", "site", "allowed", "accepted"),
    [
        ("http://a.example", "http://a.example", (), True),
        ("http://A.example", "HTTP://a.EXAMPLE", (), True),
        ("http://a.example", "http://a.example:80", (), True),
        ("https://a.example:443", "https://a.example", (), True),
        ("https://a.example", "http://a.example", (), False),
        ("http://a.example", "https://a.example", (), False),
        ("https://a.example", "https://a.example:80", (), False),
        ("chrome-extension://a.example", "http://a.example", (), False),
        ("http://a.example:8080", "http://a.example", (), False),
        ("http://[::1]:8080", "http://[::1]:8080", (), True),
        ("http://[::1", "http://[::1", (), False),
        ("http://[::1", "http://a.example", ("http://[::1",), False),
        ("http://a.example:x", "http://a.example:x", (), False),
        ("http://a.example:99999", "http://a.example", (), False),
        ("null", "http://a.example", ("null",), False),
        ("", "", (), False),
        ("//a.example", "//a.example", (), True),
        ("http://b.example", "http://a.example", ("http://b.example/",), True),
        ("http://b.example", "http://a.example", ("https://b.example",), False),
        ("http://b.example", "", ("*",), True),
        (None, "http://a.example", (), True),
    ],
)
def test_origins(origin, site, allowed, accepted):
    """An origin has scheme, host and port of the site, or of one that is allowed."""
    with contextlib.nullcontext() if accepted else pytest.raises(HandshakeRefused):
        check_origin(origin, site, allowed)
