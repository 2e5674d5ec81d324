"""The file that says: leave photos alone for now. Whoever indexes the library obeys it.

A file and no row of the database, so that it can be made beside a running indexer, which alone
writes there; it outlives restarts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from storage.errors import LibraryReadOnly

if TYPE_CHECKING:
    from pathlib import Path

PAUSE_NAME = "paused"


def is_paused(folder: Path) -> bool:
    """Whether indexing of the library in this folder is to wait."""
    return (folder / PAUSE_NAME).exists()


def put_pause(folder: Path, paused: bool) -> None:
    """Let indexing wait, or go on.

    Raises:
        LibraryReadOnly: the folder cannot be written.
    """
    mark = folder / PAUSE_NAME
    try:
        if paused:
            mark.touch(mode=0o600)
        else:
            mark.unlink(missing_ok=True)
    except OSError as error:
        raise LibraryReadOnly(
            f"the library folder {folder} cannot be written: {error.strerror}",
            "check its permissions",
        ) from error
