"""Facts of a content, as they were read."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from storage.records import Facts

if TYPE_CHECKING:
    from storage.records import PhotoId
    from storage.sql import Sql

# What a sidecar says goes before what is in the file, but not what camera and lens are called.
_COLUMNS = """
    contents.width, contents.height, facts.format, coalesce(sidecar.taken_at, facts.taken_at),
    coalesce(facts.camera, sidecar.camera), coalesce(facts.lens, sidecar.lens),
    focal_length_mm, aperture, exposure_seconds, iso,
    coalesce(sidecar.latitude, facts.latitude), coalesce(sidecar.longitude, facts.longitude),
    coalesce(sidecar.altitude_m, facts.altitude_m), orientation, duration_seconds,
    coalesce(sidecar.title, facts.title), coalesce(sidecar.description, facts.description),
    coalesce(sidecar.keywords, facts.keywords), coalesce(sidecar.people, facts.people),
    coalesce(sidecar.rating, facts.rating), coalesce(sidecar.label, facts.label)"""


class FactsTable:
    """Reads facts; Contents and Sidecars write them."""

    def __init__(self, sql: Sql) -> None:
        self._sql = sql

    def of(self, photo_id: PhotoId) -> Facts | None:
        """What a photo and its sidecars say; None where it was never read and has none."""
        row = self._sql.row(
            f"SELECT {_COLUMNS} FROM photos LEFT JOIN contents ON contents.id = photos.content_id"
            " LEFT JOIN facts ON facts.content_id = contents.id"
            " LEFT JOIN sidecar_facts AS sidecar ON sidecar.photo_id = photos.id"
            " WHERE photos.id = ?"
            " AND (facts.content_id IS NOT NULL OR sidecar.photo_id IS NOT NULL)",
            [photo_id],
        )
        if row is None:
            return None
        return Facts(
            width=row[0] or 0,
            height=row[1] or 0,
            format=row[2] or "",
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
            keywords=_listed(row[17]),
            people=_listed(row[18]),
            rating=row[19],
            label=row[20],
        )


def _listed(stored: str | None) -> tuple[str, ...]:
    return tuple(str(item) for item in json.loads(stored)) if stored else ()
