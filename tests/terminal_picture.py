"""A screen as the terminal shows it, as a picture: blocks are drawn as shapes, not by a font.

Textual's own export is SVG, in which fonts leave gaps between blocks, or lack them; and it has all
colours, whatever the terminal has.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, get_args

from matplotlib import font_manager
from PIL import Image, ImageDraw, ImageFont
from rich.cells import cell_len
from rich.color import Color, ColorSystem
from rich.terminal_theme import TerminalTheme

from imagescope_tui.ui.pictures.cell_glyphs import GlyphMode, glyphs_in
from imagescope_tui.ui.pictures.palette import palette

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.style import Style
    from textual.strip import Strip

    from imagescope_tui.ui.pictures.painting import ColourDepth

CELL = (10, 20)
_SYSTEMS = {"true": None, "256": ColorSystem.EIGHT_BIT, "16": ColorSystem.STANDARD}
_SIXTEEN = [(int(red), int(green), int(blue)) for red, green, blue in palette("16")]
_XTERM = TerminalTheme((0, 0, 0), (229, 229, 229), _SIXTEEN[:8], _SIXTEEN[8:])


def terminal_picture(strips: Sequence[Strip], depth: ColourDepth) -> Image.Image:
    """What a terminal with so many colours shows of the lines."""
    width, height = CELL
    picture = Image.new("RGB", (width * max(map(len_of, strips)), height * len(strips)))
    pen = ImageDraw.Draw(picture)
    for y, strip in enumerate(strips):
        x = 0
        for segment in strip:
            if segment.control:
                continue
            front, back = _colours(segment.style, depth)
            for sign in segment.text:
                cells = cell_len(sign)
                _draw(pen, sign, (x * width, y * height, cells * width), front, back, segment.style)
                x += cells
    return picture


def len_of(strip: Strip) -> int:
    """Cells of a line."""
    return strip.cell_length


def _colours(style: Style | None, depth: ColourDepth) -> tuple[tuple[int, int, int], ...]:
    front = _rgb(style.color if style else None, depth, is_front=True)
    back = _rgb(style.bgcolor if style else None, depth, is_front=False)
    return (back, front) if style and style.reverse else (front, back)


@lru_cache(maxsize=100_000)
def _rgb(color: Color | None, depth: ColourDepth, *, is_front: bool) -> tuple[int, int, int]:
    color = color or Color.default()
    if (system := _SYSTEMS[depth]) is not None:
        color = color.downgrade(system)
    red, green, blue = color.get_truecolor(_XTERM, is_front)
    return red, green, blue


def _draw(
    pen: ImageDraw.ImageDraw,
    sign: str,
    place: tuple[int, int, int],
    front: tuple[int, int, int],
    back: tuple[int, int, int],
    style: Style | None,
) -> None:
    left, top, width = place
    height = CELL[1]
    pen.rectangle((left, top, left + width - 1, top + height - 1), fill=back)
    shapes = _shapes(sign)
    for x0, y0, x1, y1 in shapes:
        corner = (left + round(x0 * width), top + round(y0 * height))
        end = (left + round(x1 * width) - 1, top + round(y1 * height) - 1)
        pen.rectangle((*corner, *end), fill=front)
    if not shapes and not sign.isspace():
        is_bold = bool(style and style.bold)
        pen.text((left, top + height // 2), sign, fill=front, font=_font(is_bold), anchor="lm")


@lru_cache(maxsize=2)
def _font(is_bold: bool) -> ImageFont.FreeTypeFont:
    weight = "bold" if is_bold else "normal"
    found = font_manager.FontProperties(family="DejaVu Sans Mono", weight=weight)
    return ImageFont.truetype(font_manager.findfont(found), CELL[1] * 4 // 5)


@lru_cache(maxsize=4_096)
def _shapes(sign: str) -> tuple[tuple[float, float, float, float], ...]:
    """The rectangles of a block element, in fractions of the cell; none for other signs."""
    code = ord(sign)
    if 0x2581 <= code <= 0x2588:
        return ((0, 1 - (code - 0x2580) / 8, 1, 1),)
    if 0x2589 <= code <= 0x258F:
        return ((0, 0, (0x2590 - code) / 8, 1),)
    if sign == "▔":
        return ((0, 0, 1, 1 / 8),)
    if sign == "▕":
        return ((7 / 8, 0, 1, 1),)
    return _divided().get(sign, ())


@lru_cache(maxsize=1)
def _divided() -> dict[str, tuple[tuple[float, float, float, float], ...]]:
    """The parts that each character of pictures fills."""
    shapes = {}
    for mode in get_args(GlyphMode):
        glyphs = glyphs_in(mode)
        across, down = glyphs.columns, glyphs.rows
        for pattern, sign in enumerate(glyphs.characters):
            parts = [divmod(n, across) for n in range(across * down) if pattern >> n & 1]
            shapes[sign] = tuple(
                (x / across, y / down, (x + 1) / across, (y + 1) / down) for y, x in parts
            )
    return shapes
