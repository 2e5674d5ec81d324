"""How much of the library is in which state."""

from __future__ import annotations

from typing import TYPE_CHECKING

from storage.captions import ACTIVE_ORIGIN
from storage.items import IS_ITEM
from storage.records import FolderCounts, LibraryCounts, RootId

if TYPE_CHECKING:
    from storage.sql import Sql

_LIVE = f"FROM photos WHERE {IS_ITEM}"
_EMBEDDED = """AND NOT pending AND content_id IN (SELECT content_id FROM embeddings
    WHERE kind = 'image' AND encoder = (SELECT id FROM encoders WHERE encoder_id = ?))"""
_CAPTIONED = f"""AND content_id IN (SELECT content_id FROM captions
    WHERE origin = {ACTIVE_ORIGIN})"""
_FAILED = "AND id IN (SELECT photo_id FROM failures)"


def count_library(sql: Sql, encoder_id: str | None) -> LibraryCounts:
    """Counts of photos; `embedded` counts vectors of the given encoder."""
    return LibraryCounts(
        photos=_count(sql, f"SELECT count(*) {_LIVE}"),
        embedded=_count(
            sql,
            f"SELECT count(*) {_LIVE} {_EMBEDDED}",
            encoder_id or "",
        ),
        captioned=_count(
            sql,
            f"SELECT count(*) {_LIVE} {_CAPTIONED}",
        ),
        text_read=_count(
            sql,
            f"SELECT count(*) {_LIVE} AND content_id IN (SELECT content_id FROM picture_texts)",
        ),
        failed=_count(sql, f"SELECT count(*) {_LIVE} {_FAILED}"),
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


def count_folders(sql: Sql, encoder_id: str | None) -> dict[RootId, FolderCounts]:
    """Counts of each root that has any; `embedded` counts vectors of the given encoder."""
    told = {
        "photos": _by_root(sql, f"SELECT root_id, count(*) {_LIVE}"),
        "embedded": _by_root(
            sql, f"SELECT root_id, count(*) {_LIVE} {_EMBEDDED}", encoder_id or ""
        ),
        "captioned": _by_root(sql, f"SELECT root_id, count(*) {_LIVE} {_CAPTIONED}"),
        "failed": _by_root(sql, f"SELECT root_id, count(*) {_LIVE} {_FAILED}"),
        "films_passed": _by_root(sql, "SELECT root_id, sum(films) FROM passed_over"),
    }
    roots = {root_id for counts in told.values() for root_id in counts}
    return {
        root_id: FolderCounts(**{kind: counts.get(root_id, 0) for kind, counts in told.items()})
        for root_id in roots
    }


def _by_root(sql: Sql, statement: str, *values: str) -> dict[RootId, int]:
    rows = sql.rows(f"{statement} GROUP BY root_id", values)
    return {RootId(row[0]): int(row[1]) for row in rows}


def _count(sql: Sql, statement: str, *values: str) -> int:
    return int(sql.value(statement, values))
