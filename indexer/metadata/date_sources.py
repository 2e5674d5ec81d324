"""Every date that a file tells of its photo; storage.date_order says which of them counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PIL import ExifTags

from indexer.metadata import xmp
from indexer.metadata.dates import date_told, date_told_in_utc, iptc_time, png_date

if TYPE_CHECKING:
    from collections.abc import Iterator

    from indexer.metadata.exif import Exif, ExifTable
    from indexer.metadata.iptc import IptcValues
    from indexer.metadata.place import Point
    from indexer.metadata.said import Said
    from storage.date_order import DateSource, DateTold

_TAG = ExifTags.Base
_GPS = ExifTags.GPS
_EXIF_DATES: tuple[tuple[DateSource, int, int, int], ...] = (
    ("original", _TAG.DateTimeOriginal, _TAG.OffsetTimeOriginal, _TAG.SubsecTimeOriginal),
    ("digitized", _TAG.DateTimeDigitized, _TAG.OffsetTimeDigitized, _TAG.SubsecTimeDigitized),
    ("changed", _TAG.DateTime, _TAG.OffsetTime, _TAG.SubsecTime),
)
"""Date, time zone and fraction of the second."""
_XMP_DATES: tuple[tuple[DateSource, str], ...] = (
    ("original", xmp.DATE_TAKEN),
    ("created", xmp.DATE_CREATED),
    ("digitized", xmp.DATE_DIGITIZED),
    ("digitized", xmp.CREATE_DATE),
)
_IPTC_DATES: tuple[tuple[DateSource, tuple[int, int], tuple[int, int]], ...] = (
    ("created", (2, 55), (2, 60)),
    ("digitized", (2, 62), (2, 63)),
)


def dates_in(said: Said, point: Point | None) -> Iterator[DateTold | None]:
    """The dates; of equal fields EXIF's first, as it has the second's fraction.

    What is in UTC is told by the clock of the point, where it is known.
    """
    yield from _exif_dates(said.exif)
    for source, name in _XMP_DATES:
        for text in said.xmp.get(name, ()):
            yield date_told(source, text)
    for source, day_tag, clock_tag in _IPTC_DATES:
        day, clock = _first(said.iptc, day_tag), _first(said.iptc, clock_tag)
        yield date_told(source, iptc_time(day, clock))
    place = (point.latitude, point.longitude) if point else (None, None)
    yield date_told_in_utc("GPS", _satellite_time(said.exif.gps), *place)
    for creation_time in said.texts.get("Creation Time", ()):
        yield png_date(creation_time)


def _exif_dates(exif: Exif) -> Iterator[DateTold | None]:
    for source, date_tag, zone_tag, fraction_tag in _EXIF_DATES:
        table = exif.main if date_tag == _TAG.DateTime else exif.photo
        zone, fraction = exif.photo.text(zone_tag), exif.photo.text(fraction_tag)
        yield date_told(source, table.text(date_tag), zone, fraction)


def _first(iptc: IptcValues, tag: tuple[int, int]) -> bytes | None:
    return next(iter(iptc.get(tag, ())), None)


def _satellite_time(gps: ExifTable) -> str | None:
    """The time of the GPS fix, which is in UTC."""
    day, clock = gps.text(_GPS.GPSDateStamp), gps.numbers(_GPS.GPSTimeStamp)
    if day is None or len(clock) != 3:
        return None
    hour, minute, second = (int(part) for part in clock)
    return f"{day} {hour}:{minute}:{second}"
