"""What the pipeline writes: the indexer's queue, and what reading a photo found."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from storage.fact_columns import FACT_COLUMNS, column_values
from storage.items import IS_ITEM
from storage.moments import date_again
from storage.records import ContentId, PhotoId, RootId
from storage.vectors import ENCODER

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from storage.records import Facts, OriginId
    from storage.sql import Sql


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingPhoto:
    """A photo that is to be read, or whose content still lacks a vector, or frames."""

    photo_id: PhotoId
    root_id: RootId
    path: Path
    size_bytes: int
    mtime_ns: int
    content_id: ContentId | None = None
    """What it held when it was last read."""


class Contents:
    """Contents by their hash, and the photos that wait to be read."""

    def __init__(self, sql: Sql) -> None:
        self._sql = sql

    def unread(self, *, now: float, limit: int) -> list[PendingPhoto]:
        """Photos that were never read, or changed since; newest first.

        Offline photos, and failed ones whose time has not come, are left out.
        """
        return _pending(
            self._sql.rows(
                f"{_QUEUE} WHERE photos.pending AND {IS_ITEM} AND {_READABLE}"
                " ORDER BY photos.mtime_ns DESC, photos.id DESC LIMIT ?",
                [now, limit],
            )
        )

    def without_vector(
        self, encoder_id: str, *, now: float, after: PendingPhoto | None, limit: int
    ) -> list[PendingPhoto]:
        """One photo of each read content that lacks this encoder's vector, or its frames'.

        Newest first, from `after` on: to start at the top for each batch would make a whole
        library's re-embedding quadratic.
        """
        edge = _edge(after)
        return _pending(
            self._sql.rows(
                f"{_QUEUE} WHERE {_READ} AND {_READABLE} AND {_FOLLOWING}"
                " AND (NOT EXISTS (SELECT 1 FROM embeddings"
                "  WHERE embeddings.content_id = photos.content_id AND embeddings.kind = 'image'"
                f"  AND embeddings.{ENCODER}) OR photos.content_id IN ({_LACKING_FRAMES}))"
                f" AND {_FIRST_COPY} ORDER BY photos.mtime_ns DESC, photos.id DESC LIMIT ?",
                [now, *edge, encoder_id, encoder_id, limit],
            )
        )

    def outdated(
        self, facts_version: int, *, now: float, after: PendingPhoto | None, limit: int
    ) -> list[PendingPhoto]:
        """One photo of each content whose facts an older reader has read, as `without_vector`."""
        return _pending(
            self._sql.rows(
                f"{_QUEUE} WHERE {_READ} AND {_READABLE} AND {_FOLLOWING}"
                f" AND photos.content_id IN ({_OUTDATED}) AND {_FIRST_COPY}"
                " ORDER BY photos.mtime_ns DESC, photos.id DESC LIMIT ?",
                [now, *_edge(after), facts_version, limit],
            )
        )

    def without_caption(
        self, origin: OriginId, *, now: float, after: PendingPhoto | None, limit: int
    ) -> list[PendingPhoto]:
        """One photo of each read content that has no caption of this origin.

        Newest first, from `after` on, as with `without_vector`.
        """
        edge = _edge(after)
        return _pending(
            self._sql.rows(
                f"{_QUEUE} WHERE {_CAPTIONABLE} AND {_FOLLOWING} AND {_FIRST_COPY}"
                " ORDER BY photos.mtime_ns DESC, photos.id DESC LIMIT ?",
                [now, origin, *edge, limit],
            )
        )

    def count_without_caption(self, origin: OriginId, *, now: float) -> int:
        """How many contents `without_caption` would give in all."""
        return int(
            self._sql.value(
                f"SELECT count(DISTINCT photos.content_id) FROM photos {_JOINS}"
                f" WHERE {_CAPTIONABLE}",
                [now, origin],
            )
        )

    def without_text(
        self, readers: Sequence[str], *, after: PendingPhoto | None, limit: int
    ) -> list[PendingPhoto]:
        """One photo of each read content whose text none of these readers has looked for.

        Newest first, from `after` on, as with `without_vector`.
        """
        return _pending(
            self._sql.rows(
                f"{_QUEUE} WHERE {_WITHOUT_TEXT} AND {_FOLLOWING} AND {_FIRST_COPY}"
                " ORDER BY photos.mtime_ns DESC, photos.id DESC LIMIT ?",
                [json.dumps(readers), *_edge(after), limit],
            )
        )

    def count_without_text(self, readers: Sequence[str]) -> int:
        """How many contents `without_text` would give in all."""
        return int(
            self._sql.value(
                f"SELECT count(DISTINCT photos.content_id) FROM photos {_JOINS}"
                f" WHERE {_WITHOUT_TEXT}",
                [json.dumps(readers)],
            )
        )

    def hashes(self, content_ids: Sequence[ContentId]) -> dict[ContentId, str]:
        """The hash of the files that hold each of the contents."""
        rows = self._sql.rows_in("SELECT id, hash FROM contents WHERE id IN ({keys})", content_ids)
        return {ContentId(row[0]): str(row[1]) for row in rows}

    def count_work(
        self,
        encoder_id: str | None,
        *,
        now: float,
        facts_version: int = 0,
        leaving_out: Collection[PhotoId] = (),
    ) -> int:
        """How many photos `unread`, `outdated` and `without_vector` would give in all.

        Without an encoder no vectors are lacking. Of those in `leaving_out` none that is unread is
        counted.
        """
        unread = self._sql.value(
            f"SELECT count(*) FROM ({_QUEUE} WHERE photos.pending AND {IS_ITEM} AND {_READABLE})",
            [now],
        )
        unread -= sum(
            row[0]
            for row in self._sql.rows_in(
                f"SELECT count(*) FROM photos {_JOINS} WHERE photos.id IN ({{keys}})"
                f" AND photos.pending AND {IS_ITEM} AND {_READABLE}",
                list(leaving_out),
                [now],
            )
        )
        lacking = f"photos.content_id IN ({_OUTDATED})"
        if encoder_id is not None:
            lacking += (
                " OR photos.content_id NOT IN (SELECT content_id FROM embeddings"
                f" WHERE kind = 'image' AND {ENCODER}) OR photos.content_id IN ({_LACKING_FRAMES})"
            )
        read = self._sql.value(
            f"SELECT count(DISTINCT photos.content_id) FROM photos {_JOINS}"
            f" WHERE {_READ} AND {_READABLE} AND ({lacking})",
            [now, facts_version, *([encoder_id] * 2 if encoder_id else [])],
        )
        return int(unread) + int(read)

    def by_hashes(self, hashes: Sequence[str], *, facts_version: int = 0) -> dict[str, ContentId]:
        """The contents known already that gave a picture, by a reader of this version or newer."""
        rows = self._sql.rows_in(
            "SELECT hash, id FROM contents WHERE hash IN ({keys}) AND facts_version >= ?"
            " AND width IS NOT NULL",
            hashes,
            [facts_version],
        )
        return {str(row[0]): ContentId(row[1]) for row in rows}

    def with_vector(
        self, content_ids: Sequence[ContentId], encoder_id: str
    ) -> frozenset[ContentId]:
        """Those of the contents that have this encoder's vector, and all of its frames'."""
        rows = self._sql.rows_in(
            "SELECT content_id FROM embeddings WHERE content_id IN ({keys}) AND kind = 'image'"
            f" AND {ENCODER} AND content_id NOT IN ({_LACKING_FRAMES})",
            content_ids,
            [encoder_id, encoder_id],
        )
        return frozenset(ContentId(row[0]) for row in rows)

    def seconds_of(self, content_ids: Sequence[ContentId]) -> dict[ContentId, float]:
        """Where in each moving picture its thumbnail and vector are from; stills are left out."""
        rows = self._sql.rows_in(
            "SELECT id, second FROM contents WHERE id IN ({keys}) AND second IS NOT NULL",
            content_ids,
        )
        return {ContentId(row[0]): float(row[1]) for row in rows}

    def put(
        self,
        content_hash: str,
        facts: Facts,
        *,
        facts_version: int = 0,
        picture: str | None = None,
        second: float | None = None,
        further_frames: int = 0,
    ) -> ContentId:
        """Store what the file of this hash says of itself; once for all its copies.

        Args:
            content_hash: of the file.
            facts: what it says.
            facts_version: of what read them.
            picture: tells pictures of the same pixels; None where it is not known.
            second: of a moving picture, where its thumbnail and vector are from.
            further_frames: how many frames it has beside that one; until an encoder has vectors of
                as many, the content is not complete for it.
        """
        content_id = ContentId(
            self._sql.value(
                "INSERT INTO contents (hash, width, height, second, further_frames, picture,"
                " facts_version) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (hash) DO UPDATE SET"
                " width = excluded.width, height = excluded.height, second = excluded.second,"
                " further_frames = excluded.further_frames, picture = excluded.picture,"
                " facts_version = excluded.facts_version RETURNING id",
                [
                    *(content_hash, facts.width, facts.height, second, further_frames),
                    *(picture, facts_version),
                ],
            )
        )
        self._sql.run(
            f"INSERT OR REPLACE INTO facts (content_id, {', '.join(FACT_COLUMNS)})"
            f" VALUES ({', '.join('?' * (len(FACT_COLUMNS) + 1))})",
            [content_id, *column_values(facts, FACT_COLUMNS)],
        )
        return content_id

    def put_unseen(self, content_hash: str, facts: Facts, *, facts_version: int = 0) -> None:
        """Store what a file of this hash says of itself, whose picture nobody can decode."""
        content_id = self.put(content_hash, facts, facts_version=facts_version)
        self._sql.run("UPDATE contents SET width = NULL, height = NULL WHERE id = ?", [content_id])

    def assign_unseen(self, photo: PendingPhoto, content_hash: str) -> None:
        """The photo holds what `put_unseen` stored of this hash, if anything.

        It is found by that, and goes on waiting to be read: what works on pictures passes it over.
        """
        self._sql.run(
            "UPDATE photos SET content_id = contents.id FROM contents"
            " WHERE contents.hash = ? AND contents.width IS NULL"
            " AND photos.id = ? AND size_bytes = ? AND mtime_ns = ?",
            [content_hash, photo.photo_id, photo.size_bytes, photo.mtime_ns],
        )
        date_again(self._sql, [photo.photo_id])

    def date_again(self, content_id: ContentId) -> None:
        """Date all photos of a content anew, by what its facts say now."""
        rows = self._sql.rows("SELECT id FROM photos WHERE content_id = ?", [content_id])
        date_again(self._sql, [PhotoId(row[0]) for row in rows])

    def assign(self, photo: PendingPhoto, content_id: ContentId) -> bool:
        """The photo has been read and holds this content, unless it has changed meanwhile.

        Returns whether it had failed before.
        """
        is_same = self._sql.run(
            "UPDATE photos SET content_id = ?, pending = 0"
            " WHERE id = ? AND size_bytes = ? AND mtime_ns = ?",
            [content_id, photo.photo_id, photo.size_bytes, photo.mtime_ns],
        )
        if is_same:
            date_again(self._sql, [photo.photo_id])
        return bool(self._sql.run("DELETE FROM failures WHERE photo_id = ?", [photo.photo_id]))


_JOINS = """JOIN roots ON roots.id = photos.root_id
    LEFT JOIN failures ON failures.photo_id = photos.id"""
_QUEUE = f"""SELECT photos.id, photos.root_id, roots.path, photos.folder, photos.name,
    photos.size_bytes, photos.mtime_ns, photos.content_id FROM photos {_JOINS}"""
_ONLINE = "roots.offline_since IS NULL AND photos.offline_since IS NULL"
# No wait is longer than a week: what lies further ahead was written while the clock was wrong.
_IS_DUE = "(failures.retry_after - ?) NOT BETWEEN 1e-9 AND 604800"
# A photo that got no caption can still be read and embedded.
_READABLE = f"""{_ONLINE} AND (failures.photo_id IS NULL OR failures.step = 'caption'
    OR {_IS_DUE})"""
_READ = f"{IS_ITEM} AND NOT photos.pending AND photos.content_id IS NOT NULL"
_CAPTIONABLE = f"""{_READ} AND {_ONLINE}
    AND (failures.photo_id IS NULL OR {_IS_DUE})
    AND NOT EXISTS (SELECT 1 FROM captions
     WHERE captions.content_id = photos.content_id AND captions.origin = ?)"""
_WITHOUT_TEXT = f"""{_READ} AND {_ONLINE} AND NOT EXISTS (SELECT 1 FROM picture_texts
     WHERE picture_texts.content_id = photos.content_id
     AND reader IN (SELECT value FROM json_each(?)))"""
_FIRST_COPY = """photos.id = (SELECT min(copy.id) FROM photos AS copy
     WHERE copy.content_id = photos.content_id AND copy.deleted_at IS NULL
     AND copy.companion_of IS NULL AND copy.offline_since IS NULL AND copy.root_id NOT IN
     (SELECT id FROM roots WHERE offline_since IS NOT NULL))"""
_LACKING_FRAMES = f"""SELECT contents.id FROM contents WHERE further_frames > 0
    AND further_frames > (SELECT count(*) FROM frames
     WHERE frames.content_id = contents.id AND frames.{ENCODER})"""
_OUTDATED = "SELECT id FROM contents WHERE facts_version < ?"
_FOLLOWING = "(photos.mtime_ns, photos.id) < (?, ?)"
_NEWEST = (2**63 - 1, 2**63 - 1)


def _edge(after: PendingPhoto | None) -> tuple[int, int]:
    return (after.mtime_ns, after.photo_id) if after else _NEWEST


def _pending(rows: list[tuple[Any, ...]]) -> list[PendingPhoto]:
    return [
        PendingPhoto(
            photo_id=PhotoId(row[0]),
            root_id=RootId(row[1]),
            path=Path(os.fsdecode(row[2])) / os.fsdecode(row[3]) / os.fsdecode(row[4]),
            size_bytes=row[5],
            mtime_ns=row[6],
            content_id=None if row[7] is None else ContentId(row[7]),
        )
        for row in rows
    ]
