"""A photo's pixels turned upright, in sRGB, at the sizes that are wanted, and no larger."""

from __future__ import annotations

import io
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from indexer.decoding.colour import Colours, colours_of, flatten, levels_of, to_srgb, white_of
from indexer.decoding.geometry import Box, Fit, Size, turned_box, turned_size

if TYPE_CHECKING:
    from indexer.models.protocols import PictureInput, Pixels

TRANSPOSES = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""What turns a picture upright, by its EXIF orientation."""

_ENOUGH = 1.9
"""Decoded at this many times the wanted size, a photo is as good as from all its pixels: 52 dB, no
pixel off by more than 3 of 255, on a noisy one. Twice would miss what matters most by a hair: 384
pixels from a quarter of a photo of 4000 × 3000."""
_STRIP_PIXELS = 4_000_000
_FILTERS: dict[str, Image.Resampling] = {
    "bicubic": Image.Resampling.BICUBIC,
    "bilinear": Image.Resampling.BILINEAR,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Upright:
    """A decoded photo in mode L, RGB, CMYK or LAB, perhaps smaller than it is in the file."""

    image: Image.Image
    box: Box
    """Where in the image the whole photo lies: scaled decoders round the last row and column up."""
    size: Size
    """Of the whole photo, in full."""
    colours: Colours

    def fitted(self, fit: Fit, resampling: Image.Resampling) -> Image.Image:
        """The photo laid out as `fit` says, in sRGB; what it does not cover is left out."""
        part = fit.part_of(self.box)
        return to_srgb(self.image.resize(fit.part_size, resampling, box=part), self.colours)

    def on_canvas(self, fit: Fit, picture_input: PictureInput) -> Pixels:
        """The pixels the encoder wants."""
        fitted = self.fitted(fit, _FILTERS[picture_input.interpolation])
        if fitted.size != fit.canvas:
            canvas = Image.new("RGB", fit.canvas, (picture_input.fill,) * 3)
            canvas.paste(fitted, fit.offset)
            fitted = canvas
        return np.array(fitted)


def decode_upright(image: Image.Image, orientation: int, *fits: Fit) -> Upright:
    """Decodes the image large enough for all fits, and else as small as comes cheap."""
    wanted = turned_size(_wanted(*fits), orientation)
    colours = colours_of(image)
    full_size = image.size
    drafted = image.draft(None, wanted)
    image.load()
    if drafted is None:
        full_size = image.size
    _, _, right, bottom = drafted[1] if drafted else (0, 0, *full_size)
    shrunk, factor = _shrunk(image, wanted, white_of(colours))
    transpose = TRANSPOSES.get(orientation)
    return Upright(
        image=shrunk if transpose is None else shrunk.transpose(transpose),
        box=turned_box((0, 0, right / factor, bottom / factor), shrunk.size, orientation),
        size=turned_size(full_size, orientation),
        colours=colours,
    )


def as_jpeg(image: Image.Image, quality: int) -> bytes:
    """The image as JPEG without metadata."""
    image.info.clear()  # a comment of the original would be written again
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=quality)
    return buffer.getvalue()


def _wanted(*fits: Fit) -> Size:
    """The size that serves all fits with the quality of a full decode."""
    width = max(fit.scaled[0] for fit in fits)
    height = max(fit.scaled[1] for fit in fits)
    return math.ceil(width * _ENOUGH), math.ceil(height * _ENOUGH)


def _shrunk(image: Image.Image, wanted: Size, white: int) -> tuple[Image.Image, int]:
    """The image flattened, and averaged over squares of so many pixels a side as `wanted` allows.

    Goes strip by strip, so that little is held beside the decoded image.
    """
    levels = levels_of(image)
    factor = max(1, min(image.width // wanted[0], image.height // wanted[1]))
    if factor == 1:
        return flatten(image, levels, white), 1
    rows = factor * max(1, _STRIP_PIXELS // (image.width * factor))
    edges = [(top, min(top + rows, image.height)) for top in range(0, image.height, rows)]
    strips = [
        flatten(image.crop((0, top, image.width, bottom)), levels, white).reduce(factor)
        for top, bottom in edges
    ]
    shrunk = Image.new(strips[0].mode, (strips[0].width, sum(strip.height for strip in strips)))
    for index, strip in enumerate(strips):
        shrunk.paste(strip, (0, index * rows // factor))
    return shrunk, factor
