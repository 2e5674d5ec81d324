"""Searches that the reader keeps under a name."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from storage.sql import Sql

SearchOrder: TypeAlias = Literal["match", "newest", "oldest"]

NAME_MOST = 40
"""Signs of a name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedSearch:
    """A line as it was typed, and the order of what it finds."""

    name: str
    """Letters and digits of any language, `-` and `_`."""
    line: str
    order: SearchOrder = "match"


def search_name(text: str) -> str:
    """The text as a name: spaces become `-`, and what a name cannot hold is left out."""
    composed = unicodedata.normalize("NFC", text)
    held = "".join(sign if _is_held(sign) else " " for sign in composed)
    return "-".join(held.split())[:NAME_MOST].strip("-")


def name_key(name: str) -> str:
    """Equal for names that differ in nothing but capitals."""
    return unicodedata.normalize("NFKC", name).casefold()


def _is_held(sign: str) -> bool:
    return sign in "-_" or unicodedata.category(sign)[0] in "LMN"


class SavedSearches:
    """The searches by name; writing belongs inside the caller's transaction."""

    def __init__(self, sql: Sql) -> None:
        self._sql = sql

    def all(self) -> tuple[SavedSearch, ...]:
        """Every search, by name."""
        rows = self._sql.rows("SELECT name, line, sorting FROM saved_searches ORDER BY key")
        return tuple(SavedSearch(name=row[0], line=row[1], order=row[2]) for row in rows)

    def put(self, search: SavedSearch) -> None:
        """Keep a search, in place of the one that has its name."""
        self._sql.run(
            "INSERT OR REPLACE INTO saved_searches (key, name, line, sorting) VALUES (?, ?, ?, ?)",
            [name_key(search.name), search.name, search.line, search.order],
        )

    def drop(self, name: str) -> bool:
        """Forget the search of a name; whether there was one."""
        return bool(self._sql.run("DELETE FROM saved_searches WHERE key = ?", [name_key(name)]))
