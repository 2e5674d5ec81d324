"""The size of a JPEG XL photo, read from its first bytes (ISO/IEC 18181-1, SizeHeader)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from indexer.decoding.geometry import Size

_CODESTREAM = b"\xff\x0a"
_CONTAINER = b"\x00\x00\x00\x0cJXL \r\n\x87\n"
_PART_INDEX_BYTES = 4
_ENOUGH_BYTES = 64
_SIDE_BITS = (9, 13, 18, 30)
_RATIOS = {1: (1, 1), 2: (12, 10), 3: (4, 3), 4: (3, 2), 5: (16, 9), 6: (5, 4), 7: (2, 1)}


def jxl_size(data: bytes) -> Size | None:
    """Width and height as stored, before turning; None where the header makes no sense."""
    stream = _codestream(data)
    if not stream.startswith(_CODESTREAM) or len(stream) < 4:
        return None
    bits = _Bits(stream[2:])
    is_small = bits.take(1)
    height = _side(bits, is_small=bool(is_small))
    ratio = _RATIOS.get(bits.take(3))
    if ratio is None:
        return _side(bits, is_small=bool(is_small)), height
    return height * ratio[0] // ratio[1], height


class _Bits:
    """Bits of a header, the lowest of each byte first."""

    def __init__(self, data: bytes) -> None:
        self._rest = int.from_bytes(data[:16], "little")

    def take(self, count: int) -> int:
        """The next bits as a number; zeros behind the end."""
        value = self._rest & ((1 << count) - 1)
        self._rest >>= count
        return value


def _side(bits: _Bits, *, is_small: bool) -> int:
    if is_small:
        return (bits.take(5) + 1) * 8
    return bits.take(_SIDE_BITS[bits.take(2)]) + 1


def _codestream(data: bytes) -> bytes:
    """The beginning of the codestream, gathered from the boxes of a container that hold it."""
    if not data.startswith(_CONTAINER):
        return data[:_ENOUGH_BYTES]
    position, found = 0, b""
    while position + 8 <= len(data) and len(found) < _ENOUGH_BYTES:
        length, kind = (
            int.from_bytes(data[position : position + 4], "big"),
            data[position + 4 :][:4],
        )
        start = position + 8
        if length == 1:
            length = int.from_bytes(data[start : start + 8], "big")
            start += 8
        end = len(data) if length == 0 else position + length
        if kind == b"jxlc":
            return data[start:end][:_ENOUGH_BYTES]
        if kind == b"jxlp":
            found += data[start + _PART_INDEX_BYTES : end][:_ENOUGH_BYTES]
        if end < start:
            break
        position = end
    return found
