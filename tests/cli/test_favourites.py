"""The reader's own favourites and saved searches at the command line and in backups."""

from __future__ import annotations

import json
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from storage.library import Library
from storage.records import PhotoFilter
from storage.saved_searches import SavedSearch
from tests.cli.conftest import Imagescope

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Shelf

SEARCH = SavedSearch(name="Best", line="is:favourite", order="oldest")


@pytest.fixture
def marked(indexed: Imagescope) -> Imagescope:
    """A library of which the newest and the oldest photo are favourites."""
    with (
        closing(Library.open_annotator(indexed.library)) as library,
        library.atomic(changes_photos=False),
    ):
        photos = library.photos.page(PhotoFilter(), offset=0, limit=100)
        for photo in (photos[0], photos[-1]):
            library.favourites.toggle(photo.id)
        library.saved_searches.put(SEARCH)
        library.saved_searches.put(SavedSearch(name="in-folder", line="in:nowhere x"))
    return indexed


def names(imagescope: Imagescope, *words: str) -> list[str]:
    done = imagescope("search", "--format", "json", *words)
    assert done.status == 0, done.err
    results = done.json["results"]
    assert all(result["favourite"] for result in results)
    return [result["path"] for result in results]


def test_favourites_are_found_and_told(marked: Imagescope) -> None:
    found = names(marked, "is:favourite")
    assert len(found) == 2
    assert names(marked, "@best") == found[::-1]
    assert names(marked, "@best", "--sort", "newest") == found
    others = marked("search", "--format", "json", "--", "-is:favourite").json["results"]
    assert others
    assert not any(other["favourite"] for other in others)
    explained = marked("search", "@best", "--explain").out
    assert "saved: @Best: is:favourite, from “@best”" in explained
    assert "a favourite" in explained


def test_a_saved_line_is_read_by_the_names_of_the_library(marked: Imagescope) -> None:
    done = marked("search", "@in-folder")
    assert "@in-folder: no folder is called nowhere" in done.err


def test_an_unknown_name_is_refused_with_a_near_one(marked: Imagescope) -> None:
    done = marked("search", "@bst")
    assert done.status == 2
    assert "@bst is no saved search: @Best?" in done.err


def test_status_lists_them(marked: Imagescope) -> None:
    report = marked("status", "--json").json
    assert report["favourites"] == 2
    assert {"name": "Best", "query": "is:favourite", "sort": "oldest"} in report["searches"]
    told = marked("status").out
    assert "favourite 2" in told
    assert "@Best: is:favourite" in told


def test_backups_hold_them_and_purging_leaves_them(
    marked: Imagescope, shelf: Shelf, tmp_path: Path
) -> None:
    found = names(marked, "@best")
    assert marked("backup", tmp_path / "a.db").status == 0
    other = Imagescope(tmp_path / "other machine")
    other.base.mkdir()
    assert other("restore", tmp_path / "a.db").status == 0
    assert names(other, "@best") == found
    assert other("purge", "--folder", shelf.photos, "--apply").status == 0
    assert json.loads(other("status", "--json").out)["favourites"] == 0
    assert other("index", shelf.photos).status == 0
    assert names(other, "@best") == found


def test_a_favourite_that_is_moved_and_tagged_anew_is_one_still(
    imagescope: Imagescope, photos: Path
) -> None:
    assert imagescope("index", photos).status == 0
    file = next(photos.rglob("*.png"))
    with (
        closing(Library.open_annotator(imagescope.library)) as library,
        library.atomic(changes_photos=False),
    ):
        photo = library.photos.at(file)
        assert photo is not None
        assert library.favourites.toggle(photo.id)
    tags = PngInfo()
    tags.add_text("Title", "the best of all")
    moved = photos / "elsewhere" / "other name.png"
    moved.parent.mkdir()
    with Image.open(file) as image:
        image.save(moved, pnginfo=tags)
    file.unlink()
    assert imagescope("index", photos).status == 0
    assert names(imagescope, "is:favourite") == [str(moved)]
    moved.rename(photos / "away.png")
    assert imagescope("index", photos).status == 0
    assert names(imagescope, "is:favourite") == [str(photos / "away.png")]
