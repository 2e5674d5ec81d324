"""How long a search among vectors takes, exactly and through a graph, and what the graph misses."""

from __future__ import annotations

import json
import sys
import time
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast

import numpy as np

from storage import vector_index
from storage.frames import FrameRows
from storage.hnsw import GRAPH_NAME, build_graph, load_graph
from storage.vector_index import VectorIndex
from storage.vectors import VectorRows
from tests.benchmarks.clocks import Span, Stopwatch
from tests.benchmarks.table import Table, mebibytes, milliseconds, verdict
from tests.benchmarks.vector_sets import make_vectors
from tests.benchmarks.vectors_on_disk import measure_reading

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from storage.hnsw import HnswGraph
    from storage.library import Library
    from storage.records import (
        EmbeddingKind,
        FloatMatrix,
        FloatVector,
        IdVector,
        Neighbours,
        PhotoFilter,
    )
    from tests.benchmarks.vector_sets import VectorSet

PACKAGES = ("numpy", "hnswlib")
TARGET_SECONDS = 0.025
_TARGET_ROWS = 100_000
_SIZES = (10_000, 100_000)
_QUICK_SIZES = (2_000, 10_000)
_QUERIES, _TIMED = 200, 40
_PASSES = 3
_LIMIT = 10
_NARROW, _WIDE = 100, 2
"""One photo of so many passes the filter."""
_ENCODER = "benchmark"


class _Nothing:
    """No settings, and no moving pictures."""

    def get(self, _key: str) -> None:
        return None

    def since(self, _revision: int, _encoder_id: str) -> FrameRows:
        return FrameRows(
            ids=np.zeros(0, dtype=np.int64),
            seconds=np.zeros(0, dtype=np.float64),
            matrix=np.zeros((0, 0), dtype=np.float32),
        )


class _RowsInMemory:
    """Stands where a library does: the same vectors, without writing them to a disk first.

    Every second photo has a caption, so that both ways to score one are measured.
    """

    revision = photos_revision = 1

    def __init__(self, matrix: FloatMatrix) -> None:
        self.ids: IdVector = np.arange(1, len(matrix) + 1, dtype=np.int64)
        self.matrix = matrix
        self.folder = Path("never there")
        self.vectors = self.photos = self.captions = self
        self.settings = self.frames = _Nothing()

    def active_id(self) -> int:
        return 1

    def since(
        self, _revision: int, _encoder_id: str, *, kind: EmbeddingKind = "image", origin: int = 0
    ) -> VectorRows:
        if kind == "caption":
            assert origin == self.active_id()
            return VectorRows(ids=self.ids[::2], matrix=self.matrix[-1::-2][: len(self.ids[::2])])
        return VectorRows(ids=self.ids, matrix=self.matrix)

    def ids_since(
        self,
        _revision: int,
        _encoder_id: str,
        _origin: int,
        *,
        caption_encoder_id: str | None = None,
    ) -> IdVector:
        assert caption_encoder_id is None
        return np.zeros(0, dtype=np.int64)

    def contents_passing(self, _filter: PhotoFilter) -> IdVector:
        return self.ids


@dataclass(frozen=True, slots=True, kw_only=True)
class _Times:
    p50: float
    p95: float

    def __str__(self) -> str:
        return f"{milliseconds(self.p50)} / {milliseconds(self.p95)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Outcome:
    rows: int
    exact: _Times
    narrow: _Times
    wide: _Times
    graph: _Times
    recall_pictures: float
    recall_texts: float
    best_text_cosine: float
    build: Span
    file_bytes: int


def run(folder: Path, *, quick: bool) -> tuple[Table, ...]:
    """Searches in memory at several sizes, and reading the vectors from a real library."""
    outcomes: list[_Outcome] = []
    for rows in _QUICK_SIZES if quick else _SIZES:
        outcomes.append(_measure(folder, rows))
        print(outcomes[-1], file=sys.stderr, flush=True)
    return _search_table(outcomes), _graph_table(outcomes), measure_reading(folder, quick=quick)


def _measure(folder: Path, rows: int) -> _Outcome:
    vectors = make_vectors(rows, _QUERIES)
    library = cast("Library", _RowsInMemory(vectors.pictures))
    index = VectorIndex(library, _ENCODER)
    index.refresh()
    place = folder / f"graph-{rows}"
    graph, build = _graph(place, index)
    narrow, wide = index.ids[::_NARROW], index.ids[::_WIDE]
    queries = _interleaved(vectors)[: 2 * _TIMED]
    with _answering(index, graph):
        through_graph = _times(queries, lambda query: index.search(query, _LIMIT))
    return _Outcome(
        rows=rows,
        exact=_times(queries, lambda query: index.search(query, _LIMIT)),
        narrow=_times(queries, lambda query: index.search(query, _LIMIT, allowed=narrow)),
        wide=_times(queries, lambda query: index.search(query, _LIMIT, allowed=wide)),
        graph=through_graph,
        recall_pictures=_recall(index, graph, vectors.picture_queries),
        recall_texts=_recall(index, graph, vectors.text_queries),
        best_text_cosine=float((vectors.text_queries @ vectors.pictures.T).max(axis=1).mean()),
        build=build,
        file_bytes=(place / GRAPH_NAME).stat().st_size,
    )


def _graph(place: Path, index: VectorIndex) -> tuple[HnswGraph, Span]:
    """The graph and what it took to build, perhaps in an earlier run."""
    told = place / "build.json"
    stored = load_graph(place, index.space)
    if stored is not None and stored.card.rows == len(index) and told.exists():
        return stored, Span(**json.loads(told.read_text()))
    place.mkdir(exist_ok=True)
    with Stopwatch() as watch:
        built = build_graph(
            place, space=index.space, revision=1, ids=index.ids, matrix=index.matrix
        )
    assert built is not None
    told.write_text(json.dumps(asdict(watch.span)))
    return built, watch.span


def _interleaved(vectors: VectorSet) -> FloatMatrix:
    pairs = np.stack([vectors.picture_queries, vectors.text_queries], axis=1)
    return pairs.reshape(-1, pairs.shape[-1])


@contextmanager
def _answering(index: VectorIndex, graph: HnswGraph) -> Iterator[None]:
    """Unfiltered searches go through the graph, however small the index is."""
    usual = vector_index.HNSW_FROM_ROWS
    vector_index.HNSW_FROM_ROWS = 0
    index.use_graph(graph)
    try:
        yield
    finally:
        vector_index.HNSW_FROM_ROWS = usual
        index.use_graph(None)


def _times(queries: FloatMatrix, search: Callable[[FloatVector], Neighbours]) -> _Times:
    """Of single searches; each query counts with the best of a few passes."""
    best = np.full(len(queries), np.inf)
    for _ in range(_PASSES):
        for place, query in enumerate(queries):
            started = time.perf_counter()
            search(query)
            best[place] = min(best[place], time.perf_counter() - started)
    p50, p95 = np.percentile(best, [50, 95])
    return _Times(p50=float(p50), p95=float(p95))


def _recall(index: VectorIndex, graph: HnswGraph, queries: FloatMatrix) -> float:
    """The share of the true first ten that is among the graph's first ten."""
    found = 0
    for query in queries:
        true = _ids(index.search(query, _LIMIT))
        with _answering(index, graph):
            found += len(true & _ids(index.search(query, _LIMIT)))
    return found / (_LIMIT * len(queries))


def _ids(neighbours: Neighbours) -> frozenset[int]:
    return frozenset(item.content_id for item in neighbours.items)


def _search_table(outcomes: list[_Outcome]) -> Table:
    judged = next((each for each in outcomes if each.rows == _TARGET_ROWS), outcomes[-1])
    met = verdict(judged.exact.p95, TARGET_SECONDS)
    return Table(
        title=f"One search for the {_LIMIT} nearest of 512-dimensional vectors, p50 / p95",
        head=("vectors", "exact", "exact, 1 % pass a filter", "exact, 50 % pass", "graph"),
        rows=tuple(
            (f"{each.rows:,}", *map(str, (each.exact, each.narrow, each.wide, each.graph)))
            for each in outcomes
        ),
        notes=(
            f"Target: exact search among {judged.rows:,} in at most {milliseconds(TARGET_SECONDS)}:"
            f" {judged.exact}, {met}. {_TIMED} queries of each kind, each with the best of"
            f" {_PASSES} passes.",
        ),
    )


def _graph_table(outcomes: list[_Outcome]) -> Table:
    return Table(
        title="The graph: what it finds of the true first ten, and what it costs",
        head=("vectors", "like pictures", "like texts", "cosine of texts", "build", "CPU", "file"),
        rows=tuple(
            (
                f"{each.rows:,}",
                f"{each.recall_pictures:.3f}",
                f"{each.recall_texts:.3f}",
                f"{each.best_text_cosine:.2f}",
                f"{each.build.wall:.0f} s",
                f"{each.build.cpu:.0f} s",
                mebibytes(each.file_bytes),
            )
            for each in outcomes
        ),
        notes=(
            f"{_QUERIES} queries of each kind. The cosine is that of a text and its nearest"
            " picture, on average.",
        ),
    )
