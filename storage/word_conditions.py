"""Conditions on the words of a photo as they are written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from storage.conditions import Condition
from storage.search_text import phrase, readings
from storage.word_upkeep import IS_OLD_ROW, has_old_words, match_old

if TYPE_CHECKING:
    from storage.sql import Sql


def holding(text: str, sql: Sql) -> Condition | None:
    """A condition for photos that hold the words of a text in their order.

    None where there are no words in it. Photos that only an older version's index knows hold them
    in any form.
    """
    ways = [words for words in readings(text) if words]
    if not ways:
        return None
    rows = "SELECT rowid FROM word_index WHERE word_index MATCH ?"
    values: tuple[str, ...] = (" OR ".join(phrase(words) for words in ways),)
    if has_old_words(sql):
        rows += f" UNION ALL SELECT rowid FROM words WHERE words MATCH ? AND {IS_OLD_ROW}"
        values += (match_old([text]),)
    return Condition(f"photos.id IN ({rows})", values)
