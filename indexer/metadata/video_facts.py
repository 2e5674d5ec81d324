"""What a video says of itself; hostile tags give fewer facts."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

import av

from indexer.formats import is_sequence
from indexer.metadata.cameras import camera_name
from indexer.metadata.cleaning import (
    DESCRIPTION_LENGTH_MAX,
    NAME_LENGTH_MAX,
    TITLE_LENGTH_MAX,
    WORDS_MAX,
    first_text,
    peoples_texts,
    too_many,
    unique_words,
)
from indexer.metadata.dates import DateTold, date_facts, date_told, local_time
from indexer.metadata.exif import METADATA_ERRORS, clean_text
from indexer.metadata.facts import facts_filled, facts_told
from indexer.metadata.film_boxes import APPLE, LIVE_ID
from indexer.metadata.ratings import stars, stars_of_percent
from indexer.metadata.said import Said
from indexer.metadata.xmp import read_xmp
from storage.records import Facts

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import TypeAlias

    from av.container import InputContainer

    from indexer.metadata.film_boxes import FilmBoxes
    from storage.date_order import DateSource

    Tags: TypeAlias = Mapping[str, Sequence[str]]
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
_PERCENTAGES, _FIFTHS = ("wm/shareduserrating",), ("rating percent",)
"""As Windows has it, 25 are two stars; as iTunes has it, 40 are."""
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
    tags = {name: [*texts] for name, texts in boxes.texts.items()}
    for name, text in container.metadata.items():
        tags.setdefault(name.casefold(), []).append(text)
    edited, own = _facts_of_xmp(boxes.xmp), _facts_of(tags)
    said = facts_filled(edited, own)
    keywords = unique_words((*edited.keywords, *own.keywords))
    overruled = (text for text in (own.title, own.description) if text)
    remarks = dict.fromkeys((*edited.remarks, *overruled, *own.remarks))
    return replace(
        said,
        format=_format_of(container, head),
        duration_seconds=duration_of(container),
        **date_facts(_dates(tags, edited, said)),
        keywords=keywords[:WORDS_MAX],
        remarks=tuple(text for text in remarks if text not in (said.title, said.description)),
        notes=(*said.notes, *too_many(keywords, "keywords")),
        live_id=clean_text(boxes.first(LIVE_ID) or "", length_max=NAME_LENGTH_MAX),
    )


def _facts_of_xmp(packet: bytes) -> Facts:
    try:
        return facts_told(Said(xmp=read_xmp(packet)))
    except METADATA_ERRORS:
        return Facts()


def _facts_of(tags: Tags) -> Facts:
    """What the tags say, but for the date."""
    latitude, longitude, altitude, place_name = _place(tags)
    descriptions = _words(tags, _DESCRIPTIONS, DESCRIPTION_LENGTH_MAX)
    return Facts(
        camera=camera_name(_text(tags, _MAKERS), _text(tags, _MODELS)),
        latitude=latitude,
        longitude=longitude,
        altitude_m=altitude,
        location=_text(tags, _PLACE_NAMES) or place_name,
        title=next(iter(_words(tags, _TITLES, TITLE_LENGTH_MAX)), None),
        description=next(iter(descriptions), None),
        remarks=tuple(descriptions[1:]),
        artist=next(iter(_words(tags, _ARTISTS)), None),
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
    given = (
        *(stars(text) for text in _values(tags, _STARS)),
        *(stars_of_percent(text) for text in _values(tags, _PERCENTAGES)),
        *(stars(-(-int(text) // 20)) for text in _values(tags, _FIFTHS) if text.isdecimal()),
    )
    return next((number for number in given if number and number > 0), None)


def _values(tags: Tags, names: tuple[str, ...]) -> Iterator[str]:
    return (text for name in names for text in tags.get(name, ()))


def _text(tags: Tags, names: tuple[str, ...], length_max: int = NAME_LENGTH_MAX) -> str | None:
    return first_text(_values(tags, names), length_max=length_max)


def _words(tags: Tags, names: tuple[str, ...], length_max: int = NAME_LENGTH_MAX) -> list[str]:
    """What people have written, each text once, in the order of the names."""
    return list(dict.fromkeys(peoples_texts(_values(tags, names), length_max=length_max)))
