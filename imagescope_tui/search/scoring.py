"""What answers are worth, and the orders that follow: pure, and the same for every model."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from imagescope_tui.search.types import Answer, Candidate, Proposition, Verdict
    from storage.records import PhotoId

P_LEAST = 0.01
"""No answer is believed more than 99 to 1: one sure mistake must not outweigh everything."""
P_OF_WORDS = 0.05
"""How far a plain yes or no is doubted where the server tells no probability."""
PRIOR_WEIGHT = 0.5
"""Log-odds per standard deviation of the stage-1 score among the candidates."""


def is_satisfied(answer: Answer | None, proposition: Proposition) -> bool:
    """Whether the answer is the expected one; unread and unreadable answers are not."""
    return answer is not None and answer.said is not None and answer.said == proposition.expected


def count_satisfied(answers: Sequence[Answer | None], propositions: Sequence[Proposition]) -> float:
    """ImageScope's stage-2 value: how many answers are the expected ones."""
    return float(sum(map(is_satisfied, answers, propositions)))


def log_odds(answer: Answer | None, proposition: Proposition) -> float:
    """How much an answer speaks for the candidate, in nats; 0 where it says nothing."""
    if answer is None or answer.said is None:
        return 0.0
    p_yes = answer.p_yes if answer.p_yes is not None else abs(answer.said - P_OF_WORDS)
    p_yes = min(max(p_yes, P_LEAST), 1.0 - P_LEAST)
    odds = math.log(p_yes / (1.0 - p_yes))
    return odds if proposition.expected else -odds


def sum_log_odds(answers: Sequence[Answer | None], propositions: Sequence[Proposition]) -> float:
    """Evidence for the candidate, as if the answers were independent."""
    return sum(map(log_odds, answers, propositions))


def priors(candidates: Sequence[Candidate]) -> dict[PhotoId, float]:
    """What stage 1 says of each candidate, as log-odds around zero."""
    scores = [candidate.score for candidate in candidates]
    if not scores:
        return {}
    mean = sum(scores) / len(scores)
    spread = math.sqrt(sum((score - mean) ** 2 for score in scores) / len(scores))
    return {
        item.photo_id: PRIOR_WEIGHT * (item.score - mean) / spread if spread > 0 else 0.0
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
