"""Files that go by another file's name: the RAW beside a JPEG, the seconds beside a photo.

A companion is a row of `photos` as any other, which keeps what is known of it; it is just not read,
searched, shown or counted as long as the photo that it accompanies is there and can be shown. It is
never pending: it is when it becomes an item of its own, unless it was read before it was paired.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from storage.films import instant
from storage.pairs import FilmCard, FolderFile, companions_in
from storage.records import PhotoId

if TYPE_CHECKING:
    from collections.abc import Sequence

    from storage.records import RootId
    from storage.sql import Sql


class Companions:
    """Keeps pairs as `storage.pairs` has them; writing belongs inside the caller's transaction."""

    def __init__(self, sql: Sql) -> None:
        self._sql = sql

    def is_settled(self, root_id: RootId, folder: str) -> bool:
        """Whether the files of a folder are paired as they should be."""
        return not _unsettled(self._rows(root_id, folder))

    def settle(self, root_id: RootId, folder: str) -> list[PhotoId]:
        """Pair the files of a folder; which photos are now found by other words, or not at all."""
        changes = _unsettled(self._rows(root_id, folder))
        self._sql.run_many(
            "UPDATE photos SET companion_of = ?1, content_id = iif(pending, NULL, content_id),"
            " pending = ?1 IS NULL AND (pending OR content_id IS NULL) WHERE id = ?2",
            [(item, companion) for companion, _, item in changes],
        )
        return [photo_id for change in changes for photo_id in change if photo_id is not None]

    def of(self, photo_ids: Sequence[PhotoId]) -> dict[PhotoId, tuple[Path, ...]]:
        """Where the companions of each of the photos are, by name."""
        rows = self._sql.rows_in(
            "SELECT companion_of, roots.path, folder, name FROM photos"
            " JOIN roots ON roots.id = photos.root_id"
            " WHERE companion_of IN ({keys}) AND deleted_at IS NULL ORDER BY name",
            photo_ids,
        )
        found: dict[PhotoId, tuple[Path, ...]] = {}
        for item, root, folder, name in rows:
            path = Path(os.fsdecode(root)) / os.fsdecode(folder) / os.fsdecode(name)
            found[PhotoId(item)] = (*found.get(PhotoId(item), ()), path)
        return found

    def files_in(self, root_id: RootId, folder: str) -> dict[str, FolderFile]:
        """What is known of the files of a folder, by name, as far as pairing goes."""
        return {os.fsdecode(row.file.name): row.file for row in self._rows(root_id, folder)}

    def is_settled_around(self, photo_id: PhotoId) -> bool:
        """Whether the files with about the name of this photo are paired as they should be."""
        row = self._sql.row("SELECT root_id, folder, name FROM photos WHERE id = ?", [photo_id])
        if row is None:
            return True
        root_id, folder, name = row
        stem = name.rpartition(b".")[0]
        names = "AND photos.name >= ? AND photos.name < ?"
        return not _unsettled(self._rows(root_id, os.fsdecode(folder), names, stem, stem + b"\xff"))

    def count(self) -> int:
        """How many files go by another one's name."""
        there = "companion_of IS NOT NULL AND deleted_at IS NULL"
        return int(self._sql.value(f"SELECT count(*) FROM photos WHERE {there}"))

    def _rows(
        self, root_id: RootId, folder: str, condition: str = "", *values: bytes
    ) -> list[_Row]:
        rows = self._sql.rows(f"{_FILES} {condition}", [root_id, os.fsencode(folder), *values])
        return [_row(row) for row in rows]


def _unsettled(rows: Sequence[_Row]) -> list[tuple[PhotoId, PhotoId | None, PhotoId | None]]:
    """Those that are not paired as they should be: companion, former item, item."""
    pairs = companions_in(row.file for row in rows)
    ids = {row.file.name: row.photo_id for row in rows}
    wanted = {ids[companion]: ids[item] for companion, item in pairs.items()}
    return [
        (row.photo_id, row.former, item)
        for row in rows
        if row.former != (item := wanted.get(row.photo_id)) or row.waits_as(item)
    ]


_FILES = """
    SELECT photos.id, companion_of, photos.content_id, pending, failures.step,
           photos.name, photos.size_bytes, photos.mtime_ns, facts.taken_at, facts.live_id,
           films.name IS NOT NULL, films.duration_seconds, films.created, films.live_id
    FROM photos LEFT JOIN failures ON failures.photo_id = photos.id
    LEFT JOIN facts ON facts.content_id = photos.content_id AND NOT photos.pending
    LEFT JOIN films ON films.root_id = photos.root_id AND films.folder = photos.folder
     AND films.name = photos.name AND films.size_bytes = photos.size_bytes
     AND films.mtime_ns = photos.mtime_ns
    WHERE photos.root_id = ? AND photos.folder = ? AND deleted_at IS NULL"""


@dataclass(frozen=True, slots=True)
class _Row:
    """A file of a folder, and the item that it goes by now."""

    photo_id: PhotoId
    former: PhotoId | None
    has_content: bool
    is_pending: bool
    file: FolderFile

    def waits_as(self, item: PhotoId | None) -> bool:
        """Whether it waits to be read as a companion, or does not wait as an unread item."""
        return self.is_pending if item else not (self.has_content or self.is_pending)


def _row(row: tuple[Any, ...]) -> _Row:
    photo_id, former, content_id, pending, step, name, size, mtime, *said = row
    taken_at, live_id, is_film, seconds, created, film_id = said
    return _Row(
        photo_id=PhotoId(photo_id),
        former=None if former is None else PhotoId(former),
        has_content=content_id is not None,
        is_pending=bool(pending),
        file=FolderFile(
            name=name,
            size_bytes=size,
            mtime_ns=mtime,
            # A photo that only lacks a caption can be shown.
            is_broken=step not in (None, "caption"),
            taken_at=taken_at,
            live_id=live_id,
            card=FilmCard(seconds, instant(created), film_id) if is_film else None,
        ),
    )
