"""What a camera RAW file says of itself: by its own EXIF, its preview's, and LibRaw."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import IO, TYPE_CHECKING

from PIL import Image

from indexer.metadata.boxes import box_along, content_of, uuid_box, whole
from indexer.metadata.dates import date_facts, date_told
from indexer.metadata.exif import (
    METADATA_ERRORS,
    Exif,
    ExifTable,
    clean_text,
    read_exif_of,
)
from indexer.metadata.facts import facts_filled, facts_from, read_facts
from indexer.metadata.film_boxes import xmp_beside
from indexer.metadata.old_raw import read_old_raw
from storage.records import Facts

if TYPE_CHECKING:
    from datetime import datetime

    import rawpy

    from indexer.metadata.boxes import Box
    from storage.date_order import DateTold

_TIFF_MARKS = {b"II": b"II*\0", b"MM": b"MM\0*"}
_MARK_BYTES = 4
_XMP_TAG = 700
_CR3_MARK = b"ftypcrx"
_CANON_ID = bytes.fromhex("85c0b687820f11e08111f4ce462b6a48")
_CANON_DIRECTORIES = (b"CMT1", b"CMT2", b"CMT4")
_HEAD_BYTES = 16
_DIRECTORY_BYTES_MAX = 262_144
_NAME_MAX = 120
_NO_CLOCK_YEAR = 1970
"""What LibRaw gives where the camera gave no time."""


def read_raw_facts(file: IO[bytes], preview: Image.Image | None) -> Facts:
    """The facts, but for size and orientation, of a file and its preview; raises nothing."""
    from_preview = read_facts(preview) if preview is not None else Facts()
    return replace(facts_filled(_own_facts(file), from_preview), format="RAW")


def developed_facts(raw: rawpy.RawPy) -> Facts:
    """What LibRaw has read; to be asked only where the RAW data was unpacked, for else it will be.

    Raises nothing.
    """
    try:
        other, lens = raw.other, raw.lens
        clock = other.timestamp
        return Facts(
            **date_facts([_date_of(clock)]),
            lens=clean_text(lens.model, length_max=_NAME_MAX),
            focal_length_mm=_positive(other.focal_length),
            aperture=_positive(other.aperture),
            exposure_seconds=_positive(other.shutter_speed),
            iso=int(_positive(other.iso_speed) or 0) or None,
        )
    except METADATA_ERRORS:
        return Facts()


def _date_of(clock: datetime) -> DateTold | None:
    if clock.year <= _NO_CLOCK_YEAR:
        return None
    return date_told("original", clock.isoformat())


def _own_facts(file: IO[bytes]) -> Facts:
    """Of the many kinds that are TIFF inside, and of Canon's and Minolta's own; of others none."""
    file.seek(0)
    head = file.read(_HEAD_BYTES)
    try:
        if head.startswith(_CR3_MARK, 4):
            return facts_from(_canon_exif(file), xmp_beside(file))
        if (old := read_old_raw(file)) is not None:
            return facts_from(*old)
        mark = _TIFF_MARKS.get(head[:2])
        if mark is None:
            return Facts()
        exif = Image.Exif()
        exif.load_from_fp(_AsTiff(file, mark))
        packet = exif.get(_XMP_TAG)
        return facts_from(read_exif_of(exif), packet if isinstance(packet, bytes) else b"")
    except METADATA_ERRORS:
        return Facts()


def _canon_exif(file: IO[bytes]) -> Exif:
    """CR3 keeps each directory of its EXIF in a box of its own, as a TIFF with that alone."""
    movie = box_along(file, whole(file), b"moov")
    own = uuid_box(file, movie, _CANON_ID) if movie is not None else None
    main, photo, gps = (_canon_directory(file, own, name) for name in _CANON_DIRECTORIES)
    return Exif(main=main, photo=photo, gps=gps)


def _canon_directory(file: IO[bytes], own: Box | None, name: bytes) -> ExifTable:
    box = box_along(file, own, name) if own is not None else None
    exif = Image.Exif()
    if box is not None:
        exif.load_from_fp(io.BytesIO(content_of(file, box, _DIRECTORY_BYTES_MAX)))
    return ExifTable(exif)


class _AsTiff(io.BytesIO):
    """A file with TIFF's number at its beginning, where Olympus and Panasonic put their own."""

    def __init__(self, file: IO[bytes], mark: bytes) -> None:
        super().__init__()
        self._file, self._mark = file, mark
        file.seek(0)

    def seek(self, offset: int, whence: int = 0, /) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()

    def read(self, size: int | None = -1, /) -> bytes:
        start = self._file.tell()
        data = self._file.read(-1 if size is None else size)
        return self._mark[start : start + len(data)] + data[max(0, _MARK_BYTES - start) :]


def _positive(value: float) -> float | None:
    return round(value, 6) if 0 < value < 1e6 else None
