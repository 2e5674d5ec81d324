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
    from collections.abc import Iterable, Iterator, Sequence

    from storage.sql import Sql

# BM25 weights of names, caption and facts: who names a folder "Lisbon 2019" means it.
_WEIGHTS = "2.0, 1.0, 1.5"
_CAPTION_ALONE = "0.0, 1.0, 0.0"

# The label of a sidecar is no word: "Red" marks what is to be sorted out, not what is red.
_SOURCE = f"""
    SELECT photos.id, roots.path, photos.folder, photos.name,
           (SELECT text FROM captions WHERE captions.content_id = photos.content_id
             AND captions.origin = {ACTIVE_ORIGIN}),
           coalesce(sidecar.taken_at, facts.taken_at),
           coalesce(facts.camera, sidecar.camera), coalesce(facts.lens, sidecar.lens),
           coalesce(sidecar.title, facts.title), coalesce(sidecar.description, facts.description),
           coalesce(sidecar.keywords, facts.keywords), coalesce(sidecar.people, facts.people)
    FROM photos JOIN roots ON roots.id = photos.root_id
    LEFT JOIN facts ON facts.content_id = photos.content_id
    LEFT JOIN sidecar_facts AS sidecar ON sidecar.photo_id = photos.id
    WHERE photos.id IN ({{keys}})"""
_BESIDE = """
    SELECT companion_of, name FROM photos
    WHERE companion_of IN ({keys}) AND deleted_at IS NULL ORDER BY name"""


class Words:
    """Finds photos by words; user text is always quoted, so no sign in it is an operator."""

    def __init__(self, sql: Sql) -> None:
        self._sql = sql

    def refresh(self, photo_ids: Sequence[PhotoId]) -> None:
        """Write the words of these photos anew from what the other tables say of them."""
        beside: dict[int, list[bytes]] = {}
        for item, name in self._sql.rows_in(_BESIDE, photo_ids):
            beside.setdefault(item, []).append(name)
        rows = [
            _words_row(row, beside.get(row[0], ())) for row in self._sql.rows_in(_SOURCE, photo_ids)
        ]
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


def _words_row(row: tuple[Any, ...], beside: Iterable[bytes]) -> tuple[int, str, str, str]:
    photo_id, root, folder, name, caption, taken_at, *texts, keywords, people = row
    places = [os.path.basename(root), *folder.split(b"/"), name, *beside]  # noqa: PTH119 - bytes
    names = " ".join(indexed_name(os.fsdecode(place)) for place in places if place)
    facts = " ".join([date_words(taken_at), *_texts(texts), *_listed(keywords), *_listed(people)])
    return photo_id, names, indexed(caption or ""), indexed(facts)


def _texts(texts: Sequence[str | None]) -> Iterator[str]:
    return (text for text in texts if text)


def _listed(stored: str | None) -> list[str]:
    return [str(word) for word in json.loads(stored)] if stored else []
