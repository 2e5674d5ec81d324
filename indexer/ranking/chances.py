"""How likely photos fit a text: what an encoder's calibration makes of one search.

Everything but the nearness of a photo is the same for all photos of a search, so that the
logarithm of the odds is a line over it, and rises: the order of photos stays what it was.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from indexer.answers import ChanceLine

if TYPE_CHECKING:
    from collections.abc import Sequence

    from indexer.models.calibration import Calibration

_PHOTOS_ASSUMED: Final = 20
"""So many photos of the calibration's mean and deviation are counted with the library's own."""
_PHOTOS_KNOWN: Final = 1_000
"""The calibration knows of no larger libraries: what more photos say is not extrapolated."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """The cosines of all photos that were compared with one text."""

    mean: float
    deviation: float
    photos: int


def chance_line(calibration: Calibration, spread: Spread, texts: Sequence[str]) -> ChanceLine:
    """The line over the cosines of one search; several texts count as one of their mean length."""
    spread = steadied(calibration, spread)
    words, photos = words_term(texts), photos_term(spread.photos)
    per_deviation = calibration.standing + calibration.standing_words * words
    slope = per_deviation / (spread.deviation * best_of(spread.photos))
    return ChanceLine(
        slope=calibration.cosine + slope,
        intercept=calibration.intercept
        - slope * spread.mean
        + calibration.words * words
        + (calibration.photos + calibration.photos_words * words) * photos,
    )


def steadied(calibration: Calibration, spread: Spread) -> Spread:
    """The spread as it is likely to be: a few photos alone say little of it."""
    photos = spread.photos + _PHOTOS_ASSUMED
    own, assumed = spread.photos / photos, _PHOTOS_ASSUMED / photos
    variance = own * spread.deviation**2 + assumed * calibration.deviation**2
    return Spread(
        mean=own * spread.mean + assumed * calibration.mean,
        deviation=math.sqrt(variance),
        photos=spread.photos,
    )


def words_term(texts: Sequence[str]) -> float:
    """The logarithm of the number of words; 0 for one word, and for none."""
    counts = [len(text.split()) for text in texts if text.strip()]
    return math.log(max(1.0, sum(counts) / len(counts))) if counts else 0.0


def photos_term(photos: int) -> float:
    """The logarithm of the number of photos, which levels out where nothing is known any more."""
    return -math.log(1 / max(1, photos) + 1 / _PHOTOS_KNOWN)


def best_of(photos: int) -> float:
    """How many deviations the best of so many photos stands out by chance alone, about."""
    return math.sqrt(2 * math.log(photos + _PHOTOS_ASSUMED))
