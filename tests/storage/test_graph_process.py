"""A graph in a process of its own: it is waited for by nobody, and missed by nobody."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING, NoReturn, cast

import numpy as np
import pytest

import indexer.ranking.lookup
import storage.graph_upkeep
import storage.vector_index
from indexer.questions import PictureQuestion
from indexer.ranking.lookup import VectorLookup
from storage.graph_process import GraphProcess
from storage.graph_upkeep import GRAPH_SETTING, refresh_graph
from storage.hnsw import SIDECAR_NAME, load_graph
from tests.storage.conftest import ENCODER
from tests.storage.test_fused_score import DIM, World, make_world, rows

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from indexer.answers import NearestAnswer
    from indexer.models.protocols import ImageTextEncoder
    from storage.library import Library
    from storage.records import FloatMatrix

QUERIES = rows(9, 5)


class Numbers:
    """An encoder whose texts are the numbers of queries."""

    encoder_id = ENCODER
    dim = DIM

    def encode_texts(self, texts: Sequence[str]) -> FloatMatrix:
        return QUERIES[[int(text) for text in texts]]

    def known_words(self, _text: str) -> None:
        return None


@pytest.fixture
def world(library: Library, monkeypatch: pytest.MonkeyPatch) -> World:
    for module in (storage.graph_upkeep, storage.vector_index, indexer.ranking.lookup):
        monkeypatch.setattr(module, "HNSW_FROM_ROWS", 10)
    world = make_world(library, 40, 5)
    assert refresh_graph(library, ENCODER)
    return world


@pytest.fixture
def lookup(world: World) -> Iterator[VectorLookup]:
    opened = VectorLookup(world.library, cast("ImageTextEncoder", Numbers()), _never)
    yield opened
    opened.close()


def _never(*_: object) -> NoReturn:
    raise AssertionError


def first_of(lookup: VectorLookup, number: int) -> NearestAnswer:
    return lookup.nearest(PictureQuestion(texts=(str(number),), limit=5))


def process_of(lookup: VectorLookup) -> GraphProcess:
    assert lookup._graph is not None
    return lookup._graph


def is_alive(process: GraphProcess) -> bool:
    return process._process.poll() is None


def test_it_answers_as_the_graph_in_this_process_does(world: World) -> None:
    index = world.index()
    index.refresh()
    mark = world.library.settings.get(GRAPH_SETTING) or ""
    here = load_graph(world.library.folder, index.space)
    assert here is not None
    there = GraphProcess(world.library.folder, index.space, mark)
    try:
        there.wait()
        assert there.card == here.card
        assert np.array_equal(there.ids, here.ids)
        for query in QUERIES:
            found = there.nearest(query, 7)
            assert found is not None
            assert set(found.tolist()) == set(here.nearest(query, 7).tolist())
    finally:
        there.close()
    assert not is_alive(there)


def test_searches_are_right_while_it_loads_when_it_has_and_when_it_was_killed(
    world: World, lookup: VectorLookup
) -> None:
    def expect_right_answers() -> None:
        for number, query in enumerate(QUERIES):
            scores = world.expected(query, set(), 0.15)
            best = sorted(range(40), key=lambda place: -scores[place])[:5]
            found = [photo.content_id for photo in first_of(lookup, number).photos]
            assert found == [world.ids[place] for place in best]

    expect_right_answers()
    process = process_of(lookup)
    process.wait()
    expect_right_answers()
    assert lookup.index._graph is process
    os.kill(process._process.pid, signal.SIGKILL)
    process._process.wait()
    expect_right_answers()
    assert lookup.index._graph is None


def test_a_graph_that_is_not_believed_leaves_exact_answers(
    world: World, lookup: VectorLookup
) -> None:
    (world.library.folder / SIDECAR_NAME).write_text("{}")
    first_of(lookup, 0)
    process_of(lookup).wait()
    assert not process_of(lookup).has_graph
    assert len(first_of(lookup, 0).photos) == 5


def test_a_new_graph_takes_the_place_of_the_old_one_and_its_process(
    world: World, lookup: VectorLookup
) -> None:
    first_of(lookup, 0)
    before = process_of(lookup)
    before.wait()
    world.caption(range(20))
    assert refresh_graph(world.library, ENCODER)
    first_of(lookup, 0)
    after = process_of(lookup)
    after.wait()
    first_of(lookup, 0)
    assert lookup.index._graph is after
    assert not is_alive(before)
    lookup.close()
    assert not is_alive(after)


def test_it_ends_when_the_one_who_asks_it_does(world: World) -> None:
    index = world.index()
    index.refresh()
    mark = world.library.settings.get(GRAPH_SETTING) or ""
    process = GraphProcess(world.library.folder, index.space, mark)
    process.wait()
    process._requests.close()
    assert process._process.wait(10) == 0
    process.close()
