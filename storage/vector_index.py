"""Which contents are nearest to a vector: exactly, or through a graph of a large library."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from storage.records import ContentId, Neighbour, Neighbours, PhotoFilter

if TYPE_CHECKING:
    import numpy.typing as npt

    from storage.hnsw import HnswGraph
    from storage.library import Library
    from storage.records import FloatMatrix, FloatVector, IdVector

HNSW_FROM_ROWS = 200_000
"""Below this exact search is quick enough to need no graph; measured in docs/benchmarks.md."""

_SAMPLE_ROWS = 4_096
_GATHERED_SHARE = 16


class VectorIndex:
    """All vectors of one encoder in memory, kept in step with the library; not thread-safe.

    Exact scoring is always right and takes any filter. A graph, where one is given, answers
    unfiltered searches; what it finds is scored exactly, and what is newer than it, too.
    """

    def __init__(self, library: Library, encoder_id: str) -> None:
        self.encoder_id = encoder_id
        self._library = library
        self._revision = -1
        self._ids: IdVector = np.zeros(0, dtype=np.int64)
        self._matrix: FloatMatrix = np.zeros((0, 0), dtype=np.float32)
        self._live: npt.NDArray[np.bool_] = np.zeros(0, dtype=np.bool_)
        self._graph: HnswGraph | None = None
        self._outside_graph: IdVector = np.zeros(0, dtype=np.int64)

    def __len__(self) -> int:
        return len(self._ids)

    @property
    def ids(self) -> IdVector:
        """Content ids, ascending; row i of `matrix` belongs to ids[i]."""
        return self._ids

    @property
    def matrix(self) -> FloatMatrix:
        """The vectors, in the order of `ids`."""
        return self._matrix

    @property
    def revision(self) -> int:
        """The revision of the library that is in memory."""
        return self._revision

    def use_graph(self, graph: HnswGraph | None) -> None:
        """Answer unfiltered searches through a graph of this index's encoder."""
        self._graph = graph
        self._find_outside()

    def _find_outside(self) -> None:
        """Contents that are newer than the graph are scored beside it."""
        if self._graph is not None:
            self._outside_graph = np.setdiff1d(self._ids, self._graph.ids, assume_unique=True)

    def refresh(self) -> None:
        """Take in what was committed since the last time."""
        current = self._library.revision
        if current == self._revision:
            return
        rows = self._library.vectors.since(self._revision, self.encoder_id)
        if len(rows.ids):
            self._merge(rows.ids, rows.matrix)
            self._find_outside()
        alive = self._library.photos.contents_passing(PhotoFilter())
        self._live = np.isin(self._ids, alive, assume_unique=True)
        self._revision = current

    def _merge(self, ids: IdVector, matrix: FloatMatrix) -> None:
        order = np.argsort(ids)
        ids, matrix = ids[order], matrix[order]
        if not len(self._ids):
            self._ids, self._matrix = ids, matrix
            return
        kept = ~np.isin(self._ids, ids, assume_unique=True)
        all_ids = np.concatenate([self._ids[kept], ids])
        order = np.argsort(all_ids)
        self._ids = all_ids[order]
        self._matrix = np.concatenate([self._matrix[kept], matrix])[order]

    def search(
        self, query: FloatVector, limit: int, *, allowed: IdVector | None = None
    ) -> Neighbours:
        """The live contents with the highest inner product, best first, ties by id.

        Args:
            query: shape (dim,), unit length; a zero vector finds nothing.
            limit: how many at most.
            allowed: if given, only these contents are scored.
        """
        if not len(self._ids) or limit <= 0 or not query.any():
            return Neighbours()
        if allowed is not None:
            return self._exact(query, limit, self._rows_of(allowed))
        if self._graph is not None and len(self._ids) >= HNSW_FROM_ROWS:
            found = self._through_graph(self._graph, query, limit)
            if found is not None:
                return found
        return self._exact(query, limit, None)

    def _rows_of(self, ids: IdVector) -> npt.NDArray[np.intp]:
        places = np.searchsorted(self._ids, ids)
        places = places[places < len(self._ids)]
        rows = places[np.isin(self._ids[places], ids)]
        return rows[self._live[rows]]

    def _exact(
        self, query: FloatVector, limit: int, rows: npt.NDArray[np.intp] | None
    ) -> Neighbours:
        if rows is None:
            scores = self._matrix @ query
            rows = np.flatnonzero(self._live)
            scores = scores if len(rows) == len(scores) else scores[rows]
        else:
            scores = self._scores_of(rows, query)
        if not len(rows):
            return Neighbours()
        best = _best(scores, limit)
        return _neighbours(self._ids[rows[best]], scores[best], scores)

    def _scores_of(self, rows: npt.NDArray[np.intp], query: FloatVector) -> FloatVector:
        # To gather many rows costs more than to multiply them all.
        if len(rows) * _GATHERED_SHARE > len(self._ids):
            return (self._matrix @ query)[rows]
        return self._matrix[rows] @ query

    def _through_graph(self, graph: HnswGraph, query: FloatVector, limit: int) -> Neighbours | None:
        candidates = np.union1d(graph.nearest(query, limit), self._outside_graph)
        rows = self._rows_of(candidates)
        # Deleted photos may have taken the places of live ones: then only exact search is right.
        if len(rows) < min(limit, int(self._live.sum())):
            return None
        scores = self._matrix[rows] @ query
        best = _best(scores, limit)
        step = max(1, len(self._ids) // _SAMPLE_ROWS)
        return _neighbours(self._ids[rows[best]], scores[best], self._matrix[::step] @ query)


def _best(scores: FloatVector, limit: int) -> npt.NDArray[np.intp]:
    """Places of the highest scores; equal scores keep their order, which is that of the ids."""
    if limit < len(scores):
        threshold = np.partition(scores, len(scores) - limit)[len(scores) - limit]
        places = np.flatnonzero(scores >= threshold)
    else:
        places = np.arange(len(scores))
    return places[np.argsort(-scores[places], kind="stable")][:limit]


def _neighbours(ids: IdVector, scores: FloatVector, spread: FloatVector) -> Neighbours:
    return Neighbours(
        items=tuple(
            Neighbour(content_id=ContentId(int(content_id)), score=float(score))
            for content_id, score in zip(ids, scores, strict=True)
        ),
        mean=float(spread.mean()),
        deviation=float(spread.std()),
    )
