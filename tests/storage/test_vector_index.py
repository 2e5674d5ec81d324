from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

import storage.graph_upkeep
import storage.vector_index
from storage.graph_upkeep import refresh_graph
from storage.hnsw import GRAPH_NAME, SIDECAR_NAME, HnswGraph, VectorSpace, build_graph, load_graph
from storage.library import Library
from storage.records import ContentId, Embedding, Facts, PhotoFilter
from storage.vector_index import VectorIndex
from tests.storage.conftest import ENCODER, Shelf, file_state, unit

if TYPE_CHECKING:
    from pathlib import Path

    from storage.records import FloatMatrix, IdVector


SPACE = VectorSpace(encoder_id="e", dim=16)


def fill(shelf: Shelf, count: int) -> None:
    for number in range(count):
        shelf.add("", file_state(f"{number}.jpg", inode=number, mtime_ns=10**18 + number))
        shelf.read(f"hash {number}", seed=number)


def brute_force(index: VectorIndex, seed: int, limit: int) -> list[int]:
    scores = index.matrix @ unit(seed)
    order = sorted(range(len(scores)), key=lambda row: (-scores[row], index.ids[row]))
    return [int(index.ids[row]) for row in order[:limit]]


@pytest.mark.parametrize("limit", [1, 3, 20, 50])
def test_exact_search_finds_the_highest_inner_products(shelf: Shelf, limit: int) -> None:
    fill(shelf, 20)
    index = VectorIndex(shelf.library, ENCODER)
    index.refresh()
    found = index.search(unit(99), limit)
    assert [item.content_id for item in found.items] == brute_force(index, 99, limit)


def test_equal_scores_are_ordered_by_id(shelf: Shelf) -> None:
    for number in range(6):
        shelf.add("", file_state(f"{number}.jpg", inode=number))
        shelf.read(f"hash {number}", seed=0)
    index = VectorIndex(shelf.library, ENCODER)
    index.refresh()
    ids = [item.content_id for item in index.search(unit(0), 4).items]
    assert ids == sorted(ids)
    assert ids == [int(item) for item in index.ids[:4]]


def test_only_allowed_contents_are_scored(shelf: Shelf) -> None:
    fill(shelf, 9)
    index = VectorIndex(shelf.library, ENCODER)
    index.refresh()
    allowed = np.array([index.ids[2], index.ids[5], 10_000], dtype=np.int64)
    found = {item.content_id for item in index.search(unit(1), 9, allowed=allowed).items}
    assert found == {index.ids[2], index.ids[5]}


def test_deleted_photos_are_not_found_and_new_ones_are(shelf: Shelf) -> None:
    fill(shelf, 3)
    index = VectorIndex(shelf.library, ENCODER)
    index.refresh()
    photo = shelf.library.photos.page(PhotoFilter(), offset=0, limit=1)[0]
    with shelf.library.atomic():
        shelf.library.files.tombstone([photo.id], when=1.0)
    shelf.add("", file_state("new.jpg", inode=77, mtime_ns=2 * 10**18))
    fresh = shelf.read("new hash", seed=50)
    index.refresh()
    found = [item.content_id for item in index.search(unit(50), 9).items]
    assert found[0] == fresh
    assert photo.content_id not in found


def test_a_zero_query_finds_nothing(shelf: Shelf) -> None:
    fill(shelf, 2)
    index = VectorIndex(shelf.library, ENCODER)
    index.refresh()
    assert index.search(np.zeros(8, dtype=np.float32), 5).items == ()


def test_vectors_of_another_encoder_are_never_mixed_in(shelf: Shelf) -> None:
    fill(shelf, 2)
    with shelf.library.atomic() as revision:
        shelf.library.vectors.put(
            [
                Embedding(
                    content_id=ContentId(1),
                    kind="image",
                    encoder_id="other",
                    vector=unit(5, dim=3),
                )
            ],
            revision,
        )
    index = VectorIndex(shelf.library, "other")
    index.refresh()
    assert (len(index), index.matrix.shape[1]) == (1, 3)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.floats(-1, 1, width=32), min_size=4, max_size=4))
def test_a_vector_survives_the_database_bit_for_bit(shelf: Shelf, values: list[float]) -> None:
    vector = np.asarray(values, dtype=np.float32)
    with shelf.library.atomic() as revision:
        content = shelf.library.contents.put("h", Facts())
        shelf.library.vectors.put(
            [Embedding(content_id=content, kind="image", encoder_id="e", vector=vector)], revision
        )
    stored = shelf.library.vectors.of(content, "e")
    assert stored is not None
    assert stored.tobytes() == vector.tobytes()


# -- the graph --------------------------------------------------------------------------------


def vectors(count: int, dim: int = 16) -> tuple[IdVector, FloatMatrix]:
    matrix = np.random.default_rng(1).normal(size=(count, dim)).astype(np.float32)
    matrix /= np.linalg.norm(matrix, axis=1, keepdims=True)
    return np.arange(count, dtype=np.int64) * 3 + 1, matrix


def build(folder: Path, count: int = 500) -> HnswGraph:
    ids, matrix = vectors(count)
    built = build_graph(folder, space=SPACE, revision=4, ids=ids, matrix=matrix)
    assert built is not None
    return built


def test_a_stored_graph_answers_as_the_built_one(tmp_path: Path) -> None:
    built = build(tmp_path)
    loaded = load_graph(tmp_path, SPACE)
    assert loaded is not None
    query = vectors(1)[1][0]
    assert set(loaded.nearest(query, 10)) == set(built.nearest(query, 10))
    assert loaded.card.revision == 4


@pytest.mark.parametrize(
    "other", [{"encoder_id": "other"}, {"dim": 8}, {"caption_weight": 0.2}, {"origin": 3}]
)
def test_a_graph_of_another_space_is_not_believed(tmp_path: Path, other: dict[str, Any]) -> None:
    build(tmp_path)
    assert load_graph(tmp_path, SPACE) is not None
    assert load_graph(tmp_path, replace(SPACE, **other)) is None


@pytest.mark.parametrize("damage", ["truncated", "flipped", "missing", "no sidecar", "odd sidecar"])
def test_a_damaged_graph_is_not_believed(tmp_path: Path, damage: str) -> None:
    build(tmp_path)
    graph, sidecar = tmp_path / GRAPH_NAME, tmp_path / SIDECAR_NAME
    whole = graph.read_bytes()
    match damage:
        case "truncated":
            graph.write_bytes(whole[:-4])
        case "flipped":
            middle = len(whole) // 2
            graph.write_bytes(whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :])
        case "missing":
            graph.unlink()
        case "no sidecar":
            sidecar.unlink()
        case "odd sidecar":
            sidecar.write_text('{"format": 1}')
    assert load_graph(tmp_path, SPACE) is None


def test_search_through_the_graph_agrees_with_exact_search(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(shelf, 60)
    index = VectorIndex(shelf.library, ENCODER)
    index.refresh()
    exact = index.search(unit(7), 5)
    graph = build_graph(
        shelf.library.folder,
        space=index.space,
        revision=index.revision,
        ids=index.ids[:50],
        matrix=index.matrix[:50],
    )
    index.use_graph(graph)
    monkeypatch.setattr(storage.vector_index, "HNSW_FROM_ROWS", 10)
    assert index.search(unit(7), 5).items == exact.items


def test_when_deletions_empty_the_graphs_answer_exact_search_steps_in(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(shelf, 30)
    index = VectorIndex(shelf.library, ENCODER)
    index.refresh()
    index.use_graph(
        build_graph(
            shelf.library.folder,
            space=index.space,
            revision=index.revision,
            ids=index.ids,
            matrix=index.matrix,
        )
    )
    monkeypatch.setattr(storage.vector_index, "HNSW_FROM_ROWS", 10)
    best = [item.content_id for item in index.search(unit(7), 5).items]
    with shelf.library.atomic():
        for content_id in best:
            copies = shelf.library.photos.copies(content_id)
            shelf.library.files.tombstone([copy.id for copy in copies], when=1.0)
    index.refresh()
    found = [item.content_id for item in index.search(unit(7), 5).items]
    assert len(found) == 5
    assert not set(found) & set(best)


def test_the_graph_is_built_when_the_library_outgrows_it(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(shelf, 20)
    assert not refresh_graph(shelf.library, ENCODER)
    monkeypatch.setattr(storage.graph_upkeep, "HNSW_FROM_ROWS", 10)
    assert not refresh_graph(shelf.library, ENCODER, is_stopped=lambda: True)
    assert refresh_graph(shelf.library, ENCODER)
    assert not refresh_graph(shelf.library, ENCODER)
    (shelf.library.folder / GRAPH_NAME).write_bytes(b"damaged")
    assert refresh_graph(shelf.library, ENCODER)
    for number in range(100, 110):
        shelf.add("", file_state(f"{number}.jpg", inode=number))
        shelf.read(f"hash {number}", seed=number)
    assert refresh_graph(shelf.library, ENCODER)


class IndexFollowsLibrary(RuleBasedStateMachine):
    """Whatever is added, deleted or brought back: the index holds the live contents, no others."""

    def __init__(self) -> None:
        super().__init__()
        import tempfile
        from pathlib import Path

        self.folder = tempfile.TemporaryDirectory()
        self.library = Library.open_writer(Path(self.folder.name))
        self.shelf = Shelf(self.library)
        self.index = VectorIndex(self.library, ENCODER)
        self.live: dict[int, int] = {}
        self.gone: dict[int, int] = {}
        self.count = 0

    @rule()
    def add(self) -> None:
        self.count += 1
        [photo_id] = self.shelf.add("", file_state(f"{self.count}.jpg", inode=self.count))
        self.live[photo_id] = self.shelf.read(f"hash {self.count}", seed=self.count)

    @precondition(lambda self: self.live)
    @rule(data=st.data())
    def delete(self, data: st.DataObject) -> None:
        photo_id = data.draw(st.sampled_from(sorted(self.live)))
        self.gone[photo_id] = self.live.pop(photo_id)
        with self.library.atomic():
            self.library.files.tombstone([photo_id], when=1.0)  # type: ignore[list-item]

    @precondition(lambda self: self.gone)
    @rule(data=st.data())
    def bring_back(self, data: st.DataObject) -> None:
        photo_id = data.draw(st.sampled_from(sorted(self.gone)))
        self.live[photo_id] = self.gone.pop(photo_id)
        with self.library.atomic():
            self.library.files.revive([photo_id])  # type: ignore[list-item]

    @invariant()
    def finds_the_live_ones(self) -> None:
        self.index.refresh()
        found = {item.content_id for item in self.index.search(unit(0), 1000).items}
        assert found == set(self.live.values())

    def teardown(self) -> None:
        self.library.close()
        self.folder.cleanup()


IndexFollowsLibrary.TestCase.settings = settings(
    max_examples=8, stateful_step_count=12, deadline=None
)
TestIndexFollowsLibrary = IndexFollowsLibrary.TestCase
