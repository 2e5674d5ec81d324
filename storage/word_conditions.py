"""Conditions on the words of a photo as they are written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from storage.conditions import Condition
from storage.search_text import phrase, readings
from storage.word_upkeep import IS_OLD_ROW, has_old_words, match_old

if TYPE_CHECKING:
    from collections.abc import Sequence

    from storage.sql import Sql


def holding(text: str, sql: Sql) -> Condition | None:
    """A condition for photos that hold the words of a text in their order.

    None where there are no words in it. Photos that only an older version's index knows hold them
    in any form.
    """
    phrases = _phrases(text)
    return _matching(phrases, match_old([text]), sql) if phrases else None


def holding_in_names(texts: Sequence[str], sql: Sql) -> Condition:
    """A condition for photos in whose file's or folders' names one of the texts stands."""
    phrases = " OR ".join(map(_phrases, texts))
    return _matching(f"names : ({phrases})", f"names : ({match_old(texts)})", sql)


def _phrases(text: str) -> str:
    return " OR ".join(phrase(words) for words in readings(text) if words)


def _matching(expression: str, old_expression: str, sql: Sql) -> Condition:
    rows = "SELECT rowid FROM word_index WHERE word_index MATCH ?"
    values: tuple[str, ...] = (expression,)
    if has_old_words(sql):
        rows += f" UNION ALL SELECT rowid FROM words WHERE words MATCH ? AND {IS_OLD_ROW}"
        values += (old_expression,)
    return Condition(f"photos.id IN ({rows})", values)
