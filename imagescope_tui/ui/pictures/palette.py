"""Colours for terminals that have few: the nearest as the eye sees them (OKLab), dithered.

OKLab: Björn Ottosson, "A perceptual color space for image processing", 2020. The dithering is
ordered, after Thomas Knoll (US patent 6606166, expired): a colour is mixed from a few of the
palette whose mean is near it, and the place in the picture says which of them a cell shows.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from imagescope_tui.ui.pictures.cells import Colours

_FIRST_FIXED_COLOUR = 16
_CUBE_STEPS = (0, 95, 135, 175, 215, 255)
# xterm's own; other terminals and themes differ, and cannot all be asked.
_XTERM_16 = (
    *((0, 0, 0), (205, 0, 0), (0, 205, 0), (205, 205, 0)),
    *((0, 0, 238), (205, 0, 205), (0, 205, 205), (229, 229, 229)),
    *((127, 127, 127), (255, 0, 0), (0, 255, 0), (255, 255, 0)),
    *((92, 92, 255), (255, 0, 255), (0, 255, 255), (255, 255, 255)),
)
_MIXED = 4
"""How many colours of the palette a colour is mixed from."""
_ERROR_KEPT = 0.6
"""How much of what one misses the next makes up for: all of it would be noise."""
# Neighbours across, and up and down, and the two colours of a cell, differ.
_ORDER = np.array([[0, 2], [3, 1]])
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
    """The colours used of a terminal's, as sRGB, shape (colours, 3).

    Of 256 the 240 that every terminal shows alike: a cube of 216 and 24 greys.
    """
    if depth == "16":
        return np.array(_XTERM_16, dtype=np.float32)
    cube = [(r, g, b) for r in _CUBE_STEPS for g in _CUBE_STEPS for b in _CUBE_STEPS]
    greys = [(8 + 10 * step,) * 3 for step in range(24)]
    return np.array([*cube, *greys], dtype=np.float32)


def dithered(colours: Colours, depth: Literal["256", "16"], shift: int) -> npt.NDArray[np.intp]:
    """The terminal's number of a colour for each place; `colours` is (rows, columns, 3).

    `shift` is 0 or 1 for the two colours of the cells, which then take other places in the order.
    """
    known = oklab(palette(depth))
    wanted = oklab(colours).reshape(-1, 3)
    missed = np.zeros_like(wanted)
    mixed = np.empty((len(wanted), _MIXED), dtype=np.intp)
    for turn in range(_MIXED):
        mixed[:, turn] = _nearest(wanted + missed * _ERROR_KEPT, known)
        missed += wanted - known[mixed[:, turn]]
    by_lightness = np.take_along_axis(mixed, known[mixed, 0].argsort(axis=1), axis=1)
    rows, columns = np.indices(colours.shape[:2])
    places = _ORDER[(rows + shift) % 2, columns % 2].reshape(-1, 1)
    numbers: npt.NDArray[np.intp] = np.take_along_axis(by_lightness, places, axis=1).reshape(
        colours.shape[:2]
    )
    return numbers + (_FIRST_FIXED_COLOUR if depth == "256" else 0)


def _nearest(wanted: Colours, known: Colours) -> npt.NDArray[np.intp]:
    distances: Colours = np.square(known).sum(axis=1) - 2 * wanted @ known.T
    nearest: npt.NDArray[np.intp] = distances.argmin(axis=1)
    return nearest
