"""The stored rows: as good as the database, and never believed where they are another's."""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import storage.rows_upkeep
from storage import fused_vectors, vector_cache
from storage.library import DATABASE_NAME, Library
from storage.records import CaptionOrigin, Facts, PhotoFilter
from storage.rows_upkeep import refresh_rows
from storage.sealed import write_sealed
from storage.vector_cache import CACHE_NAME, CARD_NAME
from tests.storage.conftest import ENCODER, Shelf, file_state
from tests.storage.test_fused_score import (
    CAPTION_DIM,
    CAPTION_ENCODER,
    DIM,
    OTHER,
    World,
    make_world,
    rows,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from storage.vector_cache import RowsCard, StoredRows
    from storage.vector_index import VectorIndex

QUERY = rows(9, 1)[0]
WEIGHT = 0.15


@pytest.fixture(autouse=True)
def any_number_of_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(storage.rows_upkeep, "ROWS_FROM", 1)


@pytest.fixture
def world(library: Library) -> Iterator[World]:
    yield make_world(library, 40, 5)


def store(world: World, weight: float = WEIGHT) -> bool:
    return refresh_rows(
        world.library, ENCODER, caption_weight=weight, caption_encoder_id=world.caption_encoder
    )


def opened(world: World) -> VectorIndex:
    index = world.index()
    index.refresh()
    return index


def is_adopted(world: World, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Whether an index takes the stored rows; also searches, which must be right in any case."""
    adopted = []

    def told(folder: Path, card: RowsCard) -> StoredRows | None:
        adopted.append(found := load(folder, card))
        return found

    load = vector_cache.load_rows
    with monkeypatch.context() as patch:
        patch.setattr(fused_vectors, "load_rows", told)
        index = opened(world)
    world.agree(index.search(QUERY, 40), world.expected(QUERY, set(), WEIGHT))
    return any(found is not None for found in adopted)


@settings(max_examples=15, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    weight=st.sampled_from([0.0, 0.15, 1.0]),
    before=st.sets(st.integers(0, 11)),
    after=st.sets(st.integers(0, 11)),
    embedded=st.sets(st.integers(0, 11)),
    caption_encoder=st.sampled_from([None, CAPTION_ENCODER]),
)
def test_stored_rows_and_what_came_since_are_what_the_database_says(
    seed: int,
    weight: float,
    before: set[int],
    after: set[int],
    embedded: set[int],
    caption_encoder: str | None,
) -> None:
    query = rows(seed + 7, 1, DIM + CAPTION_DIM if caption_encoder else DIM)[0]
    with tempfile.TemporaryDirectory() as folder, Library.open_writer(Path(folder)) as library:
        world = make_world(library, 12, seed, caption_encoder=caption_encoder)
        world.caption(sorted(before))
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(storage.rows_upkeep, "ROWS_FROM", 1)
            assert store(world, weight)
        world.caption(sorted(after))
        with library.atomic() as revision:
            # What a picture says changes only with its content, which then has no caption yet.
            world.pictures[sorted(embedded - before - after)] *= -1
            world.embed(sorted(embedded), revision)
        index = world.index(caption_weight=weight)
        index.refresh()
        expected = world.expected(query, before | after, weight)
        world.agree(index.search(query, 12), expected)
        shutil.rmtree(folder, ignore_errors=True)


def test_stored_rows_are_taken_and_all_photos_are_not_looked_through(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert store(world)

    def refuse(_: PhotoFilter) -> None:
        pytest.fail("all photos were looked through")

    monkeypatch.setattr(world.library.photos, "contents_passing", refuse)
    assert is_adopted(world, monkeypatch)


def test_photos_that_came_since_have_rows_behind_the_stored_ones_and_never_in_the_file(
    world: World,
) -> None:
    assert store(world)
    stored = (world.library.folder / CACHE_NAME).read_bytes()
    shelf = Shelf(world.library, Path("/more"))
    index = opened(world)
    for number in range(3):
        shelf.add("", file_state(f"new {number}.jpg", inode=900 + number))
        with world.library.atomic() as revision:
            [photo] = world.library.contents.unread(now=0, limit=1)
            world.ids.append(world.library.contents.put(f"new {number}", Facts(width=1, height=1)))
            world.library.contents.assign(photo, world.ids[-1])
            world.pictures = np.concatenate([world.pictures, rows(70 + number, 1)])
            world.embed([len(world.ids) - 1], revision)
        index.refresh()
        world.agree(index.search(QUERY, 50), world.expected(QUERY, set(), WEIGHT))
    assert len(index) == 43
    assert (world.library.folder / CACHE_NAME).read_bytes() == stored


def test_a_deleted_photo_is_not_found_though_its_row_is_stored(world: World) -> None:
    assert store(world)
    photo = world.library.photos.page(PhotoFilter(), offset=0, limit=1)[0]
    with world.library.atomic():
        world.library.files.tombstone([photo.id], when=1.0)
    found = opened(world).search(QUERY, 40).items
    assert len(found) == 39
    assert photo.content_id not in {item.content_id for item in found}


@pytest.mark.parametrize("place", [0.0, 0.3, 0.6, 0.99])
def test_one_wrong_byte_is_one_too_many(
    world: World, place: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert store(world)
    path = world.library.folder / CACHE_NAME
    card = json.loads((world.library.folder / CARD_NAME).read_text())["card"]
    taken = card["size_bytes"] - (card["room"] - card["rows"]) * DIM * 4
    with path.open("r+b") as stream:
        stream.seek(int(taken * place))
        byte = stream.read(1)[0]
        stream.seek(-1, 1)
        stream.write(bytes([byte ^ 4]))
    assert not is_adopted(world, monkeypatch)


def test_rows_cut_short_missing_or_without_a_card_are_not_believed(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert store(world)
    assert is_adopted(world, monkeypatch)
    path, card = world.library.folder / CACHE_NAME, world.library.folder / CARD_NAME
    whole = path.read_bytes()
    path.write_bytes(whole[:-1])
    assert not is_adopted(world, monkeypatch)
    path.unlink()
    assert not is_adopted(world, monkeypatch)
    path.write_bytes(whole)
    told = card.read_text()
    # A digit of the card that was flipped, and a card of the future.
    card.write_text(told.replace('"rows": 40', '"rows": 44'))
    assert not is_adopted(world, monkeypatch)
    write_sealed(card, {**json.loads(told)["card"], "format": 99})
    assert not is_adopted(world, monkeypatch)
    card.write_text("{")
    assert not is_adopted(world, monkeypatch)


def test_rows_of_another_weight_origin_or_encoder_are_not_taken(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert store(world, weight=0.4)
    assert not is_adopted(world, monkeypatch)
    assert store(world)
    assert is_adopted(world, monkeypatch)
    world.caption(range(40), CaptionOrigin(model_id="m", prompt_id="p"))
    world.caption(range(40), OTHER)
    with world.library.atomic(changes_photos=False):
        world.library.captions.activate(OTHER)
    world.agree(opened(world).search(QUERY, 40), world.expected(QUERY, set(range(40)), WEIGHT))


def test_a_database_put_back_beside_newer_rows_does_not_take_them(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = world.library.folder
    world.library.close()
    shutil.copy(folder / DATABASE_NAME, folder / "before")
    with Library.open_writer(folder) as library:
        world.library = library
        with library.atomic() as revision:
            world.embed([1, 0], revision)
        assert store(world)
    shutil.copy(folder / "before", folder / DATABASE_NAME)
    with Library.open_writer(folder) as library:
        world.library = library
        for _ in range(9):
            with library.atomic() as revision:
                world.pictures[[0, 1]] = world.pictures[[1, 0]]
                world.embed([0, 1], revision)
        assert not is_adopted(world, monkeypatch)


def test_rows_are_written_once_and_again_when_much_is_newer(world: World) -> None:
    world.caption(range(5))
    assert store(world)
    assert not store(world)
    world.caption(range(5, 9))
    assert not store(world)
    world.caption(range(9, 11))
    assert store(world)


def test_without_room_on_the_disk_there_are_no_rows_and_nothing_is_left_behind(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = SimpleNamespace(free=0)
    with monkeypatch.context() as patch:
        patch.setattr(shutil, "disk_usage", lambda _: full)
        assert not store(world)
    left = {path.name for path in world.library.folder.iterdir()}
    assert not left & {CACHE_NAME, CARD_NAME}

    def refuse(_: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("storage.vector_cache.os.fsync", refuse)
        assert not store(world)
    assert {path.name for path in world.library.folder.iterdir()} == left
    assert opened(world).search(QUERY, 1).items


def test_what_a_killed_writer_left_is_cleared_away(world: World) -> None:
    for name in (CACHE_NAME, CARD_NAME):
        (world.library.folder / f"{name}.new").write_bytes(b"half")
    store(world)
    assert not list(world.library.folder.glob("*.new"))


def test_small_libraries_have_no_stored_rows(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(storage.rows_upkeep, "ROWS_FROM", 41)
    assert not store(world)
    assert not (world.library.folder / CACHE_NAME).exists()
