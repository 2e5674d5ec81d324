"""Images that are drawn here, and look to all others like those of Pillow's plugins."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING

from PIL import Image, ImageFile

if TYPE_CHECKING:
    from PIL._imaging import PixelAccess


class DrawnImage(ImageFile.ImageFile):
    """An image of a file, drawn when it is loaded; `_open` says its mode and size."""

    _is_drawn = False

    @abstractmethod
    def _draw(self) -> Image.Image:
        """The picture of the file, upright as it is shown."""

    def load(self) -> PixelAccess | None:
        """Draws the picture, once; raises what drawing it does."""
        if not self._is_drawn:
            drawn = self._draw()
            self._mode, self._is_drawn = drawn.mode, True
            self.im = drawn.im
        return Image.Image.load(self)
