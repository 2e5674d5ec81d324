"""What the scanner writes: which files are in the roots, and which are gone."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING, cast

from storage.folder_conditions import EACH_FOLDER
from storage.items import IS_ITEM
from storage.moments import date_again, dated
from storage.records import FileState, PhotoId, RootId

if TYPE_CHECKING:
    from collections.abc import Sequence

    from storage.sql import Sql


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownFile:
    """A file as the library remembers it."""

    photo_id: PhotoId
    state: FileState
    is_deleted: bool
    is_offline: bool
    is_companion: bool


class Files:
    """Adds, changes and tombstones photos; every method belongs inside the caller's transaction."""

    def __init__(self, sql: Sql) -> None:
        self._sql = sql

    def known_in(self, root_id: RootId, folder: str) -> dict[str, KnownFile]:
        """The files of one folder by name, deleted ones too."""
        rows = self._sql.rows(
            "SELECT id, name, size_bytes, mtime_ns, ctime_ns, inode,"
            " deleted_at IS NOT NULL, offline_since IS NOT NULL, companion_of IS NOT NULL"
            " FROM photos WHERE root_id = ? AND folder = ?",
            [root_id, os.fsencode(folder)],
        )
        return {
            (name := os.fsdecode(row[1])): KnownFile(
                photo_id=PhotoId(row[0]),
                state=FileState(
                    name=name, size_bytes=row[2], mtime_ns=row[3], ctime_ns=row[4], inode=row[5]
                ),
                is_deleted=bool(row[6]),
                is_offline=bool(row[7]),
                is_companion=bool(row[8]),
            )
            for row in rows
        }

    def known_folders(self, root_id: RootId, folder: str) -> frozenset[str]:
        """Folders in or below `folder` that hold live photos, itself included."""
        rows = self._sql.rows(
            "SELECT DISTINCT folder FROM photos WHERE root_id = ? AND deleted_at IS NULL"
            f" AND {_BELOW}",
            [root_id, *_below_values(folder)],
        )
        return frozenset(os.fsdecode(row[0]) for row in rows)

    def all_folders(self, root_id: RootId) -> frozenset[str]:
        """Folders of the root that hold photos, or did; sooner told than `known_folders`."""
        return frozenset(os.fsdecode(row[0]) for row in self._sql.rows(EACH_FOLDER, [root_id]))

    def extensions(self) -> frozenset[str]:
        """The extensions of all items, in lower case with the dot."""
        rows = self._sql.rows(f"SELECT DISTINCT extension FROM photos WHERE {IS_ITEM}")
        return frozenset(f".{row[0]}" for row in rows)

    def sample(self, root_id: RootId, limit: int) -> list[tuple[str, FileState]]:
        """Live files by their path in the root; all of them where there are few enough."""
        count = self._sql.value(
            "SELECT count(*) FROM photos WHERE root_id = ? AND deleted_at IS NULL", [root_id]
        )
        rows = self._sql.rows(
            "SELECT folder, name, size_bytes, mtime_ns, ctime_ns, inode FROM"
            " (SELECT *, row_number() OVER () AS n"
            "  FROM photos WHERE root_id = ? AND deleted_at IS NULL) WHERE n % ? = 0",
            [root_id, -(-count // limit) or 1],
        )
        return [
            (
                str(PurePath(os.fsdecode(row[0]), (name := os.fsdecode(row[1])))),
                FileState(
                    name=name, size_bytes=row[2], mtime_ns=row[3], ctime_ns=row[4], inode=row[5]
                ),
            )
            for row in rows
        ]

    def add(self, root_id: RootId, folder: str, states: Sequence[FileState]) -> list[PhotoId]:
        """New files, or changed ones: their rows are to be read again by the indexer."""
        place = os.fsencode(folder)
        rows = [self._add(root_id, place, state) for state in states]
        added = [photo_id for photo_id, _ in rows]
        self._sql.run_in("DELETE FROM failures WHERE photo_id IN ({keys})", added)
        date_again(self._sql, [photo_id for photo_id, is_dated in rows if not is_dated])
        return added

    def _add(self, root_id: RootId, folder: bytes, state: FileState) -> tuple[PhotoId, bool]:
        """Its id, and whether it has the date of a file of which nothing is told."""
        own = dated(None, folder, os.fsencode(state.name), state.mtime_ns)
        extension = os.path.splitext(state.name)[1][1:].lower()  # noqa: PTH122 - once per file
        row = self._sql.row(
            "INSERT INTO photos (root_id, folder, name, extension, size_bytes, mtime_ns, ctime_ns,"
            " inode, dated_by, moment) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
            " ON CONFLICT (root_id, folder, name) DO UPDATE SET size_bytes = excluded.size_bytes,"
            " mtime_ns = excluded.mtime_ns, ctime_ns = excluded.ctime_ns, inode = excluded.inode,"
            " pending = 1, deleted_at = NULL, offline_since = NULL RETURNING id, moment",
            [
                root_id,
                folder,
                os.fsencode(state.name),
                extension.encode("utf-8", "replace").decode(),
                state.size_bytes,
                state.mtime_ns,
                state.ctime_ns,
                state.inode,
                own.dated_by,
                own.moment,
            ],
        )
        photo_id, moment = cast("tuple[int, str]", row)
        return PhotoId(photo_id), moment == own.moment

    def settle(self, states: Sequence[tuple[PhotoId, FileState]]) -> None:
        """Unchanged files of which the file system now says something else."""
        self._sql.run_many(
            "UPDATE photos SET ctime_ns = ?, inode = ? WHERE id = ?",
            [(state.ctime_ns, state.inode, photo_id) for photo_id, state in states],
        )

    def revive(self, photo_ids: Sequence[PhotoId]) -> None:
        """Files that are there again, as they were."""
        self._sql.run_many(
            "UPDATE photos SET deleted_at = NULL, offline_since = NULL WHERE id = ?",
            [(photo_id,) for photo_id in photo_ids],
        )

    def tombstone(self, photo_ids: Sequence[PhotoId], when: float) -> None:
        """Files their owner deleted: hidden, but nothing known of them is lost."""
        self._forget_unread_companions(photo_ids)
        self._sql.run_many(
            "UPDATE photos SET deleted_at = ? WHERE id = ? AND deleted_at IS NULL",
            [(when, photo_id) for photo_id in photo_ids],
        )

    def tombstone_folder(self, root_id: RootId, folder: str, when: float) -> int:
        """Everything in a folder that is gone, not below it; how many photos."""
        rows = self._sql.rows(
            "SELECT id FROM photos WHERE root_id = ? AND folder = ? AND companion_of IS NOT NULL"
            " AND deleted_at IS NULL",
            [root_id, os.fsencode(folder)],
        )
        self._forget_unread_companions([PhotoId(row[0]) for row in rows])
        return self._sql.run(
            "UPDATE photos SET deleted_at = ? WHERE root_id = ? AND deleted_at IS NULL"
            " AND folder = ?",
            [when, root_id, os.fsencode(folder)],
        )

    def _forget_unread_companions(self, photo_ids: Sequence[PhotoId]) -> None:
        """Those of the photos that accompanied others, and of which nothing is known."""
        unread = "content_id IS NULL AND companion_of IS NOT NULL"
        rows = self._sql.rows_in(
            f"SELECT id FROM photos WHERE id IN ({{keys}}) AND {unread}", photo_ids
        )
        gone = [(row[0],) for row in rows]
        self._sql.run_many("DELETE FROM photos WHERE id = ?", gone)

    def mark_folder_offline(self, root_id: RootId, folder: str, when: float) -> int:
        """Everything in or below a folder that cannot be seen just now; how many photos."""
        return self._sql.run(
            "UPDATE photos SET offline_since = coalesce(offline_since, ?)"
            f" WHERE root_id = ? AND deleted_at IS NULL AND {_BELOW}",
            [when, root_id, *_below_values(folder)],
        )

    def adopt_moved(self) -> list[PhotoId]:
        """Give files that were moved what is known of them; which they are.

        A new file with the inode, size and time of one that is gone is that file under another
        name, and takes its content over. Gone is also what was in a folder on the same file system
        that is not there, or empty. Only where its time of change is the same too, as it is
        where a folder was renamed, can it be no other file with that inode: then it need not be
        read.
        """
        pairs = self._sql.rows(_MOVED)
        self._sql.run_many(
            "UPDATE photos SET content_id = ?, pending = ? WHERE id = ?",
            [(content, doubtful, fresh) for fresh, _, content, doubtful in pairs],
        )
        date_again(self._sql, [PhotoId(pair[0]) for pair in pairs])
        beside = self._sql.rows_in(
            "SELECT id FROM photos WHERE companion_of IN ({keys})", [pair[1] for pair in pairs]
        )
        self._forget_unread_companions([PhotoId(row[0]) for row in beside])
        self._sql.run_many("DELETE FROM photos WHERE id = ?", [(pair[1],) for pair in pairs])
        return [PhotoId(pair[0]) for pair in pairs]

    def count_purgeable(self, deleted_before: float) -> int:
        """How many photos `purge` would drop."""
        return int(
            self._sql.value("SELECT count(*) FROM photos WHERE deleted_at < ?", [deleted_before])
        )

    def purge(self, deleted_before: float) -> int:
        """Drop photos tombstoned before a time, and contents without photos; how many photos."""
        purged = self._sql.run("DELETE FROM photos WHERE deleted_at < ?", [deleted_before])
        self.drop_unused()
        return purged

    def drop_unused(self) -> None:
        """Drop contents and sidecars that no photo has any more."""
        self._sql.run(
            "DELETE FROM contents WHERE id NOT IN"
            " (SELECT content_id FROM photos WHERE content_id IS NOT NULL)"
        )
        self._sql.run(
            "DELETE FROM sidecars"
            " WHERE (root_id, folder) NOT IN (SELECT root_id, folder FROM photos)"
        )


# What is gone is grouped before it is joined: there may be thousands of links to one file.
_MOVED = """
    WITH fresh AS MATERIALIZED (
        SELECT id, root_id, inode, size_bytes, mtime_ns, ctime_ns FROM photos
        WHERE pending AND deleted_at IS NULL AND companion_of IS NULL AND content_id IS NULL
          AND inode <> 0
    ), lost AS MATERIALIZED (
        SELECT gone.id, gone.content_id, gone.inode, gone.size_bytes, gone.mtime_ns,
               max(gone.ctime_ns) AS ctime_ns,
               iif(gone.deleted_at IS NULL, roots.volume, NULL) AS volume
        FROM (SELECT DISTINCT inode, size_bytes, mtime_ns FROM fresh) AS wanted
        CROSS JOIN photos AS gone ON gone.inode = wanted.inode
         AND gone.size_bytes = wanted.size_bytes AND gone.mtime_ns = wanted.mtime_ns
        JOIN roots ON roots.id = gone.root_id
        WHERE gone.content_id IS NOT NULL AND NOT gone.pending
          AND (gone.deleted_at IS NOT NULL
               OR roots.offline_since IS NOT NULL AND roots.volume <> '')
        GROUP BY gone.inode, gone.size_bytes, gone.mtime_ns, 7
    )
    SELECT fresh.id, lost.id, lost.content_id, max(lost.ctime_ns) <> fresh.ctime_ns
    FROM fresh JOIN lost ON lost.inode = fresh.inode
     AND lost.size_bytes = fresh.size_bytes AND lost.mtime_ns = fresh.mtime_ns
    WHERE lost.volume IS NULL
       OR lost.volume = (SELECT volume FROM roots WHERE roots.id = fresh.root_id)
    GROUP BY fresh.id"""

_BELOW = "(folder = ? OR (folder >= ? AND folder < ?))"


def _below_values(folder: str) -> tuple[bytes, bytes, bytes]:
    # Of the root itself everything is below: every folder sorts at or after the empty one, and
    # no byte of a name is higher than 0xff.
    if not folder:
        return b"", b"", b"\xff\xff"
    encoded = os.fsencode(folder)
    return encoded, encoded + b"/", encoded + b"0"
