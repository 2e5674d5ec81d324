"""Films and animations, from the file to the second that is found, as people type it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tests.cli.conftest import Imagescope, index_once
from tests.films import animation, film
from tests.pictures import paint

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Shelf


@pytest.fixture(scope="session")
def films(tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    """A film of red, green and blue, an animation of the same, and photos of other colours."""
    base = tmp_path_factory.mktemp("films")
    folder = base / "photos"
    folder.mkdir()
    film(folder / "holiday.mp4", ["red", "green", "blue"])
    animation(folder / "signal.gif", ["red", "yellow", "blue"])
    for number, colour in enumerate(("white", "black", "brown", "grey", "pink")):
        paint(folder / f"{number}.png", colour, (64, 48))
    return index_once(base, folder)


def test_a_film_is_found_by_what_it_shows_in_the_middle_and_the_second_is_told(
    imagescope: Imagescope, films: Shelf
) -> None:
    films.lend(imagescope)
    found = imagescope("search", "green", "--rank", "picture", "--format", "json").json["results"]
    assert found[0]["path"] == str(films.photos / "holiday.mp4")
    assert 4 <= found[0]["second"] < 8
    assert {hit["second"] for hit in found if hit["path"].endswith(".png")} == {None}
    [first, *_] = imagescope("search", "green", "--rank", "picture").out.splitlines()
    assert first.endswith(f"holiday.mp4 at 0:{int(found[0]['second']):02}")


def test_an_animation_is_found_by_its_middle(imagescope: Imagescope, films: Shelf) -> None:
    films.lend(imagescope)
    hits = imagescope("search", "yellow", "--rank", "picture", "--format", "json").json
    assert hits["results"][0]["path"] == str(films.photos / "signal.gif")
    assert hits["results"][0]["second"] == 1.0


def test_a_picture_of_a_scene_finds_the_film(imagescope: Imagescope, films: Shelf) -> None:
    films.lend(imagescope)
    like = paint(imagescope.base / "like.png", "green", (160, 120))
    hit = imagescope("search", "--like", like, "--format", "json").json["results"][0]
    assert hit["path"] == str(films.photos / "holiday.mp4")
    assert 4 <= hit["second"] < 8


def test_a_film_is_like_what_it_begins_with_and_never_like_itself(
    imagescope: Imagescope, films: Shelf
) -> None:
    films.lend(imagescope)
    like = films.photos / "holiday.mp4"
    found = imagescope("search", "--like", like, "--format", "json").json["results"]
    assert found[0]["path"] == str(films.photos / "signal.gif")
    assert str(like) not in {hit["path"] for hit in found}


def test_a_film_that_is_replaced_is_found_by_what_it_shows_now(
    imagescope: Imagescope, tmp_path: Path
) -> None:
    folder = tmp_path / "films"
    folder.mkdir()
    path = film(folder / "a.mp4", ["red", "green", "blue"])
    assert imagescope("index", folder).status == 0
    film(path, ["red", "yellow", "blue"])
    os.utime(path, (10**9, 10**9))
    assert imagescope("index", folder).status == 0
    found = imagescope("search", "yellow", "--rank", "picture", "--format", "json").json
    assert 4 <= found["results"][0]["second"] < 8
