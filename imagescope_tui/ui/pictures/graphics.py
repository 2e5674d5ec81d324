"""Pictures for terminals that draw real pixels: Kitty's protocol, Sixel and iTerm2's.

All are prepared in workers. Kitty's pictures are sent to the terminal once and then stand in the
text as placeholder characters, so that they scroll and are covered like text. The others
are drawn over the cells after every frame that touched them.
"""

from __future__ import annotations

import base64
import importlib
import io
import sys
import threading
from typing import TYPE_CHECKING

from rich.console import Console
from rich.segment import Segment
from textual.strip import Strip

from imagescope_tui.ui.pictures.painting import Painting, fitted

if TYPE_CHECKING:
    from PIL import Image

    from imagescope_tui.ui.pictures.key import Box

_SIXEL_START = "\x1bP"
_JPEG_QUALITY = 90
# The pieces of one Kitty picture must follow each other: no two may be sent at once.
_SENDING = threading.Lock()


def prepare(cell: tuple[int, int]) -> None:
    """Load textual-image and tell it the size of a cell in pixels.

    Left alone it asks the terminal when it is imported, and takes the keys that are pressed
    meanwhile for answers; what is no terminal it does not ask.
    """
    screen = sys.__stdout__
    setattr(sys, "__stdout__", None)  # noqa: B010 - to mypy it is final
    try:
        importlib.import_module("textual_image.renderable")
    finally:
        setattr(sys, "__stdout__", screen)  # noqa: B010
    from textual_image._terminal import CellSize, get_cell_size

    vars(get_cell_size)["_result"] = CellSize(*cell)  # where it keeps what it was told


def cell_pixels() -> tuple[int, int]:
    """Width and height of a cell in pixels, as `prepare` was told."""
    from textual_image._terminal import get_cell_size

    size = get_cell_size()
    return size.width, size.height


def paint_kitty(picture: Image.Image, box: Box) -> Painting:
    """The picture as placeholders, centred; its pixels are with the terminal afterwards."""
    from textual_image.renderable import TGPImage

    width, height = _cells_for(picture, box)
    placed = TGPImage(_scaled(picture, width, height), width=width, height=height)
    with _SENDING:
        segments = list(_rendered(placed, width, height))
    rows = [Segment(segment.text.rstrip("\n"), segment.style) for segment in segments]
    left, top = (box.width - width) // 2, (box.height - height) // 2
    lines = [
        Strip([Segment(" " * left), row, Segment(" " * (box.width - width - left))], box.width)
        for row in rows
    ]
    return Painting(_centred(lines, box, top), release=placed.cleanup)


def paint_sixel(picture: Image.Image, box: Box) -> Painting:
    """The picture as Sixel data over blank cells, centred."""
    from textual_image.renderable import SixelImage

    width, height = _cells_for(picture, box)
    drawn = SixelImage(_scaled(picture, width, height), width=width, height=height)
    data = "".join(
        segment.text
        for segment in _rendered(drawn, width, height)
        if segment.text.startswith(_SIXEL_START)
    )
    left, top = (box.width - width) // 2, (box.height - height) // 2
    return Painting(_centred([], box, top), overlay=data, left=left, top=top)


def paint_iterm(picture: Image.Image, box: Box) -> Painting:
    """The picture as a JPEG for iTerm2's protocol, over blank cells, centred."""
    width, height = _cells_for(picture, box)
    jpeg = io.BytesIO()
    _scaled(picture, width, height).save(jpeg, "JPEG", quality=_JPEG_QUALITY, subsampling=0)
    told = f"inline=1;size={jpeg.tell()};width={width};height={height};preserveAspectRatio=0"
    data = base64.b64encode(jpeg.getvalue()).decode("ascii")
    left, top = (box.width - width) // 2, (box.height - height) // 2
    # The bell ends it: mintty and old versions of iTerm2 know no other end. A picture on the last
    # line must not scroll the screen, so the cursor stays.
    sequence = f"\x1b]1337;File={told};doNotMoveCursor=1:{data}\x07"
    return Painting(_centred([], box, top), overlay=sequence, left=left, top=top)


def _cells_for(picture: Image.Image, box: Box) -> tuple[int, int]:
    cell_width, cell_height = cell_pixels()
    width, height = fitted(
        picture.width, picture.height, box.width * cell_width, box.height * cell_height
    )
    return (
        min(box.width, max(1, round(width / cell_width))),
        min(box.height, max(1, round(height / cell_height))),
    )


def _scaled(picture: Image.Image, width: int, height: int) -> Image.Image:
    from PIL import Image

    cell_width, cell_height = cell_pixels()
    size = (width * cell_width, height * cell_height)
    return picture.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)


def _rendered(renderable: object, width: int, height: int) -> list[Segment]:
    console = Console(width=width, height=height, color_system="truecolor")
    options = console.options.update(width=width, height=height)
    return list(console.render(renderable, options))  # type: ignore[arg-type]


def _centred(lines: list[Strip], box: Box, top: int) -> tuple[Strip, ...]:
    blank = Strip.blank(box.width)
    below = box.height - top - len(lines)
    return (*[blank] * top, *lines, *[blank] * below)
