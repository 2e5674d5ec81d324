"""One pass over pre-computed vectors finds what brute force finds."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagescope_tui.errors import PicturesUnavailable
from imagescope_tui.evaluation.galleries.embedding_files import EmbeddingFiles
from imagescope_tui.evaluation.galleries.embedding_scan import (
    chunk_rows,
    exact_scores,
    scan,
    score_rows,
)
from imagescope_tui.evaluation.galleries.half_floats import LARGEST_HALF, widen
from tests.evaluation.embedding_world import brute_force, write_embeddings
from tests.indexer.space import unit_rows

if TYPE_CHECKING:
    from storage.records import FloatMatrix

ALL_HALVES = np.arange(1 << 16, dtype=np.uint16).view(np.float16)


def test_every_half_is_widened_exactly() -> None:
    finite = np.isfinite(ALL_HALVES)
    wide = np.empty((256, 256), dtype=np.float32)
    widen(ALL_HALVES.reshape(256, 256), wide)
    expected = ALL_HALVES.astype(np.float32)
    assert np.array_equal(wide.ravel()[finite].view(np.int32), expected[finite].view(np.int32))
    assert (np.abs(wide.ravel()[~finite]) > LARGEST_HALF).all()


@st.composite
def worlds(draw: st.DrawFn) -> tuple[FloatMatrix, list[int], FloatMatrix, list[int], int]:
    """Rows of any length with many ties, sizes of files, queries, their limits, chunk size."""
    sizes = draw(st.lists(st.integers(0, 25), min_size=1, max_size=4).filter(any))
    dim = draw(st.integers(1, 5))
    source = np.random.default_rng(draw(st.integers(0, 2**32)))
    dtype = draw(st.sampled_from([np.float16, np.float32]))
    rows: FloatMatrix = source.integers(-2, 3, size=(sum(sizes), dim)) * source.choice([0.5, 1, 3])
    queries = unit_rows(source.normal(size=(draw(st.integers(1, 4)), dim)))
    limits = draw(st.lists(st.integers(1, 60), min_size=len(queries), max_size=len(queries)))
    return rows.astype(dtype), sizes, queries, limits, draw(st.integers(1, 30))


@given(worlds())
def test_a_pass_finds_what_brute_force_finds_with_ties_by_row(
    world: tuple[FloatMatrix, list[int], FloatMatrix, list[int], int],
) -> None:
    rows, sizes, queries, limits, rows_at_once = world
    with tempfile.TemporaryDirectory() as folder:
        files = EmbeddingFiles.open(write_embeddings(Path(folder), rows, vector_files=sizes))
        found = scan(files, queries, limits, rows_at_once=rows_at_once)
        among = score_rows(files, queries[0], np.arange(len(rows)), limits[0])
    for query, limit, item in zip(queries, limits, found, strict=True):
        scores = exact_scores(
            rows.astype(np.float32), np.broadcast_to(query, (len(rows), len(query)))
        )
        assert np.allclose(scores, brute_force(rows, query), atol=1e-6)
        order = np.lexsort((np.arange(len(rows)), -scores))[:limit]
        assert item.rows.tolist() == order.tolist()
        assert item.scores.tolist() == scores[order].tolist()
        assert item.mean == pytest.approx(scores.mean(), abs=1e-5)
        assert item.deviation == pytest.approx(scores.std(), abs=1e-3)
    assert among.rows.tolist() == found[0].rows.tolist()
    assert among.scores.tolist() == found[0].scores.tolist()


@pytest.mark.parametrize("dtype", [np.float16, np.float32])
def test_an_answer_does_not_depend_on_chunks_or_companions(tmp_path: Path, dtype: type) -> None:
    source = np.random.default_rng(1)
    lengths = source.uniform(0.1, 9, size=(3_000, 1))
    rows: FloatMatrix = (source.normal(size=(3_000, 64)) * lengths).astype(dtype)
    rows[2_000:2_500] = rows[500:1_000]
    queries = unit_rows(source.normal(size=(40, 64)))
    files = EmbeddingFiles.open(write_embeddings(tmp_path, rows, vector_files=[1_700, 1_300]))
    together = scan(files, queries, [50] * 40)
    for number in (0, 7, 39):
        alone = scan(files, queries[number : number + 1], [50], rows_at_once=101)[0]
        assert alone.rows.tolist() == together[number].rows.tolist()
        assert alone.scores.tolist() == together[number].scores.tolist()


def test_the_floor_spares_most_rows_from_being_scored_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from imagescope_tui.evaluation.galleries import embedding_scan

    again: list[int] = []

    def counted(vectors: FloatMatrix, queries: FloatMatrix) -> FloatMatrix:
        again.append(len(vectors))
        return exact_scores(vectors, queries)

    monkeypatch.setattr(embedding_scan, "exact_scores", counted)
    source = np.random.default_rng(2)
    rows = source.normal(size=(20_000, 16)).astype(np.float32)
    files = EmbeddingFiles.open(write_embeddings(tmp_path, rows, vector_files=[20_000]))
    scan(files, unit_rows(source.normal(size=(5, 16))), [10] * 5, rows_at_once=500)
    assert sum(again) < 5 * 200


def test_a_pass_reads_into_two_buffers_however_long_the_files_are(tmp_path: Path) -> None:
    rows = np.ones((1_000, 4), dtype=np.float16)
    files = EmbeddingFiles.open(write_embeddings(tmp_path, rows, vector_files=[600, 400]))
    buffers = {chunk.vectors.ctypes.data for chunk in files.chunks(64)}
    assert len(buffers) == 2


@pytest.mark.parametrize("queries", [1, 200, 1_024])
@pytest.mark.parametrize("dim", [512, 1_152])
def test_buffers_of_a_pass_stay_below_100_mebibytes(queries: int, dim: int) -> None:
    rows = chunk_rows(queries, dim)
    assert rows >= 1_000
    assert rows * 4 * (2 * dim + 3 * queries) < 100 * 2**20


def test_a_pass_stops_between_chunks_when_nobody_waits(tmp_path: Path) -> None:
    rows = np.ones((100, 4), dtype=np.float16)
    files = EmbeddingFiles.open(write_embeddings(tmp_path, rows, vector_files=[100]))
    with pytest.raises(PicturesUnavailable):
        scan(files, unit_rows(np.ones((1, 4))), [5], rows_at_once=10, is_stopped=lambda: True)
