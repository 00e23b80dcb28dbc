"""Frames of a connection, on the server's side (RFC 6455, 5): bytes to events, messages to bytes.

- It uses no sockets, threads or clock, and never waits.
- Events come in the order of their frames. None follows a `Close` or a `ProtocolViolation`.
- It sends nothing of its own accord. Its caller decides when to send a pong or a close frame, and
  can let a page handler first respond to the messages that came before a close.
- The size of what it holds is limited by `max_message`, whatever arrives.

wsproto reads the frames, because it does so piece by piece: an invalid byte in the middle of a long
text is noticed when it arrives, not at the end of the frame.
"""

import io
import struct
from collections.abc import Iterator
from dataclasses import dataclass

from wsproto.frame_protocol import CloseReason, Frame, FrameProtocol, Opcode, ParseFailed, RsvBits

from robot_cherrypy.websocket.protocol.close_codes import LONGEST_REASON, NO_STATUS
from robot_cherrypy.websocket.protocol.compression import LimitedDeflate
from robot_cherrypy.websocket.protocol.unmasking import FastFrameDecoder

# Bytes. Deflating a shorter message takes longer than sending the bytes that it saves.
_WORTH_DEFLATING = 128
_NO_RESERVED_BITS = RsvBits(rsv1=False, rsv2=False, rsv3=False)

_REASONS = {
    CloseReason.MESSAGE_TOO_BIG: "the message is too big",
    CloseReason.INVALID_FRAME_PAYLOAD_DATA: "the message is malformed",
}


@dataclass(frozen=True, slots=True)
class Ping:
    """The peer asks for a pong with the same payload (RFC 6455, 5.5.2)."""

    payload: bytes


@dataclass(frozen=True, slots=True)
class Pong:
    """The peer responds to a ping (RFC 6455, 5.5.3)."""

    payload: bytes


@dataclass(frozen=True, slots=True)
class Close:
    """The peer sent its close frame (RFC 6455, 5.5.1)."""

    code: int
    reason: str


@dataclass(frozen=True, slots=True)
class ProtocolViolation:
    """The peer broke the protocol or exceeded a limit.

    The connection is to be closed with this code and reason (RFC 6455, 7.1.7).
    """

    code: int
    reason: str


Message = str | bytes
Event = Message | Ping | Pong | Close | ProtocolViolation


class FrameCodec:
    """Reads the frames of one connection into events, and writes messages as frames.

    Args:
        deflate: The connection's limits and its compression, as negotiated.
    """

    __slots__ = ("_binary", "_deflate", "_ended", "_frames", "_text")

    def __init__(self, deflate: LimitedDeflate) -> None:
        self._deflate = deflate
        self._frames = FrameProtocol(client=False, extensions=[deflate])
        self._frames._frame_decoder = FastFrameDecoder(client=False, extensions=[deflate])  # noqa: SLF001 - wsproto makes its own decoder
        self._ended = False
        # The beginning of a message of which more frames have to come.
        self._text: io.StringIO | None = None
        self._binary: bytearray | None = None

    def feed(self, data: bytes) -> None:
        """Add bytes that arrived; `events` reads them."""
        if not self._ended:
            self._frames.receive_bytes(data)

    def events(self) -> Iterator[Event]:
        """Iterate over the events in the bytes that have arrived.

        Only as many frames are read as the caller iterates over; the rest stays for the next call.
        For a kilobyte of compressed messages may be more than the caller wants in memory at once.
        """
        if self._ended:
            return
        try:
            for frame in self._frames.received_frames():
                event = self._event(frame)
                if event is not None:
                    yield event
        except ParseFailed as error:
            self._ended = True
            self._text = self._binary = None
            yield ProtocolViolation(int(error.code), _REASONS.get(error.code, str(error)))

    def _event(self, frame: Frame) -> Event | None:
        payload = frame.payload
        if frame.opcode is Opcode.TEXT:
            return self._add_text(str(payload), complete=frame.message_finished)
        if frame.opcode is Opcode.BINARY:
            assert isinstance(payload, bytes)
            return self._add_binary(payload, complete=frame.message_finished)
        if frame.opcode is Opcode.CLOSE:
            assert isinstance(payload, tuple)
            self._ended = True
            return Close(int(payload[0]), payload[1])
        assert isinstance(payload, bytes)
        return (Ping if frame.opcode is Opcode.PING else Pong)(payload)

    def _add_text(self, piece: str, *, complete: bool) -> str | None:
        if complete and self._text is None:
            return piece
        # Not a list: a thousand one-byte frames must not cost a thousand objects.
        self._text = self._text or io.StringIO()
        self._text.write(piece)
        if not complete:
            return None
        text, self._text = self._text.getvalue(), None
        return text

    def _add_binary(self, piece: bytes, *, complete: bool) -> bytes | None:
        if complete and self._binary is None:
            return piece
        if self._binary is None:
            self._binary = bytearray()
        self._binary += piece
        if not complete:
            return None
        data, self._binary = bytes(self._binary), None
        return data

    def encode(self, message: Message) -> tuple[bytes, bytes]:
        """Return header and payload of a frame with a message, compressed if that is worth it.

        Raises:
            TypeError: The message is neither text nor bytes.
        """
        if not self._deflate.is_negotiated or len(message) < _WORTH_DEFLATING:
            return encode_uncompressed(message)
        opcode, payload = _opcode_and_payload(message)
        _, deflated = self._deflate.frame_outbound(
            self._frames, opcode, _NO_RESERVED_BITS, payload, fin=True
        )
        return _header(opcode, len(deflated), deflated=True), deflated


def encode_uncompressed(message: Message) -> tuple[bytes, bytes]:
    """Return header and payload of a frame that any client reads (RFC 7692, 6).

    Raises:
        TypeError: The message is neither text nor bytes.
    """
    opcode, payload = _opcode_and_payload(message)
    return _header(opcode, len(payload)), payload


def _opcode_and_payload(message: Message) -> tuple[Opcode, bytes]:
    if isinstance(message, str):
        return Opcode.TEXT, message.encode()
    if isinstance(message, bytes | bytearray | memoryview):
        return Opcode.BINARY, bytes(message)
    raise TypeError(f"A WebSocket carries str or bytes, not {type(message).__name__}.")


def ping(payload: bytes) -> bytes:
    """Return a ping frame."""
    return _header(Opcode.PING, len(payload)) + payload


def pong(payload: bytes) -> bytes:
    """Return a pong frame."""
    return _header(Opcode.PONG, len(payload)) + payload


def close(code: int, reason: str = "") -> bytes:
    """Return a close frame. Code 1005 means that it carries no code."""
    if code == NO_STATUS:
        return _header(Opcode.CLOSE, 0)
    payload = struct.pack("!H", code) + reason.encode()[:LONGEST_REASON]
    return _header(Opcode.CLOSE, len(payload)) + payload


def _header(opcode: Opcode, length: int, *, deflated: bool = False) -> bytes:
    """Return the header of an unmasked frame that is a whole message (RFC 6455, 5.2)."""
    first = 0x80 | 0x40 * deflated | opcode
    if length < 126:
        return bytes((first, length))
    if length < 65536:
        return struct.pack("!BBH", first, 126, length)
    return struct.pack("!BBQ", first, 127, length)
