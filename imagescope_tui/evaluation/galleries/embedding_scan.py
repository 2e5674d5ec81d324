"""One pass over all pre-computed vectors, for any number of queries at once."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import numpy as np

from imagescope_tui.errors import PicturesUnavailable
from imagescope_tui.evaluation.galleries.best_rows import BestRows
from imagescope_tui.evaluation.galleries.embedding_files import refuse_impossible
from imagescope_tui.evaluation.galleries.half_floats import LARGEST_HALF

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence

    from imagescope_tui.evaluation.galleries.embedding_files import Chunk, EmbeddingFiles
    from storage.records import FloatMatrix, FloatVector, IdVector

MOST_QUERIES = 1_024
"""In one pass."""
_CHUNK_ROWS = 8_192
_CHUNK_BYTES = 96 * 2**20
_RESCORED_AT_ONCE = 2_048
_HALF_ULP = 2.0**-24
_SHORTEST = 1e-12
"""A row that is shorter points nowhere: it counts as zero. Half precision cannot hold one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What one query found."""

    rows: IdVector
    """Best first; equal scores by row."""
    scores: FloatVector
    """Inner products of the query and the rows brought to length 1, place by place."""
    mean: float
    """Of the scores of all rows."""
    deviation: float


def chunk_rows(queries: int, dim: int) -> int:
    """How many rows to score at once: two buffers of them and their scores stay within bounds."""
    bytes_per_row = 4 * (2 * dim + 3 * queries)
    return max(1, min(_CHUNK_ROWS, _CHUNK_BYTES // bytes_per_row))


def scan(
    files: EmbeddingFiles,
    queries: FloatMatrix,
    limits: Sequence[int],
    *,
    rows_at_once: int | None = None,
    is_stopped: Callable[[], bool] = lambda: False,
) -> tuple[Found, ...]:
    """The nearest rows of each query, exactly, in one pass.

    A product of whole matrices in single precision tells which rows may be among the best; those
    are scored again one by one in double precision, and that score, rounded to single, is the one
    that counts. So a query's answer does not depend on the chunks or on which other queries
    went along.

    Args:
        files: rows of any length; a zero row has the score 0.
        queries: shape (queries, dim), of length 1 at most.
        limits: how many rows each query wants at most, 1 or more.
        rows_at_once: by default as many as `chunk_rows` says.
        is_stopped: asked before every chunk.

    Raises:
        DatasetIncomplete: a file is damaged.
        PicturesUnavailable: `is_stopped` said so.
    """
    rows = rows_at_once or chunk_rows(len(queries), files.dim)
    work = _Pass(queries, limits, rows)
    chunks = cast("Generator[Chunk]", files.chunks(rows))
    with closing(chunks):
        for chunk in chunks:
            if is_stopped():
                raise PicturesUnavailable("the gallery was closed")
            work.take(chunk)
    return work.found(len(files))


def exact_scores(vectors: FloatMatrix, queries: FloatMatrix) -> FloatVector:
    """Score of each pair of rows: of length 1 the first, as it is the second.

    Both have shape (n, dim), the outcome (n,). A pair's score does not depend on its neighbours.
    """
    wide = vectors.astype(np.float64)
    lengths = np.sqrt(np.einsum("ij,ij->i", wide, wide))
    products = np.einsum("ij,ij->i", wide, queries.astype(np.float64))
    scores = np.divide(products, lengths, out=np.zeros_like(products), where=lengths > _SHORTEST)
    return np.asarray(scores, dtype=np.float32)


class _Pass:
    """What grows while the chunks go by."""

    def __init__(self, queries: FloatMatrix, limits: Sequence[int], rows: int) -> None:
        self._queries = queries
        self._limits = limits
        self._best = BestRows(limits)
        self._buffer = np.empty((len(queries), rows), dtype=np.float32)
        # A bound of how far a sum of products in single precision can be off, with a margin for
        # the length of the row: below it a row cannot have a place, whatever its exact score is.
        self._slack = np.float32(4 * (queries.shape[1] + 8) * _HALF_ULP)
        self._sums = np.zeros(len(queries))
        self._squares = np.zeros(len(queries))

    def take(self, chunk: Chunk) -> None:
        """Score a chunk and keep what may be among the best."""
        scores = self._rough_scores(chunk)
        self._sums += scores.sum(axis=1)
        self._squares += np.einsum("ij,ij->i", scores, scores)
        floors = self._best.floors
        if not self._best.is_full():
            floors = np.maximum(floors, self._floors_of(scores))
        flat = np.flatnonzero(scores >= (floors - self._slack)[:, None])
        queries, places = np.divmod(flat, scores.shape[1])
        for start in range(0, len(flat), _RESCORED_AT_ONCE):
            part = slice(start, start + _RESCORED_AT_ONCE)
            exact = exact_scores(chunk.vectors[places[part]], self._queries[queries[part]])
            self._best.add(queries[part], places[part] + chunk.first_row, exact)

    def _rough_scores(self, chunk: Chunk) -> FloatMatrix:
        squares = np.einsum("ij,ij->i", chunk.vectors, chunk.vectors)
        if not (squares < LARGEST_HALF**2).all():
            refuse_impossible(chunk)
        lengths = np.sqrt(squares)
        inverse = np.divide(1, lengths, out=np.zeros_like(lengths), where=lengths > _SHORTEST)
        # A slice of a row-major buffer is no place to write a product to: its rows would have gaps.
        scores: FloatMatrix = self._buffer.ravel()[: len(self._queries) * len(squares)]
        scores = scores.reshape(len(self._queries), len(squares))
        np.matmul(self._queries, chunk.vectors.T, out=scores)
        scores *= inverse
        return scores

    def _floors_of(self, scores: FloatMatrix) -> FloatVector:
        """What a row must reach to be among the best of this chunk alone."""
        floors = np.full(len(scores), -np.inf, dtype=np.float32)
        for query, limit in enumerate(self._limits):
            if limit > scores.shape[1]:
                continue
            place = scores.shape[1] - limit
            floors[query] = np.partition(scores[query], place)[place] - self._slack
        return floors

    def found(self, rows: int) -> tuple[Found, ...]:
        """The best of all chunks."""
        means = self._sums / max(1, rows)
        variances = np.maximum(0, self._squares / max(1, rows) - means**2)
        return tuple(
            Found(rows=best, scores=scores, mean=float(mean), deviation=float(deviation))
            for (best, scores), mean, deviation in zip(
                map(self._best.best, range(len(self._limits))),
                means,
                np.sqrt(variances),
                strict=True,
            )
        )


def score_rows(files: EmbeddingFiles, query: FloatVector, rows: IdVector, limit: int) -> Found:
    """The nearest of a few rows; each is read by itself.

    Raises:
        DatasetIncomplete: a file is damaged.
    """
    vectors = files.vectors_of(rows)
    scores = exact_scores(vectors, np.broadcast_to(query, vectors.shape))
    order = np.lexsort((rows, -scores))[:limit]
    return Found(
        rows=rows[order],
        scores=scores[order],
        mean=float(scores.mean()) if len(scores) else 0.0,
        deviation=float(scores.std()) if len(scores) else 0.0,
    )
