"""The sides of stage 1 as one: how much each adds to the odds that a photo is meant.

1. The picture's and the caption's score count by the weights that the library learned from its own
   captions (indexer.ranking.side_weights); a side that cannot tell its photos apart has weight 0.
2. Without such weights the published score counts by its deviations above the mean of all photos.
3. A word's weight is a logarithm of odds already: words in names, dates and facts count as they
   are, and twice, for nobody else reads them and who writes a folder's name means it. A photo that
   holds but a part of the query's words has so much less of this: `yellow` in a name is no yellow
   flower. But who holds all that the encoder leaves to names, as Toshi of `Toshi in the snow`, has
   the whole of it.
4. Words in captions count as far as the caption's encoder does not tell captions apart.
5. A photo without a caption, where others have one, is as likely to be meant as the photos with one
   are on average: its caption counts as the logarithm of their mean odds. Their mean score would
   put it behind every photo whose caption says a little of what is asked. Captioned photos that are
   not among the nearest count with the mean score.
6. The parts are added; a photo that is not among the nearest counts as the last of them, or as
   the mean of all photos where that is less.

Added scores keep how sure each side is, which ranks forget: fused by ranks, a poor side pulls a
good one down.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imagescope_tui.search.retriever import WordHit
    from indexer.answers import NearestAnswer, NearPhoto
    from storage.records import PhotoId

NAMES_WEIGHT: Final = 2.0
"""Of words in names, dates and facts."""

DEVIATION_WEIGHT: Final = 2.0
"""Of a deviation of the published score, where the library has learned no weights."""


def log_odds(nearest: NearestAnswer, hits: Sequence[WordHit]) -> dict[PhotoId, float]:
    """The sum of what the sides say of each photo that any of them found; higher is better.

    `nearest` holds at least one photo.
    """
    share = nearest.weights.caption_words if nearest.weights else 1.0
    caption_words = {hit.photo_id: share * hit.caption_score for hit in hits}
    missing = _of_missing_caption(nearest, hits, share)
    scores = {photo.photo_id: _of_vectors(photo, nearest, missing) for photo in nearest.photos}
    absent = _of_absent(min(scores.values()), nearest)
    for hit in hits:
        in_names = max(0.0, hit.score - hit.caption_score)
        words = NAMES_WEIGHT * in_names + caption_words[hit.photo_id]
        weight = words * _damping(hit, nearest.words_named)
        scores[hit.photo_id] = scores.get(hit.photo_id, absent) + weight
    return scores


def _damping(hit: WordHit, named: Sequence[str]) -> float:
    """How far the words of a hit count, that has its share in the score once already.

    Of who holds all words that only names can know nothing more can be asked: the rest is to be
    seen in the picture.
    """
    return 1.0 / hit.share if holds_all(hit, named) else hit.share


def holds_all(hit: WordHit, named: Sequence[str]) -> bool:
    """Whether a photo holds each of the words that only names can know; False for no words."""
    return bool(named) and {word.lower() for word in hit.held}.issuperset(named)


def _of_vectors(photo: NearPhoto, nearest: NearestAnswer, missing_caption: float) -> float:
    weights = nearest.weights
    if weights is None:
        above = photo.score - nearest.mean
        return DEVIATION_WEIGHT * above / nearest.deviation if nearest.deviation > 0 else 0.0
    caption = missing_caption if photo.caption is None else weights.caption * photo.caption
    return weights.picture * photo.picture + caption


def _of_missing_caption(
    nearest: NearestAnswer, hits: Sequence[WordHit], share_of_words: float
) -> float:
    weights = nearest.weights
    if weights is None:
        return 0.0
    words = {hit.photo_id: share_of_words * hit.share * hit.caption_score for hit in hits}
    odds = [
        weights.caption * near.caption + words.get(near.photo_id, 0.0)
        for near in nearest.photos
        if near.caption is not None
    ]
    farther = max(0, nearest.captioned - len(odds))
    usual = weights.caption * nearest.mean_caption
    if not odds:
        return usual
    most = max(*odds, usual)
    total = sum(math.exp(each - most) for each in odds) + farther * math.exp(usual - most)
    return most + math.log(total / (len(odds) + farther))


def _of_absent(last: float, nearest: NearestAnswer) -> float:
    # Deviations are counted from the mean, so that the mean is 0; sums by weights know no mean.
    return min(last, 0.0) if nearest.weights is None else last
