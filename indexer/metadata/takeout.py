"""What Google Photos says of a photo in the JSON files of a Takeout; hostile ones say less."""

from __future__ import annotations

import json
import math
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from indexer.metadata.cleaning import (
    DESCRIPTION_LENGTH_MAX,
    WORDS_MAX,
    first_text,
    too_many,
    unique_words,
)
from indexer.metadata.dates import date_facts, date_told_in_utc
from indexer.metadata.exif import METADATA_ERRORS
from indexer.metadata.place import Point
from storage.records import Facts

if TYPE_CHECKING:
    from storage.date_order import DateTold

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ALTITUDE_MAX = 100_000


def takeout_facts(content: bytes) -> Facts:
    """What the file says; nothing where it is none of Takeout's. Raises nothing.

    Its `title` is left out: it is the file's name.
    """
    try:
        said = json.loads(content)
        if not isinstance(said, dict) or not isinstance(said.get("photoTakenTime"), dict):
            return Facts()
        place = _place(said.get("geoData")) or _place(said.get("geoDataExif"))
        people = unique_words(_texts(_names(said.get("people"))))
        return Facts(
            **date_facts([_date(said["photoTakenTime"].get("timestamp"), place)]),
            latitude=place.latitude if place else None,
            longitude=place.longitude if place else None,
            altitude_m=place.altitude_m if place else None,
            description=first_text(
                _texts([said.get("description")]), length_max=DESCRIPTION_LENGTH_MAX
            ),
            people=people[:WORDS_MAX],
            notes=too_many(people, "names"),
            is_favourite=said.get("favorited") is True,
        )
    except METADATA_ERRORS:
        return Facts()


def _date(timestamp: object, place: Point | None) -> DateTold | None:
    """Of seconds since the beginning of 1970, in digits."""
    instant = _EPOCH + timedelta(seconds=int(str(timestamp)))
    latitude, longitude = (place.latitude, place.longitude) if place else (None, None)
    return date_told_in_utc("Takeout", instant.isoformat(), latitude, longitude)


def _place(said: object) -> Point | None:
    """(0, 0) stands for a place that is not known, as do 0 metres for a height."""
    if not isinstance(said, dict):
        return None
    latitude, longitude, altitude = (
        _number(said.get(name)) for name in ("latitude", "longitude", "altitude")
    )
    if latitude is None or longitude is None or latitude == longitude == 0:
        return None
    if abs(latitude) > 90 or abs(longitude) > 180:
        return None
    is_sane = altitude and abs(altitude) <= _ALTITUDE_MAX
    return Point(latitude, longitude, round(altitude, 3) if altitude and is_sane else None)


def _number(value: object) -> float | None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number and math.isfinite(value) else None  # type: ignore[arg-type]


def _names(people: object) -> list[Any]:
    listed = people if isinstance(people, list) else []
    return [person.get("name") for person in listed if isinstance(person, dict)]


def _texts(values: list[Any]) -> list[bytes]:
    """As bytes, whose encoding is plain."""
    return [value.encode("utf-8", "replace") for value in values if isinstance(value, str)]
