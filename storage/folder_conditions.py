"""Folders of a filter as a condition on the table `photos`.

A folder is named by its path, or by words of its name. The few folders that hold photos are listed
and compared here, for SQLite knows neither words nor the two forms of an accented letter.
"""

from __future__ import annotations

import json
import os
import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from storage.conditions import Condition, any_of
from storage.name_words import NameList

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from storage.sql import Sql

# From each folder the index leads to the next one, without a look at the photos between.
EACH_FOLDER = """
    WITH RECURSIVE told(folder) AS (
        SELECT min(folder) FROM photos WHERE root_id = ?1
        UNION ALL
        SELECT (SELECT min(folder) FROM photos WHERE root_id = ?1 AND folder > told.folder)
        FROM told WHERE told.folder IS NOT NULL)
    SELECT folder FROM told WHERE folder IS NOT NULL"""
_NO_TEXT = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class _Root:
    id: int
    path: tuple[str, ...]
    """The names of the folders that lead to it, and its own."""
    folders: tuple[tuple[str, ...], ...]
    """Those that hold photos: the names that lead there from the root."""


@dataclass(frozen=True, slots=True)
class _Places:
    roots: tuple[_Root, ...]
    names: NameList
    """All names of folders, of those above the roots too."""


def in_named(names: Sequence[str], sql: Sql) -> Condition:
    """In or below a folder that any of the names, or runs of a path, fits by its words."""
    places = sql.remembered(_read_places)
    return any_of(condition for name in names for condition in _in_named(name, places))


def _in_named(name: str, places: _Places) -> tuple[Condition, ...]:
    fitting = [
        frozenset(match.name for match in places.names.holding(part))
        for part in name.split("/")
        if part
    ]
    if not fitting or not all(fitting):
        return ()
    # What lies above a root has no meaning for its photos, unless nothing else is called so.
    inside = _holding(fitting, ((root, root.path[-1:]) for root in places.roots))
    return inside or _holding(fitting, ((root, root.path) for root in places.roots))


def _holding(
    fitting: Sequence[frozenset[str]], roots: Iterable[tuple[_Root, tuple[str, ...]]]
) -> tuple[Condition, ...]:
    """Photos whose folders, with those above the root that are told, hold the run of names."""
    found: list[Condition] = []
    for root, above in roots:
        if _has_run(above, fitting):
            found.append(Condition("photos.root_id = ?", (root.id,)))
        else:
            paths = (path for path in root.folders if _has_run((*above, *path), fitting))
            found.extend(_in_exactly(root.id, ["/".join(path) for path in paths]))
    return tuple(found)


def _has_run(path: tuple[str, ...], fitting: Sequence[frozenset[str]]) -> bool:
    """Whether somewhere on the path each folder is among the names that fit there."""
    if fitting[0].isdisjoint(path):  # which nearly all are
        return False
    return any(
        all(name in names for name, names in zip(path[start:], fitting, strict=False))
        for start in range(len(path) - len(fitting) + 1)
    )


def _in_exactly(root_id: int, folders: Sequence[str]) -> Iterator[Condition]:
    """In one of the folders; as one value, for there may be more than SQLite has places for."""
    texts = [folder for folder in folders if not _NO_TEXT.search(folder)]
    others = [os.fsencode(folder).hex().upper() for folder in folders if _NO_TEXT.search(folder)]
    if texts:
        among = "photos.folder IN (SELECT CAST(value AS BLOB) FROM json_each(?))"
        yield Condition(f"(photos.root_id = ? AND {among})", (root_id, json.dumps(texts)))
    if others:
        among = "hex(photos.folder) IN (SELECT value FROM json_each(?))"
        yield Condition(f"(photos.root_id = ? AND {among})", (root_id, json.dumps(others)))


def below_any(folders: Sequence[Path], sql: Sql) -> Condition:
    """In or below any of the absolute folders, however their accented letters are written."""
    roots = [(row[0], Path(os.fsdecode(row[1]))) for row in sql.rows("SELECT id, path FROM roots")]
    return any_of(
        condition
        for folder in folders
        for root_id, root in roots
        for condition in _below(root_id, _composed(root), _composed(folder), sql)
    )


def _composed(path: Path) -> tuple[str, ...]:
    return Path(unicodedata.normalize("NFC", str(path))).parts


def _below(
    root_id: int, root: tuple[str, ...], folder: tuple[str, ...], sql: Sql
) -> Iterator[Condition]:
    if root[: len(folder)] == folder:
        yield Condition("photos.root_id = ?", (root_id,))
    elif folder[: len(root)] == root:
        for relative in _spellings("/".join(folder[len(root) :]), root_id, sql):
            # Each side names the root: only so both are looked up in the index.
            yield Condition(
                "((photos.root_id = ? AND photos.folder = ?)"
                " OR (photos.root_id = ? AND photos.folder >= ? AND photos.folder < ?))",
                (root_id, relative, root_id, relative + b"/", relative + b"0"),
            )


def _spellings(relative: str, root_id: int, sql: Sql) -> Iterable[bytes]:
    """The ways in which the library writes a folder that is given in composed letters."""
    if relative.isascii():
        return (relative.encode(),)
    depth = relative.count("/") + 1
    ways = {
        "/".join(folder[:depth])
        for root in sql.remembered(_read_places).roots
        if root.id == root_id
        for folder in root.folders
    }
    return [os.fsencode(way) for way in ways if unicodedata.normalize("NFC", way) == relative]


def _read_places(sql: Sql) -> _Places:
    roots = tuple(
        _Root(
            root_id,
            Path(os.fsdecode(path)).parts[1:],
            tuple(_parts(os.fsdecode(row[0])) for row in sql.rows(EACH_FOLDER, [root_id])),
        )
        for root_id, path in sql.rows("SELECT id, path FROM roots")
    )
    names = {name for root in roots for path in (root.path, *root.folders) for name in path}
    return _Places(roots, NameList(names))


def _parts(folder: str) -> tuple[str, ...]:
    return tuple(folder.split("/")) if folder else ()
