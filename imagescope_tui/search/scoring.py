"""What answers are worth, and the orders that follow: pure, and the same for every model."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from imagescope_tui.search.types import Answer, Candidate, Proposition, Verdict
    from storage.records import PhotoId

P_OF_WORDS = 0.05
"""How far a plain yes or no is doubted where probabilities of the two are compared."""


def is_satisfied(answer: Answer | None, proposition: Proposition) -> bool:
    """Whether the answer is the expected one; unread and unreadable answers are not."""
    return answer is not None and answer.said is not None and answer.said == proposition.expected


def count_satisfied(answers: Sequence[Answer | None], propositions: Sequence[Proposition]) -> float:
    """ImageScope's stage-2 value: how many answers are the expected ones."""
    return float(sum(map(is_satisfied, answers, propositions)))


def chance_of_yes(answer: Answer | None) -> float | None:
    """The probability of yes; 1 or 0 where only the word is known, None where not even that."""
    if answer is None or answer.said is None:
        return None
    return answer.p_yes if answer.p_yes is not None else float(answer.said)


def chance_of_expected(answer: Answer | None, proposition: Proposition) -> float | None:
    """The reported probability of the expected answer; None where there is no answer.

    A plain word is a report that is right but for P_OF_WORDS.
    """
    if answer is None or answer.said is None:
        return None
    p_yes = answer.p_yes if answer.p_yes is not None else abs(answer.said - P_OF_WORDS)
    return p_yes if proposition.expected else 1.0 - p_yes


def likenesses(candidates: Sequence[Candidate], *, keeps_last: bool) -> dict[PhotoId, float]:
    """Stage-1 scores scaled by their least and greatest, the greatest to 1 (XR).

    The least becomes 0, as published; or, with `keeps_last`, as much as one place in the ranking:
    at 0, no answer could bring the last candidate before one that answers nothing right.
    """
    scores = [candidate.score for candidate in candidates]
    if not scores:
        return {}
    least, spread = min(scores), max(scores) - min(scores)
    floor = 1.0 / len(scores) if keeps_last else 0.0
    return {
        item.photo_id: floor + (1.0 - floor) * (item.score - least) / spread if spread > 0 else 1.0
        for item in candidates
    }


def reranked(
    ranking: Sequence[Candidate], scores: Mapping[PhotoId, float], top_k: int
) -> tuple[Candidate, ...]:
    """The first `top_k` by falling score, equals in their order; the tail stays as it is."""
    head = sorted(ranking[:top_k], key=lambda item: -scores.get(item.photo_id, 0.0))
    return (*head, *ranking[top_k:])


def promoted(ranking: Sequence[Candidate], photo_id: PhotoId | None) -> tuple[Candidate, ...]:
    """The photo first, all others in their order."""
    first = [item for item in ranking if item.photo_id == photo_id]
    return (*first, *(item for item in ranking if item.photo_id != photo_id))


def judged_order(
    ranking: Sequence[Candidate], verdicts: Sequence[Verdict]
) -> tuple[Candidate, ...]:
    """The judged ones, who stand first, by verdict: accepted, unreadable, rejected."""
    worth = {verdict.photo_id: _WORTH[verdict.accepted] for verdict in verdicts}
    judged = [item for item in ranking if item.photo_id in worth]
    rest = [item for item in ranking if item.photo_id not in worth]
    return (*sorted(judged, key=lambda item: worth[item.photo_id]), *rest)


_WORTH = {True: 0, None: 1, False: 2}
