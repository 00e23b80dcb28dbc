"""Size limits and permessage-deflate (RFC 7692), on wsproto's extension interface.

wsproto inflates whatever comes; here a message inflates no further than the limit, so that a
kilobyte on the wire cannot become a gigabyte in memory.
"""

import zlib
from typing import Any

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
# default level, 8, each socket that ever compressed would hold 256 KiB; with this one 144.
_MEMORY_LEVEL = 5
# The default level takes three to five times as long for some per cent less.
_LEVEL = zlib.Z_BEST_SPEED


class Inbound(PerMessageDeflate):
    """Counts the bytes of each message that arrives, inflated if it comes deflated.

    Args:
        max_message: Bytes that a message may have.
        max_frame: Bytes that the payload of one frame may have on the wire.
    """

    def __init__(self, *, max_message: int, max_frame: int) -> None:
        super().__init__()
        self.deflates = False
        self._max_message = max_message
        self._max_frame = max_frame
        self._size = 0

    def enabled(self) -> bool:
        """Tell wsproto to ask us: the limits hold without compression, too."""
        return True

    def accept(self, offer: str) -> bool | str | None:
        """Answer one offer of permessage-deflate; None declines it."""
        names = [parameter.split("=")[0].strip() for parameter in offer.split(";")[1:]]
        if len(set(names)) < len(names) or not _PARAMETERS.issuperset(names):
            return None  # RFC 7692, 7.1
        try:
            answer = super().accept(offer)
        except ValueError:
            return None
        self.deflates = answer is not None
        return answer

    def frame_inbound_header(
        self, proto: _Proto, opcode: Opcode, rsv: RsvBits, payload_length: int
    ) -> CloseReason | RsvBits:
        """Refuse a frame that says it is too big, before any of it arrives."""
        if payload_length > self._max_frame:
            return CloseReason.MESSAGE_TOO_BIG
        self._inbound_is_compressible = self._compressible_opcode(opcode)
        # Neither may our base see a control frame: it would take it for the end of the compressed
        # message that it came in the middle of (`wsproto/extensions.py`, `frame_inbound_complete`).
        if not (self.deflates and self._inbound_is_compressible):
            return RsvBits(rsv1=False, rsv2=False, rsv3=False)
        return super().frame_inbound_header(proto, opcode, rsv, payload_length)

    def frame_inbound_payload_data(self, _proto: _Proto, data: bytes) -> bytes | CloseReason:
        """Inflate a piece of a message as far as the limit lets it."""
        if not self._inbound_is_compressible:
            return data
        if self._inbound_compressed:
            return self._inflate(data)
        return self._count(data)

    def frame_inbound_complete(self, proto: _Proto, fin: bool) -> bytes | CloseReason | None:
        """Get the last bytes of a deflated message."""
        if not self._inbound_is_compressible:
            return None
        rest = super().frame_inbound_complete(proto, fin)
        if fin:
            self._size = 0
        return rest

    def _inflate(self, data: bytes) -> bytes | CloseReason:
        inflater: Any = self._decompressor
        try:
            # One more than there is room for: zlib takes 0 for no limit.
            inflated = inflater.decompress(data, self._max_message - self._size + 1)
        except zlib.error:
            return CloseReason.INVALID_FRAME_PAYLOAD_DATA
        if inflater.unconsumed_tail:
            return CloseReason.MESSAGE_TOO_BIG
        return self._count(inflated)

    def _count(self, data: bytes) -> bytes | CloseReason:
        self._size += len(data)
        return CloseReason.MESSAGE_TOO_BIG if self._size > self._max_message else data

    def frame_outbound(
        self, proto: _Proto, opcode: Opcode, rsv: RsvBits, data: bytes, fin: bool
    ) -> tuple[RsvBits, bytes]:
        """Deflate a message, with a compressor that takes less memory than the default."""
        if self._compressor is None:
            self._compressor = zlib.compressobj(
                _LEVEL, wbits=-self.server_max_window_bits, memLevel=_MEMORY_LEVEL
            )
        return super().frame_outbound(proto, opcode, rsv, data, fin)


def negotiate(offers: str, *, max_message: int, max_frame: int) -> tuple[Inbound, str | None]:
    """Take the first acceptable offer of permessage-deflate.

    Args:
        offers: The handshake's Sec-WebSocket-Extensions, or an empty text.
        max_message: See `Inbound`.
        max_frame: See `Inbound`.

    Returns:
        The extension, and the Sec-WebSocket-Extensions to answer with, if any.
    """
    for offer in offers.split(","):
        extension = Inbound(max_message=max_message, max_frame=max_frame)
        if offer.split(";")[0].strip() == extension.name:
            answer = extension.accept(offer)
            if isinstance(answer, str):
                return extension, "; ".join(filter(None, (extension.name, answer)))
    return Inbound(max_message=max_message, max_frame=max_frame), None
