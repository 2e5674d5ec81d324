"""INQUIRE's figures of one query, where the order inside equal scores must not matter.

All take the labels of the first k places, best first, their scores, and P, how many right answers
there are in the whole gallery. Source: Vendrow et al., INQUIRE, 2024, and its public evaluation.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt


def tied_average_precision_at(
    labels: Sequence[bool], scores: Sequence[float], *, k: int, targets: int
) -> float:
    """INQUIRE's AP@k: equal scores are one threshold; over min(P, k).

    scikit-learn's `average_precision_score` of the first k, times the right answers among them,
    over min(P, k). Without equal scores it is CIRCO's AP@k.

    Raises:
        ValueError: there is no right answer, or labels and scores are not of one length.
    """
    ends, found = _ties(labels, scores, k, targets)
    so_far = np.cumsum(found)
    return float(np.sum(found * so_far / ends) / min(targets, k))


def tied_ndcg_at(labels: Sequence[bool], scores: Sequence[float], *, k: int, targets: int) -> float:
    """nDCG@k: linear gain, discount log2(rank + 1), averaged over the orders of equal scores.

    The best possible has min(P, k) right answers in front.

    Raises:
        ValueError: there is no right answer, or labels and scores are not of one length.
    """
    ends, found = _ties(labels, scores, k, targets)
    discounts = 1.0 / np.log2(np.arange(2, k + 2))
    summed = np.concatenate(([0.0], np.cumsum(discounts)))
    sizes = np.diff(ends, prepend=0)
    gained = float(np.sum(found / sizes * np.diff(summed[ends], prepend=0.0)))
    return min(1.0, gained / float(summed[min(targets, k)]))


def _ties(
    labels: Sequence[bool], scores: Sequence[float], k: int, targets: int
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.float64]]:
    """Where each run of equal scores ends, counted from 1, and its right answers."""
    if targets < 1:
        raise ValueError("a query without right answers has no figures")
    if len(labels) != len(scores):
        raise ValueError(f"{len(labels)} labels and {len(scores)} scores")
    if not labels:
        return np.zeros(0, dtype=np.intp), np.zeros(0)
    changes = np.flatnonzero(np.diff(np.asarray(scores[:k], dtype=np.float64)) != 0) + 1
    ends = np.append(changes, len(scores[:k]))
    so_far = np.cumsum(np.asarray(labels[:k], dtype=np.float64))
    return ends, np.diff(so_far[ends - 1], prepend=0.0)
