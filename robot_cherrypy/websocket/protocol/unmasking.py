"""Faster unmasking of what clients send (RFC 6455, 5.3) than wsproto's, which is in Python."""

from collections.abc import Callable
from typing import cast

from websockets import frames
from wsproto.frame_protocol import FrameDecoder, XorMaskerSimple

# In C where `websockets` was installed with its extension module, else in Python. mypy does not
# know the name, which `websockets` imports but does not export.
_apply_mask: Callable[[bytes | bytearray, bytes], bytes] = vars(frames)["apply_mask"]


class _Unmasker:
    """Removes the mask from the pieces of one frame, as wsproto's `XorMaskerSimple` does."""

    __slots__ = ("_key",)

    def __init__(self, key: bytes) -> None:
        self._key = key

    def process(self, data: bytearray) -> bytearray:
        """Return a piece without its mask."""
        key = self._key
        # The next piece begins with the byte of the key that comes after this piece's last one.
        turn = len(data) % 4
        self._key = key[turn:] + key[:turn]
        # They are bytes: wsproto only asks whether it is empty, and makes bytes of it.
        return cast("bytearray", _apply_mask(data, key))


class FastFrameDecoder(FrameDecoder):
    """wsproto's decoder of frames, with a faster unmasker."""

    def parse_header(self) -> bool:
        """Read a frame's header, if it has arrived; return whether it has."""
        parsed = super().parse_header()
        if parsed and isinstance(self.masker, XorMaskerSimple):
            key = bytes(self.masker._masking_key)  # noqa: SLF001 - wsproto's version is pinned
            self.masker = cast("XorMaskerSimple", _Unmasker(key))
        return parsed
