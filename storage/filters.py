"""PhotoFilter as a condition on the tables `photos` and `roots`."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from storage.conditions import Condition, all_of, any_of
from storage.folder_conditions import below_any, in_named
from storage.items import IS_ITEM
from storage.people_conditions import naming
from storage.place_conditions import in_places, near_any
from storage.time_conditions import in_time
from storage.trait_conditions import has_trait
from storage.word_conditions import holding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from storage.records import PhotoFilter
    from storage.sql import Sql


def condition_for(photo_filter: PhotoFilter, sql: Sql) -> Condition:
    """What an item must fulfil to pass the filter."""
    return all_of((Condition(IS_ITEM), *_parts(photo_filter, sql)))


def _parts(photo_filter: PhotoFilter, sql: Sql) -> Iterator[Condition]:
    if photo_filter.folders:
        yield below_any(photo_filter.folders, sql)
    if photo_filter.folder_names:
        yield in_named(photo_filter.folder_names, sql)
    yield from in_time(photo_filter)
    if photo_filter.cameras:
        yield _any_camera(photo_filter.cameras)
    if photo_filter.extensions:
        yield _of_type(photo_filter.extensions)
    if photo_filter.rating_from is not None:
        yield Condition(f"{_RATING} >= ?", (photo_filter.rating_from,))
    if photo_filter.places:
        yield in_places(photo_filter.places, sql)
    if photo_filter.near:
        yield near_any(photo_filter.near)
    yield from _of_people(photo_filter, sql)
    yield from (has_trait(trait, sql) for trait in photo_filter.traits)
    yield from _of_words(photo_filter, sql)
    for other in photo_filter.without:
        yield all_of(_parts(other, sql)).negated
    if photo_filter.photo_ids:
        marks = ",".join("?" * len(photo_filter.photo_ids))
        yield Condition(f"photos.id IN ({marks})", photo_filter.photo_ids)


def _of_people(photo_filter: PhotoFilter, sql: Sql) -> Iterator[Condition]:
    for group in (*((person,) for person in photo_filter.people), *photo_filter.people_any):
        yield any_of(naming(person, sql) for person in group)


def _of_words(photo_filter: PhotoFilter, sql: Sql) -> Iterator[Condition]:
    for text in photo_filter.phrases:
        if (held := holding(text, sql)) is not None:
            yield held
    for text in photo_filter.without_words:
        if (held := holding(text, sql)) is not None:
            yield held.negated


def _of_type(extensions: tuple[str, ...]) -> Condition:
    """A pair passes by either of its files."""
    marks = ",".join("?" * len(extensions))
    # The plus sign keeps the index of extensions out: there are fewer companions than such files.
    return Condition(
        f"(photos.extension IN ({marks}) OR photos.id IN (SELECT companion_of FROM photos AS beside"
        f" WHERE companion_of IS NOT NULL AND deleted_at IS NULL AND +extension IN ({marks})))",
        (*extensions, *extensions),
    )


_RATING = """coalesce((SELECT rating FROM sidecar_facts WHERE photo_id = photos.id),
    (SELECT rating FROM facts WHERE facts.content_id = photos.content_id))"""


def _any_camera(cameras: tuple[str, ...]) -> Condition:
    patterns = tuple(_contains(camera) for camera in cameras)
    by_name = " UNION ALL ".join(
        f"SELECT content_id FROM facts WHERE {column} IN ({_names_like(column, len(patterns))})"
        for column in ("camera", "lens")
    )
    like = " OR ".join(
        [r"camera LIKE CAST(? AS TEXT) ESCAPE '\' OR lens LIKE CAST(? AS TEXT) ESCAPE '\'"]
        * len(patterns)
    )
    return Condition(
        f"(photos.content_id IN ({by_name})"
        f" OR photos.id IN (SELECT photo_id FROM sidecar_facts WHERE {like}))",
        (*patterns, *patterns, *(pattern for pattern in patterns for _ in range(2))),
    )


def _names_like(column: str, patterns: int) -> str:
    """Those of the few different values in a column of many rows that fit any pattern.

    From each value the index leads to the next one, without a look at the rows between.
    """
    like = " OR ".join([r"name LIKE CAST(? AS TEXT) ESCAPE '\'"] * patterns)
    return (
        f"WITH RECURSIVE told(name) AS (SELECT min({column}) FROM facts UNION ALL"
        f" SELECT (SELECT min({column}) FROM facts WHERE {column} > name) FROM told"
        f" WHERE name IS NOT NULL) SELECT name FROM told WHERE {like}"
    )


def _contains(part: str) -> bytes:
    """A pattern for LIKE; as bytes, because names of folders need not be UTF-8."""
    escaped = part.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")
    return os.fsencode(f"%{escaped}%")
