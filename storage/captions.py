"""Captions of contents, each with the model and the prompt that made it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from storage.records import Caption, ContentId

if TYPE_CHECKING:
    from collections.abc import Sequence

    from storage.sql import Sql


class Captions:
    """Reads and writes captions."""

    def __init__(self, sql: Sql) -> None:
        self._sql = sql

    def of(self, content_id: ContentId) -> Caption | None:
        """The caption of a content; of several models, the one whose name sorts last."""
        row = self._sql.row(
            "SELECT text, model_id, prompt_id FROM captions WHERE content_id = ?"
            " ORDER BY model_id DESC, prompt_id DESC LIMIT 1",
            [content_id],
        )
        if row is None:
            return None
        return Caption(content_id=content_id, text=row[0], model_id=row[1], prompt_id=row[2])

    def put(self, captions: Sequence[Caption]) -> None:
        """Store captions inside the caller's transaction, over older ones of the same origin."""
        self._sql.run_many(
            "INSERT OR REPLACE INTO captions (content_id, model_id, prompt_id, text)"
            " VALUES (?, ?, ?, ?)",
            [(item.content_id, item.model_id, item.prompt_id, item.text) for item in captions],
        )
