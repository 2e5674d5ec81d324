"""The full-text index over file and folder names, captions and facts (SQLite FTS5)."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

from storage.captions import ACTIVE_ORIGIN
from storage.filters import condition_for
from storage.records import PhotoFilter, PhotoId, WordMatch
from storage.search_text import date_words, indexed, indexed_name, match_any

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from storage.sql import Sql

# BM25 weights of names, caption and facts: who names a folder "Lisbon 2019" means it.
_WEIGHTS = "2.0, 1.0, 1.5"
_CAPTION_ALONE = "0.0, 1.0, 0.0"

_SOURCE = f"""
    SELECT photos.id, roots.path, photos.folder, photos.name,
           (SELECT text FROM captions WHERE captions.content_id = photos.content_id
             AND captions.origin = {ACTIVE_ORIGIN}),
           facts.taken_at, facts.camera, facts.lens, facts.title, facts.description, facts.keywords
    FROM photos JOIN roots ON roots.id = photos.root_id
    LEFT JOIN facts ON facts.content_id = photos.content_id
    WHERE photos.id IN ({{keys}})"""


class Words:
    """Finds photos by words; user text is always quoted, so no sign in it is an operator."""

    def __init__(self, sql: Sql) -> None:
        self._sql = sql

    def refresh(self, photo_ids: Sequence[PhotoId]) -> None:
        """Write the words of these photos anew from what the other tables say of them."""
        rows = [_words_row(row) for row in self._sql.rows_in(_SOURCE, photo_ids)]
        self._sql.run_many("DELETE FROM words WHERE rowid = ?", [(row[0],) for row in rows])
        self._sql.run_many(
            "INSERT INTO words (rowid, names, caption, facts) VALUES (?, ?, ?, ?)", rows
        )

    def search(
        self, words: Sequence[str], photo_filter: PhotoFilter, *, limit: int
    ) -> tuple[WordMatch, ...]:
        """Live photos that hold any of the words, best first, ties by id."""
        expression = match_any(words)
        if not expression:
            return ()
        condition = condition_for(photo_filter, self._sql)
        rows = self._sql.rows(
            f"SELECT photos.id, photos.content_id, -bm25(words, {_WEIGHTS}) AS score,"
            f" -bm25(words, {_CAPTION_ALONE}) "
            f"FROM words JOIN photos ON photos.id = words.rowid "
            f"WHERE words MATCH ? AND {condition.text} "
            f"ORDER BY score DESC, photos.id LIMIT ?",
            [expression, *condition.values, limit],
        )
        return tuple(
            WordMatch(photo_id=photo_id, content_id=content_id, score=score, caption_score=caption)
            for photo_id, content_id, score, caption in rows
        )

    def known(self, words: Sequence[str]) -> frozenset[str]:
        """Those of the words that any photo holds, live or not."""
        return frozenset(word for word in words if self._holds(word))

    def _holds(self, word: str) -> bool:
        expression = match_any([word])
        return bool(expression) and bool(
            self._sql.rows("SELECT 1 FROM words WHERE words MATCH ? LIMIT 1", [expression])
        )


def _words_row(row: tuple[Any, ...]) -> tuple[int, str, str, str]:
    photo_id, root, folder, name, caption, taken_at, *texts, keywords = row
    places = [os.path.basename(root), *folder.split(b"/"), name]  # noqa: PTH119 - bytes
    names = " ".join(indexed_name(os.fsdecode(place)) for place in places if place)
    facts = " ".join([date_words(taken_at), *_texts(texts), *_keywords(keywords)])
    return photo_id, names, indexed(caption or ""), indexed(facts)


def _texts(texts: Sequence[str | None]) -> Iterator[str]:
    return (text for text in texts if text)


def _keywords(stored: str | None) -> list[str]:
    return [str(word) for word in json.loads(stored)] if stored else []
