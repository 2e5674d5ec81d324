"""The one space in which `builtin` puts pictures and words: colours in places, and a few qualities.

A vector is a row of blocks. A block of a place holds the colours seen there; a block of a quality
holds how much the picture is of each of its grades (dark, middling, light). Every block of a
picture has the same length whatever the picture shows, so that no block of one picture outweighs
another's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from indexer.models.builtin_colours import BIN_COUNT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from indexer.models.builtin_colours import FloatArray

PLACES: Final[Mapping[str, float]] = {
    "whole": 1.0,
    "subject": 1.0,
    "top": 0.6,
    "middle": 0.6,
    "bottom": 0.6,
    "left": 0.4,
    "right": 0.4,
}
"""Where colours are looked for, and the weight in a picture's vector. `subject` is what stands out:
central, vivid, unlike the border."""

GRADES: Final[Mapping[str, tuple[str, ...]]] = {
    "tone": ("dark", "middling", "light"),
    "colourfulness": ("colourless", "muted", "moderate", "colourful"),
    "variety": ("one hue", "some hues", "many hues"),
    "contrast": ("flat", "normal", "hard"),
    "texture": ("smooth", "structured", "busy"),
    "frame": ("tall", "portrait", "square", "landscape", "panorama"),
}
"""Qualities of a whole picture and their grades."""
QUALITY_WEIGHT: Final = 0.5


def _layout() -> dict[str, slice]:
    sizes = dict.fromkeys(PLACES, BIN_COUNT) | {
        name: len(grades) for name, grades in GRADES.items()
    }
    ends = np.cumsum(list(sizes.values()))
    return {
        name: slice(int(end) - size, int(end))
        for (name, size), end in zip(sizes.items(), ends, strict=True)
    }


BLOCKS: Final[Mapping[str, slice]] = _layout()
"""Where in a vector a place or a quality is kept."""
DIM: Final[int] = max(block.stop for block in BLOCKS.values())


def block_weight(name: str) -> float:
    """The length of a block in every picture's vector, before that is brought to unit length."""
    return PLACES.get(name, QUALITY_WEIGHT)


def grade_vector(quality: str, grade: str) -> FloatArray:
    """The one-hot row of a grade within its quality's block."""
    grades = GRADES[quality]
    vector = np.zeros(len(grades), dtype=np.float32)
    vector[grades.index(grade)] = 1
    return vector
