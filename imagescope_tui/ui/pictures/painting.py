"""Small pictures as lines of terminal cells, painted in a worker and shown as they are.

Every cell is a character in one colour over another: half-blocks, quadrants, sextants or octants.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Literal, TypeAlias

from rich.color import Color, ColorSystem
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from imagescope_tui.ui.pictures.cell_glyphs import glyphs_in

if TYPE_CHECKING:
    from collections.abc import Callable

    from PIL import Image

    from imagescope_tui.ui.pictures.cell_glyphs import GlyphMode, Glyphs
    from imagescope_tui.ui.pictures.cells import Cells, Colours
    from imagescope_tui.ui.pictures.key import Box

ColourDepth: TypeAlias = Literal["true", "256", "16"]
COLOUR_SYSTEMS = {
    "true": ColorSystem.TRUECOLOR,
    "256": ColorSystem.EIGHT_BIT,
    "16": ColorSystem.STANDARD,
}
"""By which names Rich makes the codes of a style."""


@dataclass(frozen=True, slots=True)
class Painting:
    """A picture for a box of cells: exactly as many lines as the box has, each as wide as it."""

    lines: tuple[Strip, ...]
    overlay: str = ""
    """Pixels that the terminal draws over the lines; they start at `left`, `top` of the box."""
    left: int = 0
    top: int = 0
    release: Callable[[], None] | None = None
    """Gives back what the terminal keeps for the picture."""


def open_picture(jpeg: bytes, *, is_grey: bool) -> Image.Image:
    """A picture the indexer made, decoded; grey for photos that are out of reach.

    Raises:
        OSError: the file is damaged.
    """
    from PIL import Image  # not needed before the first picture

    with Image.open(io.BytesIO(jpeg), formats=("JPEG",)) as picture:
        picture.load()
        return picture.convert("L").convert("RGB") if is_grey else picture.convert("RGB")


def fitted(width: int, height: int, box_width: int, box_height: int) -> tuple[int, int]:
    """The largest size of the same shape within the box; each side at least 1."""
    scale = min(box_width / width, box_height / height)
    return (
        max(1, min(box_width, round(width * scale))),
        max(1, min(box_height, round(height * scale))),
    )


def paint_cells(picture: Image.Image, box: Box, *, mode: GlyphMode, depth: ColourDepth) -> Painting:
    """The picture in characters, centred; what it leaves free has the colour beneath."""
    from imagescope_tui.ui.pictures.cells import divided  # numpy, in the painter's thread

    glyphs = glyphs_in(mode)
    width, half_cells = fitted(picture.width, picture.height, box.width, box.height * 2)
    height = (half_cells + 1) // 2
    cells = divided(_shrunk(picture, width * glyphs.columns, height * glyphs.rows), glyphs)
    left, top = (box.width - width) // 2, (box.height - height) // 2
    blank = Strip.blank(box.width)
    rows = zip(*_numbered(cells, glyphs, depth), strict=True)
    painted = [
        Strip(_segments(row, glyphs.characters, left, depth), left + width).extend_cell_length(
            box.width
        )
        for row in rows
    ]
    below = box.height - top - len(painted)
    return Painting((*[blank] * top, *painted, *[blank] * below))


def _shrunk(picture: Image.Image, width: int, height: int) -> Image.Image:
    from PIL import Image

    return picture.resize((width, height), Image.Resampling.LANCZOS, reducing_gap=2.0)


def _segments(
    row: tuple[list[int], list[int], list[int]],
    characters: tuple[str, ...],
    left: int,
    depth: ColourDepth,
) -> list[Segment]:
    """One for each run of cells of the same two colours, whichever of them is the character's."""
    segments = [Segment(" " * left)] if left else []
    text, colours = "", (-1, -1)
    full = len(characters) - 1
    for pattern, over, behind in zip(*row, strict=True):
        under = over if pattern == full else behind
        if not {over, under} <= set(colours):
            segments += [Segment(text, _style(*colours, depth))] if text else []
            text, colours = "", (over, under)
        filled = pattern if over != under else full
        text += characters[filled if over == colours[0] else full - filled]
    return [*segments, Segment(text, _style(*colours, depth))]


@lru_cache(maxsize=65_536)
def _style(over: int, under: int, depth: ColourDepth) -> Style:
    style = Style(color=_colour(over, depth), bgcolor=_colour(under, depth))
    # Makes the codes here, in the painter's thread; the style keeps them.
    style.render(" ", color_system=COLOUR_SYSTEMS[depth])
    return style


def _colour(number: int, depth: ColourDepth) -> Color:
    if depth == "true":
        return Color.from_rgb(number >> 16, number >> 8 & 0xFF, number & 0xFF)
    return Color.from_ansi(number)


def _numbered(
    cells: Cells, glyphs: Glyphs, depth: ColourDepth
) -> tuple[list[list[int]], list[list[int]], list[list[int]]]:
    """Patterns, and the colours over and under as one number each.

    The number is of the terminal's palette, or red, green and blue in a row.
    """
    if depth == "true":
        return cells.patterns.tolist(), _packed(cells.over), _packed(cells.under)
    from imagescope_tui.ui.pictures.palette import in_palette

    numbered = in_palette(cells, glyphs, depth)
    return numbered.patterns.tolist(), numbered.over.tolist(), numbered.under.tolist()


def _packed(colours: Colours) -> list[list[int]]:
    import numpy as np

    # 64 steps a channel look the same in cells, and let most colours and styles be found again.
    whole = np.clip(np.rint(colours), 0, 255).astype(np.int32)
    stepped = whole & 0xFC | whole >> 6
    packed: list[list[int]] = (stepped @ np.array([1 << 16, 1 << 8, 1])).tolist()
    return packed
