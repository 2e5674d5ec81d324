"""Two colours and a pattern for each cell: of all patterns the one with the least squared error.

The parts that a pattern fills get their mean as one colour, the others theirs. How much of a
cell's squares is explained by the two means follows from the sums of the parts alone, so that all
patterns are tried for all cells in one product of matrices.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from PIL import Image

    from imagescope_tui.ui.pictures.cell_glyphs import Glyphs

Colours: TypeAlias = npt.NDArray[np.float32]
_CELLS_AT_ONCE = 2048
"""So that what is tried for them stays within a few megabytes."""


@dataclass(frozen=True, slots=True)
class Cells:
    """A picture in cells, row by row; colours are red, green and blue from 0 to 255."""

    patterns: npt.NDArray[np.intp]
    """Shape (rows, columns). The upper left part is always filled."""
    over: Colours
    """Of the character; shape (rows, columns, 3)."""
    under: Colours
    """Behind it; the same as `over` where the pattern fills the whole cell."""


def divided(picture: Image.Image, glyphs: Glyphs) -> Cells:
    """The best cells for a picture with exactly one pixel for each part."""
    across, down = picture.width // glyphs.columns, picture.height // glyphs.rows
    pixels = np.asarray(picture, dtype=np.float32)
    parts = pixels.reshape(down, glyphs.rows, across, glyphs.columns, 3).transpose(0, 2, 1, 3, 4)
    flat = parts.reshape(down * across, glyphs.rows * glyphs.columns, 3)
    chosen = [
        _best(flat[first : first + _CELLS_AT_ONCE]) for first in range(0, len(flat), _CELLS_AT_ONCE)
    ]
    patterns, over, under = (np.concatenate(parts) for parts in zip(*chosen, strict=True))
    return Cells(
        patterns.reshape(down, across),
        over.reshape(down, across, 3),
        under.reshape(down, across, 3),
    )


def _best(parts: Colours) -> tuple[npt.NDArray[np.intp], Colours, Colours]:
    """Pattern, colour over and colour under of each cell; `parts` is (cells, parts, 3)."""
    count = parts.shape[1]
    patterns, masks = _patterns(count)
    filled = masks.sum(axis=1)
    middle = parts.mean(axis=1, keepdims=True)
    # Of what differs from the cell's mean, the filled parts and the others sum to opposites.
    sums = np.einsum("pk,nkc->npc", masks, parts - middle, optimize=True)
    explained = np.square(sums).sum(axis=2) * (1 / filled + 1 / np.maximum(count - filled, 1))
    best = explained.argmax(axis=1)
    rows = np.arange(len(parts))
    chosen, share = sums[rows, best], filled[best, None]
    over = middle[:, 0] + chosen / share
    under = np.where(share < count, middle[:, 0] - chosen / np.maximum(count - share, 1), over)
    return patterns[best], over, under


@lru_cache(maxsize=4)
def _patterns(count: int) -> tuple[npt.NDArray[np.intp], Colours]:
    """Every pattern that fills the first part, the whole cell first, and its parts as 0 and 1."""
    patterns = np.arange(2**count - 1, 0, -2)
    return patterns, (patterns[:, None] >> np.arange(count) & 1).astype(np.float32)
