"""The one painter a screen uses, chosen when it starts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from imagescope_tui.ui.pictures.cell_glyphs import glyphs_in
from imagescope_tui.ui.pictures.painting import ColourDepth, open_picture, paint_cells

if TYPE_CHECKING:
    from imagescope_tui.ui.pictures.cell_glyphs import GlyphMode
    from imagescope_tui.ui.pictures.key import Box, PictureKey
    from imagescope_tui.ui.pictures.painting import Painting
    from imagescope_tui.ui.pictures.protocol import PictureProtocol


@dataclass(frozen=True, slots=True)
class Painter:
    """Turns a JPEG into cells the way this terminal shows pictures."""

    protocol: PictureProtocol
    depth: ColourDepth

    def paint(self, jpeg: bytes, key: PictureKey) -> Painting:
        """The picture in its box; runs in a worker thread.

        Raises:
            OSError: the file is damaged.
        """
        picture = open_picture(jpeg, is_grey=key.is_grey)
        if key.light is not None:
            from imagescope_tui.ui.pictures.light import lit

            picture = lit(picture, key.light)
        if self.protocol == "kitty":
            from imagescope_tui.ui.pictures.graphics import paint_kitty

            return paint_kitty(picture, key.box)
        if self.protocol == "sixel":
            from imagescope_tui.ui.pictures.graphics import paint_sixel

            return paint_sixel(picture, key.box)
        if self.protocol == "iterm":
            from imagescope_tui.ui.pictures.graphics import paint_iterm

            return paint_iterm(picture, key.box)
        return paint_cells(picture, key.box, mode=self._mode, depth=self.depth)

    def pixels_shown(self, box: Box) -> int:
        """How many pixels the longer side of a picture in the box can show at most."""
        if self.protocol in ("kitty", "sixel", "iterm"):
            from imagescope_tui.ui.pictures.graphics import cell_pixels

            cell_width, cell_height = cell_pixels()
            return max(box.width * cell_width, box.height * cell_height)
        glyphs = glyphs_in(self._mode)
        return max(box.width * glyphs.columns, box.height * glyphs.rows)

    @property
    def _mode(self) -> GlyphMode:
        if self.protocol in ("octants", "sextants", "quadrants"):
            return self.protocol
        return "blocks"
