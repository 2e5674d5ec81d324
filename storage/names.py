"""The names that a library's photos go by: of folders, cameras, places, people, years and types."""

from __future__ import annotations

import json
import os
import unicodedata
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from storage.items import IS_ITEM
from storage.place_names import place_counts, place_keys, town_points
from storage.records import LibraryNames, NameCount
from storage.safe_text import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from storage.sql import Sql

# CROSS JOIN has the facts looked through first: of the photos an index is enough then.
_CAMERAS = f"""
    SELECT camera, count(*) FROM facts CROSS JOIN photos ON photos.content_id = facts.content_id
    WHERE camera IS NOT NULL AND {IS_ITEM} GROUP BY camera
    UNION ALL
    SELECT sidecar.camera, count(*) FROM sidecar_facts AS sidecar
    JOIN photos ON photos.id = sidecar.photo_id
    LEFT JOIN facts ON facts.content_id = photos.content_id
    WHERE sidecar.camera IS NOT NULL AND facts.camera IS NULL AND {IS_ITEM}
    GROUP BY sidecar.camera"""
_PEOPLE = f"""
    SELECT facts.people, count(*) FROM facts
    CROSS JOIN photos ON photos.content_id = facts.content_id
    WHERE facts.people <> '[]' AND {IS_ITEM} AND photos.id NOT IN
     (SELECT photo_id FROM sidecar_facts WHERE people IS NOT NULL) GROUP BY facts.people
    UNION ALL
    SELECT sidecar.people, count(*) FROM sidecar_facts AS sidecar
    JOIN photos ON photos.id = sidecar.photo_id
    WHERE sidecar.people IS NOT NULL AND {IS_ITEM} GROUP BY sidecar.people"""
_YEARS = f"SELECT substr(moment, 1, 4), count(*) FROM photos WHERE {IS_ITEM} GROUP BY 1"
# A pair is found by the type of either file.
_TYPES = "SELECT extension, count(*) FROM photos WHERE deleted_at IS NULL GROUP BY extension"
_FOLDERS = f"SELECT root_id, folder, count(*) FROM photos WHERE {IS_ITEM} GROUP BY root_id, folder"


def names_of(sql: Sql) -> LibraryNames:
    """All names, as a line of the query can hold them; what is no text is left out."""
    paths = _root_paths(sql)
    return LibraryNames(
        roots=root_names_of(sql),
        root_paths=tuple(paths.values()),
        folders=_most_first(_folders(sql, {root_id: path.name for root_id, path in paths.items()})),
        cameras=_most_first(sql.rows(_CAMERAS)),
        places=_most_first(place_counts(sql)),
        place_points=town_points(sql),
        place_keys=place_keys(sql),
        people=people_of(sql),
        years=_most_first(sql.rows(_YEARS)),
        types=_most_first(sql.rows(_TYPES)),
    )


def root_names_of(sql: Sql) -> tuple[str, ...]:
    """The last part of each root's path, as a line of the query can hold it."""
    return tuple(filter(None, map(_typed, (path.name for path in _root_paths(sql).values()))))


def people_of(sql: Sql) -> tuple[NameCount, ...]:
    """Who is named in photos, or in their sidecars instead."""
    return _most_first(_people(sql))


def _root_paths(sql: Sql) -> dict[int, Path]:
    rows = sql.rows("SELECT id, path FROM roots ORDER BY id")
    return {root_id: Path(os.fsdecode(path)) for root_id, path in rows}


def _folders(sql: Sql, roots: Mapping[int, str]) -> Iterable[tuple[str, int]]:
    """Photos in or below folders of each name; those below two of one name count once."""
    counts: Counter[str] = Counter()
    for root_id, folder, photos in sql.rows(_FOLDERS):
        for name in {roots[root_id], *os.fsdecode(folder).split("/")}:
            counts[name] += photos
    return counts.items()


def _people(sql: Sql) -> Iterator[tuple[str, int]]:
    for listed, photos in sql.rows(_PEOPLE):
        for name in {str(person) for person in json.loads(listed)}:
            yield name, photos


def _most_first(found: Iterable[tuple[str, int]]) -> tuple[NameCount, ...]:
    """By number, then by name; names that are written in two ways are one."""
    counts: Counter[str] = Counter()
    for name, photos in found:
        counts[_typed(name)] += photos
    del counts[""]
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return tuple(NameCount(name=name, photos=photos) for name, photos in ordered)


def _typed(name: str) -> str:
    """The name in signs that can be typed and seen; empty where it is no text."""
    if name.isascii() and name.isprintable():
        return name
    shown = unicodedata.normalize("NFC", printable(name))
    return "" if "\ufffd" in shown else shown
