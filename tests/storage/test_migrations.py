"""No migration loses anything, wherever it ends; a library of the future is left as it is."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from sqlite_utils import Database

from storage import schema
from storage.errors import (
    LibraryFull,
    LibraryMissing,
    LibraryOutdated,
    LibraryTooNew,
    StorageError,
)
from storage.library import DATABASE_NAME, Library
from storage.records import ContentId, PhotoFilter, PhotoId
from tests.storage.first_library import (
    ENCODER,
    MODEL,
    PHOTOS,
    apply_steps,
    make_first_library,
    vector_of,
)

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="session")
def first(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library of the first schema; nobody may change it."""
    return make_first_library(tmp_path_factory.mktemp("first") / "library")


@pytest.fixture
def old(first: Path, tmp_path: Path) -> Path:
    return shutil.copytree(first, tmp_path / "old")


def dump(folder: Path) -> list[str]:
    """All that is in a library, but for the times at which it was migrated."""
    with closing(sqlite3.connect(folder / DATABASE_NAME)) as connection:
        lines = list(connection.iterdump())
    return sorted(line for line in lines if '"_sqlite_migrations"' not in line)


def migrate(folder: Path) -> None:
    with Library.open_writer(folder) as library:
        assert library.check() == ()


def test_everything_of_the_first_version_is_still_there(old: Path) -> None:
    migrate(old)
    with Library.open_reader(old) as library:
        photos = library.photos.page(PhotoFilter(), offset=0, limit=1000)
        assert {photo.path for photo in photos} == {
            f"album/IMG_{number}.jpg" for number in range(1, PHOTOS + 1)
        }
        assert library.counts().embedded == library.counts().captioned == PHOTOS
        for photo in photos:
            assert photo.content_id is not None
            facts = library.facts.of(photo.id)
            assert facts is not None
            assert (facts.camera, facts.keywords) == (f"Camera {photo.content_id}", ("sea",))
            caption = library.captions.of(photo.content_id)
            assert caption is not None
            assert (caption.text, caption.model_id) == (f"Boat number {photo.content_id}", MODEL)
            vector = library.vectors.of(photo.content_id, ENCODER)
            assert vector is not None
            assert vector.tobytes() == vector_of(photo.content_id)
        [found] = library.words.search(["17"], PhotoFilter(), limit=10)
        assert found.content_id == ContentId(17)
        [failure] = library.failures.page(offset=0, limit=10)
        assert failure.reason == "it is cut off"
        assert library.roots.mounts(library.roots.all()[0].id) == {"stick"}
        assert library.roots.unreadable(library.roots.all()[0].id) == ("locked",)
        assert library.revision >= 7


def test_copies_of_an_old_library_take_the_oldest_of_their_dates(old: Path) -> None:
    with closing(sqlite3.connect(old / DATABASE_NAME)) as connection:
        connection.execute(
            "UPDATE photos SET content_id = 1, moment = '2019-01-01T00:00:00' WHERE id = 2"
        )
        connection.commit()
    migrate(old)
    with Library.open_reader(old) as library:
        photos = library.photos.by_ids([PhotoId(number) for number in (1, 2, 3)])
    assert [photos[PhotoId(number)].moment[:4] for number in (1, 2, 3)] == ["2019", "2019", "2020"]


def test_photos_of_an_old_library_that_tell_no_date_have_that_of_their_name(old: Path) -> None:
    with closing(sqlite3.connect(old / DATABASE_NAME)) as connection:
        connection.execute(
            "UPDATE photos SET name = CAST('IMG-20190412-WA3.jpg' AS BLOB) WHERE id = 1"
        )
        connection.execute("UPDATE facts SET taken_at = NULL WHERE content_id = 1")
        connection.execute("UPDATE facts SET taken_at = '2020-07-18T16' WHERE content_id = 2")
        connection.commit()
    migrate(old)
    with Library.open_reader(old) as library:
        photos = library.photos.by_ids([PhotoId(1), PhotoId(2)])
    assert [(photo.moment[:10], photo.dated_by, photo.taken_at) for photo in photos.values()] == [
        ("2019-04-12", "file name", None),
        ("2020-07-18", "original", "2020-07-18T16"),
    ]


def test_a_library_of_any_version_gets_the_same_tables(old: Path, tmp_path: Path) -> None:
    versions = range(2, len(schema._STEPS) + 1)
    folders = [shutil.copytree(old, tmp_path / str(version)) for version in versions]
    migrate(old)
    for version, folder in zip(versions, folders, strict=True):
        with closing(sqlite3.connect(folder / DATABASE_NAME)) as connection:
            apply_steps(Database(connection, execute_plugins=False), version)
        migrate(folder)
        assert dump(folder) == dump(old), version


def kill_migrations(library: Path, folder: Path, *, every: int) -> int:
    """Copies of a library whose migration was killed, here and there; how far it goes."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.storage.migration_killer", library, folder, str(every)],
        check=True,
        capture_output=True,
        stdin=subprocess.DEVNULL,
        text=True,
    )
    return int(done.stdout)


def test_a_migration_killed_before_any_statement_is_finished_by_the_next_open(
    old: Path, tmp_path: Path
) -> None:
    killed = tmp_path / "killed"
    assert kill_migrations(old, killed, every=1) > 4 * (len(schema._STEPS) - 1)
    migrate(old)
    whole = dump(old)
    for folder in killed.iterdir():
        migrate(folder)
        assert dump(folder) == whole, folder.name


def test_a_library_whose_making_was_killed_is_made_by_the_next_open(tmp_path: Path) -> None:
    new, killed = tmp_path / "new", tmp_path / "killed"
    new.mkdir()
    assert kill_migrations(new, killed, every=13) > 13 * 4
    migrate(new)
    for folder in killed.iterdir():
        migrate(folder)
        assert dump(folder) == dump(new), folder.name


def test_a_migration_that_finds_no_room_leaves_the_library_as_it_was(
    old: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = dump(old)
    real = schema.migrate

    def migrate_in_no_room(database: Database) -> None:
        pages = database.conn.execute("PRAGMA page_count").fetchone()[0]
        database.conn.execute(f"PRAGMA max_page_count={pages}")
        real(database)

    with monkeypatch.context() as patch:
        patch.setattr("storage.library.migrate", migrate_in_no_room)
        with pytest.raises(LibraryFull) as caught:
            Library.open_writer(old)
    assert "free some space" in caught.value.hint
    assert dump(old) == before
    migrate(old)


def test_a_reader_of_an_older_library_is_told_what_to_do(old: Path) -> None:
    with pytest.raises(LibraryOutdated) as caught:
        Library.open_reader(old)
    assert caught.value.hint == "imagescope index"


def test_a_reader_takes_a_library_that_is_being_made_for_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    step, met = schema._STEPS[-1], list[str]()

    def read_beside(database: Database) -> None:
        with pytest.raises(StorageError) as caught:
            Library.open_reader(tmp_path)
        met.append(type(caught.value).__name__)
        step(database)

    read_beside.__name__ = step.__name__
    monkeypatch.setattr(schema, "_STEPS", (*schema._STEPS[:-1], read_beside))
    Library.open_writer(tmp_path).close()
    assert met == [LibraryMissing.__name__]
    Library.open_reader(tmp_path).close()


def test_a_library_of_the_future_is_not_touched(old: Path) -> None:
    newer = make_newer(old)
    for opening in (Library.open_writer, Library.open_reader):
        with pytest.raises(LibraryTooNew) as caught:
            opening(old)
        assert "upgrade" in caught.value.hint
    assert newer == {name: (old / name).read_bytes() for name in newer}


def make_newer(folder: Path) -> dict[str, bytes]:
    """Mark a library as one of the future, with its log beside it; the bytes of its files.

    The last connection would fold the log in, so the copies are taken while it is open.
    """
    fresh = folder.with_name("fresh")
    with closing(sqlite3.connect(folder / DATABASE_NAME)) as connection:
        connection.execute(
            "INSERT INTO _sqlite_migrations (migration_set, name, applied_at)"
            " VALUES ('imagescope', 'from_the_future', '2100-01-01')"
        )
        connection.commit()
        fresh.mkdir()
        for name in (DATABASE_NAME, f"{DATABASE_NAME}-wal"):
            shutil.copy(folder / name, fresh / name)
    shutil.rmtree(folder)
    fresh.rename(folder)
    return {path.name: path.read_bytes() for path in folder.iterdir()}
