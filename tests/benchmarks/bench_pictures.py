"""How near pictures made of characters come to the photo, what they cost, and how much is sent."""

from __future__ import annotations

import statistics
import time
from typing import TYPE_CHECKING, get_args

import numpy as np
from PIL import Image, ImageFilter

from imagescope_tui.ui.pictures.cell_glyphs import GlyphMode, glyphs_in
from imagescope_tui.ui.pictures.key import Box
from imagescope_tui.ui.pictures.painting import COLOUR_SYSTEMS, ColourDepth, Painting, paint_cells
from imagescope_tui.ui.pictures.palette import palette
from tests.benchmarks.index_command import PROJECT
from tests.benchmarks.table import Table

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from rich.color import Color

    from imagescope_tui.ui.pictures.cells import Colours

PACKAGES = ("numpy", "pillow", "rich", "textual")
DOCUMENT = PROJECT / "docs" / "pictures.md"
_PHOTOS = PROJECT.parent / "shared" / "data" / "photos"
_BOX = Box(26, 10)
_CELL = (8, 24)
"""Pixels of a cell, both sides divided by the parts of every way to draw."""
_BLUR = 12
_MODES: tuple[GlyphMode, ...] = get_args(GlyphMode)
_DEPTHS: tuple[ColourDepth, ...] = get_args(ColourDepth)


def run(folder: Path, *, quick: bool) -> tuple[Table, ...]:
    """Paint the shared photos in every way to draw, with every number of colours."""
    photos = [_filling(path) for path in sorted(_PHOTOS.rglob("*.jpg"))[: 10 if quick else 100]]
    rows = tuple(_row(photos, mode, depth) for depth in _DEPTHS for mode in reversed(_MODES))
    return (
        Table(
            title=f"{len(photos)} photos on cards of {_BOX.width} × {_BOX.height} cells",
            head=("drawn with", "colours", "error", "error, blurred", "painted in", "bytes sent"),
            rows=rows,
            notes=(
                "Error: root of the mean square per channel, from 0 to 255, of the card against"
                f" the photo, both at {_CELL[0]} × {_CELL[1]} pixels a cell. Blurred: both after a"
                f" Gaussian blur of {_BLUR} pixels, as an eye at some distance mixes what is"
                " dithered. Painted in: processor time, median. Bytes: mean of a card.",
            ),
        ),
    )


def _filling(path: Path) -> Image.Image:
    """The middle of a photo, in the shape of the card, as a thumbnail is."""
    shape = (_BOX.width * _CELL[0], _BOX.height * 2 * _CELL[0])
    with Image.open(path) as photo:
        photo.draft("RGB", (640, 640))
        picture = photo.convert("RGB")
    scale = max(shape[0] / picture.width, shape[1] / picture.height)
    width, height = shape[0] / scale, shape[1] / scale
    left, top = (picture.width - width) / 2, (picture.height - height) / 2
    box = (left, top, left + width, top + height)
    return picture.resize(shape, Image.Resampling.LANCZOS, box=box)


def _row(photos: Sequence[Image.Image], mode: GlyphMode, depth: ColourDepth) -> tuple[str, ...]:
    errors, blurred, seconds, sizes = [], [], [], []
    for photo in photos:
        begun = time.process_time()
        painting = paint_cells(photo, _BOX, mode=mode, depth=depth)
        seconds.append(time.process_time() - begun)
        shown = _as_pixels(painting, mode)
        target = photo.resize(shown.size, Image.Resampling.LANCZOS)
        errors.append(_distance(shown, target))
        blur = ImageFilter.GaussianBlur(_BLUR)
        blurred.append(_distance(shown.filter(blur), target.filter(blur)))
        sizes.append(_bytes_sent(painting, depth))
    return (
        mode,
        depth,
        f"{statistics.mean(errors):.1f}",
        f"{statistics.mean(blurred):.1f}",
        f"{statistics.median(seconds) * 1000:.1f} ms",
        f"{statistics.mean(sizes):,.0f}",
    )


def _as_pixels(painting: Painting, mode: GlyphMode) -> Image.Image:
    """What a terminal draws: each part of a cell in its colour."""
    glyphs = glyphs_in(mode)
    high, wide = _CELL[1] // glyphs.rows, _CELL[0] // glyphs.columns
    pixels = np.zeros((_BOX.height * _CELL[1], _BOX.width * _CELL[0], 3), dtype=np.uint8)
    for y, line in enumerate(painting.lines):
        cells = ((sign, part.style) for part in line for sign in part.text)
        for x, (sign, style) in enumerate(cells):
            assert style is not None
            over, under = _told(style.color), _told(style.bgcolor)
            pattern = glyphs.characters.index(sign)
            for part in range(glyphs.rows * glyphs.columns):
                top = y * _CELL[1] + part // glyphs.columns * high
                left = x * _CELL[0] + part % glyphs.columns * wide
                colour = over if pattern >> part & 1 else under
                pixels[top : top + high, left : left + wide] = colour
    return Image.fromarray(pixels)


def _told(colour: Color | None) -> Colours:
    """A colour as the terminal shows it."""
    assert colour is not None
    if colour.number is None:
        return np.array(colour.get_truecolor(), dtype=np.float32)
    few = colour.number < 16
    told: Colours = palette("16")[colour.number] if few else palette("256")[colour.number - 16]
    return told


def _distance(one: Image.Image, other: Image.Image) -> float:
    difference = np.asarray(one, dtype=np.float64) - np.asarray(other, dtype=np.float64)
    return float(np.sqrt(np.square(difference).mean()))


def _bytes_sent(painting: Painting, depth: ColourDepth) -> int:
    system = COLOUR_SYSTEMS[depth]
    segments = (part for line in painting.lines for part in line)
    codes = (
        part.style.render(part.text, color_system=system) if part.style else part.text
        for part in segments
    )
    return sum(len(code.encode()) for code in codes)
