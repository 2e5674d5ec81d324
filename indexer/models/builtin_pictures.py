"""A picture as a point of the builtin space, from its pixels and the shape of its frame."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np

from indexer.models.builtin_colours import (
    GREY_LIGHTNESSES,
    HUES,
    FloatArray,
    bin_weights,
    chroma_of,
    floats,
    palette,
    palette_bins,
    palette_indices,
    shared_between,
    unit,
)
from indexer.models.builtin_space import BLOCKS, DIM, block_weight
from indexer.models.protocols import PictureInput

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt

    from indexer.models.protocols import Picture

    Indices: TypeAlias = npt.NDArray[np.intp]

SIDE: Final = 96
PICTURE_INPUT: Final = PictureInput(width=SIDE, height=SIDE, fit="squash", interpolation="bilinear")
"""Colour and layout need few pixels; squashing keeps the borders in."""

_BORDER_WIDTH = 0.06
"""Share of the frame's side that is taken for background."""
_SUBJECT_RADIUS = 0.28
"""Standard deviation, in sides of the frame, of where photographers put what they photograph."""
_VIVID_CHROMA = 0.20
_COLOURED_SHARE_MIN = 0.01
"""Below it a picture has no hues to speak of."""

_GRADE_KNOTS: Final[Mapping[str, tuple[float, ...]]] = {
    # mean lightness
    "tone": (0.25, 0.50, 0.78),
    # mean chroma; JPEG keeps a monochrome photo below 0.005
    "colourfulness": (0.004, 0.03, 0.07, 0.13),
    # hues that share the chroma evenly, in bits
    "variety": (0.8, 1.8, 2.8),
    # standard deviation of lightness
    "contrast": (0.10, 0.20, 0.30),
    # mean step of lightness between neighbouring pixels
    "texture": (0.012, 0.035, 0.07),
    # logarithm to base 2 of width / height; 0.58 is 3:2
    "frame": (-1.1, -0.45, 0.0, 0.45, 1.1),
}


def picture_vector(picture: Picture) -> FloatArray:
    """Unit vector of one picture, prepared as PICTURE_INPUT asks; shape (DIM,)."""
    # Photos repeat their colours: the bins are looked up once per colour, not per pixel.
    colours, where = np.unique(palette_indices(picture.pixels), return_inverse=True)
    lab, bins = palette()[colours], palette_bins()[colours]
    masks = np.vstack([_place_masks(), _standing_out(lab, bins, where)])
    histograms = floats([np.bincount(where, mask, len(colours)) for mask in masks]) @ bins
    vector = np.zeros(DIM, dtype=np.float32)
    for name, histogram in zip((*_MASKED_PLACES, "subject"), histograms, strict=True):
        vector[BLOCKS[name]] = unit(bin_weights() * np.sqrt(histogram)) * block_weight(name)
    for name, value in _qualities(picture, lab[where], histograms[0]).items():
        vector[BLOCKS[name]] = _grades(name, value) * block_weight(name)
    return unit(vector)


_MASKED_PLACES = ("whole", "top", "middle", "bottom", "left", "right")


@cache
def _place_masks() -> FloatArray:
    """How much each pixel belongs to each masked place; shape (places, SIDE²), rows sum to 1."""
    down, across = _coordinates()
    masks = np.stack(
        [
            np.ones_like(down),
            1 - _smooth_step(down, 0.20, 0.45),
            np.exp(-(((down - 0.5) / 0.18) ** 2) / 2),
            _smooth_step(down, 0.55, 0.80),
            1 - _smooth_step(across, 0.20, 0.45),
            _smooth_step(across, 0.55, 0.80),
        ]
    )
    return floats(masks / masks.sum(axis=1, keepdims=True))


def _coordinates() -> tuple[FloatArray, FloatArray]:
    """Distance of each pixel from the top and from the left, 0–1, row by row."""
    steps = (np.arange(SIDE, dtype=np.float32) + 0.5) / SIDE
    return np.repeat(steps, SIDE), np.tile(steps, SIDE)


def _smooth_step(values: FloatArray, start: float, stop: float) -> FloatArray:
    share = np.clip((values - start) / (stop - start), 0, 1)
    return floats(share * share * (3 - 2 * share))


@cache
def _centre_weight() -> FloatArray:
    down, across = _coordinates()
    squared = (down - 0.5) ** 2 + (across - 0.5) ** 2
    return floats(np.exp(-squared / (2 * _SUBJECT_RADIUS**2)))


@cache
def _is_border() -> FloatArray:
    down, across = _coordinates()
    from_edge = np.minimum(np.minimum(down, 1 - down), np.minimum(across, 1 - across))
    border = from_edge < _BORDER_WIDTH
    return floats(border / border.sum())


def _standing_out(lab: FloatArray, bins: FloatArray, where: Indices) -> FloatArray:
    """How much each pixel belongs to what was photographed; shape (SIDE²,), sums to 1.

    `lab` and `bins` have a row for each colour, `where` says which pixel has which.

    The border stands for the background, as in saliency by boundary prior: a pixel counts by how
    rare its colour is there, how central it is and how vivid.
    """
    border = floats(np.bincount(where, _is_border(), len(bins))) @ bins
    on_border = bins @ border / (bins * bins).sum(axis=1)
    vividness = 0.2 + np.minimum(chroma_of(lab) / _VIVID_CHROMA, 1)
    weight = _centre_weight() * (vividness / (0.03 + on_border) ** 1.5)[where]
    return floats(weight / weight.sum())


def _qualities(picture: Picture, lab: FloatArray, histogram: FloatArray) -> dict[str, float]:
    """What the grades are read from: `lab` per pixel, the histogram of the whole picture."""
    lightness = lab[:, 0].reshape(SIDE, SIDE)
    steps = np.abs(np.diff(lightness, axis=0)).mean(), np.abs(np.diff(lightness, axis=1)).mean()
    return {
        "tone": float(lightness.mean()),
        "colourfulness": float(chroma_of(lab).mean()),
        "variety": _hue_variety(histogram),
        "contrast": float(lightness.std()),
        "texture": float(sum(steps)) / 2,
        "frame": float(np.log2(picture.width / picture.height)),
    }


def _hue_variety(histogram: FloatArray) -> float:
    """Entropy, in bits, of the hues of what is coloured; 0 for a picture without colour."""
    coloured = histogram[len(GREY_LIGHTNESSES) :].reshape(len(HUES), -1).sum(axis=1)
    if coloured.sum() < _COLOURED_SHARE_MIN:
        return 0.0
    share = coloured[coloured > 0] / coloured.sum()
    return float(-(share * np.log2(share)).sum())


def _grades(quality: str, value: float) -> FloatArray:
    """A value as unit weights of the grades of its quality."""
    return floats(np.sqrt(shared_between(floats([value]), floats(_GRADE_KNOTS[quality]))[0]))
