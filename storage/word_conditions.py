"""Conditions on the words of a photo as they are written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from storage.conditions import Condition
from storage.search_text import phrase, readings, tokens
from storage.word_upkeep import IS_OLD_ROW, has_old_words, match_old

if TYPE_CHECKING:
    from collections.abc import Sequence

    from storage.sql import Sql


def holding(text: str, sql: Sql) -> Condition | None:
    """Photos that hold the words of a text in their order; None where there are no words in it.

    Photos that only an older version's index knows hold them in any form.
    """
    ways = [words for words in readings(text) if words]
    if not ways:
        return None
    return _matching(" OR ".join(phrase(words) for words in ways), match_old([text]), sql)


def named(texts: Sequence[str], sql: Sql) -> Condition:
    """Photos in whose names, or folders' names, any of the texts stands; each has words."""
    ways = " OR ".join(phrase(tokens(text)) for text in texts)
    return _matching(f"names : ({ways})", f"names : ({match_old(texts)})", sql)


def _matching(expression: str, old_expression: str, sql: Sql) -> Condition:
    rows = "SELECT rowid FROM word_index WHERE word_index MATCH ?"
    if not has_old_words(sql):
        return Condition(f"photos.id IN ({rows})", (expression,))
    rows += f" UNION ALL SELECT rowid FROM words WHERE words MATCH ? AND {IS_OLD_ROW}"
    return Condition(f"photos.id IN ({rows})", (expression, old_expression))
