"""Which SQLite this Python brings."""

from __future__ import annotations

import sqlite3

_FIXED = (3, 51, 3)
_FIXED_LINES = ((3, 44, 6), (3, 50, 7))


def sqlite_version() -> str:
    """As SQLite says it."""
    return sqlite3.sqlite_version


def wal_is_safe() -> bool:
    """Whether this version is free of the WAL-reset fault (sqlite.org/wal.html#walresetbug)."""
    version = sqlite3.sqlite_version_info
    return version >= _FIXED or any(
        version[:2] == line[:2] and version >= line for line in _FIXED_LINES
    )
