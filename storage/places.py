"""Where photos were taken, by name."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from storage.earth import unit_vector
from storage.items import IS_ITEM
from storage.place_names import points_of
from storage.records import PhotoId, Place

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from storage.records import PlacePoint
    from storage.sql import Sql

_OF = """
    SELECT photo_id, name, country, country_code, places.latitude, places.longitude, quarter, state,
           other_names, region_names, distance_km
    FROM photo_places JOIN places ON places.id = place_id WHERE photo_id IN ({keys})"""
_UNNAMED = f"""
    SELECT photos.id, coalesce(sidecar.latitude, facts.latitude) AS north,
           coalesce(sidecar.longitude, facts.longitude) AS east
    FROM photos LEFT JOIN facts ON facts.content_id = photos.content_id
    LEFT JOIN sidecar_facts AS sidecar ON sidecar.photo_id = photos.id
    LEFT JOIN photo_places AS named ON named.photo_id = photos.id
    WHERE {IS_ITEM} AND (north IS NOT named.latitude OR east IS NOT named.longitude)
    ORDER BY photos.moment DESC, photos.id DESC LIMIT ?"""


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
                region_names=tuple(json.loads(row[9])),
                distance_km=row[10],
            )
            for row in self._sql.rows_in(_OF, photo_ids)
        }

    def points(self) -> tuple[PlacePoint, ...]:
        """Where the places of the library's photos are, those of most photos first."""
        return self._sql.remembered(points_of)

    def unnamed(self, *, limit: int) -> dict[PhotoId, tuple[float | None, float | None]]:
        """Photos that were moved, or never looked up, newest first, with where they were taken.

        In degrees, north and east, as the sidecar says, else the file; None where neither does.
        """
        rows = self._sql.rows(_UNNAMED, [limit])
        return {PhotoId(row[0]): (row[1], row[2]) for row in rows}

    def put(
        self,
        points: Mapping[PhotoId, tuple[float | None, float | None]],
        places: Mapping[PhotoId, Place],
    ) -> None:
        """Keep where photos were taken, as `unnamed` gave it, and the places that were found."""
        ids = {place: self._id_of(place) for place in set(places.values())}
        self._sql.run_many(
            "INSERT OR REPLACE INTO photo_places (photo_id, latitude, longitude, x, y, z, place_id,"
            " distance_km) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (photo_id, north, east, *_vector(north, east), *_found(places.get(photo_id), ids))
                for photo_id, (north, east) in points.items()
            ],
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
                " longitude, other_names, region_names) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
                " RETURNING id",
                [
                    *(*key, place.country, place.latitude, place.longitude),
                    *(json.dumps(place.other_names), json.dumps(place.region_names)),
                ],
            )
        )


def _vector(north: float | None, east: float | None) -> tuple[float | None, ...]:
    return (None,) * 3 if north is None or east is None else unit_vector(north, east)


def _found(place: Place | None, ids: Mapping[Place, int]) -> tuple[int | None, float | None]:
    return (None, None) if place is None else (ids[place], place.distance_km)
