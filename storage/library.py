"""A library on disk: one folder, one SQLite file, one indexer at a time."""

from __future__ import annotations

import os
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from storage.captions import Captions
from storage.companions import Companions
from storage.contents import Contents
from storage.counts import count_folders, count_library
from storage.errors import (
    LibraryBusy,
    LibraryMissing,
    LibraryOutdated,
    LibraryReadOnly,
    StorageError,
    not_written,
)
from storage.facts import FactsTable
from storage.failures import Failures
from storage.favourites import Favourites
from storage.files import Files
from storage.films import Films
from storage.frames import Frames
from storage.holder import HOLDER_NAME, holder_words, read_holder, write_holder
from storage.names import names_of, people_of, root_names_of
from storage.passed_over import PassedOver
from storage.photos import Photos
from storage.picture_texts import PictureTexts
from storage.pictures import Pictures
from storage.places import Places
from storage.roots import Roots
from storage.saved_searches import SavedSearches
from storage.schema import is_current, is_made, migrate, refuse_newer
from storage.settings import LibrarySettings
from storage.sidecars import Sidecars
from storage.signatures import Signatures
from storage.sql import Sql, storage_errors
from storage.vectors import Vectors
from storage.words import Words

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from types import TracebackType

    from filelock import FileLock

    from storage.holder import Program
    from storage.records import FolderCounts, LibraryCounts, LibraryNames, NameCount, RootId

DATABASE_NAME = "library.db"
LOCK_NAME = "indexer.lock"
THUMBNAILS_NAME = "thumbnails"


class Library:
    """Everything known of a person's photos; not shared between threads.

    Exactly one process writes what is known of photos: it holds the folder's file lock, which the
    system gives back also when that process is killed. Any number of processes read, and any of
    them may write what its reader says, which is a row or two; see `open_annotator`.
    """

    def __init__(self, folder: Path, sql: Sql, lock: FileLock | None) -> None:
        self.folder = folder
        self._sql = sql
        self._lock = lock
        self.settings = LibrarySettings(sql)
        self.words = Words(sql)
        self.roots = Roots(sql, self.words)
        self.photos = Photos(sql)
        self.files = Files(sql)
        self.companions = Companions(sql)
        self.sidecars = Sidecars(sql)
        self.contents = Contents(sql)
        self.facts = FactsTable(sql)
        self.captions = Captions(sql, self.settings)
        self.vectors = Vectors(sql, self.captions)
        self.frames = Frames(sql)
        self.signatures = Signatures(sql)
        self.places = Places(sql)
        self.pictures = Pictures(sql)
        self.films = Films(sql)
        self.picture_texts = PictureTexts(sql)
        self.failures = Failures(sql)
        self.passed_over = PassedOver(sql)
        self.favourites = Favourites(sql)
        self.saved_searches = SavedSearches(sql)

    @classmethod
    def open_writer(cls, folder: Path, program: Program | None = None) -> Library:
        """Take the library for writing; makes or migrates it.

        Args:
            folder: where it is.
            program: who others are told has it; None for this process.

        Raises:
            LibraryBusy: another process has it.
            LibraryTooNew, LibraryReadOnly, LibraryFull, LibraryDamaged: as they say.
        """
        make_folder(folder)
        lock = take_lock(folder, program)
        try:
            path = folder / DATABASE_NAME
            _refuse_newer_file(path)
            sql = Sql.open_for_writing(path)
        except BaseException:
            lock.release()
            raise
        try:
            with storage_errors():
                migrate(sql.database)
        except BaseException:
            sql.close()
            lock.release()
            raise
        return cls(folder, sql, lock)

    @classmethod
    def open_reader(cls, folder: Path) -> Library:
        """Open the library without being able to change it.

        Raises:
            LibraryMissing: there is none in the folder.
            LibraryTooNew, LibraryDamaged: as they say.
        """
        path = folder / DATABASE_NAME
        if not path.is_file():
            raise LibraryMissing(f"there is no library in {folder}", "imagescope index FOLDER")
        sql = Sql.open_for_reading(path)
        try:
            _expect_schema(sql, folder)
        except BaseException:
            sql.close()
            raise
        return cls(folder, sql, None)

    @classmethod
    def open_annotator(cls, folder: Path) -> Library:
        """Open the library for the reader's own word: `favourites` and `saved_searches` alone.

        It takes no lock, because photos are marked while another process indexes, for hours. That
        is safe in SQLite's write-ahead log: each of the two waits for the other's transaction, this
        one's is a row or two, and whoever indexes keeps nothing of these tables in memory.

        Raises:
            LibraryMissing, LibraryOutdated, LibraryTooNew, LibraryReadOnly, LibraryDamaged: as they
                say; and LibraryLocked by `atomic` where the other does not end its transaction.
        """
        path = folder / DATABASE_NAME
        if not path.is_file():
            raise LibraryMissing(f"there is no library in {folder}", "imagescope index FOLDER")
        sql = Sql.open_for_rows(path)
        try:
            _expect_schema(sql, folder)
        except BaseException:
            sql.close()
            raise
        return cls(folder, sql, None)

    @property
    def revision(self) -> int:
        """Grows with every commit."""
        return self.settings.revision()

    @property
    def photos_revision(self) -> int:
        """Grows with every commit that may have changed which photos there are."""
        return self.settings.photos_revision()

    @contextmanager
    def atomic(self, *, changes_photos: bool = True) -> Iterator[int]:
        """A transaction that raises the revision; gives the new one.

        Args:
            changes_photos: False where no photo comes, goes or gets another content, so that
                readers need not look through all of them again.
        """
        with self._sql.atomic():
            yield self.settings.raise_revision(changes_photos=changes_photos)

    def counts(self) -> LibraryCounts:
        """How many photos are in which state, for the encoder in use."""
        return count_library(self._sql, self.settings.get("encoder_id"))

    def folder_counts(self) -> dict[RootId, FolderCounts]:
        """Those of each root that has any, for the encoder in use."""
        return count_folders(self._sql, self.settings.get("encoder_id"))

    def names(self) -> LibraryNames:
        """The names that photos go by; it looks at every photo."""
        return names_of(self._sql)

    def root_names(self) -> tuple[str, ...]:
        """Those of the roots alone, which is quick."""
        return root_names_of(self._sql)

    def people(self) -> tuple[NameCount, ...]:
        """Those of the people alone, which is quick."""
        return people_of(self._sql)

    def index_kind(self, encoder_id: str | None) -> dict[str, str | int]:
        """How unfiltered searches are answered, and over how many vectors."""
        from storage.hnsw import SIDECAR_NAME
        from storage.vector_index import HNSW_FROM_ROWS

        rows = self.vectors.count(encoder_id) if encoder_id else 0
        graph = rows >= HNSW_FROM_ROWS and (self.folder / SIDECAR_NAME).is_file()
        return {"kind": "hnsw" if graph else "exact", "rows": rows}

    def check(self) -> tuple[str, ...]:
        """What SQLite's own integrity check complains of; empty when all is well."""
        found = tuple(str(row[0]) for row in self._sql.rows("PRAGMA integrity_check"))
        return () if found == ("ok",) else found

    def close(self) -> None:
        """Close the connection; the writer also folds the write-ahead log in and lets go."""
        if self._lock is not None:
            # What cannot be folded in now, on a full disk, waits in the log for the next writer.
            with suppress(StorageError):
                self._sql.rows("PRAGMA wal_checkpoint(TRUNCATE)")
        self._sql.close()
        if self._lock is not None:
            with suppress(OSError):
                (self.folder / HOLDER_NAME).unlink(missing_ok=True)
            self._lock.release()

    def __enter__(self) -> Library:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def library_around(folder: Path) -> Path | None:
    """The library that a folder is, or lies in; None for a folder of anything else."""
    return next((place for place in (folder, *folder.parents) if is_library(place)), None)


def is_library(folder: Path) -> bool:
    """Whether a folder is some library's: its pictures are small copies, not photos."""
    # os.path's, which takes a folder that may not be entered for one without these files.
    names = (DATABASE_NAME, LOCK_NAME)
    return all(os.path.isfile(folder / name) for name in names)  # noqa: PTH113


def make_folder(folder: Path) -> None:
    """A folder that only its owner can look into, with those above it.

    Raises:
        LibraryReadOnly: it cannot be made.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise LibraryReadOnly(
            f"the library folder {folder} cannot be made: {error.strerror}",
            "choose another: --library",
        ) from error


def take_lock(folder: Path, program: Program | None = None) -> FileLock:
    """The lock of the one process that may write the library in a folder.

    Args:
        folder: where the library is.
        program: who others are told has it; None for this process.

    Raises:
        LibraryBusy: another process has it.
        LibraryReadOnly: the folder cannot be written.
    """
    from filelock import FileLock, Timeout  # only the writer needs it

    lock = FileLock(folder / LOCK_NAME, mode=0o600)
    try:
        lock.acquire(timeout=0)
        write_holder(folder, program)
    except Timeout as error:
        holder = read_holder(folder)
        told = "" if holder is None else f": {holder_words(holder)}"
        raise LibraryBusy(
            f"another imagescope indexes this library{told}",
            "wait for it, or close it there",
        ) from error
    except OSError as error:
        lock.release()
        raise not_written(f"the library folder {folder}", error) from error
    return lock


def is_being_written(folder: Path) -> bool:
    """Whether a process that may write the library in a folder is there; the lock is let alone."""
    return read_holder(folder) is not None


def _refuse_newer_file(path: Path) -> None:
    """Look before a connection that writes folds the log of a newer version into its file."""
    if not path.is_file():
        return
    try:
        sql = Sql.open_for_reading(path)
    except StorageError:
        # Who writes mends what was broken off, or says what is wrong.
        return
    try:
        with storage_errors():
            refuse_newer(sql.connection)
    finally:
        sql.close()


def _expect_schema(sql: Sql, folder: Path) -> None:
    with storage_errors():
        if not is_made(sql.connection):
            raise LibraryMissing(f"there is no library in {folder}", "imagescope index FOLDER")
        refuse_newer(sql.connection)
        if not is_current(sql.connection):
            raise LibraryOutdated("an older imagescope wrote this library", "imagescope index")
