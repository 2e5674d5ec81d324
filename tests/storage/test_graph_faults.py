"""A graph file that is not what the library's own was: rebuilt, never believed, never fatal."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import storage.graph_upkeep
import storage.hnsw
import storage.vector_index
from storage.errors import LibraryFull, LibraryReadOnly, StorageError
from storage.graph_upkeep import GRAPH_SETTING, refresh_graph, stored_graph
from storage.hnsw import GRAPH_NAME, SIDECAR_NAME, VectorSpace, clear_unfinished, load_graph
from storage.library import DATABASE_NAME, Library
from storage.vector_index import VectorIndex
from tests.storage.conftest import ENCODER, Shelf, file_state, unit
from tests.storage.test_vector_index import SPACE, build

if TYPE_CHECKING:
    from pathlib import Path

_ROWS = 30


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a graph; each test damages a copy."""
    folder = tmp_path_factory.mktemp("built")
    build(folder, 200)
    return folder


@pytest.fixture
def graphed(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> Shelf:
    """A library that is large enough for a graph, and has one."""
    for module in (storage.graph_upkeep, storage.vector_index):
        monkeypatch.setattr(module, "HNSW_FROM_ROWS", 10)
    fill(shelf, range(_ROWS))
    assert refresh_graph(shelf.library, ENCODER)
    return shelf


def fill(shelf: Shelf, numbers: range) -> None:
    for number in numbers:
        shelf.add("", file_state(f"{number}.jpg", inode=number + 1))
        shelf.read(f"hash {number}", seed=number)


def space_of(library: Library) -> VectorSpace:
    index = VectorIndex(library, ENCODER)
    index.refresh()
    return index.space


# -- what lies on disk ------------------------------------------------------------------------


@settings(max_examples=80)
@given(
    where=st.floats(0, 1, exclude_max=True),
    bit=st.integers(0, 7),
    name=st.sampled_from([GRAPH_NAME, SIDECAR_NAME]),
)
def test_a_file_with_one_bit_flipped_is_not_believed(
    built: Path, where: float, bit: int, name: str
) -> None:
    path = built / name
    whole = path.read_bytes()
    place = int(where * len(whole))
    path.write_bytes(whole[:place] + bytes([whole[place] ^ (1 << bit)]) + whole[place + 1 :])
    try:
        assert load_graph(built, SPACE) is None
    finally:
        path.write_bytes(whole)


@settings(max_examples=30)
@given(share=st.floats(0, 1, exclude_max=True), name=st.sampled_from([GRAPH_NAME, SIDECAR_NAME]))
def test_a_file_that_is_cut_off_is_not_believed(built: Path, share: float, name: str) -> None:
    path = built / name
    whole = path.read_bytes()
    path.write_bytes(whole[: int(share * (len(whole) - 1))])
    try:
        assert load_graph(built, SPACE) is None
    finally:
        path.write_bytes(whole)
    assert load_graph(built, SPACE) is not None


def test_a_graph_of_a_format_to_come_is_not_believed(
    built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as future:
        future.setattr(storage.hnsw, "_FORMAT", 1_000)
        build(tmp_path, 50)
        assert load_graph(tmp_path, SPACE) is not None
    assert load_graph(tmp_path, SPACE) is None


def test_a_whole_file_that_hnswlib_refuses_is_not_believed(
    built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise RuntimeError("Index seems to be corrupted or unsupported")

    monkeypatch.setattr(storage.hnsw, "_load", refuse)
    assert load_graph(built, SPACE) is None


# -- what belongs to the library --------------------------------------------------------------


def test_a_graph_from_another_history_of_the_library_is_not_believed_and_rebuilt(
    graphed: Shelf, tmp_path: Path
) -> None:
    folder = graphed.library.folder
    older = tmp_path / "older"
    older.mkdir()
    graphed.library.close()
    shutil.copy(folder / DATABASE_NAME, older)
    with Library.open_writer(folder) as library:
        fill(_shelf_over(library), range(_ROWS, 2 * _ROWS))
        assert refresh_graph(library, ENCODER)
    shutil.copy(older / DATABASE_NAME, folder)
    with Library.open_writer(folder) as library:
        assert load_graph(folder, space_of(library)) is not None
        assert stored_graph(library, space_of(library)) is None
        assert refresh_graph(library, ENCODER)
        assert stored_graph(library, space_of(library)) is not None


def _shelf_over(library: Library) -> Shelf:
    shelf = Shelf.__new__(Shelf)
    shelf.library, shelf.root = library, library.roots.all()[0]
    return shelf


def test_a_kill_between_file_and_library_leaves_a_graph_that_is_not_believed(
    graphed: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = graphed.library
    before = library.settings.get(GRAPH_SETTING)
    fill(graphed, range(_ROWS, 2 * _ROWS))
    with monkeypatch.context() as killed:
        killed.setattr(Library, "atomic", _killed)
        with pytest.raises(KeyboardInterrupt):
            refresh_graph(library, ENCODER)
    assert library.settings.get(GRAPH_SETTING) == before
    assert stored_graph(library, space_of(library)) is None
    assert refresh_graph(library, ENCODER)
    assert stored_graph(library, space_of(library)) is not None


def _killed(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize("name", [GRAPH_NAME, SIDECAR_NAME])
def test_search_goes_on_exactly_while_the_graph_is_damaged(graphed: Shelf, name: str) -> None:
    index = VectorIndex(graphed.library, ENCODER)
    index.refresh()
    exact = index.search(unit(7), 5).items
    (graphed.library.folder / name).write_bytes(b"damaged")
    index.use_graph(stored_graph(graphed.library, index.space))
    assert index.search(unit(7), 5).items == exact
    assert refresh_graph(graphed.library, ENCODER)
    index.use_graph(stored_graph(graphed.library, index.space))
    assert index.search(unit(7), 5).items == exact


# -- building ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "message"), [(-11, "damaged on its way"), (None, "could not be checked in time")]
)
def test_a_file_that_a_child_cannot_load_is_never_put_in_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, status: int | None, message: str
) -> None:
    def check(command: list[str], **_: object) -> subprocess.CompletedProcess[bytes]:
        if status is None:
            raise subprocess.TimeoutExpired(command, 1)
        return subprocess.CompletedProcess(command, status)

    monkeypatch.setattr("storage.hnsw.subprocess.run", check)
    with pytest.raises(StorageError, match=message):
        build(tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("number", "kind"), [(28, LibraryFull), (13, LibraryReadOnly)], ids=["full", "not allowed"]
)
def test_a_graph_that_cannot_be_written_is_told_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, kind: type[StorageError]
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(number, "why")

    monkeypatch.setattr("storage.hnsw.write_sealed", refuse)
    with pytest.raises(kind, match="the vector graph cannot be written: why"):
        build(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_process_was_writing_is_removed(tmp_path: Path) -> None:
    build(tmp_path, 50)
    for name in (GRAPH_NAME, SIDECAR_NAME):
        (tmp_path / f"{name}.new").write_bytes(b"half")
    clear_unfinished(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {GRAPH_NAME, SIDECAR_NAME}
    assert load_graph(tmp_path, SPACE) is not None
