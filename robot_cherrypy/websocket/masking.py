"""Taking the mask off what clients send (RFC 6455, 5.3), in C."""

from collections.abc import Callable
from typing import cast

from websockets import frames
from wsproto.frame_protocol import FrameDecoder, XorMaskerSimple

# In C where it was compiled, else in Python.
_apply_mask: Callable[[bytes | bytearray, bytes], bytes] = vars(frames)["apply_mask"]


class Unmasker:
    """Does what wsproto's `XorMaskerSimple` does, for the pieces of one frame, but faster."""

    __slots__ = ("_key",)

    def __init__(self, key: bytes) -> None:
        self._key = key

    def process(self, data: bytearray) -> bytearray:
        """Return a piece without its mask."""
        key = self._key
        turn = len(data) % 4
        self._key = key[turn:] + key[:turn]
        # wsproto only asks whether it is empty, and makes bytes of it.
        return cast("bytearray", _apply_mask(data, key))


class FastDecoder(FrameDecoder):
    """wsproto's reader of frames, with another unmasker."""

    def parse_header(self) -> bool:
        """Read a frame's header, if all of it is there."""
        parsed = super().parse_header()
        if parsed and isinstance(self.masker, XorMaskerSimple):
            key = bytes(self.masker._masking_key)  # noqa: SLF001 - wsproto is pinned
            self.masker = cast("XorMaskerSimple", Unmasker(key))
        return parsed
