from __future__ import annotations

import stat
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from storage.errors import LibraryBusy, LibraryDamaged, LibraryMissing, LibraryTooNew
from storage.library import DATABASE_NAME, Library

if TYPE_CHECKING:
    from pathlib import Path

    from tests.storage.conftest import Shelf


def test_a_second_writer_is_refused_and_told_who_has_it(library: Library) -> None:
    with pytest.raises(LibraryBusy, match=r"process \d+"):
        Library.open_writer(library.folder)


def test_the_lock_of_a_killed_writer_is_free_at_once(tmp_path: Path) -> None:
    script = (
        "import os, signal, sys; from pathlib import Path; from storage.library import Library\n"
        "library = Library.open_writer(Path(sys.argv[1]))\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    killed = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path)], check=False, stdin=subprocess.DEVNULL
    )
    assert killed.returncode == -9
    with Library.open_writer(tmp_path) as library:
        assert library.check() == ()


def test_reading_where_nothing_is_says_so(tmp_path: Path) -> None:
    with pytest.raises(LibraryMissing) as caught:
        Library.open_reader(tmp_path)
    assert "imagescope index" in caught.value.hint


def test_a_library_of_a_newer_version_is_refused(library: Library, tmp_path: Path) -> None:
    library._sql.database["_sqlite_migrations"].insert(  # type: ignore[union-attr]
        {"migration_set": "imagescope", "name": "from_the_future", "applied_at": "2100-01-01"}
    )
    with pytest.raises(LibraryTooNew):
        Library.open_reader(tmp_path / "library")


def test_a_file_that_is_no_database_is_called_damaged(tmp_path: Path) -> None:
    (tmp_path / DATABASE_NAME).write_bytes(b"this is not SQLite" * 100)
    with pytest.raises(LibraryDamaged):
        Library.open_reader(tmp_path)
    with pytest.raises(LibraryDamaged):
        Library.open_writer(tmp_path)


def test_only_the_owner_can_read_a_library(library: Library) -> None:
    for path in (library.folder, library.folder / DATABASE_NAME):
        assert not stat.S_IMODE(path.stat().st_mode) & 0o077


def test_a_transaction_that_fails_leaves_nothing_behind(library: Library, shelf: Shelf) -> None:
    before = library.revision
    with pytest.raises(KeyError), library.atomic():
        library.settings.put("colour", "red")
        raise KeyError
    assert (library.settings.get("colour"), library.revision) == (None, before)


def test_readers_see_commits_and_cannot_write(library: Library, shelf: Shelf) -> None:
    with Library.open_reader(library.folder) as reader:
        before = reader.revision
        with library.atomic():
            library.settings.put("colour", "red")
        assert reader.revision > before
        assert reader.settings.get("colour") == "red"
        with pytest.raises(Exception, match="readonly"), reader.atomic():
            reader.settings.put("colour", "blue")
