"""What camera RAW files say that are no TIFF: Canon's CRW (CIFF), and Minolta's MRW."""

from __future__ import annotations

import io
import struct
from datetime import UTC, datetime, timedelta
from typing import IO, TYPE_CHECKING

from PIL import ExifTags, Image

from indexer.metadata.exif import Exif, ExifTable, read_exif_of

if TYPE_CHECKING:
    from collections.abc import Iterator

_READ_BYTES_MAX = 64_000_000
_CIFF_MARK, _CIFF_MARK_AT = b"HEAPCCDR", 6
_MRW_MARK, _MRW_TIFF = b"\0MRM", b"\0TTW"
_MRW_HEAD_BYTES = 1_000_000
_MODEL, _TIME = 0x080A, 0x180E
_ENTRY = struct.Struct("<HII")
_ENTRIES_MAX = 200
_DEPTH_MAX = 4
_HERE, _IS_HERE, _KIND, _NUMBER = 0x4000, 0xC000, 0x3800, 0x3FFF
_DIRECTORIES = (0x2800, 0x3000)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_XMP_BEGIN, _XMP_END = b"<x:xmpmeta", b"</x:xmpmeta>"


def read_old_raw(file: IO[bytes]) -> tuple[Exif, bytes] | None:
    """EXIF and XMP of a file of these kinds; None for another.

    Raises one of METADATA_ERRORS where it is too rotten.
    """
    file.seek(0)
    head = file.read(_CIFF_MARK_AT + len(_CIFF_MARK))
    if head.startswith(_MRW_MARK):
        exif = Image.Exif()
        data = head + file.read(_MRW_HEAD_BYTES)
        exif.load_from_fp(io.BytesIO(data[data.index(_MRW_TIFF) + 8 :]))
        return read_exif_of(exif), b""
    if head.startswith(_CIFF_MARK, _CIFF_MARK_AT):
        data = head + file.read(_READ_BYTES_MAX)
        begin = data.find(_XMP_BEGIN)
        end = data.find(_XMP_END, begin)
        return _ciff_exif(data), data[begin : end + len(_XMP_END)] if 0 <= begin < end else b""
    return None


def _ciff_exif(data: bytes) -> Exif:
    """What CIFF says, under the tags of EXIF."""
    found = dict(_ciff_values(data, int.from_bytes(data[2:6], "little"), len(data), 0))
    maker, _, model = found.get(_MODEL, b"").partition(b"\0")
    photo: dict[int, object] = {}
    if len(found.get(_TIME, b"")) >= 4:
        taken = _EPOCH + timedelta(seconds=int.from_bytes(found[_TIME][:4], "little"))
        photo[ExifTags.Base.DateTimeOriginal] = taken.strftime("%Y:%m:%d %H:%M:%S")
    return Exif(
        main=ExifTable({ExifTags.Base.Make: maker, ExifTags.Base.Model: model}),
        photo=ExifTable(photo),
        gps=ExifTable({}),
    )


def _ciff_values(data: bytes, start: int, end: int, depth: int) -> Iterator[tuple[int, bytes]]:
    """The values of a directory, which its last four bytes point to, and of those in it."""
    if depth > _DEPTH_MAX or not 0 <= start < end - 4 <= len(data) - 4:
        return
    at = start + int.from_bytes(data[end - 4 : end], "little")
    count = min(int.from_bytes(data[at : at + 2], "little"), _ENTRIES_MAX)
    for place in range(at + 2, at + 2 + count * _ENTRY.size, _ENTRY.size):
        if place + _ENTRY.size > end:
            return
        tag, length, offset = _ENTRY.unpack_from(data, place)
        begin = start + offset
        if tag & _IS_HERE == _HERE:
            yield tag & _NUMBER, data[place + 2 : place + _ENTRY.size]
        elif tag & _KIND in _DIRECTORIES:
            if start <= begin and begin + length < end:
                yield from _ciff_values(data, begin, begin + length, depth + 1)
        else:
            yield tag & _NUMBER, data[begin : min(begin + length, end)]
