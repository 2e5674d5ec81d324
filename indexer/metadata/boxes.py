"""Boxes of ISO media files (ISO/IEC 14496-12, 4.2): MP4, MOV, HEIF, JPEG XL, CR3.

Every length in them may be a lie: a box never reaches beyond what holds it, and of endless ones
only so many are looked at.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_BOXES_MAX = 10_000
_SHORT_HEADER, _LONG_HEADER = 8, 16
_LENGTH_FOLLOWS, _TO_THE_END = 1, 0
_VERSION_BYTES = 4


@dataclass(frozen=True, slots=True)
class Box:
    """Where in a file the content of a box lies."""

    kind: bytes
    start: int
    end: int
    """Behind its last byte."""


def whole(file: IO[bytes]) -> Box:
    """A box of no kind that holds all of the file."""
    return Box(b"", 0, file.seek(0, io.SEEK_END))


def boxes_in(file: IO[bytes], outer: Box) -> Iterator[Box]:
    """The boxes that `outer` holds, as far as they make sense; of the last one what is there."""
    at = outer.start + _prefix_length(file, outer)
    for _ in range(_BOXES_MAX):
        if at + _SHORT_HEADER > outer.end:
            return
        file.seek(at)
        header = file.read(_LONG_HEADER)
        length, header_length = int.from_bytes(header[:4], "big"), _SHORT_HEADER
        if length == _LENGTH_FOLLOWS:
            length, header_length = int.from_bytes(header[8:], "big"), _LONG_HEADER
        elif length == _TO_THE_END:
            length = outer.end - at
        if length < header_length:
            return
        yield Box(header[4:8], at + header_length, min(at + length, outer.end))
        at += length


def box_along(file: IO[bytes], outer: Box, *kinds: bytes) -> Box | None:
    """The first box of the first kind in `outer`, in it the first of the second, and so on."""
    found: Box | None = outer
    for kind in kinds:
        if found is not None:
            found = next((box for box in boxes_in(file, found) if box.kind == kind), None)
    return found


def uuid_box(file: IO[bytes], outer: Box, identity: bytes) -> Box | None:
    """The first box in `outer` of a kind that has these 16 bytes for its name."""
    for box in boxes_in(file, outer):
        if box.kind == b"uuid" and content_of(file, box, len(identity)) == identity:
            return Box(box.kind, box.start + len(identity), box.end)
    return None


def content_of(file: IO[bytes], box: Box, bytes_max: int) -> bytes:
    """What a box holds, at most so many bytes of it."""
    file.seek(box.start)
    return file.read(max(0, min(box.end - box.start, bytes_max)))


def _prefix_length(file: IO[bytes], outer: Box) -> int:
    """Before what a `meta` box holds there is its version, but in QuickTime files there is not."""
    if outer.kind != b"meta":
        return 0
    return 0 if content_of(file, outer, _SHORT_HEADER)[4:] == b"hdlr" else _VERSION_BYTES
