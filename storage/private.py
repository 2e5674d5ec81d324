"""Files that only their owner can read, whatever the process's umask allows."""

from __future__ import annotations

import os
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

FILE_MODE = 0o600


def open_private(path: Path, mode: str) -> IO[Any]:
    """Open a file as `open` does; one that this makes is its owner's alone.

    Raises:
        OSError: it cannot be opened.
    """
    return open(path, mode, opener=_make_private)


def _make_private(path: str, flags: int) -> int:
    return os.open(path, flags, FILE_MODE)


def write_private(path: Path, text: str) -> None:
    """Write a text file that is its owner's alone.

    Raises:
        OSError: it cannot be written.
    """
    with open_private(path, "w") as stream:
        stream.write(text)


def tighten(path: Path) -> None:
    """Take others' rights from a file; where the file system has none, nothing happens."""
    try:
        if path.stat().st_mode & 0o077:
            path.chmod(FILE_MODE)
    except OSError:
        return
