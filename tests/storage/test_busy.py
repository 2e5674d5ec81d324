"""Another program has the library's file: what waits, and what is said when waiting is no use."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

import storage.sql
from storage.errors import LibraryFull, LibraryLocked, LibraryReadOnly, not_written
from storage.library import DATABASE_NAME, Library
from tests.storage.conftest import file_state

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.storage.conftest import Shelf


@pytest.fixture
def foreigner(library: Library) -> Iterator[sqlite3.Connection]:
    """A connection of a program that is none of ours, which is writing; from any thread."""
    path = library.folder / DATABASE_NAME
    with closing(sqlite3.connect(path, check_same_thread=False)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("INSERT INTO settings (key, value) VALUES ('foreign', '1')")
        yield connection


def test_a_writer_waits_for_another_program_and_then_goes_on(
    library: Library, foreigner: sqlite3.Connection
) -> None:
    is_writing = threading.Event()

    def look(statement: str) -> None:
        if statement.startswith(("BEGIN IMMEDIATE", "INSERT")):
            is_writing.set()

    def end_then() -> None:
        is_writing.wait()
        foreigner.execute("COMMIT")

    library._sql.connection.set_trace_callback(look)
    other = threading.Thread(target=end_then)
    other.start()
    with library.atomic() as revision:
        library.settings.put("ours", "1")
    other.join()
    assert library.revision == revision
    assert library.settings.get("foreign") == "1"


def test_a_program_that_never_ends_its_transaction_is_told_and_nothing_is_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storage.sql, "BUSY_SECONDS", 0.05)
    with (
        Library.open_writer(tmp_path) as library,
        closing(sqlite3.connect(tmp_path / DATABASE_NAME)) as foreigner,
    ):
        foreigner.execute("BEGIN IMMEDIATE")
        with pytest.raises(LibraryLocked, match="another program") as told, library.atomic():
            pass
        assert told.value.hint
        foreigner.execute("ROLLBACK")
        with library.atomic() as revision:
            library.settings.put("ours", "1")
        assert library.revision == revision


def test_readers_notice_nothing_of_a_writer(
    shelf: Shelf, foreigner: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storage.sql, "BUSY_SECONDS", 0.05)
    with Library.open_reader(shelf.library.folder) as reader:
        assert reader.counts().photos == 0
    foreigner.execute("ROLLBACK")
    shelf.add("", file_state("a.jpg"))
    foreigner.execute("BEGIN IMMEDIATE")
    with Library.open_reader(shelf.library.folder) as reader:
        assert reader.counts().photos == 1


@pytest.mark.parametrize(
    ("number", "kind"), [(28, LibraryFull), (122, LibraryFull), (13, LibraryReadOnly)]
)
def test_a_file_that_cannot_be_written_says_what_helps(number: int, kind: type) -> None:
    error = not_written("a thumbnail", OSError(number, "why"))
    assert type(error) is kind
    assert error.message == "a thumbnail cannot be written: why"
    assert error.hint
