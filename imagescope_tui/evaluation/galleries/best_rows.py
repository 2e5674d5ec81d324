"""The best rows of each query, gathered while a file of any length goes by."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from storage.records import FloatVector, IdVector

_SHARE_BEFORE_CUT = 2
"""A query's list is cut when what is new is one part in so many of it."""


class BestRows:
    """At most `limits[i]` rows of query i, 1 or more: by score, equal scores by row."""

    def __init__(self, limits: Sequence[int]) -> None:
        self._limits = limits
        self.floors: FloatVector = np.full(len(limits), -np.inf, dtype=np.float32)
        """Shape (queries,): a score below it cannot be among the best any more."""
        self._rows: list[list[IdVector]] = [[] for _ in limits]
        self._scores: list[list[FloatVector]] = [[] for _ in limits]
        self._new = [0] * len(limits)

    def add(self, queries: npt.NDArray[np.intp], rows: IdVector, scores: FloatVector) -> None:
        """Take in scores, ordered by query; the three have one entry per score."""
        borders = np.flatnonzero(np.diff(queries)) + 1
        starts = [0, *borders.tolist()] if len(queries) else []
        for start, end in zip(starts, [*starts[1:], len(queries)], strict=False):
            query = int(queries[start])
            self._rows[query].append(rows[start:end])
            self._scores[query].append(scores[start:end])
            self._new[query] += end - start
            if self._new[query] >= max(1, self._limits[query] // _SHARE_BEFORE_CUT):
                self._cut(query)

    def is_full(self) -> bool:
        """Whether every query has a floor."""
        return bool(np.isfinite(self.floors).all())

    def best(self, query: int) -> tuple[IdVector, FloatVector]:
        """Rows and scores of one query, best first."""
        self._cut(query)
        return self._rows[query][0], self._scores[query][0]

    def _cut(self, query: int) -> None:
        limit = self._limits[query]
        rows = np.concatenate([_NO_ROWS, *self._rows[query]])
        scores = np.concatenate([_NO_SCORES, *self._scores[query]])
        order = np.lexsort((rows, -scores))[:limit]
        self._rows[query], self._scores[query] = [rows[order]], [scores[order]]
        self._new[query] = 0
        if len(order) == limit:
            self.floors[query] = scores[order[-1]]


_NO_ROWS: IdVector = np.zeros(0, dtype=np.int64)
_NO_SCORES: FloatVector = np.zeros(0, dtype=np.float32)
