"""Text that stands in a photo, from the photo to the search, by the commands alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.drawn_text import text_picture
from tests.pictures import paint

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Imagescope, Outcome

_ALONE = ("--stages", "1")


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """Two photos: one whose text says what no name does, and one of nothing."""
    folder = tmp_path / "photos"
    folder.mkdir()
    sign = text_picture(["FreeWiFi", "Rostock 2019"], letter_px=36)
    sign.save(folder / "a.jpg", quality=90)
    paint(folder / "b.jpg", "blue", (640, 480))
    return folder


def listed(outcome: Outcome) -> list[str]:
    return [line.rpartition("/")[2] for line in outcome.out.splitlines() if ".jpg" in line]


def test_a_photo_is_found_by_a_word_that_stands_only_in_it(
    imagescope: Imagescope, photos: Path
) -> None:
    indexed = imagescope("index", photos)
    assert indexed.status == 0, indexed.err
    for word in ("wifi", "rostock", "has:text"):
        assert listed(imagescope("search", word, *_ALONE)) == ["a.jpg"], word
    explained = imagescope("search", "wifi", "--explain", *_ALONE).out
    assert "wifi in the text" in explained
    assert "text: “FreeWiFi”" in explained
    [hit] = imagescope("search", "wifi", "--format", "json", *_ALONE).json["results"]
    assert hit["text"] == "FreeWiFi\nRostock 2019"
    assert imagescope("status", "--json").json["text_read"] == 2


def test_no_text_is_read_where_that_is_set_off_and_all_of_it_once_it_is_set_on(
    imagescope: Imagescope, photos: Path
) -> None:
    imagescope("index", photos, IMAGESCOPE_TEXT_IN_PHOTOS="off")
    assert imagescope("status", "--json").json["text_read"] == 0
    assert listed(imagescope("search", "has:text", *_ALONE)) == []
    imagescope("index", IMAGESCOPE_TEXT_IN_PHOTOS="all")
    assert imagescope("status", "--json").json["text_read"] == 2
    assert listed(imagescope("search", "has:text", *_ALONE)) == ["a.jpg"]
