"""Where photos were taken, by name."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from storage.earth import unit_vector
from storage.items import IS_ITEM
from storage.place_names import put_names, put_written, town_points, unknown_written
from storage.place_synonyms import naming
from storage.records import PhotoId, Place

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from storage.sql import Sql

_Key: TypeAlias = "tuple[str | float | None, ...]"

_OF = """
    SELECT photo_id, name, country, country_code, places.latitude, places.longitude, quarter, state,
           distance_km
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
        """The place of each of the photos that have one, without its other names."""
        return {
            PhotoId(row[0]): Place(
                name=row[1],
                country=row[2],
                country_code=row[3],
                latitude=row[4],
                longitude=row[5],
                quarter=row[6],
                state=row[7],
                distance_km=row[8],
            )
            for row in self._sql.rows_in(_OF, photo_ids)
        }

    def naming(self, words: Sequence[str], names: Collection[str]) -> frozenset[str]:
        """Those of a query's words that are other names of the places that are called so."""
        return naming(words, names, self._sql)

    def points(self) -> dict[str, tuple[float, float]]:
        """As in LibraryNames.place_points."""
        return town_points(self._sql)

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
        several = {_key(place): place for place in places.values()}
        ids = {key: found for key in several if (found := self._id_of(key)) is not None}
        new = [place for key, place in several.items() if key not in ids]
        put_names(new, self._sql)
        ids |= {_key(place): self._add(place) for place in new}
        self._sql.run_many(
            "INSERT OR REPLACE INTO photo_places (photo_id, latitude, longitude, x, y, z, place_id,"
            " distance_km) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (photo_id, north, east, *_vector(north, east), *_found(places.get(photo_id), ids))
                for photo_id, (north, east) in points.items()
            ],
        )

    def unknown_written(self, *, limit: int) -> list[tuple[str | None, ...]]:
        """City, state and country as owners wrote them, where any is not looked up yet."""
        return unknown_written(self._sql, limit=limit)

    def put_written(self, names: Mapping[str, Collection[str]]) -> None:
        """Keep what else each written name is called; those without another name too."""
        put_written(names, self._sql)

    def _id_of(self, key: _Key) -> int | None:
        found = self._sql.value(
            "SELECT id FROM places WHERE name = ? AND quarter IS ? AND state IS ?"
            " AND country_code = ? AND latitude = ? AND longitude = ?",
            key,
        )
        return None if found is None else int(found)

    def _add(self, place: Place) -> int:
        return int(
            self._sql.value(
                "INSERT INTO places (name, quarter, state, country_code, latitude, longitude,"
                " country) VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING id",
                [*_key(place), place.country],
            )
        )


def _key(place: Place) -> _Key:
    """What tells places apart; photos of one differ in how far from it they are."""
    return (
        *(place.name, place.quarter, place.state, place.country_code),
        *(place.latitude, place.longitude),
    )


def _vector(north: float | None, east: float | None) -> tuple[float | None, ...]:
    return (None,) * 3 if north is None or east is None else unit_vector(north, east)


def _found(place: Place | None, ids: Mapping[_Key, int]) -> tuple[int | None, float | None]:
    return (None, None) if place is None else (ids[_key(place)], place.distance_km)
