"""EXIF values by tag, each of them checked: what makes no sense is as if it were not there."""

from __future__ import annotations

import math
import struct
from collections import ChainMap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PIL import ExifTags, Image

from storage.safe_text import printable

METADATA_ERRORS = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    EOFError,
    LookupError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
    struct.error,
)
"""What hostile metadata makes Pillow's readers raise; it gives fewer facts, never a failure."""

_NAME_LENGTH_MAX = 120


class ExifTable:
    """One directory of EXIF; its values are read when asked for, and any of them may be rotten."""

    def __init__(self, values: Mapping[int, object]) -> None:
        self._values = values

    def value(self, tag: int) -> object:
        """What is stored, or None."""
        try:
            return self._values.get(tag)
        except METADATA_ERRORS:
            return None

    def text(self, tag: int, *, length_max: int = _NAME_LENGTH_MAX) -> str | None:
        """The text of a tag on one line, cut to a length; None where it says nothing."""
        value = self.value(tag)
        return clean_text(value, length_max=length_max) if isinstance(value, str | bytes) else None

    def number(self, tag: int) -> float | None:
        """The first number of a tag, if it is finite."""
        numbers = self.numbers(tag)
        return numbers[0] if numbers else None

    def numbers(self, tag: int) -> tuple[float, ...]:
        """All numbers of a tag; none where any of them is not finite."""
        numbers = self.raw_numbers(tag)
        return numbers if all(map(math.isfinite, numbers)) else ()

    def raw_numbers(self, tag: int) -> tuple[float, ...]:
        """All numbers of a tag, finite or not."""
        value = self.value(tag)
        parts = value if isinstance(value, Sequence) and not isinstance(value, str) else (value,)
        try:
            return tuple(float(part) for part in parts)  # type: ignore[arg-type]
        except METADATA_ERRORS:
            return ()

    def within(self, tag: int, low: float, high: float) -> float | None:
        """The number of a tag if it is above `low` and not above `high`."""
        number = self.number(tag)
        return number if number is not None and low < number <= high else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Exif:
    """The three directories that facts come from."""

    main: ExifTable
    photo: ExifTable
    gps: ExifTable


def read_exif(image: Image.Image) -> Exif:
    """The image's EXIF; directories that cannot be read are empty."""
    return read_exif_of(_main_directory(image))


def read_exif_of(exif: Image.Exif) -> Exif:
    """What Pillow has read of a file's EXIF; directories that cannot be read are empty."""
    # Some programs put the tags of the photo into the main directory.
    photo = ChainMap(dict(_directory(exif, ExifTags.IFD.Exif)), exif)
    return Exif(
        main=ExifTable(exif),
        photo=ExifTable(photo),
        gps=ExifTable(_directory(exif, ExifTags.IFD.GPSInfo)),
    )


def orientation_of(image: Image.Image) -> int:
    """The EXIF orientation, 1 to 8, that is still to be applied; 1 where it makes no sense."""
    return (
        valid_orientation(ExifTable(_main_directory(image)).value(ExifTags.Base.Orientation)) or 1
    )


def valid_orientation(value: object) -> int | None:
    """The EXIF orientation, 1 to 8; None where it makes no sense."""
    return value if isinstance(value, int) and 1 <= value <= 8 else None


def _main_directory(image: Image.Image) -> Image.Exif:
    try:
        return image.getexif()
    except METADATA_ERRORS:
        return Image.Exif()


def _directory(exif: Image.Exif, tag: int) -> Mapping[int, object]:
    try:
        return exif.get_ifd(tag)
    except METADATA_ERRORS:
        return {}


def clean_text(value: str | bytes, *, length_max: int) -> str | None:
    """Foreign text on one safe line of bounded length, or None where nothing is left.

    EXIF's text is ASCII by the book and UTF-8 or Windows' in practice; Pillow gives it as Latin-1.
    """
    text = value if isinstance(value, str) else decoded_text(value)
    if isinstance(value, str) and all(ord(character) < 256 for character in value):
        text = decoded_text(value.encode("latin-1"))
    return printable(text.split("\0", 1)[0])[:length_max].strip() or None


def decoded_text(raw: bytes) -> str:
    """UTF-8 if it is that, else what Windows writes in the west, else Latin-1."""
    for encoding in ("utf-8", "cp1252"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return raw.decode("latin-1")
