"""PhotoFilter as a condition on the tables `photos` and `roots`."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from storage.items import IS_ITEM
from storage.word_conditions import holding

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from storage.records import PhotoFilter
    from storage.sql import Sql


@dataclass(frozen=True, slots=True)
class Condition:
    """A piece of SQL and its values, to be used after WHERE."""

    text: str
    values: tuple[Any, ...] = ()


def condition_for(photo_filter: PhotoFilter, sql: Sql) -> Condition:
    """What an item must fulfil to pass the filter."""
    parts = [Condition(IS_ITEM)]
    if photo_filter.folders:
        parts.append(_below_any(photo_filter.folders, sql))
    if photo_filter.folder_names:
        parts.append(_in_named(photo_filter.folder_names))
    if photo_filter.taken_from:
        parts.append(Condition("photos.moment >= ?", (photo_filter.taken_from,)))
    if photo_filter.taken_before:
        parts.append(Condition("photos.moment < ?", (photo_filter.taken_before,)))
    if photo_filter.cameras:
        parts.append(_any_camera(photo_filter.cameras))
    if photo_filter.extensions:
        parts.append(_of_type(photo_filter.extensions))
    if photo_filter.rating_from is not None:
        parts.append(Condition(f"{_RATING} >= ?", (photo_filter.rating_from,)))
    parts.extend(_by_words(photo_filter, sql))
    if photo_filter.photo_ids:
        marks = ",".join("?" * len(photo_filter.photo_ids))
        parts.append(Condition(f"photos.id IN ({marks})", photo_filter.photo_ids))
    return Condition(
        " AND ".join(part.text for part in parts),
        tuple(value for part in parts for value in part.values),
    )


def _by_words(photo_filter: PhotoFilter, sql: Sql) -> Iterator[Condition]:
    for text in photo_filter.phrases:
        if held := holding(text, sql):
            yield Condition(*held)
    for text in photo_filter.without_words:
        if held := holding(text, sql):
            yield Condition(f"NOT {held[0]}", held[1])


def _below_any(folders: tuple[Path, ...], sql: Sql) -> Condition:
    roots = [(row[0], row[1]) for row in sql.rows("SELECT id, path FROM roots")]
    parts = [
        part
        for folder in folders
        for root_id, root in roots
        if (part := below(root_id, root, os.fsencode(folder))) is not None
    ]
    if not parts:
        return Condition("0")
    return Condition(
        "(" + " OR ".join(part.text for part in parts) + ")",
        tuple(value for part in parts for value in part.values),
    )


def below(root_id: int, root: bytes, folder: bytes) -> Condition | None:
    """Photos of the root that lie in or below an absolute folder; None where none can."""
    if root == folder or root.startswith(folder.rstrip(b"/") + b"/"):
        return Condition("photos.root_id = ?", (root_id,))
    if not folder.startswith(root.rstrip(b"/") + b"/"):
        return None
    relative = folder[len(root.rstrip(b"/")) + 1 :]
    # Each side names the root: only so both are looked up in the index.
    return Condition(
        "((photos.root_id = ? AND photos.folder = ?)"
        " OR (photos.root_id = ? AND photos.folder >= ? AND photos.folder < ?))",
        (root_id, relative, root_id, relative + b"/", relative + b"0"),
    )


def _in_named(names: tuple[str, ...]) -> Condition:
    place = (
        "((SELECT CAST(path AS TEXT) FROM roots WHERE roots.id = photos.root_id)"
        r" || '/' || CAST(photos.folder AS TEXT) || '/' LIKE CAST(? AS TEXT) ESCAPE '\')"
    )
    return Condition(
        "(" + " OR ".join([place] * len(names)) + ")",
        tuple(_contains(f"/{name.strip('/')}/") for name in names),
    )


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
