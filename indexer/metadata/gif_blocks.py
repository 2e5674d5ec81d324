"""What a GIF says beside its pictures: XMP, and comments."""

from __future__ import annotations

from dataclasses import dataclass
from typing import IO

_READ_BYTES_MAX = 64_000_000
_HEADER_BYTES = 13
_EXTENSION, _IMAGE = 0x21, 0x2C
_COMMENT, _APPLICATION = 0xFE, 0xFF
_XMP = b"\x0bXMP DataXMP"
_XMP_TRAILER_BYTES = 257
"""Bytes that lead a reader of blocks out of the packet, which is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GifWords:
    """As they are stored."""

    xmp: bytes = b""
    comments: tuple[bytes, ...] = ()


def read_gif_words(file: IO[bytes]) -> GifWords:
    """The words of a GIF, as far as it is sound."""
    file.seek(0)
    data = file.read(_READ_BYTES_MAX)
    xmp, comments = b"", []
    at = _HEADER_BYTES + _table_bytes(data, _HEADER_BYTES - 3)
    while at + 2 < len(data):
        begin = at + 2
        if data[at] == _IMAGE:
            at = _end_of_blocks(data, at + 11 + _table_bytes(data, at + 9))
        elif data[at] == _EXTENSION:
            at = _end_of_blocks(data, begin)
            if data[begin - 1] == _COMMENT:
                comments.append(_joined_blocks(data, begin))
            elif data[begin - 1] == _APPLICATION and data.startswith(_XMP, begin):
                xmp = data[begin + len(_XMP) : at - _XMP_TRAILER_BYTES - 1]
        else:
            break
    return GifWords(xmp=xmp, comments=tuple(comments))


def _table_bytes(data: bytes, at: int) -> int:
    """How long a table of colours is, by the flags at a place."""
    flags = data[at] if at < len(data) else 0
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


def _end_of_blocks(data: bytes, at: int) -> int:
    while at < len(data) and data[at]:
        at += 1 + data[at]
    return at + 1


def _joined_blocks(data: bytes, at: int) -> bytes:
    parts = []
    while at < len(data) and data[at]:
        parts.append(data[at + 1 : at + 1 + data[at]])
        at += 1 + data[at]
    return b"".join(parts)
