"""The frames that a client has received, in HTTP/2 or from a WebSocket."""

import json
import struct
from contextlib import suppress
from typing import NamedTuple

from h2.errors import ErrorCodes
from hpack import Decoder
from hyperframe.frame import DataFrame, Frame, GoAwayFrame, HeadersFrame, RstStreamFrame

from robot_cherrypy.tests.corpus.applications import MARK

_HEAD_SIZE = 9  # of a frame of HTTP/2, in bytes (RFC 9113, 4.1)
_KINDS = {0: "continuation", 1: "text", 2: "binary", 8: "close", 9: "ping", 10: "pong"}


class Answer(NamedTuple):
    """What a stream has got, or the connection if it has the number 0."""

    stream: int
    # Statuses and error codes in their order, such as `200` or `100+200` or `PROTOCOL_ERROR`.
    events: str
    body: object = None

    @property
    def status(self):
        return f"{self.stream}:{self.events}" if self.stream else self.events


def frames_of(data):
    """Return what each stream of an HTTP/2 connection has got; of other servers no body."""
    decoder, answers, marked, bodies = Decoder(), {}, set(), {}
    for frame in _frames(data):
        events = answers.setdefault(frame.stream_id, [])
        if isinstance(frame, HeadersFrame):
            fields = dict(decoder.decode(frame.data))
            events.append(fields.get(":status", "trailers"))
            if fields.get(MARK[0].lower()) == MARK[1]:
                marked.add(frame.stream_id)
        elif isinstance(frame, DataFrame):
            bodies[frame.stream_id] = bodies.get(frame.stream_id, b"") + frame.data
        elif isinstance(frame, GoAwayFrame | RstStreamFrame) and frame.error_code:
            events.append(ErrorCodes(frame.error_code).name)
    return [
        Answer(
            stream,
            "+".join(events),
            _content(bodies.get(stream, b"")) if stream in marked else None,
        )
        for stream, events in sorted(answers.items())
        if events
    ]


def _frames(data):
    while len(data) >= _HEAD_SIZE:
        frame, size = Frame.parse_frame_header(memoryview(bytes(data[:_HEAD_SIZE])))
        body, data = data[_HEAD_SIZE : _HEAD_SIZE + size], data[_HEAD_SIZE + size :]
        frame.parse_body(memoryview(bytes(body)))
        yield frame


def _content(body):
    with suppress(ValueError):
        return json.loads(body)
    return body


def websocket_frames_of(text):
    """Return the frames of a WebSocket as text, such as `text:hello close:1000`."""
    data, shown = text.encode("latin-1"), []
    while len(data) >= 2:
        opcode, size, start = data[0] & 15, data[1] & 127, 2
        if size > 125:
            start = 4 if size == 126 else 10
            size = int.from_bytes(data[2:start])
        payload, data = data[start : start + size], data[start + size :]
        if opcode == 8:  # reasons are each server's own
            content = str(struct.unpack("!H", payload[:2])[0]) if payload else ""
        else:
            content = payload.decode("latin-1") if len(payload) < 50 else f"{len(payload)} bytes"
        shown.append(f"{_KINDS.get(opcode, opcode)}:{content}")
    return " ".join(shown)
