"""What the indexer answers to those who ask for photos."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from storage.records import ContentId, PhotoId

Area: TypeAlias = tuple[float, float, float, float]
"""Left, top, right, bottom as fractions of a photo's width and height, from its upper left; beyond
0 and 1 where it reaches over the photo's edge."""
Place: TypeAlias = Literal[
    "upper left",
    "top",
    "upper right",
    "left",
    "middle",
    "right",
    "lower left",
    "bottom",
    "lower right",
    "all over",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class NearPhoto:
    """A photo and its stage-1 score, with the inner products that it is made of."""

    photo_id: PhotoId
    content_id: ContentId
    score: float
    picture: float
    caption: float | None = None
    """None where the photo has no caption, and takes the library's mean in its place."""
    second: float | None = None
    """Of a moving picture, the moment that is nearest; None for a still."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SideWeights:
    """What a unit of each side's score adds to the logarithm of the odds that a photo is meant."""

    picture: float
    caption: float
    caption_words: float
    """From 0 to 1: how far words in captions count beside the caption's vector."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChanceLine:
    """The logarithm of the odds that a photo fits a text, by its stage-1 score."""

    slope: float
    """Above 0."""
    intercept: float

    def chance(self, score: float) -> float:
        """How likely a photo with such a score fits, from 0 to 1."""
        log_odds = self.intercept + self.slope * score
        # Of the two forms the one that cannot overflow.
        if log_odds < 0:
            odds = math.exp(log_odds)
            return odds / (1 + odds)
        return 1 / (1 + math.exp(-log_odds))


@dataclass(frozen=True, slots=True, kw_only=True)
class NearestAnswer:
    """The photos nearest to a request; copies follow one another.

    Where captions are in a space of their own, the photos that are first by `weights` follow those
    that are first by the published score.
    """

    encoder_id: str
    photos: tuple[NearPhoto, ...] = ()
    mean: float = 0.0
    deviation: float = 0.0
    """Of all scores: tells how far one stands out."""
    mean_caption: float = 0.0
    """The caption part of photos without caption, where others have one."""
    captioned: int = 0
    """About how many of the photos that were compared have a caption that counts."""
    weights: SideWeights | None = None
    """None where the library has too few captions to have learned them."""
    chances: ChanceLine | None = None
    """None where the encoder is not calibrated, or no text was given, or a picture."""
    has_meaning: bool = True
    """False where the encoder knows none of the words, and no picture was given."""
    words_known: tuple[str, ...] | None = None
    """The words of the text that counted, in lower case; None where all did."""
    words_named: tuple[str, ...] = ()
    """The words of the text, in lower case, that were left to names, for no picture shows them."""
    problem: str = ""
    """Why the reference picture could not be used; empty when it could, or there was none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WordPlace:
    """Where in a photo one word is seen."""

    word: str
    score: float
    """How sure it is that the word is seen at all, from 0 to 1."""
    place: Place | None
    """None where it is not seen."""
    light: tuple[tuple[float, ...], ...]
    """How far each part of the area answers to the word, row by row from the top: 1 for the part
    that answers best, 0 for those that do not; all 0 where the word is not seen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WhereAnswer:
    """Where in a photo the words are seen."""

    words: tuple[WordPlace, ...] | None = None
    """In the order they were asked; None where the encoder cannot tell, or `problem` says why."""
    area: Area = (0.0, 0.0, 1.0, 1.0)
    """The part of the photo that the encoder saw, over which the light lies."""
    problem: str = ""
    """Why the photo could not be looked at; empty where it could."""
