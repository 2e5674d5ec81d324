"""What the places of a library's photos are called, and how many photos go by each name."""

from __future__ import annotations

import json
from collections import Counter
from functools import lru_cache
from typing import TYPE_CHECKING

from storage.items import IS_ITEM
from storage.records import PlacePoint
from storage.search_text import folded, readings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from storage.sql import Sql

WRITTEN = ("location", "city", "state", "country")
"""Columns of `facts` and `sidecar_facts`: where it was taken, as its owner wrote it."""
IS_WRITTEN = f"coalesce({', '.join(WRITTEN)}) IS NOT NULL"
"""As their indexes have it."""
_TOLD = ", ".join(f"coalesce(sidecar.{name}, facts.{name})" for name in WRITTEN)
_COUNTS = f"""
    SELECT place_id, {_TOLD}, count(*) FROM photos
    LEFT JOIN photo_places ON photo_places.photo_id = photos.id
    LEFT JOIN facts ON facts.content_id = photos.content_id
    LEFT JOIN sidecar_facts AS sidecar ON sidecar.photo_id = photos.id
    WHERE {IS_ITEM} GROUP BY 1, 2, 3, 4, 5"""
_POINTS = f"""
    SELECT places.name, quarter, other_names, places.latitude, places.longitude, count(*)
    FROM places JOIN photo_places ON place_id = places.id JOIN photos ON photos.id = photo_id
    WHERE {IS_ITEM} GROUP BY places.id ORDER BY count(*) DESC, places.id"""
_MOST_KEPT = 50_000


def place_counts(sql: Sql) -> Iterator[tuple[str, int]]:
    """Each name with how many photos were taken there; one of two spellings counts for both."""
    shown = {
        row[0]: [name for name in row[1:] if name]
        for row in sql.rows("SELECT id, quarter, name, state, country FROM places")
    }
    counts: Counter[str] = Counter()
    spelled: dict[str, str] = {}
    for place_id, *written, photos in sql.rows(_COUNTS):
        names = [*shown.get(place_id, ()), *filter(None, written)]
        for key, name in {folded(name): name for name in reversed(names)}.items():
            spelled.setdefault(key, name)
            counts[key] += photos
    return ((spelled[key], photos) for key, photos in counts.items())


def points_of(sql: Sql) -> tuple[PlacePoint, ...]:
    """Where the places are that photos were taken at, those of most photos first."""
    return tuple(
        PlacePoint(
            names=(name, *(part for part in (quarter,) if part), *json.loads(others)),
            latitude=north,
            longitude=east,
            photos=photos,
        )
        for name, quarter, others, north, east, photos in sql.rows(_POINTS)
    )


@lru_cache(_MOST_KEPT)
def name_keys(name: str) -> frozenset[str]:
    """The name as names are compared: equal keys of two mean the same name, however spelled."""
    return frozenset(" ".join(words) for words in readings(name) if words)


def keys_of(names: Iterable[str]) -> frozenset[str]:
    """Those of all the names."""
    return frozenset(key for name in names for key in name_keys(name))
