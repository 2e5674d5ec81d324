"""The room that a library takes on its disk."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

from storage.library import DATABASE_NAME, THUMBNAILS_NAME

if TYPE_CHECKING:
    from pathlib import Path

_VECTORS = "vectors."


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """Sizes in bytes."""

    database: int
    vectors: int
    """What makes searching quick, and is made again where it is lost."""
    thumbnails: int
    models: int
    free: int | None
    """On the disk of the library; None where the system does not say."""

    @property
    def total(self) -> int:
        """Of all that is the program's."""
        return self.database + self.vectors + self.thumbnails + self.models


def measure_room(library: Path, models_folder: Path | None) -> Room:
    """Look at every file of the library and of the models; takes long where there are many."""
    return Room(
        database=_size_of_files(library, DATABASE_NAME),
        vectors=_size_of_files(library, _VECTORS),
        thumbnails=_size_below(library / THUMBNAILS_NAME),
        models=0 if models_folder is None else _size_below(models_folder),
        free=_free(library),
    )


def _size_of_files(folder: Path, beginning: str) -> int:
    """Of the files right in the folder whose names begin so."""
    try:
        with os.scandir(folder) as entries:
            return sum(_size(entry) for entry in entries if entry.name.startswith(beginning))
    except OSError:
        return 0


def _size_below(folder: Path) -> int:
    found, waiting = 0, [os.fspath(folder)]
    while waiting:
        try:
            with os.scandir(waiting.pop()) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
                    else:
                        found += _size(entry)
        except OSError:
            continue
    return found


def _size(entry: os.DirEntry[str]) -> int:
    try:
        return entry.stat(follow_symlinks=False).st_size
    except OSError:
        # It was removed meanwhile.
        return 0


def _free(folder: Path) -> int | None:
    try:
        return shutil.disk_usage(folder).free
    except OSError:
        return None
