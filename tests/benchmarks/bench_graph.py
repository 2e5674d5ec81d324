"""Searches of a million photos through the graph, and what they miss."""

from __future__ import annotations

from typing import TYPE_CHECKING

from storage.fused_vectors import CAPTION_WEIGHT
from storage.graph_upkeep import refresh_graph
from storage.library import Library
from storage.rows_upkeep import refresh_rows
from storage.vector_index import HNSW_FROM_ROWS
from tests.benchmarks.bench_million import PHOTOS
from tests.benchmarks.clocks import Stopwatch
from tests.benchmarks.large_library import ENCODER, QUERIES, make_large_library
from tests.benchmarks.large_searches import LIMIT, measure
from tests.benchmarks.table import Table, milliseconds, verdict

if TYPE_CHECKING:
    from pathlib import Path

    from tests.benchmarks.large_searches import GraphSearches

PACKAGES = ("numpy", "hnswlib")
_GRAPH_SECONDS, _RECALL = 0.005, 0.98


def run(folder: Path, *, quick: bool) -> tuple[Table, ...]:
    """Build the graph as the indexer does, if it is not there, and search through it."""
    count = HNSW_FROM_ROWS if quick else PHOTOS
    library = make_large_library(folder, count)
    with Library.open_writer(library) as writer:
        refresh_rows(writer, ENCODER, caption_weight=CAPTION_WEIGHT)
        with Stopwatch() as watch:
            is_new = refresh_graph(writer, ENCODER, caption_weight=CAPTION_WEIGHT)
    found = measure(library, count).graph
    assert found is not None, "a library of this size has a graph"
    built = f" It was built in {watch.span.cpu:,.0f} s of processor time." if is_new else ""
    return (_table(count, found, built),)


def _table(count: int, found: GraphSearches, built: str) -> Table:
    recall = min(found.recall_pictures, found.recall_texts)
    return Table(
        title=f"One search for the {LIMIT} nearest among {count:,} through the graph, no filter",
        head=("", "time", f"recall@{LIMIT}, like pictures", f"recall@{LIMIT}, like texts"),
        rows=(
            (
                "hnswlib, in a process of its own",
                milliseconds(found.seconds),
                f"{found.recall_pictures:.3f}",
                f"{found.recall_texts:.3f}",
            ),
        ),
        notes=(
            f"Target: at most {milliseconds(_GRAPH_SECONDS)}:"
            f" {verdict(found.seconds, _GRAPH_SECONDS)}; at a recall of at least {_RECALL}:"
            f" {verdict(recall, _RECALL, at_least=True)}. {QUERIES} queries of each kind; median."
            f"{built}",
        ),
    )
