"""Small pictures as lines of terminal cells, painted in a worker and shown as they are.

Half-blocks: every cell is `▀`, its upper pixel the foreground, its lower pixel the background.
Terminals of 256 colours get the nearest of their palette, after the colours were made stronger:
their dark and pale steps are so coarse that greens would become greys (compared by eye with error
diffusion, which is all noise at this size).
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from typing import TYPE_CHECKING, Literal, TypeAlias

from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

if TYPE_CHECKING:
    from collections.abc import Callable

    from PIL import Image

    from imagescope_tui.ui.pictures.key import Box

ColourDepth: TypeAlias = Literal["true", "256", "16"]
_UPPER_HALF = "▀"
_FIRST_FIXED_COLOUR = 16
_SIX_BITS = [value & 0xFC | value >> 6 for value in range(256)] * 3
_STRENGTH_256 = 1.45
_CUBE_STEPS = (0, 95, 135, 175, 215, 255)


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


def paint_blocks(picture: Image.Image, box: Box, *, depth: ColourDepth) -> Painting:
    """The picture with half-blocks, centred; what it leaves free has the colour beneath."""
    width, height = fitted(picture.width, picture.height, box.width, box.height * 2)
    height += height % 2
    pixels = _colours(_shrunk(picture, width, height), depth)
    left, top = (box.width - width) // 2, (box.height - height // 2) // 2
    blank = Strip.blank(box.width)
    rows = [
        _line(pixels[y * width : (y + 1) * width], pixels[(y + 1) * width : (y + 2) * width], left)
        for y in range(0, height, 2)
    ]
    painted = [row.extend_cell_length(box.width) for row in rows]
    below = box.height - top - len(painted)
    return Painting((*[blank] * top, *painted, *[blank] * below))


def _shrunk(picture: Image.Image, width: int, height: int) -> Image.Image:
    from PIL import Image

    return picture.resize((width, height), Image.Resampling.LANCZOS, reducing_gap=2.0)


def _line(upper: list[Color], lower: list[Color], left: int) -> Strip:
    segments = [Segment(" " * left)] if left else []
    for (over, under), cells in groupby(zip(upper, lower, strict=True)):
        segments.append(Segment(_UPPER_HALF * sum(1 for _ in cells), _style(over, under)))
    return Strip(segments, left + len(upper))


@lru_cache(maxsize=65_536)
def _style(over: Color, under: Color) -> Style:
    return Style(color=over, bgcolor=under)


def _colours(picture: Image.Image, depth: ColourDepth) -> list[Color]:
    if depth == "256":
        from PIL import Image, ImageEnhance

        strong = ImageEnhance.Color(picture).enhance(_STRENGTH_256)
        indexes = strong.quantize(palette=_palette(), dither=Image.Dither.NONE).tobytes()
        return [Color.from_ansi(index + _FIRST_FIXED_COLOUR) for index in indexes]
    # 64 steps a channel look the same in cells, and let most colours and styles be found again.
    data = picture.point(_SIX_BITS).tobytes()
    return list(map(_colour, data[0::3], data[1::3], data[2::3]))


@lru_cache(maxsize=65_536)
def _colour(red: int, green: int, blue: int) -> Color:
    return Color.from_rgb(red, green, blue)


@lru_cache(maxsize=1)
def _palette() -> Image.Image:
    """The 240 colours that every terminal of 256 shows alike: a cube of 216 and 24 greys."""
    from PIL import Image

    cube = [(r, g, b) for r in _CUBE_STEPS for g in _CUBE_STEPS for b in _CUBE_STEPS]
    greys = [(8 + 10 * step,) * 3 for step in range(24)]
    palette = Image.new("P", (1, 1))
    palette.putpalette([channel for colour in (*cube, *greys) for channel in colour])
    return palette
