"""Where a photo was taken, by EXIF's numbers or XMP's texts; what cannot be is no place."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from itertools import takewhile
from typing import TYPE_CHECKING

from PIL import ExifTags

from indexer.metadata import xmp

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from indexer.metadata.exif import ExifTable
    from indexer.metadata.xmp import XmpValues

_GPS = ExifTags.GPS
_LATITUDE_MAX, _LONGITUDE_MAX = 90, 180
_ALTITUDE_MAX = 100_000
# `48,51.5N`, and `48,51,30N`
_COORDINATE = re.compile(
    r"\s*(\d{1,3}(?:\.\d+)?)(?:,(\d{1,2}(?:\.\d+)?))?(?:,(\d{1,2}(?:\.\d+)?))?\s*([NSEW])\s*"
)
_SIGNED = re.compile(r"\s*[+-]?\d{1,3}\.\d+\s*")
_FRACTION = re.compile(r"\s*(\d{1,12}(?:\.\d+)?)(?:/(\d{1,12}))?\s*")


@dataclass(frozen=True, slots=True)
class Point:
    """A point on the earth, in degrees, and how far above the sea where that is told with it."""

    latitude: float
    longitude: float
    altitude_m: float | None = None


def point_of(latitude: float | None, longitude: float | None) -> Point | None:
    """The point, unless it is (0, 0): that is a receiver without a fix."""
    if latitude is None or longitude is None or latitude == longitude == 0:
        return None
    return Point(latitude, longitude)


def exif_point(gps: ExifTable) -> Point | None:
    """Where EXIF says it was taken."""
    return point_of(
        _side(gps, _GPS.GPSLatitude, _GPS.GPSLatitudeRef, "NS", _LATITUDE_MAX),
        _side(gps, _GPS.GPSLongitude, _GPS.GPSLongitudeRef, "EW", _LONGITUDE_MAX),
    )


def exif_altitude(gps: ExifTable) -> float | None:
    """Metres above the sea; odd numbers of what it refers to say below."""
    metres = gps.number(_GPS.GPSAltitude)
    if metres is None or not 0 <= metres <= _ALTITUDE_MAX:
        return None
    side = gps.value(_GPS.GPSAltitudeRef)
    number = side[0] if isinstance(side, bytes) and side else side
    is_below = isinstance(number, int) and number in (1, 3)
    return -round(metres, 3) if is_below and metres else round(metres, 3)


def xmp_point(said: XmpValues) -> Point | None:
    """Where XMP says it was taken."""
    return point_of(
        _written(said.get(xmp.LATITUDE, ()), "NS", _LATITUDE_MAX),
        _written(said.get(xmp.LONGITUDE, ()), "EW", _LONGITUDE_MAX),
    )


def xmp_altitude(said: XmpValues) -> float | None:
    """Metres above the sea, as XMP says."""
    for text in said.get(xmp.ALTITUDE, ()):
        metres = fraction(text)
        if metres is not None and metres <= _ALTITUDE_MAX:
            is_below = said.get(xmp.ALTITUDE_SIDE, ["0"])[0].strip() in ("1", "3")
            return -round(metres, 3) if is_below and metres else round(metres, 3)
    return None


def fraction(text: str) -> float | None:
    """A number that XMP writes as `1205/10`, or as it is."""
    found = _FRACTION.fullmatch(text)
    divisor = float(found[2] or 1) if found else 0.0
    return float(found[1]) / divisor if found and divisor else None


def _side(gps: ExifTable, tag: int, side_tag: int, sides: str, limit: int) -> float | None:
    parts = gps.raw_numbers(tag)
    side = (gps.text(side_tag) or " ")[0].upper()
    # Seconds, or minutes and seconds, of 0/0 are not known: what stands before them is.
    sound = list(takewhile(math.isfinite, parts))
    if not 1 <= len(parts) <= 3 or side not in sides or not sound:
        return None
    return _degrees(sound, limit, is_negative=side == sides[1])


def _written(texts: Iterable[str], sides: str, limit: int) -> float | None:
    for text in texts:
        found = _COORDINATE.fullmatch(text)
        if found is not None and found[4] in sides:
            parts = [float(part or 0) for part in found.groups()[:3]]
            degrees = _degrees(parts, limit, is_negative=found[4] == sides[1])
        else:
            number = float(text) if _SIGNED.fullmatch(text) else math.inf
            degrees = _degrees([abs(number)], limit, is_negative=number < 0)
        if degrees is not None:
            return degrees
    return None


def _degrees(parts: Sequence[float], limit: int, *, is_negative: bool) -> float | None:
    """Degrees, minutes and seconds as degrees, unless they are more than there are."""
    degrees = math.fsum(part / 60.0**power for power, part in enumerate(parts))
    if any(part < 0 for part in parts) or degrees > limit:
        return None
    return round(-degrees if is_negative else degrees, 8)
