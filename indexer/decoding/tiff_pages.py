"""The pages of a TIFF file, as far as its pictures need them (TIFF 6.0, and BigTIFF)."""

from __future__ import annotations

import io
import struct
from dataclasses import dataclass, replace
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from indexer.decoding.geometry import Size

NEW_SUBFILE_TYPE, SUBFILE_TYPE = 254, 255
WIDTH, LENGTH, BITS, COMPRESSION, PHOTOMETRIC, FILL_ORDER = 256, 257, 258, 259, 262, 266
STRIP_OFFSETS, ORIENTATION, SAMPLES, ROWS_PER_STRIP, STRIP_LENGTHS = 273, 274, 277, 278, 279
PLANAR, PREDICTOR = 284, 317
TILE_WIDTH, TILE_LENGTH, TILE_OFFSETS, TILE_LENGTHS = 322, 323, 324, 325
SUB_PAGES, EXTRA_SAMPLES, SAMPLE_FORMAT, XMP, ICC_PROFILE = 330, 338, 339, 700, 34675
_TAGS = frozenset(
    (
        *(NEW_SUBFILE_TYPE, SUBFILE_TYPE, WIDTH, LENGTH, BITS, COMPRESSION, PHOTOMETRIC),
        *(FILL_ORDER, STRIP_OFFSETS, ORIENTATION, SAMPLES, ROWS_PER_STRIP, STRIP_LENGTHS, PLANAR),
        *(PREDICTOR, TILE_WIDTH, TILE_LENGTH, TILE_OFFSETS, TILE_LENGTHS, SUB_PAGES),
        *(EXTRA_SAMPLES, SAMPLE_FORMAT, XMP, ICC_PROFILE),
    )
)
_CODES = {1: "B", 3: "H", 4: "I", 7: "B", 13: "I", 16: "Q", 18: "Q"}
"""Of struct, for the types of numbers that these tags have."""

_PAGES_MAX, _ENTRIES_MAX, _VALUE_BYTES_MAX = 100, 4_000, 16_000_000
_THUMBNAIL_SIDE_MAX = 512
_THUMBNAIL_SCALE_MIN = 3
_SAME_SHAPE = 0.03


@dataclass(frozen=True, slots=True)
class TiffPage:
    """One picture of a TIFF file."""

    tags: dict[int, tuple[int, ...]]
    byte_order: str
    """`<` or `>`, as struct has it."""
    offset: int
    """Of its directory."""
    number: int | None
    """Its place among the pages, from 0 on; None for one that lies below a page."""
    is_big: bool
    """Whether the file is a BigTIFF."""

    def first(self, tag: int, default: int) -> int:
        """The first number of a tag."""
        values = self.tags.get(tag, ())
        return values[0] if values else default

    @property
    def size(self) -> Size:
        """Width and height as stored, before turning."""
        return self.first(WIDTH, 0), self.first(LENGTH, 0)

    @property
    def is_lesser(self) -> bool:
        """Whether it says of itself that it is a smaller copy, or a mask."""
        return bool(self.first(NEW_SUBFILE_TYPE, 0) & 0b101) or self.first(SUBFILE_TYPE, 1) == 2


def picture_page(file: IO[bytes]) -> TiffPage | None:
    """The page with the picture that people mean; None where no directory makes sense.

    It is the first one, unless that is a small copy of another, by its own word or by its size.
    """
    pages = (page for page in _pages(file) if min(page.size) > 0)
    first = next(pages, None)
    if first is None:
        return None
    if first.is_lesser:
        return next((page for page in pages if not page.is_lesser), first)
    if max(first.size) > _THUMBNAIL_SIDE_MAX:
        return first
    return next((page for page in pages if _is_copy(first, page)), first)


def _is_copy(small: TiffPage, large: TiffPage) -> bool:
    """Whether one may be a small copy of the other, by its size and shape."""
    across, down = (big / little for big, little in zip(large.size, small.size, strict=True))
    is_alike = abs(across - down) <= _SAME_SHAPE * across
    return not large.is_lesser and is_alike and across >= _THUMBNAIL_SCALE_MIN


def _pages(file: IO[bytes]) -> Iterator[TiffPage]:
    """The pages in their order, behind each those that lie below it."""
    header = _read(file, 0, 16)
    order = {b"II": "<", b"MM": ">"}.get(header[:2])
    if order is None or len(header) < 16:
        return
    is_big = struct.unpack(f"{order}H", header[2:4])[0] == 43
    places = (f"{order}Q", header[8:]) if is_big else (f"{order}I", header[4:8])
    (offset,) = struct.unpack(*places)
    seen: set[int] = set()
    while offset and offset not in seen and len(seen) < _PAGES_MAX:
        number = len(seen)
        seen.add(offset)
        page, offset = _page_at(file, offset, order, is_big=is_big)
        yield replace(page, number=number)
        for below in page.tags.get(SUB_PAGES, ())[:_PAGES_MAX]:
            yield _page_at(file, below, order, is_big=is_big)[0]


def _page_at(file: IO[bytes], offset: int, order: str, *, is_big: bool) -> tuple[TiffPage, int]:
    """The page whose directory lies there, and where the next one lies; 0 if there is none."""
    count_code, entry_code, place_code = ("Q", "HHQ8s", "Q") if is_big else ("H", "HHI4s", "I")
    head = _read(file, offset, struct.calcsize(f"={count_code}"))
    page = TiffPage(tags={}, byte_order=order, offset=offset, number=None, is_big=is_big)
    try:
        (count,) = struct.unpack(order + count_code, head)
    except struct.error:
        return page, 0
    entry_bytes = struct.calcsize(f"={entry_code}")
    start = offset + len(head)
    table = _read(file, start, entry_bytes * min(count, _ENTRIES_MAX))
    table = table[: len(table) // entry_bytes * entry_bytes]
    for tag, kind, length, inline in struct.iter_unpack(order + entry_code, table):
        if tag in _TAGS and kind in _CODES and tag not in page.tags:
            page.tags[tag] = _numbers(file, order, _CODES[kind], length, inline, place_code)
    following = _read(file, start + entry_bytes * count, struct.calcsize(f"={place_code}"))
    is_whole = len(following) == struct.calcsize(f"={place_code}")
    return page, struct.unpack(order + place_code, following)[0] if is_whole else 0


def _numbers(
    file: IO[bytes], order: str, code: str, count: int, inline: bytes, place_code: str
) -> tuple[int, ...]:
    """The numbers of a tag, which lie in its entry or somewhere else; of a cut table none."""
    length = count * struct.calcsize(f"={code}")
    if length > _VALUE_BYTES_MAX:
        return ()
    if length > len(inline):
        inline = _read(file, struct.unpack(order + place_code, inline)[0], length)
    if len(inline) < length:
        return ()
    return struct.unpack(f"{order}{count}{code}", inline[:length])


def _read(file: IO[bytes], offset: int, length: int) -> bytes:
    if offset >= file.seek(0, io.SEEK_END):
        return b""
    file.seek(offset)
    return file.read(length)
