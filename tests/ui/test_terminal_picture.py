"""The picture of a screen that the other tests of looks are judged by."""

from __future__ import annotations

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from tests.terminal_picture import CELL, terminal_picture

RED_ON_BLUE = Style.parse("#ff0000 on #0000ff")
RED, BLUE = (255, 0, 0), (0, 0, 255)


def test_the_parts_of_a_cell_are_where_the_character_has_them() -> None:
    picture = terminal_picture([Strip([Segment("▘▄", RED_ON_BLUE)])], "true")
    width, height = CELL
    assert picture.size == (2 * width, height)
    assert picture.getpixel((0, 0)) == RED
    assert picture.getpixel((width - 1, 0)) == BLUE
    assert picture.getpixel((0, height - 1)) == BLUE
    assert picture.getpixel((width, 0)) == BLUE
    assert picture.getpixel((2 * width - 1, height - 1)) == RED


def test_a_terminal_of_sixteen_colours_shows_no_other() -> None:
    line = Strip([Segment("█", Style.parse("#0178d4 on #242f38"))])
    shown = terminal_picture([line], "16").getpixel((0, 0))
    assert isinstance(shown, tuple)
    assert set(shown) <= {0, 92, 127, 205, 229, 238, 255}
