"""What a video says of itself; hostile tags give fewer facts."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

import av

from indexer.formats import is_sequence
from indexer.metadata.dates import DateTold, date_facts, date_told, local_time
from indexer.metadata.exif import METADATA_ERRORS, Exif, ExifTable, clean_text
from indexer.metadata.facts import camera_name, facts_filled, facts_from
from indexer.metadata.film_boxes import APPLE, LIVE_ID
from indexer.metadata.xmp_facts import (
    DESCRIPTION_LENGTH_MAX,
    NAME_LENGTH_MAX,
    TITLE_LENGTH_MAX,
    first_text,
    unique_words,
)
from storage.records import Facts

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import TypeAlias

    from av.container import InputContainer

    from indexer.metadata.film_boxes import FilmBoxes
    from storage.date_order import DateSource

    Tags: TypeAlias = Mapping[str, tuple[str, ...]]
    """All texts of each name, which is FFmpeg's or Apple's, in lower case."""

_DURATION_SECONDS_MAX = 1_000_000.0
_DATES: tuple[tuple[DateSource, str], ...] = (
    ("original", f"{APPLE}creationdate"),
    ("original", "date_recorded"),
    ("container", "creation_time"),
    ("container", "date"),
)
_UTC = "+00:00"
_PLACES = (f"{APPLE}location.iso6709", "location", "location-eng")
_PLACE_NAMES = (f"{APPLE}location.name",)
_MAKERS = (f"{APPLE}make", "com.android.manufacturer", "make")
_MODELS = (f"{APPLE}model", "com.android.model", "model")
_ARTISTS = (f"{APPLE}artist", f"{APPLE}author", "artist", "author")
_TITLES = (f"{APPLE}displayname", f"{APPLE}title", "title")
_DESCRIPTIONS = (
    *(f"{APPLE}description", "description", "synopsis"),
    *(f"{APPLE}comment", "comment", f"{APPLE}information", "isbj"),
)
"""The first is the description, the others are remarks."""
_KEYWORD_LISTS = (f"{APPLE}keywords", "keywords", "ikey")
_KEYWORDS = ("wm/category", "category", f"{APPLE}genre", "genre")
"""Unlike the lists, their commas and semicolons are no borders."""
_STARS = (f"{APPLE}rating.user",)
_PERCENTAGES = ("wm/shareduserrating", "rating percent")
_STARS_MAX = 5
_ISO6709 = re.compile(
    r"([+-]\d{1,2}(?:\.\d+)?)([+-]\d{1,3}(?:\.\d+)?)([+-]\d+(?:\.\d+)?)?"
    r"(?:CRS[^/]*)?/?(.*)",
    re.DOTALL,
)
_DEMUXER_FORMATS = {
    "avi": "AVI",
    "asf": "WMV",
    "flv": "FLV",
    "mpeg": "MPEG",
    "mpegvideo": "MPEG",
    "mpegts": "MPEG-TS",
}


def read_video_facts(container: InputContainer, head: bytes, boxes: FilmBoxes) -> Facts:
    """The facts, but for size and orientation."""
    tags = {name.casefold(): (text,) for name, text in container.metadata.items()} | boxes.texts
    edited, own = _facts_of_xmp(boxes.xmp), _facts_of(tags)
    said = facts_filled(edited, own)
    return replace(
        said,
        format=_format_of(container, head),
        duration_seconds=duration_of(container),
        **date_facts(_dates(tags, edited, said)),
        keywords=unique_words((*edited.keywords, *own.keywords)),
        live_id=clean_text(boxes.first(LIVE_ID) or "", length_max=NAME_LENGTH_MAX),
    )


def _facts_of_xmp(packet: bytes) -> Facts:
    nothing = ExifTable({})
    try:
        return facts_from(Exif(main=nothing, photo=nothing, gps=nothing), packet)
    except METADATA_ERRORS:
        return Facts()


def _facts_of(tags: Tags) -> Facts:
    """What the tags say, but for the date."""
    latitude, longitude, altitude, place_name = _place(tags)
    descriptions = _texts(tags, _DESCRIPTIONS)
    return Facts(
        camera=camera_name(_text(tags, _MAKERS), _text(tags, _MODELS)),
        latitude=latitude,
        longitude=longitude,
        altitude_m=altitude,
        location=_text(tags, _PLACE_NAMES) or place_name,
        title=_text(tags, _TITLES, TITLE_LENGTH_MAX),
        description=next(iter(descriptions), None),
        remarks=tuple(descriptions[1:]),
        artist=_text(tags, _ARTISTS),
        keywords=_keywords(tags),
        rating=_rating(tags),
    )


def duration_of(container: InputContainer) -> float | None:
    """In seconds; None where the file does not say, or nothing that can be."""
    if container.duration is None:
        return None
    seconds = container.duration / av.time_base
    return round(seconds, 3) if 0 < seconds < _DURATION_SECONDS_MAX else None


def _format_of(container: InputContainer, head: bytes) -> str:
    demuxer = container.format.name.split(",", 1)[0]
    if demuxer == "matroska":
        return "WEBM" if b"webm" in head else "MKV"
    if demuxer == "mov":
        brand = head[8:12]
        if head[4:8] != b"ftyp" or brand == b"qt  ":
            return "MOV"
        if is_sequence(head):
            return "HEIF"
        return "3GP" if brand.startswith(b"3g") else "MP4"
    return _DEMUXER_FORMATS.get(demuxer, "VIDEO")


def _dates(tags: Tags, edited: Facts, said: Facts) -> Iterator[DateTold | None]:
    """Every date there is; one in UTC by the clock of the place, for few films were made there."""
    told = [date_told(source, text) for source, name in _DATES for text in tags.get(name, ())]
    if edited.taken_at is not None and edited.taken_by is not None:
        told.insert(0, DateTold(edited.taken_at, edited.taken_by, edited.taken_fraction))
    for date in told:
        if date is not None and date.taken_at.endswith(_UTC):
            instant = datetime.fromisoformat(date.taken_at)
            local = local_time(instant, said.latitude, said.longitude)
            yield replace(date, taken_at=local)
        else:
            yield date


def _place(tags: Tags) -> tuple[float | None, float | None, float | None, str | None]:
    """Latitude, longitude, altitude by ISO 6709, as `+48.8584+002.2945+035.000/`, and a name."""
    for text in _values(tags, _PLACES):
        match = _ISO6709.match(text)
        if match is None:
            continue
        latitude, longitude = float(match[1]), float(match[2])
        if abs(latitude) > 90 or abs(longitude) > 180 or latitude == longitude == 0:
            continue
        altitude = float(match[3]) if match[3] else None
        is_sane = altitude is not None and abs(altitude) <= 100_000 and math.isfinite(altitude)
        name = clean_text(match[4], length_max=NAME_LENGTH_MAX)
        return latitude, longitude, altitude if is_sane else None, name
    return None, None, None, None


def _keywords(tags: Tags) -> tuple[str, ...]:
    listed = (word for text in _values(tags, _KEYWORD_LISTS) for word in re.split("[,;]", text))
    return unique_words((*listed, *_values(tags, _KEYWORDS)))


def _rating(tags: Tags) -> int | None:
    """Stars, 1 to 5; of a hundred parts, 1 is one star and 99 are five, as Windows has it."""
    for text in _values(tags, _STARS):
        if (stars := _number(text)) is not None and 1 <= stars <= _STARS_MAX:
            return round(stars)
    for text in _values(tags, _PERCENTAGES):
        if (percent := _number(text)) is not None and 1 <= percent <= 100:
            return min(_STARS_MAX, 1 + round(percent) * 4 // 99)
    return None


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _values(tags: Tags, names: tuple[str, ...]) -> Iterator[str]:
    return (text for name in names for text in tags.get(name, ()))


def _text(tags: Tags, names: tuple[str, ...], length_max: int = NAME_LENGTH_MAX) -> str | None:
    return first_text(_values(tags, names), length_max=length_max)


def _texts(tags: Tags, names: tuple[str, ...]) -> list[str]:
    """Each text once, in the order of the names."""
    texts = (
        first_text((text,), length_max=DESCRIPTION_LENGTH_MAX) for text in _values(tags, names)
    )
    return list(dict.fromkeys(text for text in texts if text))
