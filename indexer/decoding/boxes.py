"""The outermost boxes of ISO media files: HEIF, AVIF, JPEG 2000."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_BOXES_MAX = 10_000


def declared_length(data: bytes) -> int:
    """How long the file is by what its boxes say; never less than they need."""
    return max((start + length for _, start, length in _boxes(data)), default=len(data))


def hide_item_kind(data: bytes, kind: bytes) -> bytes:
    """The file with its items of a kind renamed to one that no decoder knows."""
    for name, start, length in _boxes(data):
        if name in (b"ftyp", b"meta"):
            box = data[start : start + length]
            data = data[:start] + box.replace(kind, b"none") + data[start + length :]
    return data


def _boxes(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Kind, place and length of each; ends before what cannot be a box."""
    position = 0
    for _ in range(_BOXES_MAX):
        header = data[position : position + 16]
        length = int.from_bytes(header[:4], "big")
        if length == 1:
            length = int.from_bytes(header[8:16], "big")
        if len(header) < 8 or length < 8:  # 0 reaches to the end by definition
            return
        yield header[4:8], position, length
        position += length
