"""The server's side of RFC 6455 without I/O: bytes in, events out; messages in, bytes out.

Its laws:

- It knows neither sockets nor threads nor time, and never waits.
- Events come in the order of their frames, and nothing comes after a `Close` or a `Failure`.
- It answers nothing by itself. Whoever drives it decides when a pong or the answer to a close is
  due, and so can let a page handler finish with the messages before.
- What it holds is bounded by `max_message`, whatever arrives.

wsproto reads the frames: piecemeal, so that a forbidden byte in the middle of a long text is
noticed when it arrives, not at the end.
"""

import io
import struct
from collections.abc import Iterator
from dataclasses import dataclass

from wsproto.frame_protocol import CloseReason, Frame, FrameProtocol, Opcode, ParseFailed, RsvBits

from robot_cherrypy.websocket.deflate import Inbound
from robot_cherrypy.websocket.errors import NO_STATUS
from robot_cherrypy.websocket.masking import FastDecoder

# Below this, deflating costs more time than the bytes that it saves.
_WORTH_DEFLATING = 128
_PLAIN = RsvBits(rsv1=False, rsv2=False, rsv3=False)

_REASONS = {
    CloseReason.MESSAGE_TOO_BIG: "the message is too big",
    CloseReason.INVALID_FRAME_PAYLOAD_DATA: "the message is malformed",
}


@dataclass(frozen=True, slots=True)
class Ping:
    """The peer wants a pong with the same payload."""

    payload: bytes


@dataclass(frozen=True, slots=True)
class Pong:
    """The peer is alive."""

    payload: bytes


@dataclass(frozen=True, slots=True)
class Close:
    """The peer closes."""

    code: int
    reason: str


@dataclass(frozen=True, slots=True)
class Failure:
    """The peer broke the protocol or a limit; the connection is to be closed with this code."""

    code: int
    reason: str


Message = str | bytes
Event = Message | Ping | Pong | Close | Failure


class Protocol:
    """The state of one connection after its handshake.

    Args:
        inbound: Its limits and its compression, as negotiated.
    """

    __slots__ = ("_binary", "_ended", "_frames", "_inbound", "_text")

    def __init__(self, inbound: Inbound) -> None:
        self._inbound = inbound
        self._frames = FrameProtocol(client=False, extensions=[inbound])
        self._frames._frame_decoder = FastDecoder(client=False, extensions=[inbound])  # noqa: SLF001
        self._ended = False
        # The message that is arriving in pieces, if one is.
        self._text: io.StringIO | None = None
        self._binary: bytearray | None = None

    def feed(self, data: bytes) -> None:
        """Take bytes that arrived."""
        if not self._ended:
            self._frames.receive_bytes(data)

    def events(self) -> Iterator[Event]:
        """Iterate over what the bytes so far amount to.

        They are read as far as one iterates, and the rest another time: a kilobyte of compressed
        messages may amount to more than one wants to have at once.
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
            yield Failure(int(error.code), _REASONS.get(error.code, str(error)))

    def _event(self, frame: Frame) -> Event | None:
        payload = frame.payload
        if frame.opcode is Opcode.TEXT:
            return self._text_piece(str(payload), complete=frame.message_finished)
        if frame.opcode is Opcode.BINARY:
            assert isinstance(payload, bytes)
            return self._binary_piece(payload, complete=frame.message_finished)
        if frame.opcode is Opcode.CLOSE:
            assert isinstance(payload, tuple)
            self._ended = True
            return Close(int(payload[0]), payload[1])
        assert isinstance(payload, bytes)
        return (Ping if frame.opcode is Opcode.PING else Pong)(payload)

    def _text_piece(self, piece: str, *, complete: bool) -> str | None:
        if complete and self._text is None:
            return piece
        # Not a list: a thousand one-byte frames must not cost a thousand objects.
        self._text = self._text or io.StringIO()
        self._text.write(piece)
        if not complete:
            return None
        text, self._text = self._text.getvalue(), None
        return text

    def _binary_piece(self, piece: bytes, *, complete: bool) -> bytes | None:
        if complete and self._binary is None:
            return piece
        if self._binary is None:
            self._binary = bytearray()
        self._binary += piece
        if not complete:
            return None
        data, self._binary = bytes(self._binary), None
        return data

    def message(self, message: Message) -> tuple[bytes, bytes]:
        """Return the header and the payload of a frame with a whole message."""
        if not self._inbound.deflates or len(message) < _WORTH_DEFLATING:
            return plain(message)
        opcode, payload = _encoded(message)
        _, deflated = self._inbound.frame_outbound(self._frames, opcode, _PLAIN, payload, fin=True)
        return _header(opcode, len(deflated), deflated=True), deflated


def plain(message: Message) -> tuple[bytes, bytes]:
    """Return a message as it may be sent to any peer, compression agreed or not (RFC 7692, 5)."""
    opcode, payload = _encoded(message)
    return _header(opcode, len(payload)), payload


def _encoded(message: Message) -> tuple[Opcode, bytes]:
    if isinstance(message, str):
        return Opcode.TEXT, message.encode()
    if isinstance(message, bytes | bytearray | memoryview):
        return Opcode.BINARY, bytes(message)
    raise TypeError(f"A WebSocket carries str or bytes, not {type(message).__name__}.")


def ping(payload: bytes) -> bytes:
    """Return a ping."""
    return _header(Opcode.PING, len(payload)) + payload


def pong(payload: bytes) -> bytes:
    """Return a pong."""
    return _header(Opcode.PONG, len(payload)) + payload


def close(code: int, reason: str = "") -> bytes:
    """Return a close frame, without a code if that is 1005."""
    payload = b"" if code == NO_STATUS else struct.pack("!H", code) + reason.encode()[:123]
    return _header(Opcode.CLOSE, len(payload)) + payload


def _header(opcode: Opcode, length: int, *, deflated: bool = False) -> bytes:
    """Return the header of a frame that is a whole message and not masked (RFC 6455, 5.2)."""
    first = 0x80 | 0x40 * deflated | opcode
    if length < 126:
        return bytes((first, length))
    if length < 65536:
        return struct.pack("!BBH", first, 126, length)
    return struct.pack("!BBQ", first, 127, length)
