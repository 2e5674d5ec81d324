"""What a camera RAW file says of itself: from its own EXIF, its preview's, and LibRaw's reading."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import IO, TYPE_CHECKING

from PIL import Image

from indexer.exif import METADATA_ERRORS, clean_text, parsed_time, read_exif_of
from indexer.facts import facts_filled, facts_from, read_facts
from storage.records import Facts

if TYPE_CHECKING:
    import rawpy

_TIFF_MARKS = {b"II": b"II*\0", b"MM": b"MM\0*"}
_MARK_BYTES = 4
_XMP_TAG = 700
_NAME_MAX = 120
_NO_CLOCK_YEAR = 1970
"""What LibRaw gives where the camera gave no time."""


def read_raw_facts(file: IO[bytes], raw: rawpy.RawPy, preview: Image.Image | None) -> Facts:
    """The facts, but for size and orientation; raises nothing."""
    own, developed = _own_facts(file), _facts_by_libraw(raw)
    from_preview = read_facts(preview) if preview is not None else Facts()
    return replace(facts_filled(own, from_preview, developed), format="RAW")


def _own_facts(file: IO[bytes]) -> Facts:
    """Of the many kinds that are TIFF inside; of others none."""
    file.seek(0)
    mark = _TIFF_MARKS.get(file.read(2))
    if mark is None:
        return Facts()
    exif = Image.Exif()
    try:
        exif.load_from_fp(_AsTiff(file, mark))
        packet = exif.get(_XMP_TAG)
        return facts_from(read_exif_of(exif), packet if isinstance(packet, bytes) else b"")
    except METADATA_ERRORS:
        return Facts()


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


def _facts_by_libraw(raw: rawpy.RawPy) -> Facts:
    try:
        other, lens = raw.other, raw.lens
        clock = other.timestamp
        return Facts(
            taken_at=parsed_time(clock.isoformat()) if clock.year > _NO_CLOCK_YEAR else None,
            lens=clean_text(lens.model, length_max=_NAME_MAX),
            focal_length_mm=_positive(other.focal_length),
            aperture=_positive(other.aperture),
            exposure_seconds=_positive(other.shutter_speed),
            iso=int(other.iso_speed) or None if 0 < other.iso_speed < 1e8 else None,
        )
    except METADATA_ERRORS:
        return Facts()


def _positive(value: float) -> float | None:
    return round(value, 6) if 0 < value < 1e6 else None
