"""Ranks the photos that hold words of a query, by SQL alone.

1. A word weighs log(1 + (N - n + 0.5) / (n + 0.5)), where n of N photos hold it: BM25's weight as
   Lucene has it, which stays positive for a word that most photos hold. FTS5's own bm25 has nothing
   left for such a word.
2. A photo's score is the weight of the words it holds, times the share that they are of the whole
   query: who holds one of two words is no half match.
3. A word that is only part of a name's word counts nine tenths; that is only part of a word of
   text in the picture, eight tenths: such text is not always read right.
4. In which column a word stands, and that a photo has few words, raises its score by less than one
   more word of the query would: who holds more of it always goes first.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from storage.records import WordMatch
from storage.word_upkeep import IS_OLD_ROW, has_old_words, match_old

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from storage.asked_words import AskedWord
    from storage.conditions import Condition
    from storage.sql import Sql

# Who names a folder "Lisbon 2019" means it. Each photo counts once for each word: by the first of
# the columns that holds it.
_IN_COLUMNS = (
    ("names : ({0})", 1.0),
    ("(facts : ({0})) NOT (names : ({0}))", 0.75),
    ("(caption : ({0})) NOT ({{names facts}} : ({0}))", 0.5),
)
_IN_CAPTION, _IN_PART, _IN_TEXT_PART = 3, 4, 5
_BITS = 3
"""Of a photo's code for each word: the number of the column, or one of the parts, or 0."""
_WORDS_MAX = 63 // _BITS
_PART_SHARES = {_IN_PART: 0.9, _IN_TEXT_PART: 0.8}
_TYPICAL_WORDS = 25.0

_IN_PARTS_ALONE = """name_parts WHERE name_parts MATCH ?
    AND rowid NOT IN (SELECT rowid FROM word_index WHERE word_index MATCH ?)"""
_IN_TEXTS = "SELECT rowid FROM text_parts WHERE text_parts MATCH ?"
_IN_TEXTS_ALONE = f"""photos WHERE content_id IN ({_IN_TEXTS})
    AND id NOT IN (SELECT rowid FROM word_index WHERE word_index MATCH ?)
    AND id NOT IN (SELECT rowid FROM name_parts WHERE name_parts MATCH ?)"""


@dataclass(frozen=True, slots=True, kw_only=True)
class WeighedWord:
    """A word of a query, and how much it tells."""

    word: AskedWord
    photos: int
    """How many hold it, live or not."""
    is_in_parts: bool
    """Whether names hold it as a part of a word alone."""
    is_in_texts: bool
    """Whether nothing but text in pictures holds it, as a part of a word."""
    is_in_old: bool
    """Whether photos hold it that only an older version's index knows."""
    weight: float


def weigh(asked: Sequence[AskedWord], sql: Sql) -> tuple[WeighedWord, ...]:
    """The words with their weights; one that no photo holds weighs as if a single one did."""
    photos = int(sql.value("SELECT count(*) FROM photos"))
    has_old = has_old_words(sql)
    return tuple(_weighed(word, photos, sql, has_old=has_old) for word in asked[:_WORDS_MAX])


def _weighed(word: AskedWord, photos: int, sql: Sql, *, has_old: bool) -> WeighedWord:
    whole = _count("word_index", word.whole, sql)
    in_parts = _count_in_parts_alone(word, whole, sql)
    in_texts = _count_in_texts_alone(word, sql)
    old = _count("words", match_old(word.asked), sql, f" AND {IS_OLD_ROW}") if has_old else 0
    holding = whole + in_parts + in_texts + old
    counted = max(holding, 1)
    lacking = max(photos - counted, 0)
    return WeighedWord(
        word=word,
        photos=holding,
        is_in_parts=in_parts > 0,
        is_in_texts=in_texts > 0,
        is_in_old=old > 0,
        weight=math.log(1 + (lacking + 0.5) / (counted + 0.5)),
    )


def _count_in_parts_alone(word: AskedWord, whole: int, sql: Sql) -> int:
    in_parts = _count("name_parts", word.part, sql) if word.part else 0
    if not in_parts or not whole:
        return in_parts
    # Where a word stands in a name, so do its parts: mostly that is all there is.
    if in_parts == _count("word_index", f"names:({word.written})", sql):
        return 0
    return int(sql.value(f"SELECT count(*) FROM {_IN_PARTS_ALONE}", [word.part, word.whole]))


def _count_in_texts_alone(word: AskedWord, sql: Sql) -> int:
    # Most words stand in no picture, which is known at once.
    if not word.part_of_text or sql.row(f"{_IN_TEXTS} LIMIT 1", [word.part_of_text]) is None:
        return 0
    return int(sql.value(f"SELECT count(*) FROM {_IN_TEXTS_ALONE}", _in_texts_alone(word)))


def _in_texts_alone(word: AskedWord) -> list[str]:
    return [word.part_of_text, word.whole, word.part]


def _count(table: str, expression: str, sql: Sql, condition: str = "") -> int:
    statement = f"SELECT count(*) FROM {table} WHERE {table} MATCH ?{condition}"
    return int(sql.value(statement, [expression]))


def found_by(
    words: Sequence[WeighedWord], condition: Condition, sql: Sql, *, limit: int
) -> tuple[WordMatch, ...]:
    """The photos that fulfil the condition and hold any of the words, best first, ties by id."""
    whole = sum(word.weight for word in words)
    # The lightest word adds this share at least, and what is raised thrice by half of it less.
    raise_by = (
        0.5 * min(_PART_SHARES.values()) * min(word.weight for word in words if word.photos) / whole
    )
    hits = [hit for place, word in enumerate(words) for hit in _hits(word, _BITS * place, raise_by)]
    found = " UNION ALL ".join(statement for statement, _ in hits)
    if len(words) > 1:
        found = f"SELECT id, sum(code) AS code, sum(weight) AS weight FROM ({found}) GROUP BY id"
    rows = sql.rows(
        _RANKED.format(found=found, condition=condition.text),
        [raise_by, *(value for _, values in hits for value in values), *condition.values, limit],
    )
    part_of = cache(lambda code: _part_of(words, code))
    return tuple(
        WordMatch(
            photo_id=photo_id,
            content_id=content_id,
            score=score / whole,
            caption_score=score / whole * part_of(code).in_caption,
            held=part_of(code).held,
            share=part_of(code).weight / whole,
        )
        for photo_id, content_id, score, code in rows
    )


_RANKED = f"""
    SELECT photos.id, photos.content_id,
           weight * weight * (1.0 + ? / (1.0 + photos.word_count / {_TYPICAL_WORDS})) AS score, code
    FROM ({{found}}) AS found JOIN photos ON photos.id = found.id
    WHERE {{condition}} ORDER BY score DESC, photos.id LIMIT ?"""


def _hits(word: WeighedWord, shift: int, raise_by: float) -> Iterator[tuple[str, list[Any]]]:
    """Statements, each with its values, that give each photo with the word once."""
    for number, (column, raised) in enumerate(_IN_COLUMNS, 1):
        yield (
            f"SELECT rowid AS id, {number << shift} AS code, ? AS weight"
            " FROM word_index WHERE word_index MATCH ?",
            [word.weight * (1.0 + raise_by * raised), column.format(word.word.whole)],
        )
    if word.is_in_parts:
        yield (
            f"SELECT rowid, {_IN_PART << shift}, ? FROM {_IN_PARTS_ALONE}",
            [_PART_SHARES[_IN_PART] * word.weight, word.word.part, word.word.whole],
        )
    if word.is_in_texts:
        yield (
            f"SELECT id, {_IN_TEXT_PART << shift}, ? FROM {_IN_TEXTS_ALONE}",
            [_PART_SHARES[_IN_TEXT_PART] * word.weight, *_in_texts_alone(word.word)],
        )
    if word.is_in_old:
        yield (
            f"SELECT rowid, {1 << shift}, ? FROM words WHERE words MATCH ? AND {IS_OLD_ROW}",
            [word.weight, match_old(word.word.asked)],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """What photos of one code hold of the query."""

    held: tuple[str, ...]
    weight: float
    in_caption: float
    """The share of that weight that is owed to words which the caption alone holds."""


def _part_of(words: Sequence[WeighedWord], code: int) -> _Part:
    places = [(word, code >> _BITS * place & 7) for place, word in enumerate(words)]
    weights = [word.weight * _PART_SHARES.get(where, 1.0) for word, where in places if where]
    captioned = sum(word.weight for word, where in places if where == _IN_CAPTION)
    return _Part(
        held=tuple(asked for word, where in places if where for asked in word.word.asked),
        weight=sum(weights),
        in_caption=captioned / sum(weights),
    )
