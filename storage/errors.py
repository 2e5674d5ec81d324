"""What can go wrong with a library on disk.

StorageError
├── LibraryMissing        there is no library in this folder
├── LibraryTooNew         a newer imagescope wrote it
├── LibraryBusy           another indexer works on it
├── LibraryReadOnly       its folder cannot be written
├── LibraryFull           the disk has no room left
└── LibraryDamaged        SQLite cannot make sense of it
"""

from __future__ import annotations


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


class LibraryReadOnly(StorageError):
    """The library's folder or file cannot be written."""


class LibraryFull(StorageError):
    """The disk that holds the library has no room left."""


class LibraryDamaged(StorageError):
    """The database file is not a database, or is damaged."""
