"""Facts of a content, as they were read."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from storage.records import ContentId, Facts

if TYPE_CHECKING:
    from storage.sql import Sql

_COLUMNS = (
    "contents.width, contents.height, format, taken_at, camera, lens, focal_length_mm, aperture,"
    " exposure_seconds, iso, latitude, longitude, altitude_m, orientation, duration_seconds,"
    " title, description,"
    " keywords"
)


class FactsTable:
    """Reads facts; Contents writes them, with the content they belong to."""

    def __init__(self, sql: Sql) -> None:
        self._sql = sql

    def of(self, content_id: ContentId) -> Facts | None:
        """The facts of a content; None where it was never read."""
        row = self._sql.row(
            f"SELECT {_COLUMNS} FROM contents JOIN facts ON facts.content_id = contents.id"
            " WHERE contents.id = ?",
            [content_id],
        )
        if row is None:
            return None
        return Facts(
            width=row[0] or 0,
            height=row[1] or 0,
            format=row[2],
            taken_at=row[3],
            camera=row[4],
            lens=row[5],
            focal_length_mm=row[6],
            aperture=row[7],
            exposure_seconds=row[8],
            iso=row[9],
            latitude=row[10],
            longitude=row[11],
            altitude_m=row[12],
            orientation=row[13],
            duration_seconds=row[14],
            title=row[15],
            description=row[16],
            keywords=tuple(json.loads(row[17])),
        )
