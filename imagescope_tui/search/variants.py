"""Stage 1 by several descriptions of one wanted photo: one ranking out of many.

Method: XR. Each variant of the text is compared with the pictures and with the captions, each
comparison is a ranking of its own, and the rankings are fused by reciprocal ranks or in turns; or
all texts count as their mean in the published sum of both sides, as ImageScope has it.
"""

from __future__ import annotations

import statistics
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from imagescope_tui.search.types import Fusion
    from indexer.answers import NearestAnswer, NearPhoto
    from storage.records import PhotoId

    SideRanks = Mapping[PhotoId, int]
    """Ranks from 1; equal scores share the better one."""


@dataclass(frozen=True, slots=True)
class VariantFusion:
    """How the rankings of several texts become one."""

    kind: Fusion
    rrf_k: int = 60
    """Cormack, Clarke and Büttcher's k."""

    def questions(self, variants: Sequence[Sequence[str]]) -> list[tuple[str, ...]]:
        """The texts to compare the photos with, at once or one variant after the other."""
        if self.kind == "mean":
            return [tuple(text for texts in variants for text in texts)]
        return [tuple(texts) for texts in variants]

    def fused(self, answers: Sequence[NearestAnswer]) -> NearestAnswer:
        """One answer; sides are ranked among the photos that a variant found."""
        told = [answer for answer in answers if answer.has_meaning]
        if self.kind == "mean" or not told:
            return answers[0]
        sides = [ranks for answer in told for ranks in _sides(answer)]
        scores = _in_turns(sides) if self.kind == "interleave" else _reciprocal(sides, self.rrf_k)
        photos = {photo.photo_id: photo for answer in reversed(told) for photo in answer.photos}
        ranked = sorted(scores, key=lambda photo_id: (-scores[photo_id], photo_id))
        values = list(scores.values())
        return replace(
            told[0],
            photos=tuple(replace(photos[item], score=scores[item]) for item in ranked),
            mean=statistics.fmean(values) if values else 0.0,
            deviation=statistics.pstdev(values) if values else 0.0,
            # It is a line over scores of one text, which these are no more.
            chances=None,
        )


def _sides(answer: NearestAnswer) -> tuple[SideRanks, SideRanks]:
    """The photos by their pictures, and those that have captions by these."""
    return (
        _ranks(answer.photos, lambda photo: photo.picture),
        _ranks(answer.photos, lambda photo: photo.caption),
    )


def _ranks(photos: Iterable[NearPhoto], score_of: Callable[[NearPhoto], float | None]) -> SideRanks:
    scored = [(score, item.photo_id) for item in photos if (score := score_of(item)) is not None]
    ranks: dict[PhotoId, int] = {}
    best = 1
    previous: float | None = None
    for place, (score, photo_id) in enumerate(
        sorted(scored, key=lambda pair: (-pair[0], pair[1])), start=1
    ):
        best = best if score == previous else place
        previous = score
        ranks[photo_id] = best
    return ranks


def _reciprocal(sides: Iterable[SideRanks], k: int) -> dict[PhotoId, float]:
    scores: dict[PhotoId, float] = {}
    for ranks in sides:
        for photo_id, rank in ranks.items():
            scores[photo_id] = scores.get(photo_id, 0.0) + 1.0 / (k + rank)
    return scores


def _in_turns(sides: Iterable[SideRanks]) -> dict[PhotoId, float]:
    """One of each ranking after the other, those that were there before left out."""
    turns = sorted(
        (place, turn, photo_id)
        for turn, ranks in enumerate(sides)
        for place, photo_id in enumerate(ranks)
    )
    order = dict.fromkeys(photo_id for _, _, photo_id in turns)
    return {photo_id: 1.0 / place for place, photo_id in enumerate(order, start=1)}
