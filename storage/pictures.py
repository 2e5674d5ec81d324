"""The identity of a picture beside that of its file: equal pixels keep what was made of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from storage.records import ContentId
from storage.vectors import ENCODER

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from storage.sql import Sql

_TWINS = "SELECT id FROM contents WHERE picture = ?1 AND id <> ?2"
_TAKEN_OVER = (
    f"""
    INSERT OR IGNORE INTO embeddings (content_id, kind, encoder, origin, revision, vector)
    SELECT ?2, kind, encoder, origin, ?3, vector FROM embeddings WHERE content_id IN ({_TWINS})""",
    f"""
    INSERT OR IGNORE INTO captions (content_id, origin, text)
    SELECT ?2, origin, text FROM captions WHERE content_id IN ({_TWINS}) AND ?3""",
)
_TEXT_TAKEN_OVER = f"""
    INSERT OR IGNORE INTO picture_texts (content_id, reader, text, parts)
    SELECT ?2, reader, text, parts FROM picture_texts WHERE content_id IN ({_TWINS})"""
_MADE_OF_PIXELS = ("embeddings", "frames", "captions", "picture_texts")


class Pictures:
    """Contents that show the same; writing belongs inside the caller's transaction."""

    def __init__(self, sql: Sql) -> None:
        self._sql = sql

    def of(self, content_ids: Sequence[ContentId]) -> dict[ContentId, str]:
        """The picture of each content of which it is known."""
        rows = self._sql.rows_in(
            "SELECT id, picture FROM contents WHERE id IN ({keys}) AND picture IS NOT NULL",
            content_ids,
        )
        return {ContentId(row[0]): row[1] for row in rows}

    def unidentified(self, hashes: Sequence[str]) -> dict[str, tuple[ContentId, int, int]]:
        """Stills of which it is not known, by the hash of the file: id, width and height."""
        rows = self._sql.rows_in(
            "SELECT hash, id, coalesce(width, 0), coalesce(height, 0) FROM contents"
            " WHERE hash IN ({keys}) AND picture IS NULL AND second IS NULL",
            hashes,
        )
        return {row[0]: (ContentId(row[1]), row[2], row[3]) for row in rows}

    def identify(self, pictures: Mapping[ContentId, str]) -> None:
        """Say which picture each of the contents holds."""
        self._sql.run_many(
            "UPDATE contents SET picture = ? WHERE id = ?",
            [(picture, content_id) for content_id, picture in pictures.items()],
        )

    def with_vector(self, pictures: Sequence[str], encoder_id: str) -> frozenset[str]:
        """Those of the pictures of which this encoder has made a vector."""
        rows = self._sql.rows_in(
            "SELECT picture FROM contents WHERE picture IN ({keys}) AND id IN (SELECT content_id"
            f" FROM embeddings WHERE kind = 'image' AND {ENCODER})",
            pictures,
            [encoder_id],
        )
        return frozenset(row[0] for row in rows)

    def take_over(self, content_id: ContentId, picture: str, revision: int) -> None:
        """Give a content what it lacks of all that was made of its picture in other files."""
        for statement in _TAKEN_OVER:
            self._sql.run(statement, [picture, content_id, revision])
        if self._sql.run(_TEXT_TAKEN_OVER, [picture, content_id]):
            self._sql.run(
                "INSERT INTO text_parts (rowid, parts) SELECT content_id, parts FROM picture_texts"
                " WHERE content_id = ? AND parts <> ''",
                [content_id],
            )

    def forget(self, content_id: ContentId) -> None:
        """Drop all that was made of the pixels of a content, which are other ones now."""
        for table in _MADE_OF_PIXELS:
            self._sql.run(f"DELETE FROM {table} WHERE content_id = ?", [content_id])
