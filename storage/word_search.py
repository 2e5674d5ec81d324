"""Ranks the photos that hold words of a query, by SQL alone.

1. A word weighs log(1 + (N - n + 0.5) / (n + 0.5)), where n of N photos hold it: BM25's weight as
   Lucene has it, which stays positive for a word that most photos hold. FTS5's own bm25 has nothing
   left for such a word.
2. A photo's score is the weight of the words it holds, times the share that they are of the whole
   query: who holds one of two words is no half match.
3. In which column a word stands and how many words the photo has (BM25's saturation, k1 = 1.2 and
   b = 0.75) can raise a score by less than the lightest word of the query would: more of the query
   goes before.
4. A word that is only part of a name's word counts half.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from storage.records import WordMatch
from storage.word_upkeep import IS_OLD_ROW, has_old_words, match_old

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from storage.asked_words import AskedWord
    from storage.conditions import Condition
    from storage.sql import Sql

# Who names a folder "Lisbon 2019" means it. Each photo counts once for each word: by the first of
# the columns that holds it.
_IN_COLUMNS = (
    ("names : ({0})", 2.0),
    ("(facts : ({0})) NOT (names : ({0}))", 1.5),
    ("(caption : ({0})) NOT ({{names facts}} : ({0}))", 1.0),
)
_NAMES_WEIGHT, _CAPTION_WEIGHT = _IN_COLUMNS[0][1], _IN_COLUMNS[-1][1]
_PART_SHARE = 0.5
_TYPICAL_WORDS = 25
_WORDS_MAX = 60
"""What has a bit of its own in an integer of SQLite; nobody asks for more."""

_IN_PARTS_ALONE = """name_parts WHERE name_parts MATCH ?
    AND rowid NOT IN (SELECT rowid FROM word_index WHERE word_index MATCH ?)"""


@dataclass(frozen=True, slots=True, kw_only=True)
class WeighedWord:
    """A word of a query, and how much it tells."""

    word: AskedWord
    photos: int
    """How many hold it, live or not."""
    is_in_parts: bool
    """Whether names hold it as a part of a word alone."""
    weight: float


def weigh(asked: Sequence[AskedWord], sql: Sql) -> tuple[WeighedWord, ...]:
    """The words with their weights; one that no photo holds weighs most."""
    photos = int(sql.value("SELECT count(*) FROM photos"))
    has_old = has_old_words(sql)
    return tuple(_weighed(word, photos, sql, has_old=has_old) for word in asked[:_WORDS_MAX])


def _weighed(word: AskedWord, photos: int, sql: Sql, *, has_old: bool) -> WeighedWord:
    in_parts = _count_in_parts_alone(word, sql)
    holding = _count("word_index", word.whole, sql) + in_parts
    if has_old:
        holding += int(
            sql.value(
                f"SELECT count(*) FROM words WHERE words MATCH ? AND {IS_OLD_ROW}",
                [match_old(word.asked)],
            )
        )
    lacking = max(photos - holding, 0)
    return WeighedWord(
        word=word,
        photos=holding,
        is_in_parts=in_parts > 0,
        weight=math.log(1 + (lacking + 0.5) / (holding + 0.5)),
    )


def _count_in_parts_alone(word: AskedWord, sql: Sql) -> int:
    if not word.part:
        return 0
    # Where a word stands in a name, so do its parts: mostly that is all there is.
    if _count("name_parts", word.part, sql) == _count("word_index", f"names:({word.written})", sql):
        return 0
    return int(sql.value(f"SELECT count(*) FROM {_IN_PARTS_ALONE}", [word.part, word.whole]))


def _count(table: str, expression: str, sql: Sql) -> int:
    return int(sql.value(f"SELECT count(*) FROM {table} WHERE {table} MATCH ?", [expression]))


def found_by(
    words: Sequence[WeighedWord], condition: Condition, sql: Sql, *, limit: int
) -> tuple[WordMatch, ...]:
    """The photos that fulfil the condition and hold any of the words, best first, ties by id."""
    hits = [hit for place, word in enumerate(words) for hit in _hits(word, 1 << place, sql)]
    whole = sum(word.weight for word in words)
    least = min(word.weight for word in words if word.photos)
    rows = sql.rows(
        _RANKED.format(hits=" UNION ALL ".join(hit[0] for hit in hits), condition=condition.text),
        [
            *(value for hit in hits for value in hit[1]),
            whole,
            min(1.0, _PART_SHARE * least / whole),
            *condition.values,
            limit,
        ],
    )
    held = _held_by(words)
    return tuple(
        WordMatch(
            photo_id=photo_id,
            content_id=content_id,
            score=score,
            caption_score=score * (captioned / covered),
            held=held(bits),
            share=covered / whole,
        )
        for photo_id, content_id, score, covered, captioned, bits in rows
    )


_RANKED = f"""
    WITH hit (id, bit, weight, in_column) AS MATERIALIZED ({{hits}}),
    held (id, bits, covered, in_columns, captioned) AS (
        SELECT id, sum(bit), sum(weight), sum(weight * in_column) / sum(weight),
               sum(weight * (in_column = {_CAPTION_WEIGHT}))
        FROM hit GROUP BY id
    )
    SELECT photos.id, photos.content_id,
           covered * covered / ? * (1.0 + ? * in_columns
           / (in_columns + 1.2 * (0.25 + 0.75 * photos.word_count / {_TYPICAL_WORDS}.0))) AS score,
           covered, captioned, bits
    FROM held JOIN photos ON photos.id = held.id
    WHERE {{condition}} ORDER BY score DESC, photos.id LIMIT ?"""


def _hits(word: WeighedWord, bit: int, sql: Sql) -> Iterator[tuple[str, list[Any]]]:
    """Statements, each with its values, that give each photo with the word once."""
    for column, column_weight in _IN_COLUMNS:
        yield (
            f"SELECT rowid, {bit}, ?, {column_weight} FROM word_index WHERE word_index MATCH ?",
            [word.weight, column.format(word.word.whole)],
        )
    if word.is_in_parts:
        yield (
            f"SELECT rowid, {bit}, ?, {_NAMES_WEIGHT} FROM {_IN_PARTS_ALONE}",
            [_PART_SHARE * word.weight, word.word.part, word.word.whole],
        )
    if has_old_words(sql):
        yield (
            f"SELECT rowid, {bit}, ?, {_NAMES_WEIGHT} FROM words"
            f" WHERE words MATCH ? AND {IS_OLD_ROW}",
            [word.weight, match_old(word.word.asked)],
        )


def _held_by(words: Sequence[WeighedWord]) -> Callable[[int], tuple[str, ...]]:
    @cache
    def held(bits: int) -> tuple[str, ...]:
        return tuple(
            asked
            for place, word in enumerate(words)
            if bits >> place & 1
            for asked in word.word.asked
        )

    return held
