"""What stage 2 orders by: the answers about the candidates, made into one number each."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from imagescope_tui.search.posterior import log_posteriors, log_priors
from imagescope_tui.search.scoring import (
    chance_of_expected,
    chance_of_yes,
    count_satisfied,
    likenesses,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from imagescope_tui.search.strategies import HeadOrder, Strategy
    from imagescope_tui.search.types import Answer, Candidate, Proposition
    from storage.records import PhotoId

    Row = Sequence[Answer | None]

_PICTURE_SHARE = 0.5
"""Of the answers from the picture, where captions are asked too (XR)."""


class HeadScores(Protocol):
    """Scores of one search's candidates."""

    is_joint: bool
    """Whether a candidate's score depends on the answers about all, and is there after a round."""

    def update(self, answers: Mapping[PhotoId, Row]) -> None:
        """A round of questions is over; of each candidate all answers, the captions' behind."""

    def of(self, photo_id: PhotoId, answers: Row, caption_answers: Row) -> float:
        """A candidate's score by its answers so far; greater is better."""


def head_scores(
    strategy: Strategy, candidates: Sequence[Candidate], propositions: Sequence[Proposition]
) -> HeadScores:
    """The strategy's way for these candidates and questions."""
    ways: dict[HeadOrder, Callable[[], HeadScores]] = {
        "count": lambda: _Counts(propositions),
        "count_by_likeness": lambda: _CountsByLikeness(
            propositions, likenesses(candidates, keeps_last=strategy.keeps_last_likeness)
        ),
        "probability": _Probabilities,
        "posterior": lambda: _Posteriors.of_candidates(candidates, propositions),
    }
    return ways[strategy.order]()


@dataclass(slots=True)
class _Counts:
    """ImageScope: how many answers are the expected ones."""

    propositions: Sequence[Proposition]
    is_joint: bool = False

    def update(self, answers: Mapping[PhotoId, Row]) -> None:
        """Nothing: each candidate counts by itself."""

    def of(self, photo_id: PhotoId, answers: Row, caption_answers: Row) -> float:
        """Equal weights; a caption's answers count half where there are any."""
        return _fused_count(answers, caption_answers, self.propositions)


@dataclass(slots=True)
class _CountsByLikeness:
    """XR: the same, times the stage-1 score scaled to 1 and less among the candidates."""

    propositions: Sequence[Proposition]
    likeness: Mapping[PhotoId, float]
    is_joint: bool = False

    def update(self, answers: Mapping[PhotoId, Row]) -> None:
        """Nothing: each candidate counts by itself."""

    def of(self, photo_id: PhotoId, answers: Row, caption_answers: Row) -> float:
        """Equal for all whom no answer fits, so that they keep their order."""
        return self.likeness[photo_id] * _fused_count(answers, caption_answers, self.propositions)


def _fused_count(answers: Row, caption_answers: Row, propositions: Sequence[Proposition]) -> float:
    """Picture and caption half each; alone where the other has nothing to say."""
    counted = [
        (share, count_satisfied(row, propositions))
        for share, row in ((_PICTURE_SHARE, answers), (1 - _PICTURE_SHARE, caption_answers))
        if any(answer is not None for answer in row)
    ]
    shares = sum(share for share, _ in counted)
    return sum(share * count for share, count in counted) / shares if counted else 0.0


@dataclass(slots=True)
class _Probabilities:
    """INQUIRE: P(yes) / (P(yes) + P(no)) of its one question."""

    is_joint: bool = False

    def update(self, answers: Mapping[PhotoId, Row]) -> None:
        """Nothing: each candidate counts by itself."""

    def of(self, photo_id: PhotoId, answers: Row, caption_answers: Row) -> float:
        """0 where there is no answer to be read, as for a refused one in INQUIRE."""
        chances = map(chance_of_yes, (*answers, *caption_answers))
        told = [chance for chance in chances if chance is not None]
        return sum(told) / len(told) if told else 0.0


@dataclass(slots=True)
class _Posteriors:
    """`ours`: see `posterior`."""

    propositions: Sequence[Proposition]
    priors: Mapping[PhotoId, float]
    is_joint: bool = True
    _scores: dict[PhotoId, float] = field(default_factory=dict)

    @classmethod
    def of_candidates(
        cls, candidates: Sequence[Candidate], propositions: Sequence[Proposition]
    ) -> _Posteriors:
        """Before any answer."""
        priors = log_priors([candidate.score for candidate in candidates])
        ids = [candidate.photo_id for candidate in candidates]
        scores = cls(propositions, dict(zip(ids, priors, strict=True)))
        scores.update(dict.fromkeys(ids, ()))
        return scores

    def update(self, answers: Mapping[PhotoId, Row]) -> None:
        """Weigh all candidates anew; a caption's answer is one more."""
        asked = (*self.propositions, *self.propositions)
        chances = [
            [chance_of_expected(*pair) for pair in zip(row, asked, strict=False)]
            for row in answers.values()
        ]
        told = log_posteriors(chances, [self.priors[photo_id] for photo_id in answers])
        self._scores = dict(zip(answers, told, strict=True))

    def of(self, photo_id: PhotoId, answers: Row, caption_answers: Row) -> float:
        """As of the last round."""
        return self._scores[photo_id]
