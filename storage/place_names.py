"""The names of places: what else each goes by, and how many photos were taken at each.

Each name is kept with every key that it is found by: its own words and those of its other names,
folded. Keys without words of one and two letters are kept too, for searches drop many of these:
`monaco baviera` is `Monaco di Baviera`.
"""

from __future__ import annotations

from collections import Counter
from functools import lru_cache
from typing import TYPE_CHECKING

from storage.items import IS_ITEM
from storage.search_text import folded, readings, tokens

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from storage.records import Place
    from storage.sql import Sql

_NAMES_AT_HAND = 20_000
"""Each quarter of a city brings along what the city is called."""
WRITTEN = ("location", "city", "state", "country")
"""Columns of `facts` and `sidecar_facts`: where it was taken, as its owner wrote it."""
IS_WRITTEN = f"coalesce({', '.join(WRITTEN)}) IS NOT NULL"
"""As their indexes have it."""
LONG_LETTERS = 3
"""Shorter words of a key may be left out."""

_TOLD = ", ".join(f"coalesce(sidecar.{name}, facts.{name})" for name in WRITTEN)
_COUNTS = f"""
    SELECT quarter, name, state, country, photos FROM places JOIN (
        SELECT place_id, count(*) AS photos FROM photo_places
        JOIN photos ON photos.id = photo_id WHERE {IS_ITEM} GROUP BY place_id) AS counted
    ON place_id = places.id"""
_COUNTS_WRITTEN = f"""
    SELECT {_TOLD}, place_id, count(*) FROM photos
    LEFT JOIN photo_places ON photo_places.photo_id = photos.id
    LEFT JOIN facts ON facts.content_id = photos.content_id
    LEFT JOIN sidecar_facts AS sidecar ON sidecar.photo_id = photos.id
    WHERE {IS_ITEM} AND (photos.content_id IN (SELECT content_id FROM facts WHERE {IS_WRITTEN})
     OR photos.id IN (SELECT photo_id FROM sidecar_facts WHERE {IS_WRITTEN}))
    GROUP BY 1, 2, 3, 4, 5"""
_PUT = "INSERT OR IGNORE INTO place_names (key, name) VALUES (?, ?)"
_IS_UNKNOWN = " OR ".join(
    f"({name} IS NOT NULL AND {name} NOT IN (SELECT name FROM place_names))"
    for name in ("city", "state", "country")
)
_UNKNOWN_WRITTEN = (
    " UNION ".join(
        f"SELECT city, state, country FROM {table} WHERE {IS_WRITTEN} AND ({_IS_UNKNOWN})"
        for table in ("facts", "sidecar_facts")
    )
    + " LIMIT ?"
)
_SHOWN = "SELECT id, quarter, name, state, country FROM places"
# Of towns of one name that of most photos is meant.
_POINTS = f"""
    WITH counted AS (
        SELECT places.*, count(*) AS photos FROM places
        JOIN photo_places ON place_id = places.id JOIN photos ON photos.id = photo_id
        WHERE {IS_ITEM} GROUP BY places.id)
    SELECT key, latitude, longitude FROM (
        SELECT name AS called, latitude, longitude, sum(photos) AS photos FROM counted
        GROUP BY 1, 2, 3
        UNION ALL SELECT quarter, latitude, longitude, sum(photos) FROM counted GROUP BY 1, 2, 3)
    JOIN place_names ON place_names.name = called
    ORDER BY photos, latitude, longitude"""

_folded = lru_cache(_NAMES_AT_HAND)(folded)


def name_keys(name: str) -> frozenset[str]:
    """What the name is found by: equal keys of two mean the same name, however spelled."""
    return frozenset(" ".join(words) for words in readings(name) if words)


def put_names(places: Iterable[Place], sql: Sql) -> None:
    """Keep what the places are called, inside the caller's transaction."""
    _put_pairs({pair for place in places for pair in _pairs(place)}, sql)


def put_written(names: Mapping[str, Collection[str]], sql: Sql) -> None:
    """Keep what else each name that owners wrote is called, inside the caller's transaction."""
    _put_pairs({(name, other) for name, others in names.items() for other in others}, sql)
    # Also what has no other name is looked up but once.
    sql.run_many(_PUT, [(name, name) for name in names])


def unknown_written(sql: Sql, *, limit: int) -> list[tuple[str | None, ...]]:
    """City, state and country that owners wrote, where any is not looked up yet."""
    return sql.rows(_UNKNOWN_WRITTEN, [limit])


def called(keys: Collection[str], sql: Sql) -> list[str]:
    """The names that any of the keys leads to."""
    rows = sql.rows_in("SELECT DISTINCT name FROM place_names WHERE key IN ({keys})", sorted(keys))
    return list(dict.fromkeys(row[0] for row in rows))


def place_keys(sql: Sql) -> frozenset[str]:
    """All that leads to a name."""
    return frozenset(row[0] for row in sql.rows("SELECT DISTINCT key FROM place_names"))


def town_points(sql: Sql) -> dict[str, tuple[float, float]]:
    """Where the towns of the library's photos are, in degrees, by each key of them and quarters."""
    return {row[0]: (row[1], row[2]) for row in sql.rows(_POINTS)}


def place_counts(sql: Sql) -> Iterator[tuple[str, int]]:
    """Each name with how many photos were taken there; one of two spellings counts for both."""
    counts: Counter[str] = Counter()
    spelled: dict[str, str] = {}

    def count(names: Iterable[str | None], photos: int) -> None:
        for key, name in {_folded(name): name for name in names if name}.items():
            spelled.setdefault(key, name)
            counts[key] += photos

    for *names, photos in sql.rows(_COUNTS):
        count(names, photos)
    if written := sql.rows(_COUNTS_WRITTEN):
        shown = {row[0]: set(map(_folded, filter(None, row[1:]))) for row in sql.rows(_SHOWN)}
        for *names, place_id, photos in written:
            # What the gazetteer says too is counted already.
            known = shown.get(place_id, set())
            count((name for name in names if name and _folded(name) not in known), photos)
    return ((spelled[key], photos) for key, photos in counts.items())


def shown_names(place: Place) -> tuple[str, ...]:
    """What a place is called, from the smallest to the largest."""
    return tuple(filter(None, (place.quarter, place.name, place.state, place.country)))


def long_words(words: Sequence[str]) -> tuple[str, ...]:
    """The words that are never left out of a key."""
    return tuple(word for word in words if len(word) >= LONG_LETTERS or not word.isascii())


def _put_pairs(pairs: Collection[tuple[str, str]], sql: Sql) -> None:
    keys = {(key, name) for name, other in pairs for key in _stored_keys(other)}
    sql.run_many(_PUT, sorted(keys))


def _pairs(place: Place) -> Iterator[tuple[str, str]]:
    yield from ((name, name) for name in shown_names(place))
    yield from place.other_names


@lru_cache(_NAMES_AT_HAND)
def _stored_keys(name: str) -> frozenset[str]:
    short = " ".join(long_words(tokens(name)))
    return name_keys(name) | ({short} if short else set())
