"""Facts of a content, as they were read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from storage.fact_columns import FACT_COLUMNS, TOLD_COLUMNS, fact_of, told
from storage.favourites import IS_FAVOURITE_ALONE
from storage.records import Facts

if TYPE_CHECKING:
    from storage.records import PhotoId
    from storage.sql import Sql

_OWN_COLUMNS = {
    "is_favourite": IS_FAVOURITE_ALONE,
    "taken_at": "photos.taken_at",
    "taken_by": "iif(photos.taken_at IS NULL, NULL, photos.dated_by)",
    "taken_fraction": "nullif(substr(photos.moment, 21), '')",
}


def _column(name: str) -> str:
    if name in _OWN_COLUMNS:
        return _OWN_COLUMNS[name]
    return told(name) if name in TOLD_COLUMNS else f"facts.{name}"


_COLUMNS = ", ".join(map(_column, FACT_COLUMNS))


class FactsTable:
    """Reads facts; Contents and Sidecars write them."""

    def __init__(self, sql: Sql) -> None:
        self._sql = sql

    def of(self, photo_id: PhotoId) -> Facts | None:
        """What a photo and its sidecars say; None where it was never read and has none."""
        row = self._sql.row(
            f"SELECT contents.width, contents.height, {_COLUMNS}"
            " FROM photos LEFT JOIN contents ON contents.id = photos.content_id"
            " LEFT JOIN facts ON facts.content_id = contents.id"
            " LEFT JOIN sidecar_facts AS sidecar ON sidecar.photo_id = photos.id"
            " WHERE photos.id = ?"
            " AND (facts.content_id IS NOT NULL OR sidecar.photo_id IS NOT NULL)",
            [photo_id],
        )
        if row is None:
            return None
        width, height, *stored = row
        said = {
            name: fact_of(name, value) for name, value in zip(FACT_COLUMNS, stored, strict=True)
        }
        said["format"] = said["format"] or ""
        return Facts(width=width or 0, height=height or 0, **said)
