"""Figures of one query, from the ranks of its right answers: each in [0, 1], more is better.

A rank counts from 1; None is a right answer beyond what was ranked. Means over queries are
`aggregate`'s.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Sequence

Ranks: TypeAlias = "Sequence[int | None]"


def success_at(ranks: Ranks, k: int) -> float:
    """1 where any right answer is among the first k, else 0.

    The ImageScope, XR, CIRR and FashionIQ publications call its mean Recall@k; with more than one
    right answer (CIRCO, INQUIRE) it is not the recall of information retrieval.
    """
    return float(any(rank <= k for rank in found_ranks(ranks)))


def main_success_at(ranks: Ranks, k: int) -> float:
    """The same of the main right answer alone, the first: CIRCO's Recall@k."""
    return success_at(ranks[:1], k)


def average_precision_at(ranks: Ranks, k: int) -> float:
    """CIRCO's AP@k: Σ precision at each right answer among the first k, over min(k, answers).

    Source: Baldrati et al., Zero-Shot Composed Image Retrieval with Textual Inversion, 2023, and
    its public evaluation.

    Raises:
        ValueError: there is no right answer.
    """
    if not ranks:
        raise ValueError("average precision needs a right answer")
    within = sorted(rank for rank in found_ranks(ranks) if rank <= k)
    return sum(place / rank for place, rank in enumerate(within, start=1)) / min(k, len(ranks))


def reciprocal_rank(ranks: Ranks) -> float:
    """1 / rank of the first right answer, 0 where none was found; its mean is MRR.

    INQUIRE's code takes equal scores in reverse order; here the ranking decides, which orders
    them by name.
    """
    found = found_ranks(ranks)
    return 1.0 / min(found) if found else 0.0


def found_ranks(ranks: Ranks) -> tuple[int, ...]:
    """The ranks of those right answers that were found."""
    return tuple(rank for rank in ranks if rank is not None)
