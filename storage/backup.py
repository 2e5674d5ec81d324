"""A copy of the library's database, made while others read and write it.

The copy is one file, and holds one revision: pictures' vectors, captions, facts and words. Small
pictures are not in it; they are made again from the photos.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from storage.errors import BackupFailed, LibraryMissing
from storage.library import DATABASE_NAME
from storage.private import FILE_MODE
from storage.schema import is_made, refuse_newer
from storage.sql import Sql, storage_errors

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

OnProgress: TypeAlias = "Callable[[int, int], None]"
"""So many pages of so many are copied."""

_PAGES_AT_ONCE = 4_000


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupReport:
    """What a backup holds."""

    photos: int
    revision: int
    size_bytes: int


def back_up(
    folder: Path,
    target: Path,
    *,
    replace: bool = False,
    on_progress: OnProgress = lambda _done, _total: None,
) -> BackupReport:
    """Write a copy of the library in `folder` to the file `target`.

    Raises:
        BackupFailed: the file is there already, lies where nothing may be written, or cannot be.
        LibraryMissing, LibraryTooNew, LibraryDamaged: as they say.
    """
    if not (folder / DATABASE_NAME).is_file():
        raise LibraryMissing(f"there is no library in {folder}", "imagescope index FOLDER")
    sql = Sql.open_for_reading(folder / DATABASE_NAME)
    try:
        _expect_library(sql, folder)
        _expect_free(target, replace=replace)
        _expect_elsewhere(target, (folder, *_root_paths(sql)))
        with _growing(target, replace=replace) as part:
            copy_database(sql.connection, part, on_progress)
            return _report(part)
    finally:
        sql.close()


def copy_database(source: sqlite3.Connection, target: Path, on_progress: OnProgress) -> None:
    """Copy a database as it was at one commit, into a file that needs none beside it.

    Raises:
        BackupFailed: there is no room for it, or what arrived is damaged.
    """
    try:
        target.touch(mode=FILE_MODE, exist_ok=True)
        with closing(sqlite3.connect(target)) as copy:
            # Nobody else reads the file yet: it need not survive that this process is killed.
            copy.execute("PRAGMA journal_mode=OFF")
            copy.execute("PRAGMA synchronous=OFF")
            # All pages come from one reading transaction. Without it every commit of an indexer
            # would make the copy begin anew.
            source.execute("BEGIN")
            source.execute("SELECT count(*) FROM sqlite_master").fetchone()
            source.backup(
                copy,
                pages=_PAGES_AT_ONCE,
                progress=lambda _status, left, total: on_progress(total - left, total),
            )
        _check(target)
    except (OSError, sqlite3.DatabaseError) as error:
        if getattr(error, "sqlite_errorname", "") == "SQLITE_CORRUPT":
            raise BackupFailed(
                "what is to be copied is damaged", "take an older backup, if there is one"
            ) from error
        raise BackupFailed(
            f"{target.parent} does not take the copy: {error}",
            "make room there, or name a place on another disk",
        ) from error
    finally:
        source.rollback()


def _check(copy: Path) -> None:
    with closing(sqlite3.connect(copy)) as connection:
        # Alone with the file, SQLite needs no shared memory, which not every disk has.
        connection.execute("PRAGMA locking_mode=EXCLUSIVE")
        connection.execute("PRAGMA journal_mode=DELETE")
        complaints = connection.execute("PRAGMA integrity_check").fetchall()
    if complaints != [("ok",)]:
        raise BackupFailed(
            f"the copy is damaged: {complaints[0][0]}",
            "check the disk with imagescope doctor; the library may be damaged itself",
        )


def _report(copy: Path) -> BackupReport:
    with closing(sqlite3.connect(copy)) as connection:
        statement = "SELECT count(*) FROM photos WHERE deleted_at IS NULL"
        [photos] = connection.execute(statement).fetchone()
        statement = "SELECT max(CAST(value AS INTEGER)) FROM settings WHERE key = 'revision'"
        [revision] = connection.execute(statement).fetchone()
    return BackupReport(photos=photos, revision=revision or 0, size_bytes=copy.stat().st_size)


def _expect_library(sql: Sql, folder: Path) -> None:
    with storage_errors():
        if not is_made(sql.connection):
            raise LibraryMissing(f"there is no library in {folder}", "imagescope index FOLDER")
        refuse_newer(sql.connection)


def _root_paths(sql: Sql) -> list[Path]:
    return [Path(os.fsdecode(row[0])) for row in sql.rows("SELECT path FROM roots")]


def _expect_free(target: Path, *, replace: bool) -> None:
    if target.is_dir():
        raise BackupFailed(f"{target} is a folder", "name a file in it")
    if not target.parent.is_dir():
        raise BackupFailed(f"there is no folder {target.parent}", "make it, or name another file")
    if not os.path.lexists(target):
        return
    if not replace:
        raise BackupFailed(f"{target} is there already", "name another file, or add --force")
    if not target.is_file():
        raise BackupFailed(f"{target} is no file", "name another")


def _expect_elsewhere(target: Path, closed: tuple[Path, ...]) -> None:
    place = target.parent.resolve()
    for folder in closed:
        if place.is_relative_to(folder.resolve()):
            raise BackupFailed(
                f"nothing is written into {folder}, which holds photos or the library",
                "name a file elsewhere, best on another disk",
            )


@contextmanager
def _growing(target: Path, *, replace: bool) -> Iterator[Path]:
    """A file beside the target that becomes it when it is whole, and else is gone.

    One that a killed backup left is written over by the next.
    """
    part = target.with_name(f"{target.name}.part")
    try:
        descriptor = os.open(part, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, FILE_MODE)
    except OSError as error:
        raise BackupFailed(f"{target} cannot be written: {error.strerror}") from error
    try:
        _take(descriptor, target)
        try:
            yield part
            os.fsync(descriptor)
            _expect_free(target, replace=replace)
            part.replace(target)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise BackupFailed(f"{target} cannot be written: {error.strerror}") from error
    finally:
        os.close(descriptor)


def _take(descriptor: int, target: Path) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise BackupFailed(f"another backup is being written to {target}", "wait for it") from error
    os.ftruncate(descriptor, 0)
