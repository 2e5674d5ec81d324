"""`imagescope search -p`: small pictures above the lines of what was found."""

from __future__ import annotations

import re
import shutil
from typing import TYPE_CHECKING

import pytest

from imagescope_tui.cli.search_pictures import sheet_for
from tests.cli.terminal_run import run_on_terminal

if TYPE_CHECKING:
    from tests.cli.conftest import Imagescope, Shelf

_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def on_terminal(imagescope: Imagescope, *words: object) -> str:
    command = [*imagescope.command, "--library", str(imagescope.library), *map(str, words)]
    drawn = run_on_terminal(command, imagescope.base, imagescope.environment)
    assert drawn.status == 0, drawn.raw
    return drawn.raw.decode("utf-8")


@pytest.mark.parametrize(
    ("images", "signs"), [("blocks", "[▀▄█]"), ("octants", "[▀▄█\U0001cd00-\U0001cde5]")]
)
def test_pictures_stand_above_numbers_and_paths(
    indexed: Imagescope, shelf: Shelf, images: str, signs: str
) -> None:
    raw = on_terminal(indexed, "search", "--in", shelf.photos, "-k", "2", "-p", "--images", images)
    lines = [_COLOUR.sub("", line) for line in raw.splitlines()]
    painted = [place for place, line in enumerate(lines) if re.search(signs, line)]
    numbers = next(place for place, line in enumerate(lines) if line.split() == ["1", "2"])
    assert painted
    assert max(painted) < numbers
    assert str(shelf.photos) in lines[numbers + 1]
    assert "38;" in raw


def test_a_thumbnail_that_was_dropped_is_made_again(indexed: Imagescope, shelf: Shelf) -> None:
    shutil.rmtree(indexed.library / "thumbnails")
    raw = on_terminal(
        indexed, "search", "--in", shelf.photos, "-k", "1", "-p", "--images", "blocks"
    )
    assert "no picture" not in raw
    assert re.search("[▀▄█]", raw)


def test_pictures_need_a_terminal(indexed: Imagescope) -> None:
    refused = indexed("search", "red", "-p")
    assert refused.status == 2
    assert "-p needs a terminal" in refused.err


def test_pictures_have_no_place_in_json(indexed: Imagescope) -> None:
    refused = indexed("search", "red", "-p", "--format", "json")
    assert refused.status == 2
    assert "-p has no place in this format" in refused.err


@pytest.mark.parametrize("width", [1, 10, 24, 79, 80, 160, 301])
def test_a_row_of_pictures_fits_the_width(width: int) -> None:
    columns, box = sheet_for(width)
    assert columns * box.width + 2 * (columns - 1) <= width
