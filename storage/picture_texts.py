"""The text that is to be read in pictures, by content."""

from __future__ import annotations

from typing import TYPE_CHECKING

from storage.records import ContentId

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from storage.sql import Sql


class PictureTexts:
    """Reads and writes them; writing belongs inside the caller's transaction."""

    def __init__(self, sql: Sql) -> None:
        self._sql = sql

    def of(self, content_ids: Sequence[ContentId]) -> dict[ContentId, str]:
        """The text in each of the pictures, those left out in which none was found."""
        rows = self._sql.rows_in(
            "SELECT content_id, text FROM picture_texts WHERE content_id IN ({keys})"
            " AND text <> ''",
            content_ids,
        )
        return {ContentId(row[0]): row[1] for row in rows}

    def put(self, texts: Mapping[ContentId, str], *, reader: str) -> None:
        """What a reader found in pictures; empty where it found nothing."""
        self._sql.run_many(
            "INSERT OR REPLACE INTO picture_texts (content_id, reader, text) VALUES (?, ?, ?)",
            [(content_id, reader, text) for content_id, text in texts.items()],
        )
