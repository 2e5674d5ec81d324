"""Where photos were taken, by name."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from storage.records import PhotoId, Place

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from storage.sql import Sql

_OF = """
    SELECT photo_id, name, country, country_code, latitude, longitude, quarter, state, other_names,
           distance_km
    FROM photo_places JOIN places ON places.id = place_id WHERE photo_id IN ({keys})"""


class Places:
    """Reads and writes the places of photos; writing belongs inside the caller's transaction."""

    def __init__(self, sql: Sql) -> None:
        self._sql = sql

    def of(self, photo_ids: Sequence[PhotoId]) -> dict[PhotoId, Place]:
        """The place of each of the photos that have one."""
        return {
            PhotoId(row[0]): Place(
                name=row[1],
                country=row[2],
                country_code=row[3],
                latitude=row[4],
                longitude=row[5],
                quarter=row[6],
                state=row[7],
                other_names=tuple(json.loads(row[8])),
                distance_km=row[9],
            )
            for row in self._sql.rows_in(_OF, photo_ids)
        }

    def put(self, places: Mapping[PhotoId, Place | None]) -> None:
        """Where photos were taken; None where no place is near."""
        for photo_id, place in places.items():
            self._sql.run(
                "INSERT OR REPLACE INTO photo_places (photo_id, place_id, distance_km)"
                " VALUES (?, ?, ?)",
                [photo_id, place and self._id_of(place), place and place.distance_km],
            )

    def _id_of(self, place: Place) -> int:
        key = (place.name, place.quarter, place.state, place.country_code)
        found = self._sql.value(
            "SELECT id FROM places WHERE name = ? AND quarter IS ? AND state IS ?"
            " AND country_code = ? AND latitude = ? AND longitude = ?",
            [*key, place.latitude, place.longitude],
        )
        if found is not None:
            return int(found)
        return int(
            self._sql.value(
                "INSERT INTO places (name, quarter, state, country_code, country, latitude,"
                " longitude, other_names) VALUES (?, ?, ?, ?, ?, ?, ?, ?) RETURNING id",
                [
                    *(*key, place.country, place.latitude, place.longitude),
                    json.dumps(place.other_names),
                ],
            )
        )
