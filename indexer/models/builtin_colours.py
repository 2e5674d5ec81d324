"""Colours as people name them, as soft shares of perceptual colour bins.

Pixels and colour words meet in the same bins of OKLCH (OKLab by Björn Ottosson, 2020, in polar
form: lightness 0–1, chroma 0–0.33 in sRGB, hue in degrees). A pixel is shared between the bins
beside it, a word stands for the share of each bin that people call by that word. Nothing here is
learned: the ranges of the basic colour terms (Berlin and Kay's eleven, turquoise and beige) are set
by hand from the hue circle, all other names are the coordinates that CSS gives them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from indexer.models.protocols import Pixels

FloatArray: TypeAlias = npt.NDArray[np.float32]

# Hues where a name is at its best, so that no bin lies across two names: red, orange, amber,
# yellow, lime, green, jade, cyan, azure, blue, violet, magenta, rose.
HUES = np.array([25, 52, 78, 98, 120, 145, 175, 205, 235, 262, 295, 325, 355], dtype=np.float32)
GREY_LIGHTNESSES = np.array([0.12, 0.35, 0.60, 0.82, 0.97], dtype=np.float32)
LIGHTNESSES = np.array([0.35, 0.60, 0.85], dtype=np.float32)
CHROMAS = np.array([0.02, 0.07, 0.16], dtype=np.float32)
"""No colour, dull, vivid."""
BIN_COUNT = len(GREY_LIGHTNESSES) + len(HUES) * len(LIGHTNESSES) * 2

# Skies, soil, wood, skin, asphalt and foliage fill most photographs with dull colours and greys, so
# that finding them says little; a vivid colour is rare and usually belongs to a thing. The ratio is
# that of surprise, not fitted to any set of photos.
GREY_WEIGHT, DULL_WEIGHT, VIVID_WEIGHT = 0.5, 0.7, 1.2

_TO_CONES = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_TO_OKLAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)
_LEVELS = 32
"""Levels per channel of the table that turns pixels into bins."""
_NAME_WIDTH = 0.10
"""How far, in OKLab, a colour may lie from a name's own coordinates before it is another colour."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ColourRange:
    """A region of OKLCH with soft edges; hues may run past 360."""

    hue: tuple[float, float] | None = None
    lightness: tuple[float, float] = (0.0, 1.0)
    chroma: tuple[float, float] = (0.0, 1.0)
    hue_edge: float = 10.0
    lightness_edge: float = 0.08
    chroma_edge: float = 0.03


_ANY = 1.0
"""As light, or as vivid, as can be."""

# A colour is the better an example of its name the more vivid it is, hence the wide soft edges.
BASIC_COLOURS = {
    "black": ColourRange(lightness=(0, 0.20), chroma=(0, 0.05)),
    "grey": ColourRange(lightness=(0.36, 0.82), chroma=(0, 0.015), chroma_edge=0.02),
    "white": ColourRange(lightness=(0.92, _ANY), lightness_edge=0.12, chroma=(0, 0.03)),
    "red": ColourRange(hue=(14, 36), lightness=(0.30, 0.70), chroma=(0.17, _ANY), chroma_edge=0.08),
    "orange": ColourRange(
        hue=(44, 70), lightness=(0.62, 0.86), chroma=(0.15, _ANY), chroma_edge=0.07
    ),
    "yellow": ColourRange(
        hue=(82, 114), lightness=(0.72, _ANY), chroma=(0.15, _ANY), chroma_edge=0.08
    ),
    "green": ColourRange(
        hue=(116, 166), lightness=(0.20, 0.92), chroma=(0.10, _ANY), chroma_edge=0.07
    ),
    "turquoise": ColourRange(
        hue=(176, 216), lightness=(0.35, 0.95), chroma=(0.10, _ANY), chroma_edge=0.06
    ),
    "blue": ColourRange(
        hue=(222, 284), lightness=(0.20, 0.86), chroma=(0.12, _ANY), chroma_edge=0.08
    ),
    "purple": ColourRange(
        hue=(292, 330), lightness=(0.20, 0.72), chroma=(0.13, _ANY), chroma_edge=0.08
    ),
    "pink": ColourRange(
        hue=(338, 378), lightness=(0.64, 0.95), chroma=(0.11, 0.30), chroma_edge=0.06
    ),
    "brown": ColourRange(hue=(32, 84), lightness=(0.28, 0.64), chroma=(0.04, 0.12)),
    "beige": ColourRange(
        hue=(60, 105), lightness=(0.78, 0.95), chroma=(0.02, 0.07), chroma_edge=0.015
    ),
}

MODIFIERS = {
    "dark": ColourRange(lightness=(0, 0.42)),
    "deep": ColourRange(lightness=(0, 0.55), chroma=(0.08, 1)),
    "light": ColourRange(lightness=(0.80, 1)),
    "pale": ColourRange(lightness=(0.80, 1), chroma=(0, 0.10)),
    "pastel": ColourRange(lightness=(0.78, 1), chroma=(0.02, 0.10)),
    "bright": ColourRange(lightness=(0.60, 1), chroma=(0.14, 1)),
    "vivid": ColourRange(chroma=(0.15, 1)),
    "neon": ColourRange(lightness=(0.65, 1), chroma=(0.18, 1)),
    "dull": ColourRange(chroma=(0, 0.08)),
    "muted": ColourRange(chroma=(0, 0.08)),
}
"""Words that narrow the colour after them: dark red, pale blue."""


def oklab(rgb: npt.ArrayLike) -> FloatArray:
    """Lightness, a and b of sRGB values 0–255; shape (..., 3)."""
    encoded = np.asarray(rgb, dtype=np.float64) / 255.0
    linear = np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)
    return floats(np.cbrt(linear @ _TO_CONES.T) @ _TO_OKLAB.T)


def chroma_of(lab: FloatArray) -> FloatArray:
    """How far OKLab colours are from grey; shape without the last axis."""
    return floats(np.hypot(lab[..., 1], lab[..., 2]))


def floats(values: npt.ArrayLike) -> FloatArray:
    """The values as single precision, which all vectors are kept in."""
    return np.asarray(values, dtype=np.float32)


def hue_of(lab: FloatArray) -> FloatArray:
    """Hue angles 0–360 of OKLab colours; shape without the last axis."""
    return floats(np.degrees(np.arctan2(lab[..., 2], lab[..., 1])) % 360)


def shared_between(values: FloatArray, knots: FloatArray) -> FloatArray:
    """Each value shared linearly by the two knots beside it; shape (n, knots), rows sum to 1."""
    values = np.clip(values, knots[0], knots[-1])
    below = np.clip(np.searchsorted(knots, values, side="right") - 1, 0, len(knots) - 2)
    share = (values - knots[below]) / (knots[below + 1] - knots[below])
    shares = np.zeros((len(values), len(knots)), dtype=np.float32)
    rows = np.arange(len(values))
    shares[rows, below] = 1 - share
    shares[rows, below + 1] = share
    return shares


def bin_shares(lab: FloatArray) -> FloatArray:
    """OKLab colours (n, 3) shared between the bins; shape (n, BIN_COUNT), rows sum to 1."""
    lightness = lab[:, 0]
    by_chroma = shared_between(chroma_of(lab), CHROMAS)
    greys = shared_between(lightness, GREY_LIGHTNESSES) * by_chroma[:, :1]
    coloured = (
        _hue_shares(lab)[:, :, None, None]
        * shared_between(lightness, LIGHTNESSES)[:, None, :, None]
        * by_chroma[:, None, None, 1:]
    )
    return np.concatenate([greys, coloured.reshape(len(lab), -1)], axis=1)


def _hue_shares(lab: FloatArray) -> FloatArray:
    hue = hue_of(lab)
    once_round = np.append(HUES, HUES[0] + 360)
    shares = shared_between(np.where(hue < HUES[0], hue + 360, hue), once_round)
    shares[:, 0] += shares[:, -1]
    return shares[:, :-1]


@cache
def bin_weights() -> FloatArray:
    """How much a bin says about a photo; shape (BIN_COUNT,)."""
    dull_and_vivid = np.tile([DULL_WEIGHT, VIVID_WEIGHT], len(HUES) * len(LIGHTNESSES))
    greys = np.full(len(GREY_LIGHTNESSES), GREY_WEIGHT)
    return floats(np.concatenate([greys, dull_and_vivid]))


@cache
def palette() -> FloatArray:
    """OKLab of every colour in the table of 32 levels per channel; shape (32768, 3)."""
    level = np.linspace(0, 255, _LEVELS)
    grid = np.stack(np.meshgrid(level, level, level, indexing="ij"), axis=-1)
    return oklab(grid.reshape(-1, 3))


@cache
def palette_bins() -> FloatArray:
    """The bins of every colour in the table; shape (32768, BIN_COUNT)."""
    return bin_shares(palette())


def palette_indices(pixels: Pixels) -> npt.NDArray[np.intp]:
    """Rows of the table nearest to the pixels, row by row; shape (height * width,)."""
    level = (pixels.reshape(-1, 3).astype(np.intp) * (_LEVELS - 1) + 127) // 255
    return level @ np.array([_LEVELS * _LEVELS, _LEVELS, 1], dtype=np.intp)


def membership(wanted: ColourRange) -> FloatArray:
    """How far each colour of the table belongs to a range, 0–1; shape (32768,)."""
    lab = palette()
    inside = _soft_range(lab[:, 0], wanted.lightness, wanted.lightness_edge)
    inside = inside * _soft_range(chroma_of(lab), wanted.chroma, wanted.chroma_edge)
    if wanted.hue is None:
        return inside
    middle, half = sum(wanted.hue) / 2, (wanted.hue[1] - wanted.hue[0]) / 2
    away = np.abs((hue_of(lab) - middle + 180) % 360 - 180)
    return floats(inside * np.clip((half - away) / wanted.hue_edge + 1, 0, 1))


def _soft_range(values: FloatArray, limits: tuple[float, float], edge: float) -> FloatArray:
    low, high = limits
    return floats(np.clip(np.minimum((values - low) / edge, (high - values) / edge) + 1, 0, 1))


def narrowed(belonging: FloatArray, modifier: str) -> FloatArray:
    """What is left of a colour under a modifier; a contradiction leaves the colour as it was."""
    # The small constant keeps a little of the colour, so that "dark yellow" is not nothing.
    return floats(belonging * (membership(MODIFIERS[modifier]) + 0.02))


def named_membership(rgb: tuple[int, int, int]) -> FloatArray:
    """How far each colour of the table goes by the name that CSS gives to `rgb`; shape (32768,).

    Half of it is nearness to those coordinates, half the basic colours that they belong to: photos
    rarely hold the exact gold of the standard, but yellows and oranges near it.
    """
    own = oklab([rgb])
    squared_distance = ((palette() - own) ** 2).sum(axis=1)
    near = np.exp(-squared_distance / (2 * _NAME_WIDTH**2))
    closest = int(np.argmin(squared_distance))
    basics = [membership(wanted) for wanted in BASIC_COLOURS.values()]
    theirs = np.sum([basic * basic[closest] for basic in basics], axis=0)
    return floats(near / 2 + theirs / 2)


def term_over_bins(belonging: FloatArray) -> FloatArray:
    """The share of each bin that goes by a name, at unit length; shape (BIN_COUNT,)."""
    bins = palette_bins()
    shares = floats((belonging @ bins) / np.maximum(bins.sum(axis=0), 1e-6))
    return unit(shares)


def unit(vector: FloatArray) -> FloatArray:
    """The vector at length one; all zero stays all zero."""
    length = float(np.linalg.norm(vector))
    return floats(vector / length) if length > 0 else vector
