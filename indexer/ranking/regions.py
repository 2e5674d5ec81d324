"""Where in a photo words are seen, by the vectors of its parts.

A cosine alone says little: some words are near to everything, and some parts of photos near to
every word. So a word's cosine with a part counts as the number of standard deviations by which it
stands above those of common words with the same part. A word that no part lifts above the common
ones is not seen, and lights nothing.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np

from indexer.answers import WordPlace

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from indexer.answers import Area, Place
    from indexer.models.protocols import FloatMatrix, RegionVectors

    Grid = npt.NDArray[np.float32]
    """Shape (rows, columns): one number for each part of a photo."""

COMMON_WORDS: Final = (
    *("person", "face", "hand", "group of people", "crowd", "clothes", "dog", "animal", "bird"),
    *("insect", "fish", "flower", "tree", "leaves", "grass", "forest", "mountain", "rock", "sand"),
    *("snow", "ice", "sea", "river", "lake", "sky", "clouds", "sunset", "night", "city", "street"),
    *("road", "building", "house", "window", "door", "wall", "floor", "stairs", "bridge", "tower"),
    *("car", "train", "bicycle", "boat", "airplane", "furniture", "chair", "table", "bed", "room"),
    *("kitchen", "food", "fruit", "drink", "plate", "book", "paper", "sign", "screen", "machine"),
    *("tool", "toy", "ball", "musical instrument", "jewellery", "shadow", "background"),
)
"""Of all that photos show; what a word is measured against."""

SENTENCE: Final = "a photo of {}"
"""As which each word is read: what encoders are trained on are sentences."""
_SEEN_FROM: Final = 0.5
"""Less sure than that is not seen."""
_HALF_SURE: Final = 2.4
"""Standard deviations above the common words at which it is as likely seen as not."""
_STEEPNESS: Final = 1.5
"""Both by logistic regression over nouns of captions, present and absent weighing alike."""
_BEST_SHARE: Final = 0.05
"""Of all parts, those whose mean tells how sure a word is."""
_LIT_FROM: Final = 0.5
_ALL_OVER: Final = 0.6
"""Of the photo: what is lit over more than that has no place of its own."""
_PLACES: Final[tuple[tuple[Place, Place, Place], ...]] = (
    ("upper left", "top", "upper right"),
    ("left", "middle", "right"),
    ("lower left", "bottom", "lower right"),
)


def find_words(
    words: Sequence[str],
    *,
    said: FloatMatrix,
    common: FloatMatrix,
    regions: RegionVectors,
    area: Area,
) -> tuple[WordPlace, ...]:
    """Where each of the words is seen in the area of a photo that the regions divide.

    `said` are the words' vectors, in their order, a zero row where the encoder does not know one;
    `common` those of `COMMON_WORDS`, as the same encoder gives them.
    """
    across, down = _centres(area, regions)
    inside = (across > 0) & (across < 1) & (down > 0) & (down < 1)
    heights = _heights(said, common, regions)
    return tuple(
        _word_place(word, grid, inside, (across, down)) if vector.any() else _unknown(word, inside)
        for word, vector, grid in zip(words, said, heights, strict=True)
    )


def _heights(said: FloatMatrix, common: FloatMatrix, regions: RegionVectors) -> list[Grid]:
    """How many standard deviations each word stands above the common ones, in each region."""
    usual = regions @ common.T
    middle, spread = usual.mean(axis=2), np.maximum(usual.std(axis=2), 1e-6)
    return [np.asarray((regions @ vector - middle) / spread, dtype=np.float32) for vector in said]


def _word_place(
    word: str, heights: Grid, inside: npt.NDArray[np.bool_], centres: tuple[Grid, Grid]
) -> WordPlace:
    values = np.sort(heights[inside])
    if not values.size:
        return _unknown(word, inside)
    best = float(values[-max(1, round(values.size * _BEST_SHARE)) :].mean())
    score = 1 / (1 + math.exp(-_STEEPNESS * (best - _HALF_SURE)))
    if score < _SEEN_FROM:
        return WordPlace(word=word, score=round(score, 4), place=None, light=_dark(inside))
    dark = min(float(np.median(values)), best - 1.0)
    light = np.where(inside, np.clip((heights - dark) / (best - dark), 0, 1), 0)
    return WordPlace(
        word=word,
        score=round(score, 4),
        place=_place(light, inside, centres),
        light=tuple(tuple(round(float(value), 3) for value in row) for row in light),
    )


def _unknown(word: str, inside: npt.NDArray[np.bool_]) -> WordPlace:
    return WordPlace(word=word, score=0.0, place=None, light=_dark(inside))


def _dark(inside: npt.NDArray[np.bool_]) -> tuple[tuple[float, ...], ...]:
    return tuple((0.0,) * len(row) for row in inside)


def _centres(area: Area, regions: RegionVectors) -> tuple[Grid, Grid]:
    """Where on the photo the middles of its regions lie: across and down, 0 to 1 within it."""
    left, top, right, bottom = area
    rows, columns = regions.shape[:2]
    across = left + (np.arange(columns) + 0.5) / columns * (right - left)
    down = top + (np.arange(rows) + 0.5) / rows * (bottom - top)
    grids = np.meshgrid(across.astype(np.float32), down.astype(np.float32))
    return grids[0], grids[1]


def _place(light: Grid, inside: npt.NDArray[np.bool_], centres: tuple[Grid, Grid]) -> Place:
    """The ninth of the photo in which the brightest patch has its middle."""
    is_lit = light >= _LIT_FROM
    if is_lit.sum() > _ALL_OVER * inside.sum():
        return "all over"
    patch = _brightest_patch(light, is_lit)
    weights = np.where(patch, light, 0)
    across, down = (float((weights * centre).sum() / weights.sum()) for centre in centres)
    return _PLACES[min(2, int(down * 3))][min(2, int(across * 3))]


def _brightest_patch(light: Grid, is_lit: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Of the lit regions those that hang together and have most light."""
    best, left = np.zeros_like(is_lit), is_lit.copy()
    while left.any():
        patch = np.zeros_like(left)
        patch[np.unravel_index(np.argmax(np.where(left, light, -1)), left.shape)] = True
        while (grown := _grown(patch) & left).sum() > patch.sum():
            patch = grown
        best = patch if light[patch].sum() > light[best].sum() else best
        left &= ~patch
    return best


def _grown(patch: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """With the regions beside, above and below."""
    grown = patch.copy()
    grown[1:] |= patch[:-1]
    grown[:-1] |= patch[1:]
    grown[:, 1:] |= patch[:, :-1]
    grown[:, :-1] |= patch[:, 1:]
    return grown
