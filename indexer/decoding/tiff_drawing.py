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
    from indexer.decoding.tiff_pages import TiffPage
    from indexer.decoding.tiff_samples import SampleLayout, Samples

_WHITE_IS_ZERO, _GREY, _RGB, _CMYK, _LAB = 0, 1, 2, 5, 8
_MODES = {_WHITE_IS_ZERO: "L", _GREY: "L", _RGB: "RGB", _CMYK: "CMYK", _LAB: "LAB"}
_PREMULTIPLIED, _ALPHA = 1, 2
_MODES_OF_ALPHA = {_PREMULTIPLIED: "RGBa", _ALPHA: "RGBA"}
_SHARE_OF_RANGE = 1 / 16


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
    layout, photometric = layout_of(page), page.first(tag.PHOTOMETRIC, _WHITE_IS_ZERO)
    if layout is None or photometric not in _MODES:
        return None
    if photometric == _LAB and (layout.bits not in (8, 16) or layout.kind == FLOAT):
        return None
    drawing = Drawing(page, layout, photometric)
    return drawing if layout.samples >= drawing.colours else None


def draw(file: IO[bytes], drawing: Drawing) -> Image.Image:
    """The page as it is stored, before turning; raises what `bands_of` does."""
    levels = _levels_of(file, drawing)
    image = Image.new(drawing.mode, drawing.page.size)
    top = 0
    for band in bands_of(file, drawing.page, drawing.layout):
        pixels = _lab_bytes(band) if levels is None else _pixels(band, drawing, levels)
        rows, width = pixels.shape[:2]
        image.paste(Image.frombytes(drawing.mode, (width, rows), pixels.tobytes()), (0, top))
        top += rows
    return image.convert("RGBA") if image.mode == "RGBa" else image


def _levels_of(file: IO[bytes], drawing: Drawing) -> Levels | None:
    """How numbers become 0…255; None for those of Lab, which are not all alike.

    Where they have no agreed range the page is looked through for it.
    """
    layout = drawing.layout
    if drawing.photometric == _LAB:
        return None
    if layout.kind not in (FLOAT, SIGNED) and layout.bits <= 16:
        return Levels(255 / (2**layout.bits - 1))
    low, high = np.inf, -np.inf
    for band in bands_of(file, drawing.page, layout):
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
    values = np.nan_to_num(wanted.astype(np.float32), posinf=np.inf, neginf=-np.inf)
    with np.errstate(over="ignore", invalid="ignore"):
        shown = np.clip(values * levels.scale + levels.offset + 0.5, 0, 255).astype(np.uint8)
    if drawing.photometric == _WHITE_IS_ZERO:
        shown[..., 0] = 255 - shown[..., 0]
    if has_alpha and drawing.colours == 1:
        shown = shown[..., [0, 0, 0, 1]]
    return np.ascontiguousarray(shown)


def _lab_bytes(band: Samples) -> npt.NDArray[np.uint8]:
    """The upper bytes, which are those of Lab of 8 bits: of the colours they have a sign."""
    shift = 8 * (band.dtype.itemsize - 1)
    return np.ascontiguousarray(band[..., :3].astype(np.int32) >> shift & 0xFF).astype(np.uint8)
