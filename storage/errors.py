"""What can go wrong with a library on disk.

StorageError
├── LibraryMissing        there is no library in this folder
├── LibraryTooNew         a newer imagescope wrote it
├── LibraryBusy           another indexer works on it
├── LibraryLocked         another program keeps its file from being written
├── LibraryReadOnly       its folder cannot be written
├── LibraryFull           the disk has no room left
├── LibraryDamaged        SQLite cannot make sense of it
└── BackupFailed          a copy of it could not be made, or not be put in place
"""

from __future__ import annotations

import errno


class StorageError(Exception):
    """Base of everything this package raises; `hint` says what to do about it."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class LibraryMissing(StorageError):
    """There is no library in the folder that was named."""


class LibraryTooNew(StorageError):
    """The library was written by a newer version, whose schema this one does not know."""


class LibraryOutdated(StorageError):
    """The library was written by an older version; the next indexer brings it up to date."""


class LibraryBusy(StorageError):
    """Another process indexes this library."""


class LibraryLocked(StorageError):
    """A program that is none of ours keeps the database from being written."""


class LibraryReadOnly(StorageError):
    """The library's folder or file cannot be written."""


class LibraryFull(StorageError):
    """The disk that holds the library has no room left."""


class LibraryDamaged(StorageError):
    """The database file is not a database, or is damaged."""


def not_written(what: str, error: OSError) -> StorageError:
    """Why a file of the library cannot be written, and what helps."""
    message = f"{what} cannot be written: {error.strerror or error}"
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return LibraryFull(message, "free some space on its disk")
    return LibraryReadOnly(message, "check its permissions")


class BackupFailed(StorageError):
    """A copy of a library could not be made, or not be put in place of another."""
