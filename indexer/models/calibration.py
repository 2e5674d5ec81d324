"""What nearness is worth: how likely a photo fits a text, as far as an encoder can tell.

How near a photo is to a text says little by itself: long texts are nearer than short ones, and of
many photos one is always near. Logistic regression over pictures whose captions are known says what
it is worth; docs/pocket-encoder.md tells of which pictures, and how often it is right.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from typing import Protocol, runtime_checkable


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """Parts of the logarithm of the odds that a photo fits a text."""

    intercept: float
    cosine: float
    """Per unit of the cosine; not below 0, like the next two."""
    standing: float
    """For standing as far above the mean of the library's photos as the best does by chance."""
    standing_words: float
    """The same, times the logarithm of the number of words."""
    words: float
    """Per logarithm of the number of words."""
    photos: float
    """Per logarithm of the number of photos."""
    photos_words: float
    """The same, times the logarithm of the number of words: of many photos more fit one word, but
    hardly more a whole sentence."""
    mean: float
    """Of the cosines of photos and texts that have nothing to do with each other."""
    deviation: float
    """Of the same; above 0."""

    def __post_init__(self) -> None:
        """Refuse what would rank photos otherwise than their cosines do.

        Raises:
            ValueError: a part is no number, or is below where it may be.
        """
        values = [getattr(self, field.name) for field in fields(self)]
        rising = (self.cosine, self.standing, self.standing_words)
        if not all(map(math.isfinite, values)) or min(rising) < 0 or self.deviation <= 0:
            raise ValueError("not a calibration")


def calibration_from_json(values: object) -> Calibration | None:
    """The calibration in the manifest of an encoder's weights; None where there is none.

    Raises:
        ValueError, TypeError: it is none.
    """
    if values is None:
        return None
    if not isinstance(values, dict):
        raise TypeError("not a calibration")
    return Calibration(**{str(key): float(value) for key, value in values.items()})


@runtime_checkable
class CalibratedEncoder(Protocol):
    """An encoder of which it may be known what its cosines are worth."""

    @property
    def calibration(self) -> Calibration | None:
        """None where that is not known."""
