"""The library's own settings: few, small, as text."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from storage.sql import Sql

_REVISION = "revision"
_PHOTOS_REVISION = "photos_revision"


class LibrarySettings:
    """Key and value; the revision counter is one of them."""

    def __init__(self, sql: Sql) -> None:
        self._sql = sql

    def get(self, key: str) -> str | None:
        """The value, or None."""
        value = self._sql.value("SELECT value FROM settings WHERE key = ?", [key])
        return None if value is None else str(value)

    def put(self, key: str, value: str) -> None:
        """Set a value inside the caller's transaction."""
        self._sql.run("INSERT OR REPLACE INTO settings (key, value) VALUES (?, ?)", [key, value])

    def drop(self, key: str) -> None:
        """Forget a value inside the caller's transaction."""
        self._sql.run("DELETE FROM settings WHERE key = ?", [key])

    def revision(self) -> int:
        """How often the library was changed."""
        return int(self.get(_REVISION) or 0)

    def photos_revision(self) -> int:
        """The last revision in which photos came, went or changed their contents."""
        return int(self.get(_PHOTOS_REVISION) or 0)

    def raise_revision(self, *, changes_photos: bool = True) -> int:
        """Count one more change inside the caller's transaction."""
        raised = self.revision() + 1
        self.put(_REVISION, str(raised))
        if changes_photos:
            self.put(_PHOTOS_REVISION, str(raised))
        return raised
