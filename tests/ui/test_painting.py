"""Pictures as cells."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from imagescope_tui.ui.pictures.key import Box, PictureKey
from imagescope_tui.ui.pictures.painter import Painter
from imagescope_tui.ui.pictures.painting import Painting, fitted, open_picture, paint_cells
from tests.ui.scenes import scene

sides = st.integers(1, 60)


@settings(max_examples=40, deadline=None)
@given(sides, sides, sides, st.integers(1, 30), st.sampled_from(["true", "256"]))
def test_a_painting_fills_its_box_exactly(
    width: int, height: int, box_width: int, box_height: int, depth: str
) -> None:
    picture = Image.new("RGB", (width, height), (200, 30, 40))
    painting = paint_cells(picture, Box(box_width, box_height), mode="blocks", depth=depth)  # type: ignore[arg-type]
    assert len(painting.lines) == box_height
    assert {line.cell_length for line in painting.lines} == {box_width}
    assert {sum(part.cell_length for part in line) for line in painting.lines} == {box_width}


@given(sides, sides, sides, sides)
def test_a_fitted_picture_keeps_its_shape_and_stays_inside(
    width: int, height: int, box_width: int, box_height: int
) -> None:
    new_width, new_height = fitted(width, height, box_width, box_height)
    assert 1 <= new_width <= box_width
    assert 1 <= new_height <= box_height
    assert new_width == box_width or new_height == box_height


def colours(painting: Painting) -> list[object]:
    return [
        colour
        for line in painting.lines
        for part in line
        if part.style
        for colour in (part.style.color, part.style.bgcolor)
    ]


def test_each_cell_shows_the_pixel_above_and_the_pixel_below() -> None:
    picture = Image.new("RGB", (2, 2), (255, 0, 0))
    picture.paste((0, 0, 255), (0, 1, 2, 2))
    (line,) = paint_cells(picture, Box(2, 1), mode="blocks", depth="true").lines
    (part,) = list(line)
    assert part.text == "▀▀"
    assert part.style is not None
    assert part.style.color is not None
    assert part.style.bgcolor is not None
    assert part.style.color.triplet == (255, 0, 0)
    assert part.style.bgcolor.triplet == (0, 0, 255)


def test_terminals_of_256_colours_get_only_colours_that_look_alike_everywhere() -> None:
    painting = paint_cells(scene(2).image, Box(24, 8), mode="blocks", depth="256")
    numbers = [getattr(colour, "number", None) for colour in colours(painting)]
    assert numbers
    assert all(number is not None and 16 <= number <= 255 for number in numbers)


def test_a_dark_green_stays_green_with_256_colours() -> None:
    picture = Image.new("RGB", (24, 16), (46, 92, 52))
    painting = paint_cells(picture, Box(24, 8), mode="blocks", depth="256")
    told = [colour.get_truecolor() for colour in colours(painting)]  # type: ignore[attr-defined]
    red, green, blue = (sum(channel) for channel in zip(*told, strict=True))
    assert green > red
    assert green > blue


def test_photos_out_of_reach_are_grey() -> None:
    picture = open_picture(scene(2).jpeg, is_grey=True)
    data = picture.tobytes()
    assert data[0::3] == data[1::3] == data[2::3]


def test_a_damaged_jpeg_is_an_os_error() -> None:
    painter = Painter("blocks", "true")
    key = PictureKey(content_hash="h", side=320, box=Box(4, 4))
    with pytest.raises(OSError, match=r"."):
        painter.paint(scene(0).jpeg[:400], key)


def test_half_blocks_never_need_the_large_preview_for_a_card() -> None:
    assert Painter("blocks", "true").pixels_shown(Box(100, 40)) == 100
