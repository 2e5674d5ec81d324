"""What a photo says of itself, from EXIF, XMP and IPTC; hostile metadata gives fewer facts."""

from __future__ import annotations

import math
from dataclasses import fields, replace
from typing import TYPE_CHECKING

from PIL import ExifTags, IptcImagePlugin

from indexer.metadata import xmp
from indexer.metadata.dates import date_facts, date_told, date_told_in_utc, iptc_time, png_date
from indexer.metadata.exif import (
    METADATA_ERRORS,
    Exif,
    ExifTable,
    read_exif,
    valid_orientation,
)
from indexer.metadata.xmp_facts import (
    DESCRIPTION_LENGTH_MAX,
    NAME_LENGTH_MAX,
    TITLE_LENGTH_MAX,
    dates_told,
    first_text,
    keywords_told,
    label_told,
    people_told,
    rating_told,
    unique_words,
)
from storage.records import Facts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PIL import Image

    from indexer.metadata.xmp_facts import XmpValues
    from storage.date_order import DateSource, DateTold

_TAG = ExifTags.Base
_GPS = ExifTags.GPS
_EXIF_DATES: tuple[tuple[DateSource, int, int, int], ...] = (
    ("original", _TAG.DateTimeOriginal, _TAG.OffsetTimeOriginal, _TAG.SubsecTimeOriginal),
    ("digitized", _TAG.DateTimeDigitized, _TAG.OffsetTimeDigitized, _TAG.SubsecTimeDigitized),
    ("changed", _TAG.DateTime, _TAG.OffsetTime, _TAG.SubsecTime),
)
"""Date, time zone and fraction of the second."""
_IPTC_DATES: tuple[tuple[DateSource, tuple[int, int], tuple[int, int]], ...] = (
    ("created", (2, 55), (2, 60)),
    ("digitized", (2, 62), (2, 63)),
)
_IPTC_TITLE, _IPTC_KEYWORDS, _IPTC_CAPTION = (2, 5), (2, 25), (2, 120)


def read_facts(image: Image.Image, format_name: str | None = None) -> Facts:
    """The facts of an image that was opened and not yet drafted; raises nothing.

    Width and height are those of the header, before turning.
    """
    if format_name is None:
        format_name = "JPEG" if image.format == "MPO" else image.format or ""
    known = Facts(width=image.width, height=image.height, format=format_name)
    try:
        said = facts_from(
            read_exif(image),
            _xmp_packet(image),
            _iptc_texts(image),
            png_date(image.info.get("Creation Time")),
        )
    except METADATA_ERRORS:
        return known
    # Where the loader has already acted on the orientation, it is no longer in the EXIF.
    turn = valid_orientation(image.info.get("original_orientation")) or said.orientation
    return replace(
        said, width=known.width, height=known.height, format=format_name, orientation=turn
    )


def facts_from(
    exif: Exif,
    xmp_packet: bytes,
    iptc: dict[tuple[int, int], list[bytes]] | None = None,
    other_date: DateTold | None = None,
) -> Facts:
    """What these say, and a date that is told elsewhere, without size and format.

    Raises one of METADATA_ERRORS where they are too rotten.
    """
    packet = xmp.read_xmp(xmp_packet)
    iptc = iptc or {}
    latitude, longitude = _place(exif.gps)
    return Facts(
        **date_facts((*_dates(exif, packet, iptc, (latitude, longitude)), other_date)),
        camera=camera_name(exif.main.text(_TAG.Make), exif.main.text(_TAG.Model)),
        lens=_lens(exif, packet),
        focal_length_mm=exif.photo.within(_TAG.FocalLength, 0, 100_000),
        aperture=exif.photo.within(_TAG.FNumber, 0, 1000),
        exposure_seconds=exif.photo.within(_TAG.ExposureTime, 0, 1_000_000),
        iso=_iso(exif.photo),
        latitude=latitude,
        longitude=longitude,
        altitude_m=_altitude(exif.gps),
        orientation=valid_orientation(exif.main.value(_TAG.Orientation)),
        title=_title(exif, packet, iptc),
        description=_description(exif, packet, iptc),
        keywords=_keywords(exif, packet, iptc),
        people=people_told(packet),
        rating=rating_told(packet),
        label=label_told(packet),
    )


def _dates(
    exif: Exif,
    packet: XmpValues,
    iptc: dict[tuple[int, int], list[bytes]],
    place: tuple[float | None, float | None],
) -> Iterator[DateTold | None]:
    """Every date that these tell; of equal fields EXIF's first, as it has the second's fraction."""
    for source, date_tag, zone_tag, fraction_tag in _EXIF_DATES:
        table = exif.main if date_tag == _TAG.DateTime else exif.photo
        zone, fraction = exif.photo.text(zone_tag), exif.photo.text(fraction_tag)
        yield date_told(source, table.text(date_tag), zone, fraction)
    yield from dates_told(packet)
    for source, day_tag, clock_tag in _IPTC_DATES:
        yield date_told(source, iptc_time(_first(iptc, day_tag), _first(iptc, clock_tag)))
    yield date_told_in_utc("GPS", _satellite_time(exif.gps), *place)


def _first(iptc: dict[tuple[int, int], list[bytes]], tag: tuple[int, int]) -> bytes | None:
    return next(iter(iptc.get(tag, ())), None)


def _satellite_time(gps: ExifTable) -> str | None:
    """The time of the GPS fix, which is in UTC."""
    day, clock = gps.text(_GPS.GPSDateStamp), gps.numbers(_GPS.GPSTimeStamp)
    if day is None or len(clock) != 3:
        return None
    hour, minute, second = (int(part) for part in clock)
    return f"{day} {hour}:{minute}:{second}"


def camera_name(maker: str | None, model: str | None) -> str | None:
    """Maker and model, as people say it: `Canon EOS 5D`, `NIKON D70`, `Apple iPhone 13 mini`."""
    brand = _brand(maker)
    if not brand or not model:
        return model or brand or None
    words = brand.casefold().split()
    says_brand = model.casefold().startswith(words[0]) or model.casefold().split()[0] in words
    return model if says_brand else f"{brand} {model}"


_COMPANY_WORDS = frozenset(
    (
        *("corporation", "corp", "corp.", "company", "co", "co.", "ltd", "ltd.", "limited"),
        *("inc", "inc.", "ag", "gmbh", "international"),
        *("imaging", "optical", "techwin", "electronics", "electric"),
    )
)


def _brand(maker: str | None) -> str:
    words = (maker or "").replace(",", " ").split()
    while len(words) > 1 and words[-1].casefold() in _COMPANY_WORDS:
        words.pop()
    return " ".join(words)


def _lens(exif: Exif, packet: XmpValues) -> str | None:
    own = exif.photo.text(_TAG.LensModel) or ""
    texts = (own, *packet.get(xmp.LENS_MODEL, ()), *packet.get(xmp.LENS, ()))
    return first_text(texts, length_max=NAME_LENGTH_MAX)


def _iso(photo: ExifTable) -> int | None:
    iso = photo.within(_TAG.ISOSpeedRatings, 0, 100_000_000)
    return int(iso) if iso is not None else None


def _place(gps: ExifTable) -> tuple[float | None, float | None]:
    """Latitude and longitude in degrees, or neither; (0, 0) is a receiver without a fix."""
    latitude = _degrees(gps, _GPS.GPSLatitude, _GPS.GPSLatitudeRef, ("N", "S"), 90)
    longitude = _degrees(gps, _GPS.GPSLongitude, _GPS.GPSLongitudeRef, ("E", "W"), 180)
    if latitude is None or longitude is None or latitude == longitude == 0:
        return None, None
    return latitude, longitude


def _degrees(
    gps: ExifTable, tag: int, side_tag: int, sides: tuple[str, str], limit: int
) -> float | None:
    parts = gps.numbers(tag)
    side = (gps.text(side_tag) or "")[:1].upper()
    if not 1 <= len(parts) <= 3 or side not in sides or any(part < 0 for part in parts):
        return None
    degrees = math.fsum(part / 60.0**power for power, part in enumerate(parts))
    if degrees > limit:
        return None
    return round(-degrees if side == sides[1] else degrees, 8)


def _altitude(gps: ExifTable) -> float | None:
    altitude = gps.number(_GPS.GPSAltitude)
    if altitude is None or not 0 <= altitude <= 100_000:
        return None
    is_below_sea = gps.value(_GPS.GPSAltitudeRef) in (1, b"\x01")
    return -round(altitude, 3) if is_below_sea else round(altitude, 3)


def facts_filled(facts: Facts, *others: Facts) -> Facts:
    """The facts, and where they say nothing those of the first of `others` that does."""
    gaps = {
        field.name: value
        for field in fields(facts)
        if not getattr(facts, field.name)
        and (value := next((v for o in others if (v := getattr(o, field.name))), None))
    }
    return replace(facts, **gaps)


def _title(exif: Exif, packet: XmpValues, iptc: dict[tuple[int, int], list[bytes]]) -> str | None:
    texts = (*packet.get(xmp.TITLE, ()), *iptc.get(_IPTC_TITLE, ()), *_wide(exif, _TAG.XPTitle))
    return first_text(texts, length_max=TITLE_LENGTH_MAX)


def _description(
    exif: Exif, packet: XmpValues, iptc: dict[tuple[int, int], list[bytes]]
) -> str | None:
    own = exif.main.text(_TAG.ImageDescription, length_max=DESCRIPTION_LENGTH_MAX)
    texts = (*packet.get(xmp.DESCRIPTION, ()), *iptc.get(_IPTC_CAPTION, ()), own or "")
    return first_text(texts, length_max=DESCRIPTION_LENGTH_MAX)


def _keywords(
    exif: Exif, packet: XmpValues, iptc: dict[tuple[int, int], list[bytes]]
) -> tuple[str, ...]:
    """Every keyword once, whatever its case; in XMP's order, then IPTC's, then the system's."""
    system = [word for text in _wide(exif, _TAG.XPKeywords) for word in text.split(";")]
    texts = (*keywords_told(packet), *iptc.get(_IPTC_KEYWORDS, ()), *system)
    return unique_words(texts)


def _wide(exif: Exif, tag: int) -> tuple[str, ...]:
    """The text of one of Windows' own tags: UTF-16 in a tag of bytes."""
    value = exif.main.value(tag)
    try:
        raw = bytes(value)  # type: ignore[call-overload]
    except METADATA_ERRORS:
        return ()
    return (raw[: 2 * DESCRIPTION_LENGTH_MAX].decode("utf-16-le", "replace"),)


def _xmp_packet(image: Image.Image) -> bytes:
    packet = image.info.get("xmp") or image.info.get("XML:com.adobe.xmp")
    if isinstance(packet, str):
        return packet.encode("utf-8", "replace")
    return packet if isinstance(packet, bytes) else b""


def _iptc_texts(image: Image.Image) -> dict[tuple[int, int], list[bytes]]:
    try:
        records = IptcImagePlugin.getiptcinfo(image) or {}  # type: ignore[arg-type]
    except METADATA_ERRORS:
        return {}
    return {
        key: [value for value in _as_list(values) if isinstance(value, bytes)]
        for key, values in records.items()
    }


def _as_list(values: object) -> list[object]:
    return values if isinstance(values, list) else [values]
