"""The protocol part is bytes and events, and nothing else."""

import ast
import os
import tracemalloc
import zlib
from pathlib import Path

import pytest

from robot_cherrypy import websocket
from robot_cherrypy.tests.websocket.conftest import frame
from robot_cherrypy.websocket import protocol
from robot_cherrypy.websocket.deflate import negotiate
from robot_cherrypy.websocket.protocol import Close, Failure, Ping, Pong, Protocol

TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10
MORE = 0x00  # the first byte of a frame that others follow
RSV1 = 0xC0  # that of a whole, compressed message


def make(offers="", *, max_message=2**20, max_frame=2**20):
    """Make the state of a connection."""
    inbound, _answer = negotiate(offers, max_message=max_message, max_frame=max_frame)
    return Protocol(inbound)


def received(state, data):
    """Feed bytes, and return what they amount to."""
    state.feed(data)
    return list(state.events())


def deflated(data):
    """Compress a message as permessage-deflate does."""
    compressor = zlib.compressobj(wbits=-15)
    return (compressor.compress(data) + compressor.flush(zlib.Z_SYNC_FLUSH))[:-4]


@pytest.mark.parametrize(
    "name", ["protocol", "deflate", "handshake", "errors", "masking", "options"]
)
def test_no_io(name):
    """What makes up the protocol imports neither sockets nor an event loop nor threads."""
    source = Path(websocket.__file__).with_name(f"{name}.py").read_text()
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
    """Messages of every form of length are read and written."""
    data = os.urandom(size)
    assert [data] == received(make(), frame(BINARY, data))
    head, payload = make().message(data)
    assert (data, {True: 2}.get(size < 126, 4 if size < 65536 else 10)) == (payload, len(head))


def test_byte_by_byte():
    """It does not matter how the bytes arrive."""
    wire = frame(TEXT, "Grüße".encode()) + frame(PING, b"?") + frame(CLOSE, b"\x03\xe8bye")
    state = make()
    events = [event for byte in wire for event in received(state, bytes((byte,)))]
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
    """What comes after a close is not looked at."""
    state = make()
    assert [Close(1005, "")] == received(state, frame(CLOSE) + frame(TEXT, b"too late"))
    assert [] == received(state, frame(TEXT, b"too late"))


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
def test_offences(wire, code):
    """Each offence has its code, and nothing comes after it."""
    state = make()
    (event,) = received(state, wire)
    assert (True, code) == (isinstance(event, Failure), event.code)
    assert [] == received(state, frame(TEXT, b"x"))


def test_bad_text_is_noticed_at_once():
    """A forbidden byte is noticed when it comes, not when the frame has ended."""
    state = make()
    (event,) = received(state, frame(TEXT, b"abc\xff", length=1000))
    assert 1007 == event.code


def test_messages_before_an_offence():
    """What came before an offence was a message."""
    events = received(make(), frame(TEXT, b"fine") + frame(3))
    assert ["fine", 1002] == [events[0], events[1].code]


def test_message_limit_counts_frames_together():
    """Small frames do not get around the limit of the message."""
    state = make(max_message=10)
    assert [] == received(state, frame(BINARY, b"x" * 6, first=MORE))
    (event,) = received(state, frame(0, b"x" * 5))
    assert 1009 == event.code


def test_message_limit_is_for_each_message():
    """A message as big as allowed may follow another."""
    state = make(max_message=6)
    assert [b"x" * 6, b"y" * 6] == received(
        state, frame(BINARY, b"x" * 6) + frame(BINARY, b"y" * 6)
    )


@pytest.mark.parametrize("whole", [True, False])
def test_bomb(whole):
    """A kilobyte that would inflate to a megabyte is refused and costs no megabyte."""
    bomb = deflated(bytes(2**24))
    state = make("permessage-deflate", max_message=2**16)
    pieces = [bomb] if whole else [bomb[:100], bomb[100:]]
    frames = [
        frame(BINARY if index == 0 else 0, piece, first=(0x40 if index == 0 else 0))
        for index, piece in enumerate(pieces)
    ]
    tracemalloc.start()
    events = received(state, b"".join(frames))
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert [1009] == [event.code for event in events]
    assert peak < 2**20


def test_empty_frames_cost_nothing():
    """A message that never ends, of frames without content, does not grow in memory."""
    state = make()
    received(state, frame(TEXT, b"x", first=MORE))
    many = frame(0, first=MORE) * 10000
    received(state, many)
    tracemalloc.start()
    for _ in range(10):
        received(state, many)
    now, _peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert now < 100_000


@pytest.mark.parametrize(
    ("offers", "answer"),
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
def test_negotiation(offers, answer):
    """The first offer that can be met is taken (RFC 7692, 5.1)."""
    assert answer == negotiate(offers, max_message=1, max_frame=1)[1]


def test_compressed_both_ways():
    """Long messages are compressed, short ones are not worth it, and both are read."""
    state = make("permessage-deflate")
    text = "all work and no play " * 100
    assert [text] == received(state, frame(TEXT, deflated(text.encode()), first=RSV1))
    assert ["short"] == received(state, frame(TEXT, b"short"))
    head, payload = state.message(text)
    inflated = zlib.decompressobj(-15).decompress(payload + b"\x00\x00\xff\xff")
    assert (True, text.encode()) == (bool(head[0] & 0x40), inflated)
    assert (b"\x81\x05", b"short") == state.message("short")


def test_control_frame_within_a_compressed_message():
    """A ping between the frames of a compressed message does not end the compression."""
    state = make("permessage-deflate")
    data = deflated(b"all work and no play " * 100)
    wire = frame(TEXT, data[:20], first=0x40) + frame(PING) + frame(0, data[20:])
    assert [Ping(b""), "all work and no play " * 100] == received(state, wire)


def test_garbage_instead_of_compressed_data():
    """What cannot be inflated is malformed."""
    state = make("permessage-deflate")
    (event,) = received(state, frame(BINARY, b"\xff" * 20, first=RSV1))
    assert 1007 == event.code


def test_control_frames():
    """Control frames are written as the RFC has them."""
    assert b"\x89\x01x" == protocol.ping(b"x")
    assert b"\x8a\x01x" == protocol.pong(b"x")
    assert b"\x88\x00" == protocol.close(1005)
    assert b"\x88\x05\x03\xe9bye" == protocol.close(1001, "bye")


def test_other_types():
    """What is neither text nor bytes is refused by name."""
    with pytest.raises(TypeError, match="carries str or bytes, not dict"):
        make().message({})
