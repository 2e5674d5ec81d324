"""Which contents are nearest to a vector: exactly, or through a graph of a large library."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

import numpy as np

from storage.fused_vectors import CAPTION_WEIGHT, FusedVectors
from storage.records import ContentId, Neighbour, Neighbours, OriginId, PhotoFilter

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from storage.fused_vectors import ScoreParts
    from storage.hnsw import GraphCard, VectorSpace
    from storage.library import Library
    from storage.records import FloatMatrix, FloatVector, IdVector
    from storage.vector_cache import RowsCard, StoredRows

HNSW_FROM_ROWS = 200_000
"""Below this exact search is quick enough to need no graph; measured in docs/benchmarks.md."""

_SAMPLE_ROWS = 2_048


class Graph(Protocol):
    """What finds neighbours without comparing all."""

    @property
    def card(self) -> GraphCard:
        """What it was built of."""

    @property
    def ids(self) -> IdVector:
        """The contents in it, ascending."""

    def nearest(self, query: FloatVector, limit: int) -> IdVector | None:
        """Content ids near a vector, in no particular order; None when it is no more."""


class VectorIndex:
    """All vectors of one encoder in memory, kept in step with the library; not thread-safe.

    Exact scoring is always right and takes any filter. A graph, where one is given, answers
    unfiltered searches; what it finds is scored exactly, and what is newer than it, too. So are
    all moving pictures: their frames are in no graph, and a library that is mostly of videos
    would be searched as slowly as without one.
    """

    def __init__(
        self,
        library: Library,
        encoder_id: str,
        *,
        caption_weight: float = CAPTION_WEIGHT,
        caption_encoder_id: str | None = None,
    ) -> None:
        """`caption_encoder_id` None: captions are in the space of the pictures."""
        self.encoder_id = encoder_id
        self._library = library
        self._vectors = FusedVectors(library, encoder_id, caption_weight, caption_encoder_id)
        self._photos_revision = -1
        self._live: npt.NDArray[np.bool_] = np.zeros(0, dtype=np.bool_)
        self._graph: Graph | None = None
        self._outside_graph: IdVector = np.zeros(0, dtype=np.int64)

    def __len__(self) -> int:
        return len(self._vectors.ids)

    @property
    def ids(self) -> IdVector:
        """Content ids, ascending; row i of `matrix` belongs to ids[i]."""
        return self._vectors.ids

    @property
    def matrix(self) -> FloatMatrix:
        """Picture and caption as one vector, in the order of `ids`; not of unit length."""
        return self._vectors.whole_rows()

    @property
    def revision(self) -> int:
        """The revision of the library that is in memory."""
        return self._vectors.revision

    @property
    def space(self) -> VectorSpace:
        """What a graph must be of to be used here."""
        return self._vectors.space

    @property
    def outside_graph(self) -> IdVector:
        """Contents that are scored beside the graph: newer than it, or captioned since."""
        return self._outside_graph

    def use_graph(self, graph: Graph | None) -> None:
        """Answer unfiltered searches through a graph of this index's space."""
        self._graph = graph if graph is not None and graph.card.space == self.space else None
        if self._graph is None:
            self._outside_graph = np.zeros(0, dtype=np.int64)
            return
        written = self._library.vectors.ids_since(
            self._graph.card.revision,
            self.encoder_id,
            self._vectors.origin,
            caption_encoder_id=self._vectors.caption_encoder_id,
        )
        self._outside_graph = np.union1d(
            np.setdiff1d(self.ids, self._graph.ids, assume_unique=True),
            np.intersect1d(written, self.ids, assume_unique=True),
        )

    def refresh(self) -> None:
        """Take in what was committed since the last time."""
        if self._library.revision == self.revision:
            return
        photos_revision = self._library.photos_revision
        rows_before = len(self)
        changed = self._vectors.refresh()
        if self._graph is not None and self._graph.card.space == self.space:
            self._outside_graph = np.union1d(self._outside_graph, changed)
        else:
            self._graph = None
        if photos_revision != self._photos_revision or len(self) != rows_before:
            self._live = self._find_live(photos_revision)
            self._photos_revision = photos_revision

    def _find_live(self, photos_revision: int) -> npt.NDArray[np.bool_]:
        stored = self._vectors.stored_live(photos_revision)
        if stored is not None:
            return stored
        alive = self._library.photos.contents_passing(PhotoFilter())
        return np.isin(self.ids, alive, assume_unique=True)

    def can_adopt(self, card: RowsCard) -> bool:
        """Whether stored rows are what the rows here would be at their revision."""
        return self._vectors.can_adopt(card)

    def to_store(self, token: str) -> StoredRows:
        """The rows as storage.vector_cache keeps them."""
        return self._vectors.to_store(token, self._live, self._photos_revision)

    def parts(self, query: FloatVector, ids: Sequence[ContentId]) -> dict[ContentId, ScoreParts]:
        """What the scores of contents that were found are made of."""
        return self._vectors.parts(query, ids)

    @property
    def picture_share(self) -> float:
        """How much of a score is the picture's: 1 - τ where there are captions, else 1."""
        return self._vectors.picture_share

    @property
    def captioned(self) -> int:
        """How many contents have a caption that counts."""
        return self._vectors.captioned

    def mean_caption(self, query: FloatVector) -> float:
        """The caption part of a content without caption; 0 where there is no caption at all."""
        return self._vectors.mean_caption(query)

    def search(
        self, query: FloatVector, limit: int, *, allowed: IdVector | None = None
    ) -> Neighbours:
        """The live contents with the highest published score, best first, ties by id.

        Args:
            query: shape (dim,); a zero vector finds nothing. For captions in a space of their
                own their part follows: shape (dim + caption dim,).
            limit: how many at most.
            allowed: if given, only these contents are scored.
        """
        if not len(self) or limit <= 0 or not query.any():
            return Neighbours()
        if allowed is not None:
            return self._exact(query, limit, self._rows_of(allowed))
        if self._graph is not None and len(self) >= HNSW_FROM_ROWS:
            found = self._through_graph(self._graph, query, limit)
            if found is not None:
                return found
        return self._exact(query, limit, None)

    def _rows_of(self, ids: IdVector) -> npt.NDArray[np.intp]:
        places = np.searchsorted(self.ids, ids)
        places = places[places < len(self)]
        rows = places[np.isin(self.ids[places], ids)]
        return rows[self._live[rows]]

    def _exact(
        self, query: FloatVector, limit: int, rows: npt.NDArray[np.intp] | None
    ) -> Neighbours:
        if rows is None:
            rows = np.flatnonzero(self._live)
            scores = self._vectors.scores(query)
            scores = scores if len(rows) == len(scores) else scores[rows]
        else:
            scores = self._vectors.scores(query, rows)
        if not len(rows):
            return Neighbours()
        best = _best(scores, limit)
        return _neighbours(self.ids[rows[best]], scores[best], scores)

    def _through_graph(self, graph: Graph, query: FloatVector, limit: int) -> Neighbours | None:
        near = graph.nearest(query[: self._vectors.matrix.shape[1]], limit)
        if near is None:
            self.use_graph(None)
            return None
        candidates = np.union1d(near, self._outside_graph)
        rows = self._rows_of(candidates)
        # Deleted photos may have taken the places of live ones: then only exact search is right.
        if len(rows) < min(limit, int(self._live.sum())):
            return None
        if len(self._vectors.moving_ids):
            rows = np.union1d(rows, self._rows_of(self._vectors.moving_ids))
        scores = self._vectors.scores(query, rows)
        best = _best(scores, limit)
        sample = slice(None, None, max(1, len(self) // _SAMPLE_ROWS))
        spread = self._vectors.scores(query, sample)
        return replace(
            _neighbours(self.ids[rows[best]], scores[best], spread), scored=int(self._live.sum())
        )


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
        scored=len(spread),
    )


def count_newer(library: Library, space: VectorSpace, revision: int) -> int:
    """How many contents have vectors of a space that were written after a revision."""
    newer = library.vectors.ids_since(
        revision,
        space.encoder_id,
        OriginId(space.origin),
        caption_encoder_id=space.caption_encoder_id or None,
    )
    return len(newer)
