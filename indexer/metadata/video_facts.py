"""What a video says of itself; hostile tags give fewer facts."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

import av

from indexer.formats import is_sequence
from indexer.metadata.dates import date_facts, date_told, date_told_in_utc
from indexer.metadata.exif import clean_text
from indexer.metadata.facts import camera_name
from storage.records import Facts

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from av.container import InputContainer

    from storage.date_order import DateTold

_NAME_MAX, _TITLE_MAX, _DESCRIPTION_MAX = 120, 300, 2000
_KEYWORDS_MAX, _KEYWORD_LENGTH_MAX = 64, 80
_DURATION_SECONDS_MAX = 1_000_000.0
_APPLE = "com.apple.quicktime."
_LOCAL_DATES = (f"{_APPLE}creationdate", "date")
_UTC_DATE = "creation_time"
_PLACES = (f"{_APPLE}location.iso6709", "location", "location-eng")
_MAKERS = (f"{_APPLE}make", "com.android.manufacturer", "make")
_MODELS = (f"{_APPLE}model", "com.android.model", "model")
_DESCRIPTIONS = (f"{_APPLE}description", "description", "comment")

_ISO6709 = re.compile(r"([+-]\d{1,2}(?:\.\d+)?)([+-]\d{1,3}(?:\.\d+)?)([+-]\d+(?:\.\d+)?)?")
_DEMUXER_FORMATS = {
    "avi": "AVI",
    "asf": "WMV",
    "mpeg": "MPEG",
    "mpegvideo": "MPEG",
    "mpegts": "MPEG-TS",
}


def read_video_facts(container: InputContainer, head: bytes) -> Facts:
    """The facts, but for size and orientation."""
    tags = {name.casefold(): value for name, value in container.metadata.items()}
    latitude, longitude, altitude = _place(tags)
    words = (tags.get(f"{_APPLE}keywords") or tags.get("keywords") or "").split(",")
    keywords = (clean_text(word, length_max=_KEYWORD_LENGTH_MAX) for word in words)
    return Facts(
        format=_format_of(container, head),
        duration_seconds=duration_of(container),
        **date_facts(_dates(tags, latitude, longitude)),
        camera=camera_name(_text(tags, _MAKERS), _text(tags, _MODELS)),
        latitude=latitude,
        longitude=longitude,
        altitude_m=altitude,
        title=_text(tags, (f"{_APPLE}title", "title"), _TITLE_MAX),
        description=_text(tags, _DESCRIPTIONS, _DESCRIPTION_MAX),
        keywords=tuple(dict.fromkeys(word for word in keywords if word))[:_KEYWORDS_MAX],
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


def _dates(
    tags: Mapping[str, str], latitude: float | None, longitude: float | None
) -> Iterator[DateTold | None]:
    own, other = _LOCAL_DATES
    yield date_told("original", tags.get(own))
    yield date_told_in_utc("container", tags.get(_UTC_DATE), latitude, longitude)
    yield date_told("container", tags.get(other))


def _place(tags: Mapping[str, str]) -> tuple[float | None, float | None, float | None]:
    """Latitude, longitude and altitude by ISO 6709, as `+48.8584+002.2945+035.000/`."""
    for name in _PLACES:
        match = _ISO6709.match(tags.get(name, ""))
        if match is None:
            continue
        latitude, longitude = float(match[1]), float(match[2])
        if abs(latitude) > 90 or abs(longitude) > 180 or latitude == longitude == 0:
            continue
        altitude = float(match[3]) if match[3] else None
        is_sane = altitude is not None and abs(altitude) <= 100_000 and math.isfinite(altitude)
        return latitude, longitude, altitude if is_sane else None
    return None, None, None


def _text(
    tags: Mapping[str, str], names: tuple[str, ...], length_max: int = _NAME_MAX
) -> str | None:
    texts = (clean_text(tags[name], length_max=length_max) for name in names if name in tags)
    return next((text for text in texts if text), None)
