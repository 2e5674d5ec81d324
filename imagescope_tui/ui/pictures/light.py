"""Light on a part of a picture: the rest goes grey and dark, with no edge between the two."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imagescope_tui.ui.pictures.painting import fitted

if TYPE_CHECKING:
    from PIL import Image

    from imagescope_tui.ui.pictures.key import LightMap

_MASK_SIDE = 128
"""Pixels: light is soft, so few are enough, and larger pictures take no longer."""
_SOFTNESS = 0.35
"""Of a part's side: how far light spills over its edge."""
_COLOUR_LEFT, _BRIGHTNESS_LEFT = 0.35, 0.33
"""Of what is in the dark."""


def lit(picture: Image.Image, light: LightMap) -> Image.Image:
    """The picture with light on the parts that the map says; the same size."""
    from PIL import Image, ImageEnhance

    grey = ImageEnhance.Color(picture).enhance(_COLOUR_LEFT)
    dark = ImageEnhance.Brightness(grey).enhance(_BRIGHTNESS_LEFT)
    mask = _mask(light, picture.size).resize(picture.size, Image.Resampling.BILINEAR)
    return Image.composite(picture, dark, mask)


def _mask(light: LightMap, size: tuple[int, int]) -> Image.Image:
    """How light each place is, small; black where the map does not reach."""
    from PIL import Image, ImageFilter

    width, height = fitted(*size, _MASK_SIDE, _MASK_SIDE)
    left, top, right, bottom = light.area
    cells = Image.new("L", (len(light.rows[0]), len(light.rows)))
    cells.putdata([round(value * 255) for row in light.rows for value in row])
    covered = (max(1, round((right - left) * width)), max(1, round((bottom - top) * height)))
    mask = Image.new("L", (width, height))
    smooth = cells.resize(covered, Image.Resampling.BICUBIC)
    mask.paste(smooth, (round(left * width), round(top * height)))
    softness = _SOFTNESS * min(covered[0] / cells.width, covered[1] / cells.height)
    return mask.filter(ImageFilter.GaussianBlur(softness))
