"""A moving picture is as near to a query as its best moment, and says which that is."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlite_utils import Database

import storage.graph_upkeep
import storage.vector_index
from storage import schema
from storage.fused_vectors import FusedVectors
from storage.graph_upkeep import refresh_graph
from storage.hnsw import load_graph
from storage.library import Library
from storage.records import EmbeddedFrame, Facts
from storage.vector_index import VectorIndex
from tests.storage.conftest import ENCODER
from tests.storage.test_fused_score import CAPTION_DIM, CAPTION_ENCODER, DIM, make_world, rows

if TYPE_CHECKING:
    from storage.records import FloatMatrix, FloatVector
    from tests.storage.test_fused_score import World

OTHER_ENCODER = "other/6"
MAIN_SECOND = 0.5


@dataclass
class Reel:
    """A world in which some of the photos move."""

    world: World
    frames: dict[int, FloatMatrix] = field(default_factory=dict)
    """Of each place that moves: row i is what is seen at second 10 i."""

    @property
    def library(self) -> Library:
        return self.world.library

    def film(self, place: int, frames: FloatMatrix, encoder: str = ENCODER) -> None:
        """Put frames in place of those before, with the picture, as the indexer does."""
        content_id = self.world.ids[place]
        with self.library.atomic(changes_photos=False) as revision:
            self.library.contents.put(
                f"hash {place}",
                Facts(width=1, height=1, duration_seconds=60.0),
                second=MAIN_SECOND,
                further_frames=len(frames),
            )
            self.world.embed([place], revision, encoder)
            self.library.frames.put(
                content_id,
                encoder,
                [
                    EmbeddedFrame(second=10.0 * number, vector=vector)
                    for number, vector in enumerate(frames)
                ],
                revision,
            )
        if encoder == ENCODER:
            self.frames[place] = frames

    def expected(self, query: FloatVector, captioned: set[int], weight: float) -> list[float]:
        """The most that any moment gives in place of the picture."""
        scores = self.world.expected(query, captioned, weight)
        for place, frames in self.frames.items():
            pictures = self.world.pictures.copy()
            for frame in frames:
                self.world.pictures[place] = frame
                moment = self.world.expected(query, captioned, weight)[place]
                scores[place] = max(scores[place], moment)
            self.world.pictures[:] = pictures
        return scores

    def best_second(self, query: FloatVector, place: int) -> float | None:
        """Where the best moment is."""
        if place not in self.frames:
            return None
        products = [self.world.pictures[place] @ query, *(self.frames[place] @ query)]
        best = int(np.argmax(products))
        return MAIN_SECOND if best == 0 else 10.0 * (best - 1)


@pytest.fixture
def reel(library: Library) -> Reel:
    return Reel(make_world(library, 40, 5))


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    weight=st.sampled_from([0.0, 0.15, 0.999, 1.0]),
    batches=st.lists(
        st.tuples(
            st.dictionaries(st.integers(0, 11), st.integers(0, 4), max_size=6),
            st.sets(st.integers(0, 11), max_size=6),
        ),
        max_size=3,
    ),
    limit=st.integers(1, 14),
    allowed=st.none() | st.sets(st.integers(0, 11), min_size=1),
    caption_encoder=st.sampled_from([None, CAPTION_ENCODER]),
)
def test_the_ranking_is_by_the_best_moment_however_frames_and_captions_came(
    seed: int,
    weight: float,
    batches: list[tuple[dict[int, int], set[int]]],
    limit: int,
    allowed: set[int] | None,
    caption_encoder: str | None,
) -> None:
    query = rows(seed + 7, 1, DIM + CAPTION_DIM if caption_encoder else DIM)[0] * np.float32(0.7)
    with (
        tempfile.TemporaryDirectory() as folder,
        Library.open_writer(Path(folder)) as library,
    ):
        world = make_world(library, 12, seed, caption_encoder=caption_encoder)
        reel = Reel(world)
        followed = world.index(caption_weight=weight)
        captioned: set[int] = set()
        for number, (filmed, told) in enumerate(batches):
            for place, count in filmed.items():
                reel.film(place, rows(seed + 10**7 + 13 * place + number, count))
            world.caption(sorted(told))
            captioned |= told
            for index in (followed, world.index(caption_weight=weight)):
                index.refresh()
                found = index.search(
                    query,
                    limit,
                    allowed=None
                    if allowed is None
                    else np.asarray([world.ids[place] for place in sorted(allowed)]),
                )
                scores = reel.expected(query, captioned, weight)
                if allowed is not None:
                    assert {world.ids.index(item.content_id) for item in found.items} <= allowed
                    scores = [one if place in allowed else -9.0 for place, one in enumerate(scores)]
                world.agree(found, scores)
                parts = index.parts(query, world.ids)
                for place, content_id in enumerate(world.ids):
                    assert parts[content_id].second == reel.best_second(query[:DIM], place)


def test_the_parts_of_a_score_are_those_of_the_best_moment(reel: Reel) -> None:
    query = rows(9, 1)[0]
    reel.film(3, np.stack([-query, query, -query]))
    index = VectorIndex(reel.library, ENCODER)
    index.refresh()
    parts = index.parts(query, [reel.world.ids[3]])[reel.world.ids[3]]
    assert parts.picture == pytest.approx(1.0, abs=1e-6)
    assert parts.second == 10.0
    assert index.search(query, 1).items[0].content_id == reel.world.ids[3]


def test_where_no_moment_is_ahead_the_hit_is_at_the_picture_itself(reel: Reel) -> None:
    query = reel.world.pictures[3]
    reel.film(3, np.stack([-query]))
    index = VectorIndex(reel.library, ENCODER)
    index.refresh()
    assert index.parts(query, [reel.world.ids[3]])[reel.world.ids[3]].second == MAIN_SECOND


@pytest.mark.parametrize(
    "places",
    [[], [7], [3], [9, 3, 7], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], slice(None), slice(None, None, 3)],
)
def test_the_score_of_some_is_the_score_that_all_have(
    library: Library, places: list[int] | slice
) -> None:
    """A few rows among many are scored alone, with the moments of these few alone."""
    reel = Reel(make_world(library, 200, 5))
    for place in (3, 4, 5, 9, 90, 199):
        reel.film(place, rows(place, 3))
    query = rows(9, 1)[0]
    vectors = FusedVectors(library, ENCODER, 0.15)
    vectors.refresh()
    some = places if isinstance(places, slice) else np.asarray(places, dtype=np.intp)
    assert np.allclose(vectors.scores(query, some), vectors.scores(query)[some], atol=1e-6)
    expected = np.asarray(reel.expected(query, set(), 0.15), dtype=np.float32)
    assert np.allclose(vectors.scores(query), expected, atol=1e-6)


def test_without_frames_nothing_is_compared_beside_the_rows(
    reel: Reel, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = VectorIndex(reel.library, ENCODER)
    index.refresh()
    query = rows(9, 1)[0]
    before = index.search(query, 40)
    monkeypatch.delattr("storage.frame_vectors.FrameVectors.leads")
    assert index.search(query, 40) == before


def test_a_moving_picture_is_complete_for_an_encoder_with_all_its_frames(reel: Reel) -> None:
    library, content_id = reel.library, reel.world.ids[3]
    reel.film(3, rows(1, 2))

    def waiting(encoder: str) -> set[int | None]:
        found = library.contents.without_vector(encoder, now=0.0, after=None, limit=99)
        assert library.contents.count_work(encoder, now=0.0) == len(found)
        return {photo.content_id for photo in found}

    assert waiting(ENCODER) == set()
    assert library.contents.with_vector([content_id], ENCODER) == {content_id}
    reel.film(3, rows(1, 2), OTHER_ENCODER)
    assert content_id not in waiting(OTHER_ENCODER)
    with library.atomic() as revision:
        frame = EmbeddedFrame(second=0.0, vector=rows(1, 1)[0])
        library.frames.put(content_id, OTHER_ENCODER, [frame], revision)
    assert content_id in waiting(OTHER_ENCODER)
    assert library.contents.with_vector([content_id], OTHER_ENCODER) == frozenset()
    assert waiting(ENCODER) == set()


def test_purging_a_moving_picture_takes_its_frames_along(reel: Reel) -> None:
    reel.film(3, rows(1, 2))
    [photo] = reel.library.photos.copies(reel.world.ids[3])
    with reel.library.atomic():
        reel.library.files.tombstone([photo.id], 5.0)
        reel.library.files.purge(9.0)
    assert len(reel.library.frames.since(-1, ENCODER).ids) == 0
    index = VectorIndex(reel.library, ENCODER)
    index.refresh()
    assert reel.world.ids[3] not in index.ids


def test_a_running_index_forgets_the_moments_of_what_has_none_any_more(reel: Reel) -> None:
    query = rows(9, 1)[0]
    reel.film(3, np.stack([query]))
    reel.film(4, np.stack([query]))
    index = VectorIndex(reel.library, ENCODER)
    index.refresh()
    reel.film(3, rows(1, 0))
    index.refresh()
    best = [item.content_id for item in index.search(query, 40).items if item.score > 0.99]
    assert best == [reel.world.ids[4]]
    reel.film(4, rows(1, 0))
    index.refresh()
    reel.world.agree(index.search(query, 40), reel.expected(query, set(), 0.15))


def test_a_running_index_no_longer_finds_a_deleted_moving_picture(reel: Reel) -> None:
    query = rows(9, 1)[0]
    reel.film(3, np.stack([query]))
    index = VectorIndex(reel.library, ENCODER)
    index.refresh()
    assert index.search(query, 1).items[0].content_id == reel.world.ids[3]
    with reel.library.atomic():
        [photo] = reel.library.photos.copies(reel.world.ids[3])
        reel.library.files.tombstone([photo.id], 5.0)
    index.refresh()
    assert reel.world.ids[3] not in {item.content_id for item in index.search(query, 99).items}


def test_beside_a_graph_the_best_moments_of_moving_pictures_are_found(
    reel: Reel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storage.graph_upkeep, "HNSW_FROM_ROWS", 10)
    monkeypatch.setattr(storage.vector_index, "HNSW_FROM_ROWS", 10)
    query = rows(9, 1)[0]
    worst = int(np.argmin(reel.world.pictures @ query))
    reel.film(worst, np.stack([query, -query]))
    assert refresh_graph(reel.library, ENCODER)
    index = VectorIndex(reel.library, ENCODER)
    index.refresh()
    index.use_graph(load_graph(reel.library.folder, index.space))
    assert len(index.outside_graph) == 0
    found = index.search(query, 3)
    assert found.items[0].content_id == reel.world.ids[worst]
    reel.world.agree(found, reel.expected(query, set(), 0.15))


def test_animated_pictures_of_an_older_library_wait_for_their_frames() -> None:
    database = Database(memory=True)
    schema.create_tables(database)
    schema.tell_captions_apart(database)
    for number, kind in ((1, "GIF"), (2, "JPEG")):
        database.execute("INSERT INTO contents (id, hash) VALUES (?, ?)", [number, str(number)])
        database.execute("INSERT INTO facts (content_id, format) VALUES (?, ?)", [number, kind])
    schema.add_frames(database)
    lacking = database.execute("SELECT id FROM contents WHERE further_frames > 0").fetchall()
    assert lacking == [(1,)]
