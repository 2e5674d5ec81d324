"""Colours for terminals that have few: the nearest as the eye sees them (OKLab), dithered.

OKLab: Björn Ottosson, "A perceptual color space for image processing", 2020. What a cell misses is
handed on to its neighbours (Floyd and Steinberg, 1976).
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
_STEPS = 32
"""A channel's, in the table of nearest colours."""
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


def dithered(colours: Colours, depth: Literal["256", "16"]) -> list[list[int]]:
    """The terminal's number of a colour for each place; `colours` is (rows, columns, 3)."""
    nearest, shown = _nearest(depth), palette(depth).tolist()
    first = _FIRST_FIXED_COLOUR if depth == "256" else 0
    width = colours.shape[1]
    # One place more on either side takes what would be handed on over the edge.
    below = [[0.0] * 3 for _ in range(width + 2)]
    numbers: list[list[int]] = []
    for row in colours.tolist():
        here, below = below, [[0.0] * 3 for _ in range(width + 2)]
        numbers.append([])
        for place, colour in enumerate(row, start=1):
            wanted = [
                min(255.0, max(0.0, own + handed))
                for own, handed in zip(colour, here[place], strict=True)
            ]
            red, green, blue = (int(channel) >> 3 for channel in wanted)
            chosen = nearest[(red * _STEPS + green) * _STEPS + blue]
            numbers[-1].append(first + chosen)
            for channel in range(3):
                missed = (wanted[channel] - shown[chosen][channel]) / 16
                here[place + 1][channel] += missed * 7
                below[place - 1][channel] += missed * 3
                below[place][channel] += missed * 5
                below[place + 1][channel] += missed
    return numbers


@lru_cache(maxsize=2)
def _nearest(depth: Literal["256", "16"]) -> list[int]:
    """The place in the palette of what is nearest to each colour of `_STEPS` steps a channel."""
    steps = np.arange(_STEPS) * (256 // _STEPS) + 128 // _STEPS
    every = np.stack(np.meshgrid(steps, steps, steps, indexing="ij"), axis=-1).reshape(-1, 3)
    wanted, known = oklab(every), oklab(palette(depth))
    nearest: list[int] = (np.square(known).sum(axis=1) - 2 * wanted @ known.T).argmin(1).tolist()
    return nearest
