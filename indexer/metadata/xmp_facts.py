"""What an XMP packet says of a photo, cleaned: in the photo itself, or in a sidecar beside it."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from indexer.metadata import xmp
from indexer.metadata.dates import date_told
from indexer.metadata.exif import clean_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from storage.date_order import DateSource, DateTold

XmpValues: TypeAlias = dict[str, list[str]]
"""As `read_xmp` gives them."""


@dataclass(frozen=True, slots=True)
class Place:
    """A point on the earth, in degrees, and how far above the sea."""

    latitude: float
    longitude: float
    altitude_m: float | None


NAME_LENGTH_MAX = 120
TITLE_LENGTH_MAX = 300
DESCRIPTION_LENGTH_MAX = 2000
_KEYWORD_LENGTH_MAX = 80
_KEYWORDS_MAX = 64
_LABEL_LENGTH_MAX = 40
_STARS = range(-1, 6)
_ALTITUDE_MAX = 100_000

_EMPTY_DESCRIPTIONS = frozenset(
    (
        "olympus digital camera",
        "sony dsc",
        "minolta digital camera",
        "konica minolta digital camera",
        "kodak digital still camera",
        "samsung camera pictures",
        "digital camera",
        "exif_jpeg_picture",
        "default",
        "dcim",
        "dav",
        "hdr",
        "jpeg image",
        "created with gimp",
    )
)
"""What cameras and programs write where a description should be."""

_DATES: tuple[tuple[DateSource, str], ...] = (
    ("original", xmp.DATE_TAKEN),
    ("created", xmp.DATE_CREATED),
    ("digitized", xmp.DATE_DIGITIZED),
    ("digitized", xmp.CREATE_DATE),
)
# `48,51.5N`, and `48,51,30N`
_COORDINATE = re.compile(
    r"\s*(\d{1,3}(?:\.\d+)?)(?:,(\d{1,2}(?:\.\d+)?))?(?:,(\d{1,2}(?:\.\d+)?))?\s*([NSEW])\s*"
)
_FRACTION = re.compile(r"\s*(\d{1,12}(?:\.\d+)?)(?:/(\d{1,12}))?\s*")


def dates_told(said: XmpValues) -> Iterator[DateTold | None]:
    """When the photo was taken, by every field that says so."""
    for source, name in _DATES:
        for text in said.get(name, ()):
            yield date_told(source, text)


def keywords_told(said: XmpValues) -> Iterator[str]:
    """Keywords as they are, and the parts of those that stand in a tree: `Places|Portugal`."""
    yield from said.get(xmp.SUBJECT, ())
    for name in xmp.TAG_PATHS:
        for path in said.get(name, ()):
            yield from re.split(r"[|/]", path)


def people_told(said: XmpValues) -> tuple[str, ...]:
    """Names of who is in the picture."""
    return unique_words(text for name in xmp.PEOPLE for text in said.get(name, ()))


def rating_told(said: XmpValues) -> int | None:
    """Stars, -1 to 5."""
    for text in said.get(xmp.RATING, ()):
        try:
            stars = round(float(text))
        except (OverflowError, ValueError):
            continue
        if stars in _STARS:
            return stars
    return None


def label_told(said: XmpValues) -> str | None:
    """The name of the colour that the photo is marked with."""
    return first_text(said.get(xmp.LABEL, ()), length_max=_LABEL_LENGTH_MAX)


def first_text(texts: Iterable[str | bytes], *, length_max: int) -> str | None:
    """The first that says something, on one line and cut to a length."""
    for text in texts:
        clean = clean_text(text, length_max=length_max)
        if clean and clean.casefold() not in _EMPTY_DESCRIPTIONS:
            return clean
    return None


def unique_words(texts: Iterable[str | bytes]) -> tuple[str, ...]:
    """Every keyword or name once, whatever its case."""
    words = (clean_text(text, length_max=_KEYWORD_LENGTH_MAX) for text in texts)
    unique: dict[str, str] = {}
    for word in words:
        if word and len(unique) < _KEYWORDS_MAX:
            unique.setdefault(word.casefold(), word)
    return tuple(unique.values())


def place_told(said: XmpValues) -> Place | None:
    """Where it was taken; (0, 0) is a receiver without a fix."""
    latitude = _degrees(said.get(xmp.LATITUDE, ()), "NS", 90)
    longitude = _degrees(said.get(xmp.LONGITUDE, ()), "EW", 180)
    if latitude is None or longitude is None or latitude == longitude == 0:
        return None
    return Place(latitude, longitude, _altitude(said))


def _degrees(texts: Iterable[str], sides: str, limit: int) -> float | None:
    for text in texts:
        found = _COORDINATE.fullmatch(text)
        if found is None or found[4] not in sides:
            continue
        parts = (float(part or 0) for part in found.groups()[:3])
        degrees = math.fsum(part / 60.0**power for power, part in enumerate(parts))
        if degrees <= limit:
            return round(-degrees if found[4] == sides[1] else degrees, 8)
    return None


def _altitude(said: XmpValues) -> float | None:
    for text in said.get(xmp.ALTITUDE, ()):
        found = _FRACTION.fullmatch(text)
        divisor = float(found[2] or 1) if found else 0.0
        if found is None or not divisor or float(found[1]) / divisor > _ALTITUDE_MAX:
            continue
        metres = round(float(found[1]) / divisor, 3)
        is_below_sea = said.get(xmp.ALTITUDE_SIDE, ["0"])[:1] == ["1"]
        return -metres if is_below_sea and metres else metres
    return None
