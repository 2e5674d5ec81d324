"""A process that opens a large library as the indexer's child does, and searches it.

Started with the library's folder and the number of photos; it writes one JSON line.
"""

from __future__ import annotations

import dataclasses
import functools
import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast

import numpy as np

from indexer.questions import PictureQuestion
from indexer.ranking.lookup import VectorLookup
from storage.library import Library
from storage.records import PhotoFilter
from tests.benchmarks.large_library import ENCODER, QUERIES, narrow_filters, queries_of
from tests.benchmarks.processes import memory_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from indexer.decoding.failures import DecodeFailure
    from indexer.decoding.photo import Decoded
    from indexer.models.protocols import ImageTextEncoder
    from storage.records import FloatMatrix

LIMIT = 10
_TIMED = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphSearches:
    """Unfiltered searches through the graph, and what they miss of the true first ten."""

    seconds: float
    recall_pictures: float
    recall_texts: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Searches:
    """What was measured; times in seconds."""

    opened: float
    """From opening the library to the first answer."""
    exact: float
    """Without a filter, median."""
    filtered: dict[str, float]
    """With a filter that one photo in a hundred passes, median of different stretches."""
    resident: int
    dirty: int
    """Memory that the system cannot drop, in bytes."""
    graph: GraphSearches | None


class _Queries:
    """Stands where an encoder does: a text is the number of a stored query."""

    encoder_id = ENCODER

    def __init__(self, vectors: FloatMatrix) -> None:
        self._vectors = vectors
        self.dim = vectors.shape[1]

    def encode_texts(self, texts: Sequence[str]) -> FloatMatrix:
        return self._vectors[[int(text) for text in texts]]

    def known_words(self, _text: str) -> None:
        return None


def measure(library: Path, count: int) -> Searches:
    """In a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", __name__, str(library), str(count)],
        check=True,
        capture_output=True,
        text=True,
    )
    told = json.loads(done.stdout)
    graph = told.pop("graph")
    return Searches(**told, graph=GraphSearches(**graph) if graph else None)


def _main(place: Path, count: int) -> None:
    pictures, texts = queries_of(place)
    encoder = cast("ImageTextEncoder", _Queries(np.concatenate([pictures, texts])))
    started = time.perf_counter()
    with Library.open_reader(place) as library:
        lookup = VectorLookup(library, encoder, _decode_nothing)
        try:
            _search(lookup, PhotoFilter(), 0)
            opened = time.perf_counter() - started
            found = _measure(lookup, opened, narrow_filters(place, count))
        finally:
            lookup.close()
    print(json.dumps(dataclasses.asdict(found)))


def _measure(lookup: VectorLookup, opened: float, filters: dict[str, PhotoFilter]) -> Searches:
    # The graph's process loads meanwhile; without it these are exact.
    memory = memory_of(os.getpid())
    lookup.index.use_graph(None)
    exact = _median(lambda number: _exact(lookup, number))
    filtered = {
        name: _median(functools.partial(_search, lookup, passing))
        for name, passing in filters.items()
    }
    return Searches(
        opened=opened,
        exact=exact,
        filtered=filtered,
        resident=memory.resident,
        dirty=memory.dirty,
        graph=_through_graph(lookup),
    )


def _through_graph(lookup: VectorLookup) -> GraphSearches | None:
    graph = lookup._graph
    if graph is None:
        return None
    graph.wait()
    if not graph.has_graph:
        return None
    truth = [_exact(lookup, number) for number in range(2 * QUERIES)]
    lookup.index.use_graph(graph)
    seconds = _median(lambda number: _exact(lookup, number))
    shares = [len(truth[number] & _exact(lookup, number)) / LIMIT for number in range(2 * QUERIES)]
    return GraphSearches(
        seconds=seconds,
        recall_pictures=float(np.mean(shares[:QUERIES])),
        recall_texts=float(np.mean(shares[QUERIES:])),
    )


def _search(lookup: VectorLookup, passing: PhotoFilter, number: int) -> None:
    """As a person's search is answered: with what the filter passes, and the photos' rows."""
    answer = lookup.nearest(
        PictureQuestion(texts=(str(number),), photo_filter=passing, limit=LIMIT)
    )
    assert len(answer.photos) == LIMIT, answer


def _exact(lookup: VectorLookup, number: int) -> frozenset[int]:
    """The first ten of a query; through the graph where one is used."""
    query = lookup._query((str(number),), None)
    return frozenset(item.content_id for item in lookup.index.search(query, LIMIT).items)


def _median(search: Callable[[int], object]) -> float:
    seconds = []
    for number in range(0, 2 * QUERIES, 2 * QUERIES // _TIMED):
        started = time.perf_counter()
        search(number)
        seconds.append(time.perf_counter() - started)
    return float(np.median(seconds))


def _decode_nothing(_path: Path) -> Decoded | DecodeFailure:
    raise AssertionError


if __name__ == "__main__":
    _main(Path(sys.argv[1]), int(sys.argv[2]))
