"""Colours for terminals that have few: of those near to the eye, the two that mix best in a cell.

Near is told in OKLab: Björn Ottosson, "A perceptual color space for image processing", 2020. A cell
has two colours anyway, so it is dithered within itself: nothing is handed on to its neighbours,
which at a few cells a picture would be specks.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from imagescope_tui.ui.pictures.xterm import FIRST_FIXED_COLOUR, numbered_colours

if TYPE_CHECKING:
    from imagescope_tui.ui.pictures.cell_glyphs import Glyphs
    from imagescope_tui.ui.pictures.cells import Cells, Colours

Numbers: TypeAlias = npt.NDArray[np.intp]

_NEAR = 10
"""Colours that are tried on either side of a cell."""
_MIX = {"256": 4.0, "16": 2.0}
"""How much the mean of a cell counts beside its parts: more is truer from afar, and noisier."""
_TO_CONES = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_TO_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)


def oklab(colours: npt.ArrayLike) -> Colours:
    """Lightness and the two axes of colour of sRGB from 0 to 255; the last axis holds three."""
    share = np.clip(np.asarray(colours, dtype=np.float32) / 255, 0, 1)
    linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    lab: Colours = (np.cbrt(linear @ _TO_CONES.T) @ _TO_LAB.T).astype(np.float32)
    return lab


@lru_cache(maxsize=2)
def palette(depth: Literal["256", "16"]) -> Colours:
    """The colours used of a terminal's, as sRGB, by number; shape (colours, 3)."""
    return np.array(list(numbered_colours(depth).values()), dtype=np.float32)


@dataclass(frozen=True, slots=True)
class NumberedCells:
    """Cells in the terminal's own colours; each of shape (rows, columns)."""

    patterns: Numbers
    over: Numbers
    """The terminal's number of the character's colour."""
    under: Numbers
    """Of the colour behind it."""


def in_palette(cells: Cells, glyphs: Glyphs, depth: Literal["256", "16"]) -> NumberedCells:
    """The colours of a terminal that has few, for all cells; one of one colour may mix two."""
    parts = np.arange(glyphs.columns * glyphs.rows)
    is_whole = cells.patterns == 2 ** len(parts) - 1
    patterns = np.where(is_whole, _chequered(glyphs), cells.patterns)
    share = (patterns.reshape(-1, 1) >> parts & 1).mean(axis=1, dtype=np.float32)
    over, under = _mixed(cells.over.reshape(-1, 3), cells.under.reshape(-1, 3), share, depth)
    first = FIRST_FIXED_COLOUR if depth == "256" else 0
    shape = patterns.shape
    return NumberedCells(patterns, first + over.reshape(shape), first + under.reshape(shape))


def _chequered(glyphs: Glyphs) -> int:
    """The pattern that fills every other part, the first one too."""
    rows, columns = range(glyphs.rows), range(glyphs.columns)
    return sum(1 << y * len(columns) + x for y in rows for x in columns if (x + y) % 2 == 0)


def _mixed(
    over: Colours, under: Colours, share: Colours, depth: Literal["256", "16"]
) -> tuple[Numbers, Numbers]:
    """Places in the palette: the pairs that err least in the parts, and in their mean."""
    known = palette(depth)
    near_over, near_under = _near(over, depth), _near(under, depth)
    # What each choice misses, weighed by how much of the cell it fills.
    filled, free = share[:, None], 1 - share[:, None]
    missed_over, missed_under = over[:, None] - known[near_over], under[:, None] - known[near_under]
    parts_over = filled * np.square(missed_over).sum(axis=2)
    parts_under = free * np.square(missed_under).sum(axis=2)
    mean_over, mean_under = filled[..., None] * missed_over, free[..., None] * missed_under
    mean = np.square(mean_over[:, :, None] + mean_under[:, None]).sum(axis=3)
    error = parts_over[:, :, None] + parts_under[:, None] + _MIX[depth] * mean
    best = error.reshape(len(over), -1).argmin(axis=1)
    rows = np.arange(len(over))
    return near_over[rows, best // _NEAR], near_under[rows, best % _NEAR]


def _near(colours: Colours, depth: Literal["256", "16"]) -> Numbers:
    """The places in the palette of the colours nearest to each, in no order."""
    known = oklab(palette(depth))
    distance = np.square(known).sum(axis=1) - 2 * oklab(colours) @ known.T
    return np.argpartition(distance, _NEAR, axis=1)[:, :_NEAR]
