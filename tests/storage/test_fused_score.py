"""The stage-1 score against its published definition, computed the slow way."""

from __future__ import annotations

import itertools
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import storage.graph_upkeep
import storage.vector_index
from storage.graph_upkeep import refresh_graph
from storage.hnsw import load_graph
from storage.library import Library
from storage.records import Caption, CaptionOrigin, ContentId, Embedding, Facts, PhotoFilter
from storage.vector_index import VectorIndex
from tests.storage.conftest import ENCODER, Shelf, file_state

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from storage.records import FloatMatrix, FloatVector, Neighbours

DIM = 6
CAPTION_DIM = 4
CAPTION_ENCODER = "captions/4"
ORIGIN = CaptionOrigin(model_id="m", prompt_id="p")
OTHER = CaptionOrigin(model_id="m", prompt_id="another")


def rows(seed: int, count: int, dim: int = DIM) -> FloatMatrix:
    made = np.random.default_rng(seed).normal(size=(count, dim)).astype(np.float32)
    return np.asarray(made / np.linalg.norm(made, axis=1, keepdims=True), dtype=np.float32)


@dataclass
class World:
    """A library of photos whose vectors are known."""

    library: Library
    pictures: FloatMatrix
    captions: FloatMatrix
    ids: list[ContentId]
    caption_encoder: str | None = None

    def index(self, **more: float) -> VectorIndex:
        return VectorIndex(self.library, ENCODER, caption_encoder_id=self.caption_encoder, **more)

    def embed(self, places: Sequence[int], revision: int, encoder: str = ENCODER) -> None:
        self.library.vectors.put(
            [
                Embedding(
                    content_id=self.ids[place],
                    kind="image",
                    encoder_id=encoder,
                    vector=self.pictures[place],
                )
                for place in places
            ],
            revision,
        )

    def caption(self, places: Sequence[int], origin: CaptionOrigin = ORIGIN) -> None:
        with self.library.atomic(changes_photos=False) as revision:
            self.library.captions.put(
                [
                    Caption(
                        content_id=self.ids[place],
                        text="words",
                        model_id=origin.model_id,
                        prompt_id=origin.prompt_id,
                    )
                    for place in places
                ]
            )
            self.library.vectors.put(
                [
                    Embedding(
                        content_id=self.ids[place],
                        kind="caption",
                        encoder_id=self.caption_encoder or ENCODER,
                        vector=self.captions[place],
                        origin=origin,
                    )
                    for place in places
                ],
                revision,
            )

    def expected(self, query: FloatVector, captioned: set[int], weight: float) -> list[float]:
        """(1 - τ) <q, v> + τ <q', c>, with the mean caption for c where there is none.

        q' is q itself, or what follows it where captions are in a space of their own.
        """
        of_caption = query[DIM:] if self.caption_encoder else query
        query = query[:DIM]
        if not captioned:
            return [float(vector @ query) for vector in self.pictures]
        mean = np.mean([self.captions[place] for place in sorted(captioned)], axis=0)
        return [
            float(
                (1 - weight) * (vector @ query)
                + weight * ((self.captions[place] if place in captioned else mean) @ of_caption)
            )
            for place, vector in enumerate(self.pictures)
        ]

    def agree(self, found: Neighbours, scores: list[float]) -> None:
        """The ranking is that of the definition, apart from what single precision cannot tell."""
        told = {self.ids.index(item.content_id): item.score for item in found.items}
        assert np.allclose(
            [told[place] for place in sorted(told)], [scores[p] for p in sorted(told)], atol=2e-6
        )
        ranked = [scores[self.ids.index(item.content_id)] for item in found.items]
        assert all(a >= b - 2e-6 for a, b in itertools.pairwise(ranked))
        left_out = [score for place, score in enumerate(scores) if place not in told]
        assert not left_out or max(left_out) <= ranked[-1] + 2e-6


def make_world(
    library: Library, count: int, seed: int, *, caption_encoder: str | None = None
) -> World:
    shelf = Shelf(library)
    shelf.add("", *(file_state(f"{n}.jpg", inode=n, mtime_ns=10**18 - n) for n in range(count)))
    captions = rows(seed + 1, count, CAPTION_DIM if caption_encoder else DIM)
    world = World(library, rows(seed, count), captions, [], caption_encoder)
    with library.atomic() as revision:
        for number, photo in enumerate(library.contents.unread(now=0, limit=count)):
            world.ids.append(library.contents.put(f"hash {number}", Facts(width=1, height=1)))
            library.contents.assign(photo, world.ids[-1])
        world.embed(range(count), revision)
    return world


@pytest.fixture
def world(library: Library) -> Iterator[World]:
    yield make_world(library, 40, 5)


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    weight=st.sampled_from([0.0, 0.15, 0.5, 0.999, 1.0]),
    batches=st.lists(st.sets(st.integers(0, 11), max_size=12), max_size=3),
    limit=st.integers(1, 14),
    caption_encoder=st.sampled_from([None, CAPTION_ENCODER]),
)
def test_the_ranking_is_that_of_the_published_score_however_the_captions_came(
    seed: int,
    weight: float,
    batches: list[set[int]],
    limit: int,
    caption_encoder: str | None,
) -> None:
    query = rows(seed + 7, 1, DIM + CAPTION_DIM if caption_encoder else DIM)[0] * np.float32(0.7)
    with (
        tempfile.TemporaryDirectory() as folder,
        Library.open_writer(Path(folder)) as library,
    ):
        world = make_world(library, 12, seed, caption_encoder=caption_encoder)
        followed = world.index(caption_weight=weight)
        captioned: set[int] = set()
        followed.refresh()
        world.agree(followed.search(query, limit), world.expected(query, captioned, weight))
        for batch in batches:
            world.caption(sorted(batch))
            captioned |= batch
            followed.refresh()
            world.agree(followed.search(query, limit), world.expected(query, captioned, weight))
        fresh = world.index(caption_weight=weight)
        fresh.refresh()
        assert np.allclose(fresh.matrix, followed.matrix, atol=1e-5)


def test_a_photo_without_caption_is_neither_favoured_nor_punished(world: World) -> None:
    """Its caption counts as the mean of all, which moves without touching its row."""
    index = VectorIndex(world.library, ENCODER)
    index.refresh()
    query = rows(9, 1)[0]
    world.caption(range(10))
    index.refresh()
    world.agree(index.search(query, 40), world.expected(query, set(range(10)), 0.15))
    world.caption(range(10, 30))
    index.refresh()
    world.agree(index.search(query, 40), world.expected(query, set(range(30)), 0.15))


def test_without_any_caption_the_score_is_that_of_the_picture(world: World) -> None:
    index = VectorIndex(world.library, ENCODER, caption_weight=0.4)
    index.refresh()
    query = rows(9, 1)[0]
    found = index.search(query, 1).items[0]
    assert found.score == pytest.approx(float((world.pictures @ query).max()), abs=1e-6)


def test_only_captions_of_the_origin_in_use_are_scored(world: World) -> None:
    query = rows(9, 1)[0]
    world.caption(range(20))
    index = VectorIndex(world.library, ENCODER)
    index.refresh()
    world.captions = rows(77, 40)
    world.caption(range(40), OTHER)
    index.refresh()
    world.captions = rows(6, 40)
    world.agree(index.search(query, 40), world.expected(query, set(range(20)), 0.15))
    with world.library.atomic(changes_photos=False):
        world.library.captions.activate(OTHER)
    index.refresh()
    world.captions = rows(77, 40)
    world.agree(index.search(query, 40), world.expected(query, set(range(40)), 0.15))


def test_a_caption_of_which_the_encoder_knows_no_word_is_as_good_as_none(world: World) -> None:
    query = rows(9, 1)[0]
    world.caption(range(9))
    world.captions[9] = 0.0
    world.caption([9])
    index = VectorIndex(world.library, ENCODER)
    index.refresh()
    world.agree(index.search(query, 40), world.expected(query, set(range(9)), 0.15))
    assert index.parts(query, [world.ids[9]])[world.ids[9]].caption is None


def test_the_parts_of_a_score_are_the_raw_inner_products(world: World) -> None:
    query = rows(9, 1)[0]
    world.caption([0])
    index = VectorIndex(world.library, ENCODER)
    index.refresh()
    parts = index.parts(query, world.ids[:2])
    with_caption, without = parts[world.ids[0]], parts[world.ids[1]]
    assert with_caption.picture == pytest.approx(float(world.pictures[0] @ query), abs=1e-6)
    assert with_caption.caption == pytest.approx(float(world.captions[0] @ query), abs=1e-6)
    assert without.caption is None


def test_captions_in_a_space_of_their_own_have_their_own_part_and_mean(library: Library) -> None:
    world = make_world(library, 20, 5, caption_encoder=CAPTION_ENCODER)
    query = rows(9, 1, DIM + CAPTION_DIM)[0]
    world.caption(range(10))
    index = world.index()
    index.refresh()
    parts = index.parts(query, world.ids[:11])
    with_caption, without = parts[world.ids[0]], parts[world.ids[10]]
    assert with_caption.picture == pytest.approx(float(world.pictures[0] @ query[:DIM]), abs=1e-6)
    assert with_caption.caption == pytest.approx(float(world.captions[0] @ query[DIM:]), abs=1e-6)
    assert without.caption is None
    mean = world.captions[:10].mean(axis=0)
    assert index.mean_caption(query) == pytest.approx(float(mean @ query[DIM:]), abs=1e-6)


def test_captions_in_the_space_of_the_pictures_take_no_room_of_their_own(world: World) -> None:
    world.caption(range(40))
    index = world.index()
    index.refresh()
    assert index.matrix.shape == (40, DIM)


def test_new_captions_cost_no_look_through_all_photos(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = VectorIndex(world.library, ENCODER)
    index.refresh()

    def refuse(_: PhotoFilter) -> None:
        pytest.fail("all photos were looked through")

    monkeypatch.setattr(world.library.photos, "contents_passing", refuse)
    world.caption([3])
    index.refresh()


# -- through the graph ------------------------------------------------------------------------


@pytest.fixture
def small_graphs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(storage.graph_upkeep, "HNSW_FROM_ROWS", 10)
    monkeypatch.setattr(storage.vector_index, "HNSW_FROM_ROWS", 10)


@pytest.mark.usefixtures("small_graphs")
def test_what_was_captioned_since_the_graph_was_built_is_scored_beside_it(world: World) -> None:
    query = rows(9, 1)[0]
    world.caption(range(10))
    assert refresh_graph(world.library, ENCODER)
    before = VectorIndex(world.library, ENCODER)
    before.refresh()
    before.use_graph(load_graph(world.library.folder, before.space))
    assert before.outside_graph.tolist() == []
    world.caption(range(10, 13))
    after = VectorIndex(world.library, ENCODER)
    after.refresh()
    after.use_graph(load_graph(world.library.folder, after.space))
    before.refresh()
    for index in (before, after):
        assert index.outside_graph.tolist() == world.ids[10:13]
        world.agree(index.search(query, 5), world.expected(query, set(range(13)), 0.15))


@pytest.mark.usefixtures("small_graphs")
def test_a_graph_takes_captions_of_their_own_space_and_is_of_that_space_alone(
    library: Library,
) -> None:
    world = make_world(library, 40, 5, caption_encoder=CAPTION_ENCODER)
    query = rows(9, 1, DIM + CAPTION_DIM)[0]
    world.caption(range(10))
    assert refresh_graph(library, ENCODER, caption_encoder_id=CAPTION_ENCODER)
    world.caption(range(10, 13))
    index = world.index()
    index.refresh()
    graph = load_graph(library.folder, index.space)
    assert graph is not None
    index.use_graph(graph)
    assert index.outside_graph.tolist() == world.ids[10:13]
    world.agree(index.search(query, 5), world.expected(query, set(range(13)), 0.15))
    plain = VectorIndex(library, ENCODER)
    plain.refresh()
    assert load_graph(library.folder, plain.space) is None


@pytest.mark.usefixtures("small_graphs")
def test_the_graph_is_built_anew_for_many_captions_another_origin_or_another_weight(
    world: World,
) -> None:
    assert refresh_graph(world.library, ENCODER)
    assert not refresh_graph(world.library, ENCODER)
    world.caption(range(3))
    assert refresh_graph(world.library, ENCODER)
    world.caption(range(3, 5))
    assert not refresh_graph(world.library, ENCODER)
    world.caption(range(5, 12))
    assert refresh_graph(world.library, ENCODER)
    world.caption(range(40), OTHER)
    assert not refresh_graph(world.library, ENCODER)
    with world.library.atomic(changes_photos=False):
        world.library.captions.activate(OTHER)
    assert refresh_graph(world.library, ENCODER)
    assert refresh_graph(world.library, ENCODER, caption_weight=0.3)


@pytest.mark.usefixtures("small_graphs")
def test_a_graph_of_captions_that_were_replaced_is_let_go(world: World) -> None:
    query = rows(9, 1)[0]
    world.caption(range(40))
    assert refresh_graph(world.library, ENCODER)
    index = VectorIndex(world.library, ENCODER)
    index.refresh()
    index.use_graph(load_graph(world.library.folder, index.space))
    world.captions = rows(77, 40)
    world.caption(range(40), OTHER)
    with world.library.atomic(changes_photos=False):
        world.library.captions.activate(OTHER)
    index.refresh()
    world.agree(index.search(query, 5), world.expected(query, set(range(40)), 0.15))
