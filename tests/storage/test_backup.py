"""A backup is one revision, whole or not there, and readable by its owner only."""

from __future__ import annotations

import os
import signal
import sqlite3
import stat
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from storage import backup
from storage.backup import back_up
from storage.errors import BackupFailed, LibraryMissing, LibraryTooNew
from storage.library import DATABASE_NAME, Library
from storage.records import PhotoFilter
from storage.restore import restore
from tests.storage.conftest import ROOT, Shelf, file_state
from tests.storage.first_library import PHOTOS, make_first_library

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


@pytest.fixture
def filled(shelf: Shelf) -> Shelf:
    """A library of a few photos in two roots, still open for writing."""
    for number in range(12):
        shelf.add("sea", file_state(f"{number}.jpg", inode=number))
        shelf.read(f"{number:032x}", seed=number)
    return shelf


def put_back(file: Path, folder: Path, moved: Mapping[Path, Path] | None = None) -> None:
    restore(file, folder, moved=moved or {})


def names_in(folder: Path) -> list[str]:
    with Library.open_reader(folder) as library:
        return [photo.path for photo in library.photos.page(PhotoFilter(), offset=0, limit=1000)]


def test_a_backup_holds_everything_and_is_one_file(filled: Shelf, tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    done = back_up(filled.library.folder, tmp_path / "disk/photos.db")
    assert (done.photos, done.revision) == (12, filled.library.revision)
    assert [path.name for path in (tmp_path / "disk").iterdir()] == ["photos.db"]
    put_back(tmp_path / "disk/photos.db", tmp_path / "other")
    assert [path.name for path in (tmp_path / "disk").iterdir()] == ["photos.db"]
    assert names_in(tmp_path / "other") == filled.names()
    assert not list((tmp_path / "other").glob("*.pid"))


def test_a_damaged_backup_is_what_is_blamed(filled: Shelf, tmp_path: Path) -> None:
    file = tmp_path / "photos.db"
    back_up(filled.library.folder, file)
    whole = file.read_bytes()
    middle = len(whole) // 2
    file.write_bytes(whole[:middle] + bytes(20_000) + whole[middle + 20_000 :])
    with pytest.raises(BackupFailed, match="is damaged"):
        put_back(file, tmp_path / "other")


def test_what_is_committed_while_a_backup_is_made_is_not_in_it_and_does_not_begin_it_anew(
    filled: Shelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backup, "_PAGES_AT_ONCE", 1)
    before, steps = filled.library.revision, 0

    def commit(_done: int, _total: int) -> None:
        nonlocal steps
        steps += 1
        assert steps < 500
        filled.add(f"new {steps}", file_state("a.jpg"))

    done = back_up(filled.library.folder, tmp_path / "a.db", on_progress=commit)
    assert steps > 10
    assert (done.photos, done.revision) == (12, before)


def test_the_owner_alone_can_read_a_backup_and_what_is_restored(
    filled: Shelf, tmp_path: Path
) -> None:
    umask = os.umask(0)
    try:
        back_up(filled.library.folder, tmp_path / "a.db")
        put_back(tmp_path / "a.db", tmp_path / "other")
    finally:
        os.umask(umask)
    for path in (tmp_path / "a.db", tmp_path / "other", *(tmp_path / "other").rglob("*")):
        assert not stat.S_IMODE(path.stat().st_mode) & 0o077, path


def test_a_file_that_is_there_is_only_replaced_when_told(filled: Shelf, tmp_path: Path) -> None:
    target = tmp_path / "a.db"
    target.write_text("a diary")
    with pytest.raises(BackupFailed, match="already") as caught:
        back_up(filled.library.folder, target)
    assert "--force" in caught.value.hint
    assert target.read_text() == "a diary"
    assert back_up(filled.library.folder, target, replace=True).photos == 12


def test_nothing_is_written_into_photo_folders_or_the_library(
    library: Library, tmp_path: Path
) -> None:
    photos, link = tmp_path / "photos", tmp_path / "link"
    (photos / "sea").mkdir(parents=True)
    link.symlink_to(photos / "sea")
    Shelf(library, photos)
    for place in (photos, photos / "sea", link, library.folder):
        with pytest.raises(BackupFailed, match="nothing is written"):
            back_up(library.folder, place / "a.db")
    assert not list(photos.rglob("*.db"))


@pytest.mark.parametrize("place", ["missing/a.db", "folder", "x" * 252])
def test_a_place_that_takes_no_file_is_told(filled: Shelf, tmp_path: Path, place: str) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(BackupFailed):
        back_up(filled.library.folder, tmp_path / place)


def test_a_backup_that_finds_no_room_leaves_nothing(
    filled: Shelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def connect_in_no_room(path: Path) -> sqlite3.Connection:
        connection = sqlite3.connect(path)
        connection.execute("PRAGMA max_page_count=5")
        return connection

    with_little_room = SimpleNamespace(
        connect=connect_in_no_room, DatabaseError=sqlite3.DatabaseError
    )
    monkeypatch.setattr(backup, "sqlite3", with_little_room)
    with pytest.raises(BackupFailed, match="full"):
        back_up(filled.library.folder, tmp_path / "a.db")
    assert not list(tmp_path.glob("a.db*"))


def test_a_backup_broken_off_leaves_nothing_and_a_killed_one_is_written_over(
    filled: Shelf, tmp_path: Path
) -> None:
    def interrupt(_done: int, _total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        back_up(filled.library.folder, tmp_path / "a.db", on_progress=interrupt)
    assert not list(tmp_path.glob("a.db*"))
    (tmp_path / "a.db.part").write_bytes(b"half of one" * 1000)
    back_up(filled.library.folder, tmp_path / "a.db")
    assert [path.name for path in tmp_path.glob("a.db*")] == ["a.db"]
    put_back(tmp_path / "a.db", tmp_path / "other")


def test_a_backup_killed_half_way_leaves_no_file_of_that_name(
    filled: Shelf, tmp_path: Path
) -> None:
    child = os.fork()
    if child == 0:
        killed = signal.SIGKILL
        back_up(
            filled.library.folder,
            tmp_path / "a.db",
            on_progress=lambda _done, _total: os.kill(os.getpid(), killed),
        )
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
    assert not os.path.lexists(tmp_path / "a.db")
    back_up(filled.library.folder, tmp_path / "a.db")
    assert [path.name for path in tmp_path.glob("a.db*")] == ["a.db"]


def test_two_backups_do_not_write_to_one_file(filled: Shelf, tmp_path: Path) -> None:
    def again(_done: int, _total: int) -> None:
        with pytest.raises(BackupFailed, match="another backup"):
            back_up(filled.library.folder, tmp_path / "a.db")

    assert back_up(filled.library.folder, tmp_path / "a.db", on_progress=again).photos == 12


def test_without_a_library_there_is_nothing_to_back_up(tmp_path: Path) -> None:
    with pytest.raises(LibraryMissing):
        back_up(tmp_path / "nowhere", tmp_path / "a.db")
    assert not list(tmp_path.iterdir())


def test_a_library_of_an_earlier_version_is_backed_up_as_it_is_and_restored_as_a_new_one(
    tmp_path: Path,
) -> None:
    old = make_first_library(tmp_path / "old")
    back_up(old, tmp_path / "a.db")
    put_back(tmp_path / "a.db", tmp_path / "new")
    assert len(names_in(tmp_path / "new")) == PHOTOS


def test_a_library_is_only_replaced_when_told_and_then_kept(filled: Shelf, tmp_path: Path) -> None:
    back_up(filled.library.folder, tmp_path / "a.db")
    folder = tmp_path / "target"
    put_back(tmp_path / "a.db", folder)
    with Library.open_writer(folder) as library:
        Shelf(library).add("sea", file_state("new.jpg"))
    (folder / "vectors.hnsw").write_bytes(b"a graph of its own vectors")
    with pytest.raises(BackupFailed, match="13 photos"):
        put_back(tmp_path / "a.db", folder)
    done = restore(tmp_path / "a.db", folder, moved={}, replace=True)
    assert done.replaced is not None
    assert len(names_in(folder)) == 12
    assert len(names_in(done.replaced)) == 13
    assert (done.replaced / "vectors.hnsw").exists()
    assert not (folder / "vectors.hnsw").exists()
    assert not (folder / "restoring").exists()


def test_a_library_without_photos_is_replaced_and_one_in_use_is_not(
    filled: Shelf, tmp_path: Path
) -> None:
    back_up(filled.library.folder, tmp_path / "a.db")
    Library.open_writer(tmp_path / "empty").close()
    put_back(tmp_path / "a.db", tmp_path / "empty")
    assert len(names_in(tmp_path / "empty")) == 12
    with pytest.raises(Exception, match="another imagescope"):
        restore(tmp_path / "a.db", filled.library.folder, moved={}, replace=True)


def test_folders_are_found_where_they_are_now(filled: Shelf, tmp_path: Path) -> None:
    back_up(filled.library.folder, tmp_path / "a.db")
    now = tmp_path / "mnt/photos"
    now.mkdir(parents=True)
    done = restore(tmp_path / "a.db", tmp_path / "moved", moved={Path("/"): tmp_path / "mnt"})
    assert [(root.path, root.offline_since) for root in done.roots] == [(now, None)]
    done = restore(tmp_path / "a.db", tmp_path / "kept", moved={})
    assert [root.path for root in done.roots] == [ROOT]
    assert done.counts.offline == done.counts.photos == 12
    with pytest.raises(BackupFailed, match="no folder of the backup") as caught:
        put_back(tmp_path / "a.db", tmp_path / "typo", {Path("/fotos"): now})
    assert str(ROOT) in caught.value.hint


def damaged(file: Path) -> None:
    with file.open("r+b") as stream:
        stream.seek(4096 * 3)
        stream.write(b"\xff" * 4096 * 4)


def of_the_future(file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection:
        connection.execute(
            "INSERT INTO _sqlite_migrations (migration_set, name, applied_at)"
            " VALUES ('imagescope', 'from_the_future', '2100-01-01')"
        )
        connection.commit()


def emptied(file: Path) -> None:
    file.write_bytes(b"")


def test_what_is_no_whole_backup_of_a_known_version_replaces_nothing(
    filled: Shelf, tmp_path: Path
) -> None:
    folder = tmp_path / "target"
    spoilers: tuple[Callable[[Path], None], ...] = (damaged, of_the_future, emptied, Path.unlink)
    for number, spoil in enumerate(spoilers):
        file = tmp_path / f"{number}.db"
        back_up(filled.library.folder, file)
        spoil(file)
        with pytest.raises((BackupFailed, LibraryTooNew)):
            put_back(file, folder)
        assert not (folder / DATABASE_NAME).exists()
        assert not (folder / "restoring").exists()
    (tmp_path / "text.db").write_text("a diary" * 1000)
    with pytest.raises(BackupFailed, match="no backup"):
        put_back(tmp_path / "text.db", folder)
