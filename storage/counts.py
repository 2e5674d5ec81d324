"""How much of the library is in which state."""

from __future__ import annotations

from typing import TYPE_CHECKING

from storage.captions import ACTIVE_ORIGIN
from storage.items import IS_ITEM
from storage.records import LibraryCounts

if TYPE_CHECKING:
    from storage.sql import Sql

_LIVE = f"FROM photos WHERE {IS_ITEM}"


def count_library(sql: Sql, encoder_id: str | None) -> LibraryCounts:
    """Counts of photos; `embedded` counts vectors of the given encoder."""
    return LibraryCounts(
        photos=_count(sql, f"SELECT count(*) {_LIVE}"),
        embedded=_count(
            sql,
            f"SELECT count(*) {_LIVE} AND NOT pending AND content_id IN (SELECT content_id"
            " FROM embeddings WHERE kind = 'image' AND encoder ="
            " (SELECT id FROM encoders WHERE encoder_id = ?))",
            encoder_id or "",
        ),
        captioned=_count(
            sql,
            f"SELECT count(*) {_LIVE} AND content_id IN (SELECT content_id FROM captions"
            f" WHERE origin = {ACTIVE_ORIGIN})",
        ),
        text_read=_count(
            sql,
            f"SELECT count(*) {_LIVE} AND content_id IN (SELECT content_id FROM picture_texts)",
        ),
        failed=_count(sql, f"SELECT count(*) {_LIVE} AND id IN (SELECT photo_id FROM failures)"),
        offline=_count(
            sql,
            f"SELECT count(*) {_LIVE} AND (offline_since IS NOT NULL OR root_id IN"
            " (SELECT id FROM roots WHERE offline_since IS NOT NULL))",
        ),
        pending=_count(
            sql,
            f"SELECT count(*) {_LIVE} AND pending AND id NOT IN (SELECT photo_id FROM failures)",
        ),
        deleted=_count(sql, "SELECT count(*) FROM photos WHERE deleted_at IS NOT NULL"),
    )


def _count(sql: Sql, statement: str, *values: str) -> int:
    return int(sql.value(statement, values))
