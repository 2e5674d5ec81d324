"""Naming the places of a library's photos: newest first, once, and again when a photo moves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from indexer.places.naming import PlaceNamer
from storage.library import Library
from storage.records import Facts, PhotoFilter
from tests.storage.conftest import Shelf, file_state

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from storage.records import PhotoId

FORUM = (41.8925, 12.4853)
TORRE_DE_BELEM = (38.6916, -9.2160)


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Shelf]:
    with Library.open_writer(tmp_path / "library") as library:
        yield Shelf(library)


def put(
    shelf: Shelf,
    name: str,
    point: tuple[float, float] | None,
    mtime_ns: int = 1,
    **written: str,
) -> PhotoId:
    north, east = point or (None, None)
    state = file_state(name, inode=sum(map(ord, name)), mtime_ns=mtime_ns)
    [photo_id] = shelf.add("", state)
    shelf.read(f"{name} {mtime_ns}", Facts(latitude=north, longitude=east, **written))  # type: ignore[arg-type]
    return photo_id


def name_all(namer: PlaceNamer) -> int:
    steps = 0
    while namer.step():
        steps += 1
    return steps


def test_photos_get_the_places_of_their_coordinates_and_are_found_by_them(shelf: Shelf) -> None:
    rome = put(shelf, "a.jpg", FORUM)
    lisbon = put(shelf, "b.jpg", TORRE_DE_BELEM)
    put(shelf, "c.jpg", None)
    put(shelf, "sea.jpg", (10.0, -140.0))
    namer = PlaceNamer(shelf.library)
    assert name_all(namer) == 1
    names = {photo: place.name for photo, place in shelf.library.places.of([rome, lisbon]).items()}
    assert names == {rome: "Rome", lisbon: "Lisbon"}
    for word in ("Lisboa", "Lissabon", "Lisbonne", "Portugal"):
        found = shelf.library.words.search([word], PhotoFilter(), limit=5)
        assert [match.photo_id for match in found] == [lisbon]
    assert name_all(namer) == 0


def test_a_photo_that_was_moved_is_named_anew(shelf: Shelf) -> None:
    photo_id = put(shelf, "a.jpg", FORUM)
    namer = PlaceNamer(shelf.library)
    name_all(namer)
    put(shelf, "a.jpg", TORRE_DE_BELEM, mtime_ns=2)
    assert name_all(namer) == 1
    assert shelf.library.places.of([photo_id])[photo_id].name == "Lisbon"
    assert shelf.library.words.search(["Roma"], PhotoFilter(), limit=5) == ()


def test_while_others_work_it_looks_only_now_and_then(shelf: Shelf) -> None:
    namer = PlaceNamer(shelf.library)
    assert not namer.step(is_busy=True)
    put(shelf, "a.jpg", FORUM)
    assert not namer.step(is_busy=True)
    assert namer.step()


@pytest.mark.parametrize(
    ("written", "names"),
    [
        (
            {"city": "München", "state": "Bayern", "country": "Deutschland"},
            ("Munich", "Monaco di Baviera", "Bavaria", "Germany", "Allemagne", "München, Germany"),
        ),
        ({"city": "Roma", "country": "Italia"}, ("Rome", "Italien")),
        ({"city": "Lisboa"}, ("Lisbon", "Lissabon")),
        ({"city": "Wien", "country": "AUT"}, ("Vienna", "Austria")),
    ],
)
def test_places_that_owners_wrote_are_found_by_their_other_names(
    shelf: Shelf, written: dict[str, str], names: tuple[str, ...]
) -> None:
    photo_id = put(shelf, "a.jpg", None, 1, **written)
    put(shelf, "b.jpg", None, city="Atlantis", country="Nowhere")
    name_all(PlaceNamer(shelf.library))
    for name in names:
        page = shelf.library.photos.page(PhotoFilter(places=(name,)), offset=0, limit=5)
        assert [photo.id for photo in page] == [photo_id], name
        found = shelf.library.words.search(name.replace(",", "").split(), PhotoFilter(), limit=5)
        assert [match.photo_id for match in found] == [photo_id], name


def test_a_written_town_is_that_of_its_country(shelf: Shelf) -> None:
    put(shelf, "a.jpg", None, city="Rome", country="USA")
    name_all(PlaceNamer(shelf.library))
    wanted = PhotoFilter(places=("Roma",))
    assert not shelf.library.photos.page(wanted, offset=0, limit=5)


def test_written_places_are_looked_up_but_once(shelf: Shelf) -> None:
    put(shelf, "a.jpg", None, city="Atlantis", state="—", country="")
    namer = PlaceNamer(shelf.library)
    assert name_all(namer) == 1
    assert name_all(PlaceNamer(shelf.library)) == 0
