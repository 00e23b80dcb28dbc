"""permessage-deflate (RFC 7692) and limits of size, as an extension in wsproto's sense.

wsproto inflates whatever arrives. Here a message is inflated no further than its limit allows, so
that a kilobyte on the wire cannot become a gigabyte in memory.
"""

import zlib

from wsproto.extensions import PerMessageDeflate
from wsproto.frame_protocol import (
    CloseReason,
    FrameDecoder,
    FrameProtocol,
    Opcode,
    RsvBits,
)

_Proto = FrameDecoder | FrameProtocol
_PARAMETERS = frozenset(
    {
        "client_max_window_bits",
        "client_no_context_takeover",
        "server_max_window_bits",
        "server_no_context_takeover",
    }
)
# zlib.h: a compressor takes (1 << (window bits + 2)) + (1 << (memory level + 9)) bytes. With the
# default level, 8, each connection that ever compressed would hold 256 KiB; with this one 144.
_MEMORY_LEVEL = 5
# zlib's default level takes three to five times as long, to save some per cent more.
_LEVEL = zlib.Z_BEST_SPEED
# What a sender removes from the end of a deflated message (RFC 7692, 7.2.1).
_REMOVED_END = b"\x00\x00\xff\xff"
# Bytes that are inflated at once. zlib copies those that follow the end of a stream, and a stream
# may have two bytes: from one big piece, they would be copied again and again.
_STEP = 2**12


class LimitedDeflate(PerMessageDeflate):
    """Checks the size of frames and messages that arrive, and inflates those that are deflated.

    It is active on every connection. Only if the client offered compression and the offer was
    accepted, it also inflates and deflates.

    Args:
        max_message: Bytes that a message may have, inflated.
        max_frame: Bytes that the payload of one frame may have on the wire.

    Attributes:
        is_negotiated: Whether compression was agreed on.
    """

    def __init__(self, *, max_message: int, max_frame: int) -> None:
        super().__init__()
        self.is_negotiated = False
        self._max_message = max_message
        self._max_frame = max_frame
        # Bytes of the current message so far.
        self._size = 0

    def enabled(self) -> bool:
        """Return True, so that wsproto calls this also for connections without compression."""
        return True

    def accept(self, offer: str) -> bool | str | None:
        """Return the parameters to accept an offer with, or None to decline it (RFC 7692, 7.1)."""
        names = [parameter.split("=")[0].strip() for parameter in offer.split(";")[1:]]
        if len(set(names)) < len(names) or not _PARAMETERS.issuperset(names):
            return None
        try:
            parameters = super().accept(offer)
        except ValueError:
            return None
        self.is_negotiated = parameters is not None
        return parameters

    def frame_inbound_header(
        self, proto: _Proto, opcode: Opcode, rsv: RsvBits, payload_length: int
    ) -> CloseReason | RsvBits:
        """Refuse a frame whose header tells that it is too big, before its payload arrives.

        Returns:
            The reason to close with, or the reserved bits that the frame may have set.
        """
        if payload_length > self._max_frame:
            return CloseReason.MESSAGE_TOO_BIG
        self._inbound_is_compressible = self._compressible_opcode(opcode)
        # A control frame may come between the frames of a compressed message. The base class must
        # not see it: it would end the message with it (`wsproto/extensions.py`,
        # `frame_inbound_complete`).
        if not (self.is_negotiated and self._inbound_is_compressible):
            return RsvBits(rsv1=False, rsv2=False, rsv3=False)
        return super().frame_inbound_header(proto, opcode, rsv, payload_length)

    def frame_inbound_payload_data(self, _proto: _Proto, data: bytes) -> bytes | CloseReason:
        """Return a piece of a message, inflated, or the reason to close with."""
        if not self._inbound_is_compressible:
            return data
        if self._inbound_compressed:
            return self._inflate(data)
        return CloseReason.MESSAGE_TOO_BIG if self._exceeds_limit(data) else data

    def frame_inbound_complete(self, _proto: _Proto, fin: bool) -> bytes | CloseReason | None:
        """Return the last bytes of a deflated message, if the frame ends one."""
        if not (fin and self._inbound_is_compressible):
            return None
        rest: bytes | CloseReason | None = None
        if self._inbound_compressed and self._decompressor is not None:
            rest = self._inflate(_REMOVED_END)
        if self.client_no_context_takeover:
            self._decompressor = None
        self._inbound_compressed = None
        self._size = 0
        return rest

    def _inflate(self, data: bytes) -> bytes | CloseReason:
        """Inflate a part of a message.

        A block that is marked as the last one ends a stream of deflate. What follows is another
        stream (RFC 7692, 7.2.3.4), in this message or in a later one.
        """
        pieces = []
        for start in range(0, len(data), _STEP):
            rest = data[start : start + _STEP]
            while rest:
                inflater = self._decompressor or zlib.decompressobj(-self.client_max_window_bits)
                try:
                    # One byte more than the limit leaves, because zlib understands 0 as "no limit".
                    inflated = inflater.decompress(rest, self._max_message - self._size + 1)
                except zlib.error:
                    return CloseReason.INVALID_FRAME_PAYLOAD_DATA
                if inflater.unconsumed_tail or self._exceeds_limit(inflated):
                    return CloseReason.MESSAGE_TOO_BIG
                pieces.append(inflated)
                rest = inflater.unused_data
                self._decompressor = None if inflater.eof else inflater
        return b"".join(pieces)

    def _exceeds_limit(self, data: bytes) -> bool:
        self._size += len(data)
        return self._size > self._max_message

    def frame_outbound(
        self, proto: _Proto, opcode: Opcode, rsv: RsvBits, data: bytes, fin: bool
    ) -> tuple[RsvBits, bytes]:
        """Deflate a message with a compressor that takes less memory than wsproto's."""
        if self._compressor is None:
            self._compressor = zlib.compressobj(
                _LEVEL, wbits=-self.server_max_window_bits, memLevel=_MEMORY_LEVEL
            )
        return super().frame_outbound(proto, opcode, rsv, data, fin)


def negotiate(
    offers: str, *, max_message: int, max_frame: int
) -> tuple[LimitedDeflate, str | None]:
    """Accept the first offer of permessage-deflate that can be accepted (RFC 7692, 5.1).

    Args:
        offers: The request's Sec-WebSocket-Extensions, or an empty text.
        max_message: See `LimitedDeflate`.
        max_frame: See `LimitedDeflate`.

    Returns:
        The connection's extension, and the response's Sec-WebSocket-Extensions, or None if no offer
        was accepted.
    """
    for offer in offers.split(","):
        extension = LimitedDeflate(max_message=max_message, max_frame=max_frame)
        if offer.split(";")[0].strip() == extension.name:
            parameters = extension.accept(offer)
            if isinstance(parameters, str):
                return extension, "; ".join(filter(None, (extension.name, parameters)))
    return LimitedDeflate(max_message=max_message, max_frame=max_frame), None
