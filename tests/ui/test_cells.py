"""Cells of several parts: the characters, the colours, and what a terminal of few colours gets."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, get_args

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from imagescope_tui.ui.pictures.cell_glyphs import GlyphMode, glyphs_in
from imagescope_tui.ui.pictures.cells import divided
from imagescope_tui.ui.pictures.key import Box, LightMap, PictureKey
from imagescope_tui.ui.pictures.painter import Painter
from imagescope_tui.ui.pictures.painting import ColourDepth, Painting, paint_cells
from tests.ui.scenes import scene

if TYPE_CHECKING:
    import numpy.typing as npt

    from imagescope_tui.ui.pictures.cell_glyphs import Glyphs

MODES: tuple[GlyphMode, ...] = get_args(GlyphMode)
DEPTHS: tuple[ColourDepth, ...] = get_args(ColourDepth)
bytes_of_pixels = st.binary(min_size=4 * 8 * 3, max_size=4 * 8 * 3)


def noise(data: bytes, width: int = 4, height: int = 8) -> Image.Image:
    return Image.frombytes("RGB", (width, height), data)


def numbers(painting: Painting) -> set[int | None]:
    return {
        colour.number
        for line in painting.lines
        for part in line
        if part.style
        for colour in (part.style.color, part.style.bgcolor)
        if colour
    }


def squared_error(pixels: Image.Image, glyphs: Glyphs) -> float:
    """Of the picture's best cells, each part against its pixel."""
    cells = divided(pixels, glyphs)
    rows, columns = cells.patterns.shape
    bits = cells.patterns[..., None] >> np.arange(glyphs.rows * glyphs.columns) & 1
    filled = bits.reshape(rows, columns, glyphs.rows, glyphs.columns, 1) == 1
    shown: npt.NDArray[np.float32] = np.where(
        filled, cells.over[:, :, None, None], cells.under[:, :, None, None]
    )
    as_pixels = shown.transpose(0, 2, 1, 3, 4).reshape(pixels.height, pixels.width, 3)
    return float(np.square(as_pixels - np.asarray(pixels, dtype=np.float32)).sum())


def test_sextants_are_what_their_names_say() -> None:
    for pattern, character in enumerate(glyphs_in("sextants").characters):
        name = unicodedata.name(character)
        if "SEXTANT" in name:
            assert name.partition("-")[2] == "".join(
                str(part + 1) for part in range(6) if pattern >> part & 1
            )


@pytest.mark.parametrize(
    ("parts", "character"),
    [
        ("3", "\U0001cd00"),
        ("23", "\U0001cd01"),
        ("5", "\U0001cd09"),
        ("2345678", "\U0001cde5"),
        ("1357", "▌"),
        ("1234", "▀"),
        ("78", "▂"),
        ("1", "\U0001cea8"),
    ],
)
def test_octants_are_numbered_as_in_unicode(parts: str, character: str) -> None:
    pattern = sum(1 << int(part) - 1 for part in parts)
    assert glyphs_in("octants").characters[pattern] == character


@pytest.mark.parametrize("mode", MODES)
def test_every_pattern_has_a_character_of_its_own(mode: GlyphMode) -> None:
    glyphs = glyphs_in(mode)
    assert len(set(glyphs.characters)) == 2 ** (glyphs.rows * glyphs.columns)


@settings(max_examples=60, deadline=None)
@given(bytes_of_pixels)
def test_quadrants_are_never_worse_than_half_blocks(data: bytes) -> None:
    fine = noise(data)
    halves = np.asarray(fine, dtype=np.float32).reshape(8, 2, 2, 3)
    within = np.square(halves - halves.mean(axis=2, keepdims=True)).sum()
    assert squared_error(fine, glyphs_in("quadrants")) <= within * 1.001 + 1


@settings(max_examples=60, deadline=None)
@given(bytes_of_pixels)
def test_no_pattern_would_be_better(data: bytes) -> None:
    fine = noise(data[: 2 * 4 * 3], 2, 4)
    parts = np.asarray(fine, dtype=np.float64).reshape(8, 3)
    least = min(
        sum(
            float(np.square(group - group.mean(axis=0)).sum())
            for group in (parts[mask], parts[~mask])
            if len(group)
        )
        for mask in (np.array([bool(p >> n & 1) for n in range(8)]) for p in range(256))
    )
    assert squared_error(fine, glyphs_in("octants")) <= least * 1.001 + 1


@pytest.mark.parametrize("mode", MODES)
@settings(max_examples=20, deadline=None)
@given(st.integers(1, 50), st.integers(1, 50), st.integers(1, 20), st.sampled_from(DEPTHS))
def test_a_painting_fills_its_box_in_every_way_to_draw(
    mode: GlyphMode, width: int, height: int, side: int, depth: ColourDepth
) -> None:
    painting = paint_cells(
        scene(1).image.resize((width, height)), Box(side, 21 - side), mode=mode, depth=depth
    )
    assert len(painting.lines) == 21 - side
    assert {sum(part.cell_length for part in line) for line in painting.lines} == {side}


@pytest.mark.parametrize("mode", MODES)
def test_one_colour_is_one_segment_a_line(mode: GlyphMode) -> None:
    picture = Image.new("RGB", (24, 16), (46, 92, 52))
    for line in paint_cells(picture, Box(24, 8), mode=mode, depth="true").lines:
        assert len(list(line)) == 1


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(("depth", "known"), [("256", range(16, 256)), ("16", range(16))])
def test_few_colours_are_those_of_the_terminal(
    mode: GlyphMode, depth: ColourDepth, known: range
) -> None:
    used = numbers(paint_cells(scene(2).image, Box(24, 8), mode=mode, depth=depth))
    assert used
    assert used <= set(known)


@pytest.mark.parametrize(("depth", "colour"), [("256", (75, 110, 75)), ("16", (60, 60, 60))])
def test_between_two_colours_of_the_terminal_both_are_shown(
    depth: ColourDepth, colour: tuple[int, int, int]
) -> None:
    picture = Image.new("RGB", (24, 16), colour)
    assert len(numbers(paint_cells(picture, Box(24, 8), mode="octants", depth=depth))) > 1


@pytest.mark.parametrize("mode", MODES)
def test_light_and_grey_are_shown_in_every_way_to_draw(mode: GlyphMode) -> None:
    dark = LightMap(rows=((0.0, 0.0), (0.0, 0.0)), area=(0, 0, 1, 1))
    keys = [
        PictureKey(content_hash="x", side=320, box=Box(12, 4), is_grey=is_grey, light=light)
        for is_grey, light in ((False, None), (True, None), (False, dark))
    ]
    painter = Painter(mode, "true")
    plain, grey, unlit = (painter.paint(scene(2).jpeg, key) for key in keys)
    assert plain.lines != grey.lines
    assert plain.lines != unlit.lines
