"""Reciprocal rank fusion (Cormack, Clarke and Büttcher, SIGIR 2009)."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping, Sequence

Item = TypeVar("Item", bound="Hashable")

RANK_CONSTANT = 60
"""The paper's k: how much the first places count over the later ones."""


def shared_ranks(scores: Sequence[float]) -> list[int]:
    """Ranks from 1 for scores in falling order; scores equal to three digits share the best rank.

    A word that every photo holds ranks them all first, and so moves none of them.
    """
    told = [f"{score:.3g}" for score in scores]
    ranks: list[int] = []
    for place, score in enumerate(told):
        is_equal = place > 0 and score == told[place - 1]
        ranks.append(ranks[-1] if is_equal else place + 1)
    return ranks


def fuse(rankings: Sequence[Mapping[Item, int]]) -> dict[Item, float]:
    """Score of each item: the sum over the rankings it is in of 1 / (60 + rank)."""
    scores: dict[Item, float] = {}
    for ranks in rankings:
        for item, rank in ranks.items():
            scores[item] = scores.get(item, 0.0) + 1.0 / (RANK_CONSTANT + rank)
    return scores
