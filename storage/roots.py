"""The folders that belong to a library, and the file systems mounted in them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from storage.errors import StorageError
from storage.records import PhotoId, Root, RootId

if TYPE_CHECKING:
    from collections.abc import Sequence

    from storage.sql import Sql
    from storage.words import Words

_COLUMNS = "id, path, is_mount, offline_since, scanned_at, volume, inside"


class Roots:
    """Adds, lists and marks roots."""

    def __init__(self, sql: Sql, words: Words) -> None:
        self._sql = sql
        self._words = words

    def all(self) -> tuple[Root, ...]:
        """Every root, in the order they were added."""
        return tuple(
            _root(row) for row in self._sql.rows(f"SELECT {_COLUMNS} FROM roots ORDER BY id")
        )

    def add(self, path: Path) -> Root:
        """The root at an absolute path, added if it is new."""
        self._sql.run("INSERT OR IGNORE INTO roots (path) VALUES (?)", [os.fsencode(path)])
        row = self._sql.row(f"SELECT {_COLUMNS} FROM roots WHERE path = ?", [os.fsencode(path)])
        if row is None:
            raise AssertionError("a root that was just added is there")
        return _root(row)

    def remove(self, root_id: RootId) -> None:
        """Forget a root and its photos' places; their contents stay until a purge."""
        self._sql.run("DELETE FROM roots WHERE id = ?", [root_id])

    def leave_behind(self, root: Root, photo_ids: Sequence[PhotoId], since: float) -> None:
        """Photos that did not go along when the root was rehomed: offline, where they were.

        Args:
            root: as it was before.
            photo_ids: who stays.
            since: when they were missed, in seconds since the epoch.
        """
        kept = self.add(root.path)
        self._sql.run(
            "UPDATE roots SET is_mount = ?, scanned_at = ?, volume = ?, inside = ? WHERE id = ?",
            [root.is_mount, root.scanned_at, root.volume, os.fsencode(root.inside), kept.id],
        )
        self.mark_offline(kept.id, since)
        self._sql.run_many(
            "UPDATE photos SET root_id = ? WHERE id = ?", [(kept.id, item) for item in photo_ids]
        )
        self._words.refresh(photo_ids)

    def absorb(self, inner: Root, outer: Root) -> None:
        """Make the photos of a root that lies below another one the other's."""
        prefix = os.fsencode(inner.path.relative_to(outer.path))
        place = os.fsdecode(prefix)
        mounts = {f"{place}/{folder}" for folder in self.mounts(inner.id)}
        own = {place} if inner.is_mount else set()
        self.put_mounts(outer.id, self.mounts(outer.id) | mounts | own)
        for table in ("photos", "sidecars"):
            self._sql.run(
                f"UPDATE {table} SET root_id = ?, folder = CASE folder WHEN X'' THEN ?"
                " ELSE CAST(? || folder AS BLOB) END WHERE root_id = ?",
                [outer.id, prefix, prefix + b"/", inner.id],
            )
        self._sql.run("DELETE FROM roots WHERE id = ?", [inner.id])

    def rehome(self, root_id: RootId, path: Path, *, is_same_volume: bool = False) -> None:
        """The root is at another absolute path now; all that is known of its photos goes along.

        Whether it is there is the next scan's to say. Unless it is the same file system in another
        place, that scan cannot compare inodes and times of change with what they were: files of
        equal path, size and time are taken for the same.

        Raises:
            StorageError: another root is at the path.
        """
        before = self._sql.value("SELECT path FROM roots WHERE id = ?", [root_id])
        try:
            self._sql.run(
                "UPDATE roots SET path = ?, scanned_at = iif(?, scanned_at, NULL) WHERE id = ?",
                [os.fsencode(path), is_same_volume, root_id],
            )
        except StorageError as error:
            raise StorageError(f"{path} belongs to the library already") from error
        if before is not None and Path(os.fsdecode(before)).name != path.name:
            self._words.refresh(self._photos(root_id))

    def _photos(self, root_id: RootId) -> list[PhotoId]:
        rows = self._sql.rows("SELECT id FROM photos WHERE root_id = ?", [root_id])
        return [PhotoId(row[0]) for row in rows]

    def mark_online(self, root_id: RootId, *, is_mount: bool, scanned_at: float) -> None:
        """The folder was there and has been compared with the library."""
        self._sql.run(
            "UPDATE roots SET offline_since = NULL, is_mount = ?, scanned_at = ? WHERE id = ?",
            [is_mount, scanned_at, root_id],
        )

    def put_volume(self, root_id: RootId, volume: str, inside: Path) -> None:
        """Remember the file system that the folder is on, and where in it."""
        self._sql.run(
            "UPDATE roots SET volume = ?, inside = ? WHERE id = ?",
            [volume, os.fsencode(inside), root_id],
        )

    def mark_offline(self, root_id: RootId, since: float) -> None:
        """The folder is not there; the first time it was missed is kept."""
        self._sql.run(
            "UPDATE roots SET offline_since = coalesce(offline_since, ?) WHERE id = ?",
            [since, root_id],
        )

    def unreadable(self, root_id: RootId) -> tuple[str, ...]:
        """Folders below the root that the last full scan was not allowed to read."""
        found = self._sql.rows(
            "SELECT folder FROM unreadable WHERE root_id = ? ORDER BY folder", [root_id]
        )
        return tuple(os.fsdecode(row[0]) for row in found)

    def put_unreadable(self, root_id: RootId, folders: frozenset[str]) -> None:
        """Remember the folders below the root that could not be read."""
        self._sql.run("DELETE FROM unreadable WHERE root_id = ?", [root_id])
        self._sql.run_many(
            "INSERT INTO unreadable (root_id, folder) VALUES (?, ?)",
            [(root_id, os.fsencode(folder)) for folder in sorted(folders)],
        )

    def mounts(self, root_id: RootId) -> frozenset[str]:
        """Folders below the root where a file system was mounted when they were last seen."""
        found = self._sql.rows("SELECT folder FROM mounts WHERE root_id = ?", [root_id])
        return frozenset(os.fsdecode(row[0]) for row in found)

    def put_mounts(self, root_id: RootId, folders: frozenset[str]) -> None:
        """Remember the mounted folders below the root, and what is known of them."""
        self._sql.run_many(
            "DELETE FROM mounts WHERE root_id = ? AND folder = ?",
            [(root_id, os.fsencode(folder)) for folder in self.mounts(root_id) - folders],
        )
        self._sql.run_many(
            "INSERT OR IGNORE INTO mounts (root_id, folder) VALUES (?, ?)",
            [(root_id, os.fsencode(folder)) for folder in sorted(folders)],
        )

    def mounted_volumes(self, root_id: RootId) -> dict[str, tuple[str, Path]]:
        """By folder the file systems that were mounted below the root, and where in each."""
        found = self._sql.rows(
            "SELECT folder, volume, inside FROM mounts WHERE root_id = ? AND volume <> ''",
            [root_id],
        )
        return {os.fsdecode(row[0]): (row[1], Path(os.fsdecode(row[2]))) for row in found}

    def put_mounted_volume(self, root_id: RootId, folder: str, volume: str, inside: Path) -> None:
        """Remember the file system that is mounted at a folder below the root."""
        self._sql.run(
            "UPDATE mounts SET volume = ?, inside = ? WHERE root_id = ? AND folder = ?",
            [volume, os.fsencode(inside), root_id, os.fsencode(folder)],
        )

    def detach(self, root: Root, folder: str, path: Path, since: float) -> None:
        """Make the photos of a drive that was mounted below a root a root of their own.

        Args:
            root: it was mounted below.
            folder: where, relative to the root.
            path: where the new root is, or is said to be.
            since: when the drive was missed, in seconds since the epoch.
        """
        volume, inside = self.mounted_volumes(root.id)[folder]
        made, prefix = self.add(path), os.fsencode(folder)
        self._sql.run(
            "UPDATE roots SET is_mount = 1, scanned_at = ?, volume = ?, inside = ? WHERE id = ?",
            [root.scanned_at, volume, os.fsencode(inside), made.id],
        )
        self._sql.run(
            "UPDATE photos SET root_id = ?, offline_since = NULL, folder ="
            " CASE folder WHEN ? THEN X'' ELSE CAST(substr(folder, ?) AS BLOB) END"
            " WHERE root_id = ? AND (folder = ? OR (folder >= ? AND folder < ?))",
            [made.id, prefix, len(prefix) + 2, root.id, prefix, prefix + b"/", prefix + b"0"],
        )
        self._sql.run("DELETE FROM mounts WHERE root_id = ? AND folder = ?", [root.id, prefix])
        self.mark_offline(made.id, since)
        self._words.refresh(self._photos(made.id))


def _root(row: tuple[Any, ...]) -> Root:
    return Root(
        id=RootId(row[0]),
        path=Path(os.fsdecode(row[1])),
        is_mount=bool(row[2]),
        offline_since=row[3],
        scanned_at=row[4],
        volume=row[5],
        inside=Path(os.fsdecode(row[6])),
    )
