"""Makes a start cold: the program's own files leave the page cache."""

from __future__ import annotations

import os
import sysconfig
from pathlib import Path

from tests.benchmarks.index_command import PROJECT

_PACKAGES = ("imagescope_tui", "indexer", "storage")


def forget_program() -> None:
    """Drop the interpreter's library, all installed packages and our own from the page cache.

    What another process has mapped just now stays.
    """
    folders = {Path(sysconfig.get_path(name)) for name in ("stdlib", "purelib", "platlib")}
    for folder in (*folders, *(PROJECT / package for package in _PACKAGES)):
        for path in folder.rglob("*"):
            if path.suffix in (".py", ".pyc", ".so", ".tcss", ".txt", ".json") and path.is_file():
                forget(path)


def forget(path: Path) -> None:
    """Drop one file from the page cache, as far as it is written."""
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except OSError:
        return
    try:
        os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
    finally:
        os.close(descriptor)
