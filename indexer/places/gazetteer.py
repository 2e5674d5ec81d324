"""From points on the earth to the places they are in.

The nearest town of the country tells the quarter and the state. The place goes by the name of the
town that reaches farthest beyond the point: a town reaches as far as its people would need room at
about 3,200 a square kilometre, so that the Eiffel Tower is in Paris, not in Vanves, whose centre is
nearer, while Versailles is a town of its own. "Beyond" is meant as in a power diagram (Aurenhammer,
"Power Diagrams", 1987): by the square of the distance less that of the reach.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from scipy.spatial import cKDTree

from indexer.places.borders import countries_at
from indexer.places.names import country_name, other_names, state_name
from indexer.places.sphere import around, straight, unit_vectors
from indexer.places.towns import Towns
from storage.records import Place

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from indexer.places.sphere import Floats, Numbers

FARTHEST_KM = 100.0
"""Farther from any town a photo is nowhere."""
_FARTHEST_AT_SEA_KM = 25.0
"""Where no country is: just beyond its waters, or on an island too small for its map."""
_KM_OF_ONE = 0.01
"""How far a town of one soul would reach; others by the root of their number."""
_LOOKED_AT = 16
"""Of the towns around a point; where none is of its country, all of that are."""
_AT_ONCE = 2_000
_PLACES_AT_HAND = 4_096
_ANY = -1
_UNKNOWN = (0.0, 0.0)
"""Where cameras are that do not know where they are."""


class Gazetteer:
    """Names points; takes about a second and 150 MB to make."""

    def __init__(self) -> None:
        self._towns = towns = Towns()
        self._reach = straight(_KM_OF_ONE * np.sqrt(towns.populations))
        # The power distance is a distance in one dimension more: least for whoever reaches most.
        height = np.sqrt(self._reach.max() ** 2 - self._reach**2)
        self._by_nearness = cKDTree(towns.vectors)
        self._by_power = cKDTree(np.column_stack((towns.vectors, height)))
        self._country_numbers = {code: number for number, code in enumerate(towns.country_codes)}
        self._town = lru_cache(_PLACES_AT_HAND)(towns.__getitem__)
        self._place = lru_cache(_PLACES_AT_HAND)(self._make_place)

    def close(self) -> None:
        """Let go of its data; it cannot be asked any more."""
        self._towns.close()
        # They hold this object, which would keep its data until a collection of cycles.
        del self._place, self._town

    def places(self, points: Sequence[tuple[float, float]]) -> list[Place | None]:
        """The place of each point, given in degrees, north and east; None where there is none."""
        unique = list(dict.fromkeys(points))
        found = {
            point: place
            for first in range(0, len(unique), _AT_ONCE)
            for point, place in self._places(unique[first : first + _AT_ONCE])
        }
        return [found[point] for point in points]

    def _places(
        self, points: Sequence[tuple[float, float]]
    ) -> Iterator[tuple[tuple[float, float], Place | None]]:
        vectors = unit_vectors([north for north, _ in points], [east for _, east in points])
        nearest, farthest = self._nearest(points, vectors)
        away = self._km(vectors, nearest)
        names = self._strongest(vectors, nearest)
        for point, town, name, km, most in zip(points, nearest, names, away, farthest, strict=True):
            is_near = km <= most and point != _UNKNOWN
            named = self._place(int(name), int(town)) if is_near else None
            yield point, named and replace(named, distance_km=round(float(km), 2))

    def _nearest(
        self, points: Sequence[tuple[float, float]], vectors: Floats
    ) -> tuple[Numbers, Floats]:
        """The nearest town of the country that each point is in, and how far it may be."""
        _, near = self._by_nearness.query(vectors, k=_LOOKED_AT)
        countries = [countries_at(north, east) for north, east in points]
        wanted = np.array([self._number_of(some) for some in countries])
        numbers = self._towns.countries[near]
        fits = (numbers == wanted[:, None]) | (wanted == _ANY)[:, None]
        nearest = near[np.arange(len(points)), fits.argmax(axis=1)]
        for place in np.flatnonzero(~fits.any(axis=1)):
            among = np.flatnonzero(self._towns.countries == wanted[place])
            if among.size:
                nearest[place] = among[(self._towns.vectors[among] @ vectors[place]).argmax()]
        is_land = np.array([bool(some) for some in countries])
        return nearest, np.where(is_land, FARTHEST_KM, _FARTHEST_AT_SEA_KM)

    def _number_of(self, countries: frozenset[str]) -> int:
        """Of a country; where several claim a point, or none, any town will do."""
        code = next(iter(countries)) if len(countries) == 1 else ""
        return self._country_numbers.get(code, _ANY)

    def _strongest(self, vectors: Floats, nearest: Numbers) -> Numbers:
        """The town that each point counts as part of: of the same state, where both tell theirs."""
        level = np.column_stack((vectors, np.zeros(len(vectors))))
        _, strong = self._by_power.query(level, k=_LOOKED_AT)
        towns, own = self._towns, nearest[:, None]
        is_told = towns.has_state[strong] & towns.has_state[own]
        fits = (towns.states[strong] == towns.states[own]) | (
            ~is_told & (towns.countries[strong] == towns.countries[own])
        )
        chosen = strong[np.arange(len(strong)), fits.argmax(axis=1)]
        reaches = self._km(vectors, chosen) <= around(self._reach[chosen])
        return np.where(fits.any(axis=1) & reaches, chosen, nearest)

    def _km(self, vectors: Floats, towns: Numbers) -> Floats:
        return around(np.linalg.norm(self._towns.vectors[towns] - vectors, axis=1))

    def _make_place(self, name: int, nearest: int) -> Place:
        town, quarter = self._town(name), self._town(nearest)
        return Place(
            name=town.name,
            quarter=None if quarter.name == town.name else quarter.name,
            state=state_name(quarter.state_code),
            country=country_name(town.country_code),
            country_code=town.country_code,
            latitude=town.latitude,
            longitude=town.longitude,
            other_names=other_names(town, quarter),
        )
