"""Second attempts at damaged files: what is there of the picture is shown, as viewers do.

Only after a strict attempt failed, and only in the decoding process, for Pillow's patience is a
setting of the whole process.
"""

from __future__ import annotations

import io
import os
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

import numpy as np
from PIL import Image, ImageFile

from indexer.decoding.cut_short import declared_length, is_cut_short
from indexer.decoding.failures import tells_lost_end
from indexer.decoding.jpeg_marks import END_MARK, read_jpeg_marks, without_false_start
from indexer.decoding.png_chunks import MAGIC as PNG
from indexer.decoding.png_chunks import checked_png, mended_png
from indexer.formats import HEAD_BYTES, extra_for
from indexer.metadata.boxes import boxes_in, whole

if TYPE_CHECKING:
    from collections.abc import Iterator

A_PART_IS_MISSING = "a part is missing"
A_PART_IS_DAMAGED = "a part is damaged"

_FILE_BYTES_MAX = 536_870_912
_GROWTH_MAX = 20
"""A file of which less than a 20th is there is lost."""
_JPEG = b"\xff\xd8"
_JPEG_2000 = b"\0\0\0\x0cjP  "
_CODESTREAM = b"\xff\x4f\xff\x51"
_BOXES = b"ftyp"
_RUNS = (b"\1\0\0\0", b"\2\0\0\0")
"""How BMP files with runs of pixels say so."""
_RUNS_MAX = 1_000_000
_PATIENT = (*(b"GIF8", b"BM", b"II", b"MM", b"8BPS", b"P4", b"P5", b"P6"),)
"""How files begin of which Pillow gives what is there."""
_ROWS = 100
_ROWS_MIN = 5
"""Of a hundred rows so many must show something."""
_COUNTED_BY_BYTES = ("JPEG", "MPO")
"""Their decoder goes on with the last colour: whether a blank one is there their length tells."""
_SAME_LEVELS = 2
_PIXELS_A_BYTE_MAX = 1_280
"""A JPEG of one colour has some 64; with a 20th of that there is no picture to speak of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mended:
    """What can be decoded of a damaged file."""

    file: IO[bytes]
    damage: str | None
    """As in `Facts.damage`; None where nothing is wrong but what `notes` say."""
    lacks_pixels: bool = True
    """Whether a part of the picture itself may be lost."""
    notes: tuple[str, ...] = ()
    """As in `Facts.notes`."""


def mended(file: IO[bytes], error: Exception) -> Mended | None:
    """The file as a decoder may take it that refused it with `error`; None where nobody can help.

    Raises OSError where the disk is at fault.
    """
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    head = file.read(HEAD_BYTES)
    file.seek(0)
    if size > _FILE_BYTES_MAX or extra_for(head, "") is not None:
        return None
    if head.startswith(_JPEG):
        return _mended_jpeg(file.read())
    if head.startswith(PNG):
        return _mended_png(file)
    if head.startswith(_BOXES, 4):
        return _mended_boxes(file)
    if head.startswith(b"BM") and head[30:34] in _RUNS:
        return _mended_runs(file.read())
    if head.startswith(_JPEG_2000):
        return _mended_jpeg_2000(file)
    if not head.startswith(_PATIENT):
        return None
    damage = _damage(tells_lost_end(error, file), is_damaged=True)
    file.seek(0)
    return Mended(file=file, damage=damage)


def noticed_damage(file: IO[bytes]) -> str | None:
    """What is wrong with a file that could be decoded, where its format can tell.

    Raises OSError where the disk is at fault.
    """
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    head = file.read(len(PNG))
    if head == PNG:
        return _damage(*checked_png(file))
    if head.startswith(_JPEG) and size <= _FILE_BYTES_MAX:
        file.seek(0)
        marks = read_jpeg_marks(file.read(size))
        return _damage(not marks.has_end_mark, bool(marks.wrong))
    return None


@contextmanager
def patient_pillow() -> Iterator[None]:
    """Within it Pillow gives the part of a picture that is there."""
    ImageFile.LOAD_TRUNCATED_IMAGES = True
    try:
        yield
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = False


def shows_something(image: Image.Image) -> bool:
    """Whether enough of a decoded picture is more than what decoders put for missing rows."""
    rows = image.convert("RGB").resize((_ROWS, _ROWS), Image.Resampling.NEAREST)
    levels = np.asarray(rows).astype(np.int16)
    # Some files have their lowest row first.
    filled = max(
        int((np.abs(levels - corner) <= _SAME_LEVELS).all(axis=(1, 2)).sum())
        for corner in (levels[0, 0], levels[-1, -1])
    )
    is_counted_by_bytes = filled == _ROWS and image.format in _COUNTED_BY_BYTES
    return is_counted_by_bytes or filled <= _ROWS - _ROWS_MIN


def _damage(lacks_end: bool, is_damaged: bool) -> str | None:
    if lacks_end:
        return A_PART_IS_MISSING
    return A_PART_IS_DAMAGED if is_damaged else None


def _mended_jpeg(data: bytes) -> Mended | None:
    data = without_false_start(data)
    marks = read_jpeg_marks(data)
    if marks.values is None or (marks.end - marks.values) * _PIXELS_A_BYTE_MAX < marks.pixels:
        return None
    sound = bytearray(data[: marks.end])
    for position in marks.wrong:
        if sound[position + 1] not in range(0xD0, 0xD8):
            sound[position + 1] = 0  # a value as good as any, where a mark would end the scan
    return Mended(
        file=io.BytesIO(bytes(sound) + END_MARK),
        damage=_damage(not marks.has_end_mark, is_damaged=True),
    )


def _mended_runs(data: bytes) -> Mended | None:
    """A BMP with runs of its first colour for those that are missing."""
    width, height = (int.from_bytes(data[at : at + 4], "little") for at in (18, 22))
    if (width // 255 + 1) * height > _RUNS_MAX:
        return None
    line = b"\xff\0" * (width // 255 + 1) + b"\0\0"
    return Mended(file=io.BytesIO(data + line * height), damage=A_PART_IS_MISSING)


def _mended_jpeg_2000(file: IO[bytes]) -> Mended | None:
    """Its picture alone, for what is wrong may be in the boxes around it."""
    damage = _damage(is_cut_short(file), is_damaged=True)
    file.seek(0)
    _, mark, codestream = file.read().partition(_CODESTREAM)
    return Mended(file=io.BytesIO(mark + codestream), damage=damage) if mark else None


def _mended_png(file: IO[bytes]) -> Mended | None:
    png = mended_png(file)
    if png is None:
        return None
    return Mended(
        file=io.BytesIO(png.data),
        damage=_damage(png.is_cut_short, png.is_damaged),
        lacks_pixels=png.lacks_pixels,
        notes=tuple(png.notes),
    )


def _mended_boxes(file: IO[bytes]) -> Mended | None:
    """HEIF and AVIF: cut ones filled up, and others without the item that tells of a gain map."""
    length = declared_length(file)
    file.seek(0)
    data = file.read()
    if length > len(data):
        if length > min(_FILE_BYTES_MAX, _GROWTH_MAX * len(data)):
            return None
        filled = data + bytes(length - len(data))
        return Mended(file=io.BytesIO(filled), damage=A_PART_IS_MISSING)
    plain = _without_gain_map(file, data)
    if plain == data:
        return None
    return Mended(file=io.BytesIO(plain), damage=A_PART_IS_DAMAGED, lacks_pixels=False)


def _without_gain_map(file: IO[bytes], data: bytes) -> bytes:
    """The file with its tone-mapped item renamed to one that no decoder knows."""
    for box in boxes_in(file, whole(file)):
        if box.kind in (b"ftyp", b"meta"):
            renamed = data[box.start : box.end].replace(b"tmap", b"none")
            data = data[: box.start] + renamed + data[box.end :]
    return data
