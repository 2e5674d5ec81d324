"""What a picture must not show, weighed by how far it shows it: `dog without people`.

An encoder reads no `without`: a text that names people is near to people. So what is not wanted is
asked by itself, and how far a photo stands out for it counts against how far it does for the rest.
Measured with `pocket` on 1,000 photos of Flickr8k, for ten requests such as dog without people: of
the photos whose captions speak of the unwanted half stand out by a deviation or more, of the others
8 in 100; and of the first ten photos 4.6 are right in place of 3.4.
"""

from __future__ import annotations

import math
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from imagescope_tui.search.grouping import MATCH_CHANCE
from imagescope_tui.search.log_odds import DEVIATION_WEIGHT
from imagescope_tui.search.query_language import word_index_terms

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from imagescope_tui.search.types import Candidate
    from indexer.answers import NearestAnswer
    from storage.records import PhotoId

EVEN_STANDING: Final = 1.0
"""How many deviations a photo stands out for the unwanted that shows it as likely as not."""
_SLOPE: Final = 2.2
"""Of the log-odds, per deviation; so at two deviations nine in ten show it."""
_ABSENT: Final = -1.0
"""That a photo stands out less than this says nothing more: there is no less than not there."""
_PREPOSITION: Final = re.compile(r"(?:at|in|on|by|during|near|under|inside|outside)\b", re.I)


def question_for(unwanted: str) -> str:
    """The text that the encoder is asked: single words tell more in a sentence."""
    return f"a photo {unwanted}" if _PREPOSITION.match(unwanted) else f"a photo of {unwanted}"


def is_seen(unwanted: str, answer: NearestAnswer) -> bool:
    """Whether pictures can tell; of a name they cannot, and names have been asked for it."""
    if answer.words_named:
        return False
    known = answer.words_known
    return known is None or any(word.lower() in known for word in word_index_terms(unwanted))


def standings_in(answer: NearestAnswer) -> dict[PhotoId, float]:
    """How many standard deviations each photo stands out for what was asked."""
    if answer.deviation <= 0:
        return {}
    return {
        photo.photo_id: (photo.score - answer.mean) / answer.deviation for photo in answer.photos
    }


def less_unwanted(
    ranking: Sequence[Candidate], shown: Mapping[PhotoId, float]
) -> tuple[Candidate, ...]:
    """The ranking anew; `shown` is how far photos stand out for what they must not show.

    Those that probably show it come last. A timeline, in which all scores are equal, keeps its
    order but for these.
    """
    is_timeline = len({item.score for item in ranking}) == 1
    told = [
        replace(
            item,
            shows_unwanted=_chance(shown[item.photo_id]),
            score=item.score - DEVIATION_WEIGHT * max(_ABSENT, shown[item.photo_id]),
        )
        if item.photo_id in shown
        else item
        for item in ranking
    ]
    return tuple(
        sorted(told, key=lambda item: (_is_unwanted(item), 0.0 if is_timeline else -item.score))
    )


def _chance(standing: float) -> float:
    return 1 / (1 + math.exp(-_SLOPE * (standing - EVEN_STANDING)))


def _is_unwanted(candidate: Candidate) -> bool:
    return (candidate.shows_unwanted or 0.0) >= MATCH_CHANCE
