"""Words of a query that are a place's name in another language find the place by its own name."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from storage.place_names import called, long_words
from storage.search_text import phrase, tokens

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from storage.asked_words import AskedWord
    from storage.sql import Sql

_MOST_WORDS = 4
"""Of a name."""


def with_synonyms(asked: Sequence[AskedWord], sql: Sql) -> tuple[AskedWord, ...]:
    """The words, of which those that name a place also find what it is called by the gazetteer.

    Of `Monaco di Baviera` each word finds Munich, where none is left out but short ones; `Monaco`
    alone does not.
    """
    names: list[list[str]] = [[] for _ in asked]
    if sql.remembered(_has_places):
        for first, last, key in _runs([word.asked[0] for word in asked]):
            found = called([key], sql)
            for place in range(first, last) if found else ():
                names[place] += found
    return tuple(_finding(word, also) for word, also in zip(asked, names, strict=True))


def naming(words: Sequence[str], names: Collection[str], sql: Sql) -> frozenset[str]:
    """Those of a query's words by which the gazetteer calls any of the places of these names."""
    found = (
        words[first:last]
        for first, last, key in _runs(words)
        if not set(names).isdisjoint(called([key], sql))
    )
    return frozenset(word for run in found for word in run)


def _runs(asked: Sequence[str]) -> Iterator[tuple[int, int, str]]:
    words = [long_words(tokens(word)) for word in asked]
    for first in range(len(words)):
        for last in range(first + 1, min(first + _MOST_WORDS, len(words)) + 1):
            if key := " ".join(part for parts in words[first:last] for part in parts):
                yield first, last, key


def _finding(word: AskedWord, names: Sequence[str]) -> AskedWord:
    phrases = dict.fromkeys(phrase(tokens(name)) for name in names)
    if not phrases:
        return word
    also = " OR ".join(phrases)
    return replace(word, whole=f"{word.whole} OR {also}", written=f"{word.written} OR {also}")


def _has_places(sql: Sql) -> bool:
    return bool(sql.rows("SELECT 1 FROM place_names LIMIT 1"))
