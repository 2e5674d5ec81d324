"""How like two photos are when one may be a part of the other, told from their signatures.

A rough look compares each whole photo with a few parts of every other one, eight by eight grey
levels. A close look finds the exact part: inverse compositional Lucas-Kanade over shift and scale
of each axis (Baker and Matthews, "Lucas-Kanade 20 Years On", IJCV 56, 2004), from coarse to fine.
What counts at last is the correlation of the gradients there: skies and seas, which are alike in
their levels, differ in them. Brightness and contrast make no difference to either.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from itertools import product
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from storage.signatures import SIGNATURE_SIDE

Levels: TypeAlias = npt.NDArray[np.float32]
Greys: TypeAlias = Levels
"""Shape (n, SIGNATURE_SIDE, SIGNATURE_SIDE): signatures."""
Windows: TypeAlias = Levels
"""Shape (n, 4): for across and then for down, scale and shift from a part's coordinates to those of
the whole; both run from -1 to 1."""

_ROUGH_SIDE = 8
_STRETCHES = ((0.0, 1.0), (0.0, 0.9), (0.1, 1.0), (0.1, 0.9))
_PARTS = (*product(_STRETCHES, repeat=2), ((0.05, 0.95), (0.05, 0.95)))
"""Stretches across and down of what is left of a photo that was cropped by up to a tenth a side."""
_COLUMNS = 160
"""Photos in one product: larger ones are shared out among threads, which wait for each other where
an index run keeps the cores busy, and take ten times as long."""
_ROUNDS = (3, 2)
"""Of refining, at half of a signature's side and at all of it."""
_SCALE_LEAST, _REACH = 0.75, 1.06
"""A part is no smaller than this, and lies within so much of the whole's half."""


@dataclass(frozen=True, slots=True)
class RoughLook:
    """At n photos: how like photo b is, as a whole, to the best fitting part of photo a."""

    likeness: Levels
    """Shape (n, n), at [a, b]: correlation, -1 to 1."""
    _views: Levels
    """Shape (n, parts, pixels)."""

    def windows(self, wholes: npt.NDArray[np.intp], parts: npt.NDArray[np.intp]) -> Windows:
        """Where each of `parts` lies in its whole, as far as the look tells."""
        fits = self._views[wholes] @ self._views[parts, 0, :, None]
        windows: Windows = _PART_WINDOWS[fits[:, :, 0].argmax(axis=1)]
        return windows


def look_roughly(greys: Greys) -> RoughLook:
    """Compare each with each."""
    rows = {down: _area(down) @ greys for _, down in _PARTS}
    seen = [_unit(np.asarray(rows[down] @ _area(across).T)) for across, down in _PARTS]
    views = np.stack(seen, axis=1)
    likeness = np.empty((len(greys), len(greys)), dtype=np.float32)
    for start in range(0, len(greys), _COLUMNS):
        columns = slice(start, start + _COLUMNS)
        likeness[:, columns] = (views @ np.ascontiguousarray(seen[0][columns].T)).max(axis=1)
    return RoughLook(likeness, views)


def look_closely(wholes: Greys, parts: Greys, windows: Windows) -> Levels:
    """How like each part is to that place in its whole where it fits best: -1 to 1.

    `windows` say about where that is.
    """
    windows = _refined(_halved(wholes), _halved(parts), windows, _ROUNDS[0])
    windows = _refined(wholes, parts, windows, _ROUNDS[1])
    seen, wanted = _gradients(_cut_out(wholes, windows)), _gradients(parts)
    return np.asarray(np.einsum("nk,nk->n", seen, wanted))


def _refined(wholes: Greys, parts: Greys, windows: Windows, rounds: int) -> Windows:
    wanted = _unit(parts)
    slopes = _slopes(wanted.reshape(parts.shape), wanted)
    # A little weight on the diagonal: a flat picture fits anywhere.
    square = slopes @ slopes.transpose(0, 2, 1) + 1e-3 * np.eye(4, dtype=np.float32)
    inverse = np.linalg.inv(square)
    best = np.full(len(parts), -2.0, dtype=np.float32)
    best_windows = windows.copy()
    for left in reversed(range(rounds + 1)):
        seen = _unit(_cut_out(wholes, windows))
        likeness = np.einsum("nk,nk->n", seen, wanted)
        best_windows[likeness > best] = windows[likeness > best]
        best = np.maximum(likeness, best)
        if left:
            change = inverse @ (slopes @ (seen - wanted)[:, :, None])
            windows = _moved(windows, np.asarray(change, dtype=np.float32))
    return best_windows


def _slopes(levels: Greys, wanted: Levels) -> Levels:
    """How the levels change with each of a window's four numbers; shape (n, 4, pixels).

    Less what a change of brightness or contrast would do as well.
    """
    side = levels.shape[1]
    down, across = np.gradient(levels, 2 / side, axis=(1, 2))
    places = _places(side)
    each = (across * places, across, down * places[:, None], down)
    slopes: Levels = np.stack(each, axis=1).reshape(len(levels), 4, levels.shape[1] ** 2)
    slopes -= slopes.mean(axis=2, keepdims=True)
    slopes -= (slopes @ wanted[:, :, None]) * wanted[:, None, :]
    return slopes


def _moved(windows: Windows, change: Levels) -> Windows:
    """The windows after the inverse of the change, kept within what a crop can be."""
    pairs, change = windows.reshape(-1, 2, 2), change.reshape(-1, 2, 2)
    scale = pairs[:, :, 0] / (1 + change[:, :, 0])
    shift = pairs[:, :, 1] - scale * change[:, :, 1]
    scale = np.clip(scale, _SCALE_LEAST, _REACH)
    shift = np.clip(shift, scale - _REACH, _REACH - scale)
    return np.stack((scale, shift), axis=2).reshape(-1, 4).astype(np.float32)


def _cut_out(wholes: Greys, windows: Windows) -> Greys:
    """What the windows show of the wholes, between pixels by linear interpolation."""
    side = wholes.shape[1]
    down = _interpolation(windows[:, 2:], side)
    across = _interpolation(windows[:, :2], side)
    return np.asarray(down @ wholes @ across.transpose(0, 2, 1))


def _interpolation(stretches: Levels, side: int) -> Levels:
    """Weights of the pixels of a line at each place of a stretch; shape (n, places, pixels)."""
    places = stretches[:, :1] * _places(side) + stretches[:, 1:]
    pixels = np.clip((places + 1) / 2 * side - 0.5, 0, side - 1)
    reach = np.abs(pixels[:, :, None] - np.arange(side, dtype=np.float32))
    return np.asarray(np.maximum(0, 1 - reach))


def _places(side: int) -> Levels:
    """The middles of the pixels of a line, from -1 to 1."""
    return ((2 * np.arange(side) + 1) / side - 1).astype(np.float32)


def _gradients(greys: Greys) -> Levels:
    down, across = np.diff(greys, axis=1), np.diff(greys, axis=2)
    size = math.prod(down.shape[1:])
    both = (down.reshape(len(greys), size), across.reshape(len(greys), size))
    return _unit(np.concatenate(both, axis=1))


def _halved(greys: Greys) -> Greys:
    count, side, _ = greys.shape
    return np.asarray(greys.reshape(count, side // 2, 2, side // 2, 2).mean(axis=(2, 4)))


def _unit(greys: Levels) -> Levels:
    """As rows with mean 0 and length 1; 0 where all is of one level."""
    rows = greys.reshape(len(greys), math.prod(greys.shape[1:]))
    rows = rows - rows.mean(axis=1, keepdims=True)
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.maximum(lengths, 1e-3))


@cache
def _area(stretch: tuple[float, float]) -> Levels:
    """Means over the equal parts of a stretch; shape (_ROUGH_SIDE, SIGNATURE_SIDE)."""
    edges = np.linspace(*stretch, _ROUGH_SIDE + 1) * SIGNATURE_SIDE
    pixels = np.arange(SIGNATURE_SIDE)
    ends = np.minimum(edges[1:, None], pixels + 1) - np.maximum(edges[:-1, None], pixels)
    shares = np.clip(ends, 0, None)
    return np.asarray(shares / shares.sum(axis=1, keepdims=True), dtype=np.float32)


def _window(stretch: tuple[float, float]) -> tuple[float, float]:
    first, last = stretch
    return last - first, last + first - 1


_PART_WINDOWS: Windows = np.array(
    [(*_window(across), *_window(down)) for across, down in _PARTS], dtype=np.float32
)
