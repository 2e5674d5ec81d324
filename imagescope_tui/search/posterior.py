"""`ours`: how probable it is that a candidate is the wanted one, by answers of unknown worth.

The method is naive Bayes over the candidates of one query. The wanted photo is one of them, with
a prior from stage 1. A question's statement holds for the wanted photo, and for each of the others
by chance, with a rate of its own that nobody knows. An answer is what the verifier reports, π, its
probability that the statement holds, or the plain truth of its word; but a share λ of its answers
tells nothing, so that (1 - λ) π + λ / 2 is what it is worth. λ is not known either. Both are
averaged over: the rate over its whole range, λ from nearly 0 to nearly 1, each weighed by how well
it explains all the answers about all candidates.

Three things follow that a count of fitting answers lacks. A question that nearly all candidates
pass decides little and one that few pass decides much. Where the answers contradict each other,
the verifier is believed less and stage 1 more. And differences between candidates shrink with the
verifier's worth, so that one margin says at any noise who may be asked no more.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

PRIOR_WEIGHT = 0.7
"""In nats per standard deviation of the stage-1 score among the candidates: the first of twenty is
some ten times as probable as the last, before anything is asked."""
_IDLE_SHARES = {0.04: 5 / 15, 0.2: 4 / 15, 0.4: 3 / 15, 0.6: 2 / 15, 0.8: 1 / 15}
"""How probable each λ is before any answer: most verifiers mostly know. The least λ keeps a single
sure mistake from outweighing everything: 98 per cent is the most that is believed."""
_RATES = tuple((place + 0.5) / 8 for place in range(8))
"""Values of the rate at which a statement holds for photos that are not wanted."""


def log_priors(scores: Sequence[float]) -> list[float]:
    """What stage 1 says of each candidate, in nats around zero."""
    if not scores:
        return []
    mean = sum(scores) / len(scores)
    spread = math.sqrt(sum((score - mean) ** 2 for score in scores) / len(scores))
    if spread == 0:
        return [0.0] * len(scores)
    return [PRIOR_WEIGHT * (score - mean) / spread for score in scores]


def log_posteriors(
    chances: Sequence[Sequence[float | None]], priors: Sequence[float]
) -> list[float]:
    """For each candidate the logarithm of the probability that it is the wanted one.

    Args:
        chances: for each candidate and question the reported probability that the answer is the
            one the wanted photo gives; None where there is no answer, which says nothing.
        priors: for each candidate, in nats, up to a constant.
    """
    if not priors:
        return []
    by_share = [
        [
            math.log(weight) + prior + told
            for prior, told in zip(priors, _evidence(chances, share), strict=True)
        ]
        for share, weight in _IDLE_SHARES.items()
    ]
    whole = [_log_sum(column) for column in zip(*by_share, strict=True)]
    total = _log_sum(whole)
    return [value - total for value in whole]


def _evidence(chances: Sequence[Sequence[float | None]], share: float) -> list[float]:
    """Log-likelihood of all answers for each candidate being the wanted one, at one λ."""
    evidence = [0.0] * len(chances)
    for answers in zip(*chances, strict=True):
        # Against 1/2, as the answer of a verifier that knows nothing.
        worth = [
            None if chance is None else 2 * ((1 - share) * chance + share / 2) for chance in answers
        ]
        for place, told in enumerate(_question_evidence(worth)):
            evidence[place] += told
    return evidence


def _question_evidence(worth: Sequence[float | None]) -> list[float]:
    """The same of one question: its own candidate's answer, and the others' at any rate."""
    others: list[list[float]] = [[] for _ in worth]
    for rate in _RATES:
        told = [
            0.0 if value is None else math.log(rate * value + (1 - rate) * (2 - value))
            for value in worth
        ]
        all_told = sum(told)
        for place, own in enumerate(told):
            others[place].append(all_told - own)
    return [
        _log_sum(values) + (0.0 if own is None else math.log(own))
        for values, own in zip(others, worth, strict=True)
    ]


def _log_sum(values: Sequence[float]) -> float:
    most = max(values)
    return most + math.log(sum(math.exp(value - most) for value in values))
