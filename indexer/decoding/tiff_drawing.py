"""Pictures drawn from the numbers of a TIFF's page, of whatever width, order and kind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from PIL import Image

from indexer.decoding import tiff_pages as tag
from indexer.decoding.colour import Levels, levels_of_range
from indexer.decoding.tiff_samples import FLOAT, SIGNED, bands_of, layout_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from indexer.decoding.tiff_pages import TiffPage
    from indexer.decoding.tiff_samples import SampleLayout, Samples

_WHITE_IS_ZERO, _GREY, _RGB, _CMYK, _LAB, _ICC_LAB = 0, 1, 2, 5, 8, 9
_MODES = {_WHITE_IS_ZERO: "L", _GREY: "L", _RGB: "RGB", _CMYK: "CMYK", _LAB: "LAB", _ICC_LAB: "LAB"}
_PREMULTIPLIED, _ALPHA = 1, 2
_MODES_OF_ALPHA = {_PREMULTIPLIED: "RGBa", _ALPHA: "RGBA"}
_SHARE_OF_RANGE = 1 / 16
"""Integers of more than 16 bits that reach so far into their range use all of it."""
_PIECE_SAMPLES = 4_000_000


@dataclass(frozen=True, slots=True)
class Drawing:
    """What is drawn of a page, and how."""

    page: TiffPage
    layout: SampleLayout
    photometric: int

    @property
    def colours(self) -> int:
        """How many samples of a pixel are its colour."""
        return len(_MODES[self.photometric])

    @property
    def is_white_zero(self) -> bool:
        """Whether larger numbers are darker."""
        return self.photometric == _WHITE_IS_ZERO

    @property
    def mode(self) -> str:
        """L, RGB, RGBA, RGBa, CMYK or LAB."""
        mode = _MODES[self.photometric]
        if mode not in ("L", "RGB") or self.layout.samples <= self.colours:
            return mode
        is_rgba = mode == "RGB" and self.layout.samples == len("RGBA")
        return _MODES_OF_ALPHA.get(
            self.page.first(tag.EXTRA_SAMPLES, _ALPHA if is_rgba else 0), mode
        )


def drawing_of(page: TiffPage) -> Drawing | None:
    """How a page is drawn; None for one of a kind that is not."""
    layout = layout_of(page)
    if layout is None:
        return None
    photometric = page.first(tag.PHOTOMETRIC, _GREY if layout.samples < len("RGB") else _RGB)
    if photometric not in _MODES:
        return None
    if _MODES[photometric] == "LAB" and (layout.bits not in (8, 16) or layout.kind == FLOAT):
        return None
    drawing = Drawing(page, layout, photometric)
    return drawing if layout.samples >= drawing.colours else None


def draw(file: IO[bytes], drawing: Drawing) -> Image.Image:
    """The page as it is stored, before turning; raises what `bands_of` does."""
    levels = _levels_of(file, drawing)
    image = Image.new(drawing.mode, drawing.page.size)
    top = 0
    for band in _pieces(file, drawing):
        pixels = _lab_bytes(band, drawing) if levels is None else _pixels(band, drawing, levels)
        rows, width = pixels.shape[:2]
        image.paste(Image.frombytes(drawing.mode, (width, rows), pixels.tobytes()), (0, top))
        top += rows
    return image.convert("RGBA") if image.mode == "RGBa" else image


def _pieces(file: IO[bytes], drawing: Drawing) -> Iterator[Samples]:
    """The bands of a page, in pieces of which copies of any type take little."""
    for band in bands_of(file, drawing.page, drawing.layout):
        step = max(1, _PIECE_SAMPLES // max(1, band[:1].size))
        for first in range(0, len(band), step):
            yield band[first : first + step]


def _levels_of(file: IO[bytes], drawing: Drawing) -> Levels | None:
    """How numbers become 0…255; None for those of Lab, which are not all alike.

    Where they have no agreed range the page is looked through for it.
    """
    layout = drawing.layout
    if drawing.mode == "LAB":
        return None
    if layout.kind not in (FLOAT, SIGNED) and layout.bits <= 16:
        return Levels(255 / (2**layout.bits - 1))
    low, high = np.inf, -np.inf
    for band in _pieces(file, drawing):
        values = band[..., : drawing.colours].astype(np.float64)
        values = values[np.isfinite(values)]
        low = min(low, float(values.min(initial=np.inf)))
        high = max(high, float(values.max(initial=-np.inf)))
    is_full = layout.kind not in (FLOAT, SIGNED) and high >= 2**layout.bits * _SHARE_OF_RANGE
    if is_full:
        return Levels(255 / (2**layout.bits - 1))
    return levels_of_range(low, high, is_float=layout.kind == FLOAT)


def _pixels(band: Samples, drawing: Drawing, levels: Levels) -> npt.NDArray[np.uint8]:
    """Rows × width × the bytes of a pixel of the drawing's mode."""
    has_alpha = drawing.mode in _MODES_OF_ALPHA.values()
    wanted = band[..., : drawing.colours + has_alpha]
    if wanted.dtype.kind == "u" and wanted.dtype.itemsize <= 2:
        numbers = np.arange(2 ** (8 * wanted.dtype.itemsize), dtype=np.float32)
        shown = _shown(numbers, levels)[wanted.astype(np.uint16, copy=False)]
    else:
        shown = _shown(wanted.astype(np.float32), levels)
    if drawing.is_white_zero:
        shown[..., 0] = 255 - shown[..., 0]
    if has_alpha and drawing.colours == 1:
        shown = shown[..., [0, 0, 0, 1]]
    return np.ascontiguousarray(shown)


def _shown(values: npt.NDArray[np.float32], levels: Levels) -> npt.NDArray[np.uint8]:
    """Values in 0…255; what is no number is black."""
    known = np.nan_to_num(values, posinf=np.inf, neginf=-np.inf)
    with np.errstate(over="ignore"):
        levelled = np.clip(known * levels.scale + levels.offset + 0.5, 0, 255)
    pixels: npt.NDArray[np.uint8] = levelled.astype(np.uint8)
    return pixels


def _lab_bytes(band: Samples, drawing: Drawing) -> npt.NDArray[np.uint8]:
    """The upper bytes, which are those of Lab of 8 bits: of the colours they have a sign.

    ICC's way to store them has the middle of the range where the other has 0.
    """
    shift = 8 * (band.dtype.itemsize - 1)
    upper = (band[..., :3].astype(np.int32) >> shift & 0xFF).astype(np.uint8)
    if drawing.photometric == _ICC_LAB:
        upper[..., 1:] ^= 0x80
    return np.ascontiguousarray(upper)
