"""What tells near-copies and bursts: a tiny grey picture of each content, and when it was taken."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from storage.records import ContentId

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from storage.sql import Sql

SIGNATURE_SIDE = 32
"""Rows and columns of a signature."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shot:
    """What is known of how a content came about, and how it looks."""

    taken_at: str | None
    """As in Photo.taken_at; the oldest of its copies'."""
    camera: str | None
    duration_seconds: float | None
    signature: bytes | None
    """Grey levels, row by row, of the whole picture squeezed into a square; None where not made."""


class Signatures:
    """Reads and writes them, and reads them with what else tells shots apart."""

    def __init__(self, sql: Sql) -> None:
        self._sql = sql

    def put(self, signatures: Mapping[ContentId, bytes]) -> None:
        """Store signatures inside the caller's transaction, over older ones."""
        self._sql.run_many(
            "INSERT OR REPLACE INTO signatures (content_id, grey) VALUES (?, ?)",
            signatures.items(),
        )

    def lacking(self, *, after: ContentId, limit: int) -> dict[ContentId, str]:
        """The hashes of contents without one, by id."""
        rows = self._sql.rows(
            "SELECT id, hash FROM contents WHERE id > ?"
            " AND id NOT IN (SELECT content_id FROM signatures) ORDER BY id LIMIT ?",
            [after, limit],
        )
        return {ContentId(row[0]): str(row[1]) for row in rows}

    def shots(self, content_ids: Sequence[ContentId]) -> dict[ContentId, Shot]:
        """What is known of those of the contents that have been read."""
        rows = self._sql.rows_in(
            "SELECT facts.content_id, (SELECT min(photos.taken_at) FROM photos"
            " WHERE photos.content_id = facts.content_id AND photos.deleted_at IS NULL),"
            " camera, duration_seconds, grey"
            " FROM facts LEFT JOIN signatures USING (content_id)"
            " WHERE facts.content_id IN ({keys})",
            content_ids,
        )
        return {
            ContentId(row[0]): Shot(
                taken_at=row[1], camera=row[2], duration_seconds=row[3], signature=row[4]
            )
            for row in rows
        }
