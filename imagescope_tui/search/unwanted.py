"""What a picture must not show, weighed by how likely it shows it: `dog without people`.

A photo that probably shows it stands behind all that probably do not; the others lose as much of
the odds that they are meant as it is likely.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from imagescope_tui.search.grouping import (
    MATCH_CHANCE,
    MATCH_STANDING,
    MAYBE_CHANCE,
    MAYBE_STANDING,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from imagescope_tui.search.types import Candidate
    from indexer.answers import NearestAnswer, NearPhoto
    from storage.records import PhotoId

_SLOPE: Final = math.log((1 - MAYBE_CHANCE) / MAYBE_CHANCE) / (MATCH_STANDING - MAYBE_STANDING)
"""What a deviation adds to the log-odds where the borders of the groups are taken as chances."""
_CHANCE_MAX: Final = 0.999


def chances_of(answer: NearestAnswer) -> dict[PhotoId, float]:
    """How likely each photo shows what was asked, from 0 to 1.

    By the encoder's calibration; of one that has none, by how far a photo stands out.
    """
    return {photo.photo_id: _chance(photo, answer) for photo in answer.photos}


def _chance(photo: NearPhoto, answer: NearestAnswer) -> float:
    if answer.chances is not None:
        return answer.chances.chance(photo.score)
    if answer.deviation <= 0:
        return 0.0
    standing = (photo.score - answer.mean) / answer.deviation
    return 1 / (1 + math.exp(-_SLOPE * (standing - MATCH_STANDING)))


def less_unwanted(
    ranking: Sequence[Candidate], shown: Mapping[PhotoId, float]
) -> tuple[Candidate, ...]:
    """The ranking anew, each photo with how likely it shows what it must not.

    A timeline, in which all scores are equal, keeps its order but for those that probably show it.
    """
    is_timeline = len({item.score for item in ranking}) == 1
    told = [
        replace(
            item,
            shows_unwanted=shown.get(item.photo_id),
            score=item.score + math.log(1 - min(_CHANCE_MAX, shown.get(item.photo_id, 0.0))),
        )
        for item in ranking
    ]
    return tuple(
        sorted(told, key=lambda item: (_is_unwanted(item), 0.0 if is_timeline else -item.score))
    )


def _is_unwanted(candidate: Candidate) -> bool:
    return (candidate.shows_unwanted or 0.0) >= MATCH_CHANCE
