"""The date of photos that do not say when they were taken: the oldest of all copies of the file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from storage.items import TAKEN_TOLD

if TYPE_CHECKING:
    from collections.abc import Sequence

    from storage.records import PhotoId
    from storage.sql import Sql


def share_oldest_moment(sql: Sql, photo_ids: Sequence[PhotoId]) -> None:
    """Date these photos and their copies alike, inside the caller's transaction."""
    sql.run_in(
        f"UPDATE photos SET moment = {_OLDEST} WHERE content_id IN"
        " (SELECT content_id FROM photos WHERE id IN ({keys}))"
        f" AND deleted_at IS NULL AND moment > {_OLDEST} AND {TAKEN_TOLD} IS NULL",
        photo_ids,
    )


# A file from the first day of 1970 has lost its date.
_OLDEST = """(SELECT min(copy.moment) FROM photos AS copy
    WHERE copy.content_id = photos.content_id AND copy.deleted_at IS NULL
    AND copy.moment >= '1970-01-02')"""
