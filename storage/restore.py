"""A backup put in place of a library; what was there is kept."""

from __future__ import annotations

import shutil
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from storage.backup import copy_database
from storage.errors import BackupFailed, LibraryDamaged, LibraryMissing, StorageError
from storage.hnsw import GRAPH_NAME, SIDECAR_NAME
from storage.holder import HOLDER_NAME
from storage.library import DATABASE_NAME, Library, make_folder, take_lock
from storage.schema import is_made, refuse_newer
from storage.sql import Sql, storage_errors

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from storage.backup import OnProgress
    from storage.records import LibraryCounts, Root

_STAGE_NAME = "restoring"
_ASIDE_NAME = "replaced"
# What says something of the rows of this database alone; the last is a benchmark's list of files.
_BESIDE = (f"{DATABASE_NAME}-wal", f"{DATABASE_NAME}-shm", SIDECAR_NAME, GRAPH_NAME, "chosen.json")


@dataclass(frozen=True, slots=True, kw_only=True)
class RestoreReport:
    """What was put in place."""

    counts: LibraryCounts
    revision: int
    roots: tuple[Root, ...]
    replaced: Path | None
    """Where the library lies now that was there before, itself a library's folder."""


def restore(
    backup: Path,
    folder: Path,
    *,
    moved: Mapping[Path, Path],
    replace: bool = False,
    on_progress: OnProgress = lambda _done, _total: None,
) -> RestoreReport:
    """Make `folder` the library that `backup` holds.

    The library is made ready in a folder of its own, and put in place as the last step.

    Args:
        backup: A file that `back_up` wrote.
        folder: Of the library; its small pictures stay.
        moved: Where folders are now. Roots at or below a key are looked for at the value; all that
            are not there are offline, and still found.
        replace: Also where the folder holds photos; they are kept aside.
        on_progress: Is told how many pages of how many are copied.

    Raises:
        BackupFailed: the file is no backup or is damaged, or the folder holds photos.
        LibraryTooNew, LibraryBusy, LibraryReadOnly, LibraryFull: as they say.
    """
    source = _open_backup(backup)
    try:
        make_folder(folder)
        lock = take_lock(folder)
        try:
            _expect_free(folder, replace=replace)
            stage = _fresh_stage(folder)
            copy_database(source.connection, stage / DATABASE_NAME, on_progress)
            report = _settle(stage, moved)
            replaced = _put_aside(folder)
            (stage / DATABASE_NAME).replace(folder / DATABASE_NAME)
        finally:
            shutil.rmtree(folder / _STAGE_NAME, ignore_errors=True)
            (folder / HOLDER_NAME).unlink(missing_ok=True)
            lock.release()
    finally:
        source.close()
    return RestoreReport(
        counts=report.counts, revision=report.revision, roots=report.roots, replaced=replaced
    )


def _open_backup(backup: Path) -> Sql:
    if not backup.is_file():
        raise BackupFailed(f"there is no file {backup}", "name one that imagescope backup wrote")
    try:
        sql = Sql.open_for_reading(backup)
    except LibraryDamaged as error:
        raise BackupFailed(f"{backup} is no backup, or is damaged: {error.message}") from error
    try:
        with storage_errors():
            if not is_made(sql.connection):
                raise BackupFailed(f"{backup} holds no library")
            refuse_newer(sql.connection)
    except BaseException:
        sql.close()
        raise
    return sql


def _expect_free(folder: Path, *, replace: bool) -> None:
    """That nothing is in the way, or that it is to be kept aside."""
    if replace:
        return
    try:
        with Library.open_reader(folder) as library:
            counts = library.counts()
            photos = counts.photos + counts.deleted
            told = f"{photos:,} photos" if photos else ""
    except LibraryMissing:
        return
    except StorageError as error:
        told = f"a library that cannot be read ({error.message})"
    if told:
        raise BackupFailed(
            f"{folder} holds {told}",
            "name another folder with --library, or add --force, which keeps them aside",
        )


def _fresh_stage(folder: Path) -> Path:
    stage = folder / _STAGE_NAME
    shutil.rmtree(stage, ignore_errors=True)
    make_folder(stage)
    return stage


def _settle(stage: Path, moved: Mapping[Path, Path]) -> RestoreReport:
    """Bring the copy to this version's schema, and its roots to where they are here."""
    with Library.open_writer(stage) as library:
        roots = library.roots.all()
        _expect_known(moved, roots)
        with library.atomic():
            for root in roots:
                path = _place_of(root.path, moved)
                if path != root.path:
                    library.roots.rehome(root.id, path)
                if not path.is_dir():
                    library.roots.mark_offline(root.id, time.time())
        return RestoreReport(
            counts=library.counts(),
            revision=library.revision,
            roots=library.roots.all(),
            replaced=None,
        )


def _expect_known(moved: Mapping[Path, Path], roots: tuple[Root, ...]) -> None:
    for old in moved:
        if not any(root.path.is_relative_to(old) for root in roots):
            there = ", ".join(str(root.path) for root in roots) or "none"
            raise BackupFailed(f"no folder of the backup is {old}", f"there are: {there}")


def _place_of(path: Path, moved: Mapping[Path, Path]) -> Path:
    """Where a root is; the longest of the moved folders it lies in counts."""
    for old in sorted(moved, key=lambda folder: len(folder.parts), reverse=True):
        if path.is_relative_to(old):
            return moved[old] / path.relative_to(old)
    return path


def _put_aside(folder: Path) -> Path | None:
    """Move the library that is there, if any, into a folder of its own; which."""
    if not (folder / DATABASE_NAME).exists():
        return None
    # Where it can be: then the database is one file, and moving it cannot be broken off half-way.
    with suppress(StorageError):
        sql = Sql.open_for_writing(folder / DATABASE_NAME)
        sql.rows("PRAGMA wal_checkpoint(TRUNCATE)")
        sql.close()
    aside = folder / f"{_ASIDE_NAME}-{datetime.now().astimezone():%Y%m%d-%H%M%S-%f}"
    make_folder(aside)
    for name in (*_BESIDE, DATABASE_NAME):
        with suppress(FileNotFoundError):
            (folder / name).replace(aside / name)
    return aside
