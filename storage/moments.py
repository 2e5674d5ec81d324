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
    sql.run_in(_SHARE, photo_ids)


# A file from the first day of 1970 has lost its date. Copies come one by one, and there may be
# thousands: each time only those are looked at whose date is to change.
_SHARE = f"""
    UPDATE photos SET moment = oldest.moment FROM (
        SELECT content_id, (SELECT copy.moment FROM photos AS copy
         WHERE copy.content_id = asked.content_id AND copy.deleted_at IS NULL
         AND copy.moment >= '1970-01-02' ORDER BY copy.moment LIMIT 1) AS moment
        FROM (SELECT DISTINCT content_id FROM photos WHERE id IN ({{keys}})) AS asked
    ) AS oldest
    WHERE photos.content_id = oldest.content_id AND photos.deleted_at IS NULL
    AND photos.moment > oldest.moment AND {TAKEN_TOLD} IS NULL"""
