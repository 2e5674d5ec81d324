"""Captions of contents, each with the model and the prompt that made it.

Captions of one origin count: they are shown, searched and counted. Those of another one grow beside
them until they are complete and take their place; see storage.caption_upkeep.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from storage.records import (
    NO_ORIGIN,
    Caption,
    CaptionOrigin,
    ContentId,
    OriginCount,
    OriginId,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from storage.settings import LibrarySettings
    from storage.sql import Sql

_SETTING = "caption_origin"
# Knuth's multiplicative hashing: neighbours in time come far apart.
_SCATTER, _SCATTER_MODULUS = 2_654_435_761, 4_294_967_296
ACTIVE_ORIGIN = f"(SELECT CAST(value AS INTEGER) FROM settings WHERE key = '{_SETTING}')"
"""SQL: the id of the origin whose captions count; NULL while there is no caption at all."""


class Captions:
    """Reads and writes captions."""

    def __init__(self, sql: Sql, settings: LibrarySettings) -> None:
        self._sql = sql
        self._settings = settings

    def of(self, content_id: ContentId) -> Caption | None:
        """The caption of a content that counts."""
        row = self._sql.row(
            "SELECT text, model_id, prompt_id FROM captions JOIN origins ON origins.id = origin"
            f" WHERE content_id = ? AND origin = {ACTIVE_ORIGIN}",
            [content_id],
        )
        return _caption((content_id, *row)) if row else None

    def put(self, captions: Sequence[Caption]) -> None:
        """Store captions inside the caller's transaction, over older ones of the same origin.

        The first captions of a library count at once.
        """
        origins = {item.origin: self.origin_id(item.origin) for item in captions}
        self._sql.run_many(
            "INSERT OR REPLACE INTO captions (content_id, origin, text) VALUES (?, ?, ?)",
            [(item.content_id, origins[item.origin], item.text) for item in captions],
        )
        if captions and self.active_id() == NO_ORIGIN:
            self.activate(captions[0].origin)

    def without_vector(
        self, origin: OriginId, encoder_id: str, *, after: ContentId, limit: int
    ) -> list[Caption]:
        """Captions of an origin that this encoder has not embedded, by content id, after one."""
        rows = self._sql.rows(
            "SELECT content_id, text, model_id, prompt_id"
            " FROM captions JOIN origins ON origins.id = origin"
            " WHERE origin = ? AND content_id > ? AND NOT EXISTS (SELECT 1 FROM embeddings"
            "  WHERE embeddings.content_id = captions.content_id AND kind = 'caption'"
            "  AND embeddings.origin = captions.origin"
            "  AND encoder = (SELECT id FROM encoders WHERE encoder_id = ?))"
            " ORDER BY content_id LIMIT ?",
            [origin, after, encoder_id, limit],
        )
        return [_caption(row) for row in rows]

    def sample(self, origin: OriginId, *, limit: int) -> list[Caption]:
        """Some captions of an origin, scattered over the library, and always the same ones."""
        rows = self._sql.rows(
            "SELECT content_id, text, model_id, prompt_id"
            " FROM captions JOIN origins ON origins.id = origin WHERE origin = ?"
            f" ORDER BY content_id * {_SCATTER} % {_SCATTER_MODULUS}, content_id LIMIT ?",
            [origin, limit],
        )
        return [_caption(row) for row in rows]

    # -- origins -----------------------------------------------------------------------------

    def origin_id(self, origin: CaptionOrigin) -> OriginId:
        """The number of an origin, inside the caller's transaction; a new one gets one."""
        values = [origin.model_id, origin.prompt_id]
        self._sql.run("INSERT OR IGNORE INTO origins (model_id, prompt_id) VALUES (?, ?)", values)
        return OriginId(
            self._sql.value("SELECT id FROM origins WHERE model_id = ? AND prompt_id = ?", values)
        )

    def active_id(self) -> OriginId:
        """The origin whose captions count; NO_ORIGIN while there is no caption at all."""
        return OriginId(int(self._settings.get(_SETTING) or NO_ORIGIN))

    def active(self) -> CaptionOrigin | None:
        """The origin whose captions count; None while there is no caption at all."""
        row = self._sql.row(f"SELECT model_id, prompt_id FROM origins WHERE id = {ACTIVE_ORIGIN}")
        return CaptionOrigin(model_id=row[0], prompt_id=row[1]) if row else None

    def activate(self, origin: CaptionOrigin) -> None:
        """Let the captions of an origin count, inside the caller's transaction.

        The word index is not written; storage.caption_upkeep does both.
        """
        self._settings.put(_SETTING, str(self.origin_id(origin)))

    def contents_of(self, origin: OriginId) -> list[ContentId]:
        """The contents that have a caption of an origin, deleted ones too."""
        rows = self._sql.rows("SELECT content_id FROM captions WHERE origin = ?", [origin])
        return [ContentId(row[0]) for row in rows]

    def count_by_origin(self) -> tuple[OriginCount, ...]:
        """Every origin that has captions, the one that counts first."""
        active = self.active_id()
        rows = self._sql.rows(
            "SELECT origins.id, model_id, prompt_id, count(*) FROM captions"
            " JOIN origins ON origins.id = origin GROUP BY origins.id"
            " ORDER BY origins.id = ? DESC, origins.id",
            [active],
        )
        return tuple(
            OriginCount(
                origin=CaptionOrigin(model_id=row[1], prompt_id=row[2]),
                captions=row[3],
                is_active=row[0] == active,
            )
            for row in rows
        )

    def superseded(self, *, limit: int) -> list[tuple[ContentId, OriginId]]:
        """Captions that do not count, of contents that have one that does."""
        rows = self._sql.rows(
            "SELECT content_id, origin FROM captions AS old WHERE origin IN"
            f" (SELECT id FROM origins WHERE id != {ACTIVE_ORIGIN}) AND EXISTS (SELECT 1 FROM"
            f" captions AS new WHERE new.content_id = old.content_id AND origin = {ACTIVE_ORIGIN})"
            " LIMIT ?",
            [limit],
        )
        return [(ContentId(row[0]), OriginId(row[1])) for row in rows]

    def drop(self, rows: Sequence[tuple[ContentId, OriginId]]) -> None:
        """Forget captions and their vectors inside the caller's transaction."""
        self._sql.run_many(
            "DELETE FROM embeddings WHERE content_id = ? AND kind = 'caption' AND origin = ?", rows
        )
        self._sql.run_many("DELETE FROM captions WHERE content_id = ? AND origin = ?", rows)


def _caption(row: tuple[Any, ...]) -> Caption:
    return Caption(content_id=ContentId(row[0]), text=row[1], model_id=row[2], prompt_id=row[3])
