"""Files that go by another file's name: the RAW beside a JPEG, the seconds beside a photo.

A companion is a row of `photos` as any other, which keeps what is known of it; it is just not read,
searched, shown or counted as long as the photo that it accompanies is there and can be shown. It is
never pending: it is when it becomes an item of its own, unless it was read before it was paired.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from storage.pairs import FolderFile, companions_in
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
        return not self._unsettled(root_id, folder)

    def settle(self, root_id: RootId, folder: str) -> list[PhotoId]:
        """Pair the files of a folder; which photos are now found by other words, or not at all."""
        changes = self._unsettled(root_id, folder)
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

    def count(self) -> int:
        """How many files go by another one's name."""
        there = "companion_of IS NOT NULL AND deleted_at IS NULL"
        return int(self._sql.value(f"SELECT count(*) FROM photos WHERE {there}"))

    def _unsettled(
        self, root_id: RootId, folder: str
    ) -> list[tuple[PhotoId, PhotoId | None, PhotoId | None]]:
        """Rows that are not paired as they should be: companion, former item, item."""
        rows = self._sql.rows(
            "SELECT id, name, size_bytes, mtime_ns, companion_of, content_id, pending,"
            " failures.step"
            " FROM photos LEFT JOIN failures ON failures.photo_id = photos.id"
            " WHERE root_id = ? AND folder = ? AND deleted_at IS NULL",
            [root_id, os.fsencode(folder)],
        )
        pairs = companions_in(
            # A photo that only lacks a caption can be shown.
            FolderFile(
                name=name, size_bytes=size, mtime_ns=mtime, is_broken=step not in (None, "caption")
            )
            for _, name, size, mtime, *_, step in rows
        )
        ids = {name: PhotoId(photo_id) for photo_id, name, *_ in rows}
        wanted = {ids[companion]: ids[item] for companion, item in pairs.items()}
        return [
            (PhotoId(photo_id), former, item)
            for photo_id, _, _, _, former, content_id, pending, _ in rows
            if former != (item := wanted.get(PhotoId(photo_id)))
            or (pending if item else content_id is None and not pending)
        ]
