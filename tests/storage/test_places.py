"""Where photos were taken: kept, looked up anew where it changed, counted and filtered by name."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.earth import nearness, unit_vector
from storage.records import Circle, Facts, PhotoFilter, Place
from tests.storage.conftest import Shelf, file_state

if TYPE_CHECKING:
    from storage.records import PhotoId

ROME = Place(
    name="Rome",
    quarter="Trastevere",
    state="Lazio",
    country="Italy",
    country_code="IT",
    latitude=41.8919,
    longitude=12.5113,
    other_names=(("Rome", "Roma"), ("Rome", "Rom"), ("Lazio", "Latium"), ("Italy", "Italia")),
    distance_km=0.7,
)
MUNICH = Place(
    name="Munich",
    state="Bavaria",
    country="Germany",
    country_code="DE",
    latitude=48.1374,
    longitude=11.5755,
    other_names=(
        *(("Munich", "München"), ("Munich", "Monaco di Baviera")),
        *(("Bavaria", "Bayern"), ("Germany", "Deutschland")),
    ),
)
FORUM = (41.8925, 12.4853)
OSTIA = (41.7306, 12.2785)
MARIENPLATZ = (48.1372, 11.5756)


@pytest.fixture
def places(shelf: Shelf) -> PlaceShelf:
    return PlaceShelf(shelf)


class PlaceShelf:
    """Photos with places, named as an indexer would that knows but two."""

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf
        self.library = shelf.library
        self._writes = 0

    def put(self, name: str, point: tuple[float, float] | None, **facts: str) -> PhotoId:
        north, east = point or (None, None)
        self._writes += 1
        state = file_state(name, inode=sum(map(ord, name)), mtime_ns=self._writes)
        [photo_id] = self.shelf.add("", state)
        told = Facts(latitude=north, longitude=east, **facts)  # type: ignore[arg-type]
        self.shelf.read(f"{name} {self._writes}", told)
        return photo_id

    def name_all(self) -> None:
        points = self.library.places.unnamed(limit=100)
        near = {FORUM: ROME, OSTIA: ROME, MARIENPLATZ: MUNICH}
        named = {
            photo_id: near[north, east]
            for photo_id, (north, east) in points.items()
            if north is not None and east is not None and (north, east) in near
        }
        with self.library.atomic():
            self.library.places.put(points, named)
            self.library.words.refresh(list(points))

    def found(self, **asked: object) -> set[PhotoId]:
        wanted = PhotoFilter(**asked)  # type: ignore[arg-type]
        return {photo.id for photo in self.library.photos.page(wanted, offset=0, limit=100)}


def test_a_photo_is_looked_up_once_and_again_when_it_was_moved(places: PlaceShelf) -> None:
    photo_id = places.put("a.jpg", FORUM)
    places.put("nowhere.jpg", None)
    assert places.library.places.unnamed(limit=9) == {photo_id: FORUM}
    places.name_all()
    assert places.library.places.of([photo_id]) == {photo_id: replace(ROME, other_names=())}
    assert places.library.places.unnamed(limit=9) == {}
    places.put("a.jpg", MARIENPLATZ)
    assert places.library.places.unnamed(limit=9) == {photo_id: MARIENPLATZ}
    places.name_all()
    assert places.library.places.of([photo_id])[photo_id].name == "Munich"


def test_a_photo_that_lost_its_place_is_named_no_more(places: PlaceShelf) -> None:
    photo_id = places.put("a.jpg", FORUM)
    places.name_all()
    places.put("a.jpg", None)
    assert places.library.places.unnamed(limit=9) == {photo_id: (None, None)}
    places.name_all()
    assert places.library.places.of([photo_id]) == {}
    assert places.library.places.unnamed(limit=9) == {}


def test_half_a_place_and_places_far_from_any_town_are_not_looked_up_again(
    places: PlaceShelf,
) -> None:
    places.put("sea.jpg", (10.0, -140.0))
    [photo_id] = places.shelf.add("", file_state("half.jpg", inode=7))
    places.shelf.read("half", Facts(latitude=1.0))
    places.name_all()
    assert places.library.places.unnamed(limit=9) == {}
    assert places.library.places.of([photo_id]) == {}


@pytest.mark.parametrize(
    "name",
    [
        *("Munich", "münchen", "MUENCHEN", "Monaco di Baviera", "Bavaria", "bayern"),
        *("Deutschland", "Munich, Germany"),
    ],
)
def test_a_place_is_found_by_each_of_its_names_however_spelled(
    places: PlaceShelf, name: str
) -> None:
    munich = places.put("m.jpg", MARIENPLATZ)
    places.put("r.jpg", FORUM)
    places.name_all()
    assert places.found(places=(name,)) == {munich}


@pytest.mark.parametrize("name", ["Monaco", "Mun", "Munich, Italy", "Baviera", "", ",", "%"])
def test_part_of_a_name_is_another_place(places: PlaceShelf, name: str) -> None:
    places.put("m.jpg", MARIENPLATZ)
    places.name_all()
    assert places.found(places=(name,)) == set()


def test_several_places_add_up(places: PlaceShelf) -> None:
    both = {places.put("m.jpg", MARIENPLATZ), places.put("r.jpg", FORUM)}
    places.put("nowhere.jpg", None)
    places.name_all()
    assert places.found(places=("Rome", "Bavaria")) == both


def test_what_owners_wrote_is_a_place_too(places: PlaceShelf) -> None:
    photo_id = places.put(
        "a.jpg", None, city="Lisboa", country="Portugal", location="Torre de Belém, west side"
    )
    for name in ("lisboa", "Portugal", "Torre de Belem", "Lisboa, Portugal"):
        assert places.found(places=(name,)) == {photo_id}
    assert places.found(places=("Lis",)) == set()
    assert places.found(places=("west",)) == {photo_id}


def test_a_circle_holds_what_was_taken_within_it(places: PlaceShelf) -> None:
    forum, ostia = places.put("f.jpg", FORUM), places.put("o.jpg", OSTIA)
    places.put("m.jpg", MARIENPLATZ)
    places.put("nowhere.jpg", None)
    places.name_all()
    centre = {"latitude": ROME.latitude, "longitude": ROME.longitude}
    assert places.found(near=(Circle(**centre, radius_km=10),)) == {forum}
    assert places.found(near=(Circle(**centre, radius_km=50),)) == {forum, ostia}


def test_what_is_farther_than_25_km_from_a_place_comes_last_the_nearest_first(
    places: PlaceShelf,
) -> None:
    # North of the centre by so many kilometres, the farthest newest.
    away = {1: "1", 24: "2", 30: "3", 60: "4", 99: "5", 120: "6"}
    ids = {
        km: places.put(f"{name}.jpg", (ROME.latitude + km / 111.2, ROME.longitude))
        for km, name in away.items()
    }
    places.name_all()
    circle = Circle(latitude=ROME.latitude, longitude=ROME.longitude, radius_km=100)
    page = places.library.photos.page
    newest = page(PhotoFilter(near=(circle,)), offset=0, limit=9)
    assert [photo.id for photo in newest] == [ids[km] for km in (24, 1, 30, 60, 99)]
    oldest = page(PhotoFilter(near=(circle,)), offset=1, limit=2, oldest_first=True)
    assert [photo.id for photo in oldest] == [ids[km] for km in (24, 30)]


def test_names_are_counted_by_photo_for_whatever_they_name(places: PlaceShelf) -> None:
    places.put("1.jpg", FORUM, city="ROME")
    places.put("2.jpg", OSTIA)
    places.put("3.jpg", None, city="Rome", location="Station")
    places.name_all()
    names = places.library.names()
    assert {name.name: name.photos for name in names.places} == {
        "Rome": 3,
        "Trastevere": 2,
        "Lazio": 2,
        "Italy": 2,
        "Station": 1,
    }
    point = (ROME.latitude, ROME.longitude)
    assert names.place_points == dict.fromkeys(("rome", "trastevere", "roma", "rom"), point)


def test_words_find_a_place_in_any_language(places: PlaceShelf) -> None:
    munich = places.put("m.jpg", MARIENPLATZ)
    places.name_all()
    for words in ("Munich", "München", "Bayern", "Deutschland", "Monaco Baviera"):
        found = places.library.words.search(words.split(), PhotoFilter(), limit=5)
        assert [(match.photo_id, match.share) for match in found] == [(munich, 1.0)]
    assert places.library.words.search(["Monaco"], PhotoFilter(), limit=5) == ()


def test_other_names_of_a_place_are_told_from_other_words(places: PlaceShelf) -> None:
    places.put("m.jpg", MARIENPLATZ)
    places.name_all()
    naming = places.library.places.naming
    words = ("lake", "Monaco", "di", "Baviera", "Bayern")
    assert naming(words, ["Munich"]) == {"Monaco", "di", "Baviera"}
    assert naming(words, ["Munich", "Bavaria"]) == set(words[1:])
    assert naming(words, ["Rome"]) == naming((), ["Munich"]) == frozenset()


@given(
    first=st.tuples(st.floats(-90, 90), st.floats(-180, 180)),
    second=st.tuples(st.floats(-90, 90), st.floats(-180, 180)),
)
def test_nearness_falls_with_the_angle_between_two_points(
    first: tuple[float, float], second: tuple[float, float]
) -> None:
    one, other = np.array(unit_vector(*first)), np.array(unit_vector(*second))
    angle = 2 * np.arcsin(min(float(np.linalg.norm(one - other)) / 2, 1.0))
    assert float(one @ other) == pytest.approx(nearness(angle * 6371.0088), abs=1e-9)
