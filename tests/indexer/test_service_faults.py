"""The service goes on answering, whatever a model, a graph file or a disk does."""

from __future__ import annotations

import queue
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pytest
from PIL import Image

import indexer.ranking.lookup
import storage.graph_upkeep
import storage.vector_index
from indexer.control import Control
from indexer.questions import PictureQuestion
from indexer.ranking.lookup import VectorLookup
from indexer.service import Service
from indexer.wire import question_to_wire
from storage.graph_upkeep import refresh_graph, stored_graph
from storage.hnsw import GRAPH_NAME
from storage.library import THUMBNAILS_NAME, Library
from storage.records import PhotoFilter
from storage.thumbnails import THUMBNAIL_SIDE, ThumbnailCache
from tests.indexer.mean_colour import MeanColour
from tests.storage.conftest import ENCODER, Shelf, file_state, unit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from indexer.encoder_slot import EncoderSlot
    from indexer.models.protocols import FloatMatrix

_PATIENCE_SECONDS = 60


class Moody(MeanColour):
    """Knows one direction for all texts, and breaks over one of them."""

    dim = 8

    def encode_texts(self, texts: Sequence[str]) -> FloatMatrix:
        if "boom" in texts:
            raise RuntimeError("out of memory")
        return np.stack([unit(7) for _ in texts])


class Slot:
    """Stands where the encoders are loaded."""

    error = None

    def wait(self) -> Moody:
        return Moody(ENCODER)

    def wait_for_captions(self) -> None:
        return None


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Shelf]:
    """Photos on disk and in a library, with vectors of their own."""
    photos = tmp_path / "photos"
    photos.mkdir()
    with Library.open_writer(tmp_path / "library") as library:
        shelf = Shelf(library, photos)
        for number in range(30):
            Image.new("RGB", (40, 30), (number, 9, 9)).save(photos / f"{number}.jpg")
            shelf.add("", file_state(f"{number}.jpg", inode=number + 1))
            shelf.read(f"abcd{number}", seed=number)
        yield shelf


@pytest.fixture
def ask(shelf: Shelf) -> Iterator[Callable[..., dict[str, Any]]]:
    """Asks a service that runs over the library."""
    folder = shelf.library.folder
    replies: queue.Queue[dict[str, Any]] = queue.Queue()
    thumbnails = ThumbnailCache(folder / THUMBNAILS_NAME, 10**9)
    service = Service(folder, cast("EncoderSlot", Slot()), thumbnails, Control(), replies.put)
    service.start()

    def asked(**request: Any) -> dict[str, Any]:  # noqa: ANN401
        service.take({"request": 1, **request})
        return replies.get(timeout=_PATIENCE_SECONDS)

    yield asked
    service.close()
    # On a busy machine its workers take longer to end than the program would wait.
    for thread in service._threads:
        thread.join()


def search(text: str) -> dict[str, Any]:
    return {
        "do": "nearest",
        "question": question_to_wire(PictureQuestion(texts=(text,), limit=3)),
    }


def test_a_model_that_breaks_is_told_and_the_next_search_answered(
    ask: Callable[..., dict[str, Any]],
) -> None:
    assert ask(**search("boom"))["error"] == "the search failed: out of memory"
    assert len(ask(**search("red"))["answer"]["photos"]) == 3


@pytest.mark.parametrize("damage", [b"", b"\xff\xd8 cut off", b"\xff\xd8 no pixels \xff\xd9"])
def test_a_damaged_thumbnail_is_made_again(
    shelf: Shelf, ask: Callable[..., dict[str, Any]], damage: bytes
) -> None:
    photo = shelf.library.photos.page(PhotoFilter(), offset=0, limit=1)[0]
    cache = ThumbnailCache(shelf.library.folder / THUMBNAILS_NAME, 10**9)
    request = {"do": "picture", "photo": photo.id, "side": THUMBNAIL_SIDE}
    assert ask(**request)["answer"] == {"ready": True}
    path = cache.path_of(photo.content_hash or "", THUMBNAIL_SIDE)
    whole = path.read_bytes()
    path.write_bytes(damage)
    assert ask(**request)["answer"] == {"ready": True}
    assert path.read_bytes() == whole


def test_a_second_window_is_told_who_indexes(
    shelf: Shelf, ask: Callable[..., dict[str, Any]], tmp_path: Path
) -> None:
    control = Control()
    control.holder = "another imagescope indexes this library: imagescope-tui (process 7)"
    told: list[dict[str, Any]] = []
    service = Service(
        shelf.library.folder,
        cast("EncoderSlot", Slot()),
        ThumbnailCache(tmp_path, 1),
        control,
        told.append,
    )
    for request in (
        {"do": "add_folder", "path": str(tmp_path)},
        {"do": "remove_folder", "path": str(tmp_path)},
        {"do": "rescan"},
        {"do": "retry", "photos": [1], "reasons": []},
    ):
        service.take({"request": 1, **request})
    assert [reply["error"] for reply in told] == [control.holder] * 4
    assert not control.has_orders


def test_search_is_exact_while_the_graph_is_damaged_and_uses_the_next_one(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (indexer.ranking.lookup, storage.graph_upkeep, storage.vector_index):
        monkeypatch.setattr(module, "HNSW_FROM_ROWS", 10)
    lookup = VectorLookup(shelf.library, Moody(ENCODER), lambda _: pytest.fail("nothing to decode"))

    def found() -> list[int]:
        answer = lookup.nearest(PictureQuestion(texts=("red",), limit=5))
        return [photo.photo_id for photo in answer.photos]

    try:
        exact = found()
        assert refresh_graph(shelf.library, ENCODER)
        (shelf.library.folder / GRAPH_NAME).write_bytes(b"damaged")
        assert found() == exact
        assert refresh_graph(shelf.library, ENCODER)
        assert found() == exact
        assert stored_graph(shelf.library, lookup.index.space) is not None
    finally:
        lookup.close()
