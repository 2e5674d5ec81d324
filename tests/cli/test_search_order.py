"""In which order results are shown, and how many of them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tests.cli.conftest import index_once, paint_photos

if TYPE_CHECKING:
    from tests.cli.conftest import Imagescope, Outcome, Shelf

OLD, NEW = "IMG_0001.png", "IMG_0002.png"


@pytest.fixture(scope="module")
def dated(tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    """The two photos of Lisbon are the oldest and the newest."""
    base = tmp_path_factory.mktemp("dated")
    photos = paint_photos(base / "photos")
    for place, day in (
        (f"Lisbon 2019/{OLD}", 1),
        ("garden/rose.png", 2),
        ("garden/sky.png", 3),
        (f"Lisbon 2019/{NEW}", 4),
    ):
        os.utime(photos / place, (day * 10**8, day * 10**8))
    return index_once(base, photos)


@pytest.fixture
def library(imagescope: Imagescope, dated: Shelf) -> Imagescope:
    return dated.lend(imagescope)


def names(done: Outcome) -> list[str]:
    return [path.rsplit("/", 1)[-1] for path in done.out.splitlines()]


@pytest.mark.parametrize(("order", "first"), [("newest", NEW), ("oldest", OLD)])
def test_by_date_come_those_that_match_and_then_the_rest(
    library: Imagescope, order: str, first: str
) -> None:
    found = library("search", "lisbon", "--sort", order, "--format", "json").json
    hits = found["results"]
    assert found["sort"] == order
    matching = [hit["path"].rsplit("/", 1)[-1] for hit in hits if hit["group"] == "match"]
    assert matching[0] == first
    assert sorted(matching) == [OLD, NEW]
    assert [hit["group"] for hit in hits] == sorted(
        (hit["group"] for hit in hits), key=["match", "maybe", "rest"].index
    )


def test_filters_alone_come_newest_first_unless_said_otherwise(library: Imagescope) -> None:
    asked = ("search", "type:png", "--format", "paths")
    newest = names(library(*asked))
    assert newest == [NEW, "sky.png", "rose.png", OLD]
    assert names(library(*asked, "--sort", "oldest")) == newest[::-1]
    assert names(library(*asked, "--sort", "oldest", "-k", "1")) == [OLD]
    assert library("search", "type:png", "--format", "json").json["sort"] == "newest"


def test_what_is_like_a_picture_comes_by_likeness_and_says_so(
    library: Imagescope, dated: Shelf
) -> None:
    like = ("search", "--like", dated.photos / "garden/rose.png")
    plain = library(*like, "--format", "paths")
    done = library(*like, "--format", "paths", "--sort", "oldest")
    assert done.out == plain.out
    assert "--sort changes nothing" in done.err
    assert "--sort" not in plain.err


def test_how_many_are_printed_changes_neither_the_ranking_nor_what_json_tells_of_it(
    library: Imagescope,
) -> None:
    few = library("search", "red lisbon", "-k", "1", "--format", "json").json
    all_of_them = library("search", "red lisbon", "--format", "json").json
    assert len(few["results"]) == 1
    assert few["results"][0] == all_of_them["results"][0]
    assert few["rankings"] == all_of_them["rankings"]
    assert len(few["rankings"]["1"]) == 4
