"""PNG files chunk by chunk: what is damaged in them, and copies without it."""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

MAGIC = b"\x89PNG\r\n\x1a\n"
PACKED_MAX = 16_777_216
"""Longest text or colour profile that is read, unpacked."""
_MEASURED_MAX = 268_435_456
_PIECE = 1_048_576
_CHUNKS_MAX = 100_000
_PIXELS, _END = b"IDAT", b"IEND"
_MOVING = frozenset((b"acTL", b"fcTL", b"fdAT"))
_PACKED = {b"zTXt": "text", b"iTXt": "text", b"iCCP": "colour profile"}


@dataclass(slots=True)
class _Chunk:
    kind: bytes
    data: bytes
    is_whole: bool
    """Whether the file goes on behind it."""
    is_sound: bool
    """Whether its checksum is right."""

    @property
    def is_critical(self) -> bool:
        return self.kind[:1].isupper()

    def packed(self) -> bytes:
        body = struct.pack(">I", len(self.data)) + self.kind + self.data
        return body + struct.pack(">I", zlib.crc32(body[4:]))


@dataclass(slots=True)
class MendedPng:
    """A PNG with what is sound of another."""

    data: bytes = MAGIC
    is_cut_short: bool = False
    is_damaged: bool = False
    lacks_pixels: bool = False
    """Whether pixels are lost, or not those that were written."""
    notes: list[str] = field(default_factory=list)
    """What was left out because it is too long."""


def mended_png(file: IO[bytes], *, with_pixels: bool = True) -> MendedPng | None:
    """The PNG without chunks that are damaged, too long, or of an animation.

    None where it is lost: its header is damaged, or the file is no PNG.
    """
    mended = MendedPng()
    parts = [MAGIC]
    has_end = False
    for chunk in _chunks(file):
        has_end = has_end or chunk.kind == _END
        if chunk.kind == _PIXELS:
            mended.lacks_pixels |= not chunk.is_sound
            mended.is_damaged |= chunk.is_whole and not chunk.is_sound
            if with_pixels:
                parts.append(chunk.packed())
        elif chunk.kind in _MOVING:
            mended.is_damaged = True
        elif not chunk.is_sound:
            if chunk.is_critical and chunk.is_whole:
                return None
            mended.is_damaged |= chunk.is_whole
        elif (note := _too_long(chunk)) is not None:
            mended.notes.append(note)
        elif chunk.kind != _END:
            parts.append(chunk.packed())
    if len(parts) == 1:
        return None
    mended.is_cut_short = not has_end
    mended.lacks_pixels |= not has_end
    parts.append(_Chunk(_END, b"", is_whole=True, is_sound=True).packed())
    mended.data = b"".join(parts)
    return mended


def checked_png(file: IO[bytes]) -> tuple[bool, bool]:
    """Whether a PNG lacks its end, and whether a checksum says that it is not as it was written."""
    has_end = is_damaged = False
    for chunk in _chunks(file):
        has_end = chunk.kind == _END
        is_damaged |= chunk.is_whole and not chunk.is_sound
    return not has_end, is_damaged


def _chunks(file: IO[bytes]) -> Iterator[_Chunk]:
    """Those up to the end, or to what cannot be a chunk."""
    file.seek(0)
    if file.read(len(MAGIC)) != MAGIC:
        return
    for _ in range(_CHUNKS_MAX):
        header = file.read(8)
        kind = header[4:]
        if len(header) < 8 or not kind.isalpha():
            return
        length = int.from_bytes(header[:4], "big")
        data = file.read(length)
        told = file.read(4)
        is_sound = told == struct.pack(">I", zlib.crc32(data, zlib.crc32(kind)))
        yield _Chunk(kind, data, is_whole=len(told) == 4, is_sound=is_sound)
        if kind == _END or len(told) < 4:
            return


def _too_long(chunk: _Chunk) -> str | None:
    """Words for a text or profile that is too long to be read; None for all others."""
    what = _PACKED.get(chunk.kind)
    packed = _packed_part(chunk) if what else b""
    if len(packed) < PACKED_MAX // 2_000:  # nothing can be packed more tightly than 1 : 1032
        return None
    length = _unpacked_length(packed)
    return None if length <= PACKED_MAX else f"{what} of {length // 1_000_000} MB left out"


def _packed_part(chunk: _Chunk) -> bytes:
    _, _, rest = chunk.data.partition(b"\0")
    if chunk.kind != b"iTXt":
        return rest[1:]
    if rest[:1] != b"\1":
        return b""
    return rest[2:].split(b"\0", 2)[-1]


def _unpacked_length(packed: bytes) -> int:
    """So many bytes it is unpacked; not counted on from a quarter of a gigabyte."""
    unpacker = zlib.decompressobj()
    length = 0
    try:
        while packed and length < _MEASURED_MAX and not unpacker.eof:
            length += len(unpacker.decompress(packed, _PIECE))
            packed = unpacker.unconsumed_tail
    except zlib.error:
        return length
    return length
