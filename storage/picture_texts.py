"""The text that is to be read in pictures, by content, and an index over any part of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from storage.records import ContentId
from storage.search_text import indexed_name

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
        # Deleted first, so that the index forgets what stood there.
        self._sql.run_many(
            "DELETE FROM picture_texts WHERE content_id = ?", [(key,) for key in texts]
        )
        rows = [(key, reader, text, _parts(text)) for key, text in texts.items()]
        self._sql.run_many(
            "INSERT INTO picture_texts (content_id, reader, text, parts) VALUES (?, ?, ?, ?)", rows
        )
        self._sql.run_many(
            "INSERT INTO text_parts (rowid, parts) VALUES (?, ?)",
            [(key, parts) for key, _, _, parts in rows if parts],
        )


def _parts(text: str) -> str:
    """As `name_parts` has names: each word after a space, `FreeWiFi` also as `Free Wi Fi`."""
    return "".join(f" {indexed_name(word)}" for word in text.split())
