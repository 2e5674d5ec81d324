"""The full-text index over file and folder names, captions and facts (SQLite FTS5)."""

from __future__ import annotations

import json
import os
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from storage.asked_words import read_words
from storage.captions import ACTIVE_ORIGIN
from storage.fact_columns import told
from storage.filters import condition_for
from storage.place_synonyms import with_synonyms
from storage.records import PhotoId
from storage.search_text import date_words, indexed, indexed_name
from storage.word_forms import WordForms
from storage.word_search import found_by, weigh
from storage.word_upkeep import has_old_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from storage.records import PhotoFilter, WordMatch
    from storage.sql import Sql
    from storage.word_search import WeighedWord

# The label of a sidecar is no word: "Red" marks what is to be sorted out, not what is red.
_TOLD = (
    *("camera", "lens", "title", "description", "artist", "location", "city", "state", "country"),
    *("keywords", "people", "remarks"),
)
_LISTS = 3
"""The last of these are lists."""
_SOURCE = f"""
    SELECT photos.id, roots.path, photos.folder, photos.name,
           (SELECT text FROM captions WHERE captions.content_id = photos.content_id
             AND captions.origin = {ACTIVE_ORIGIN}),
           iif(photos.dated_by IS NULL, NULL, photos.moment),
           {", ".join(map(told, _TOLD))}
    FROM photos JOIN roots ON roots.id = photos.root_id
    LEFT JOIN facts ON facts.content_id = photos.content_id
    LEFT JOIN sidecar_facts AS sidecar ON sidecar.photo_id = photos.id
    WHERE photos.id IN ({{keys}})"""
_BESIDE = """
    SELECT companion_of, name FROM photos
    WHERE companion_of IN ({keys}) AND deleted_at IS NULL ORDER BY name"""
_PLACES = """
    SELECT photo_id, quarter, name, state, country
    FROM photo_places JOIN places ON places.id = place_id WHERE photo_id IN ({keys})"""
_TEXTS_IN_PICTURES = """
    SELECT photos.id, text FROM photos JOIN picture_texts USING (content_id)
    WHERE photos.id IN ({keys})"""

_PLACES_AT_HAND = 4_096
_indexed_place = lru_cache(_PLACES_AT_HAND)(indexed)
"""Many photos are of few places."""

_FORGET_PARTS = """
    INSERT INTO name_parts (name_parts, rowid, names)
    SELECT 'delete', rowid, names FROM word_index WHERE rowid = ?"""


class Words:
    """Finds photos by words; what a user writes is always quoted, so no sign is an operator."""

    def __init__(self, sql: Sql) -> None:
        self._sql = sql
        self._forms = WordForms(sql)

    def refresh(self, photo_ids: Sequence[PhotoId], *, has_new_names: bool = True) -> None:
        """Write the words of these photos anew from what the other tables say of them.

        Args:
            has_new_names: False where files and folders are called as before, and were written.
        """
        beside: dict[int, list[bytes]] = {}
        for item, name in self._sql.rows_in(_BESIDE, photo_ids):
            beside.setdefault(item, []).append(name)
        # What only an older version's table knows has no parts yet.
        has_new_names = has_new_names or self.has_old
        further = self._further(photo_ids)
        rows = [
            _words_row(row, beside.get(row[0], ()), further.get(row[0], ()))
            for row in self._sql.rows_in(_SOURCE, photo_ids)
        ]
        ids = [(row[0],) for row in rows]
        if has_new_names:
            self._sql.run_many(_FORGET_PARTS, ids)
        self._sql.run_many("DELETE FROM word_index WHERE rowid = ?", ids)
        self._sql.run_many(
            "INSERT INTO word_index (rowid, names, caption, facts) VALUES (?, ?, ?, ?)", rows
        )
        if has_new_names:
            self._sql.run_many(
                "INSERT INTO name_parts (rowid, names) VALUES (?, ?)",
                [(photo_id, names) for photo_id, names, _, _ in rows],
            )
        words = {photo_id: " ".join(texts).split() for photo_id, *texts in rows}
        self._sql.run_many(
            "UPDATE photos SET word_count = ? WHERE id = ?",
            [(len(held), photo_id) for photo_id, held in words.items()],
        )
        self._forms.learn({word for held in words.values() for word in held})

    def search(
        self, words: Sequence[str], photo_filter: PhotoFilter, *, limit: int
    ) -> tuple[WordMatch, ...]:
        """Live photos that hold any of the words, best first, ties by id."""
        with self._sql.reading():
            asked = self._weighed(words)
            if not any(word.photos for word in asked):
                return ()
            return found_by(asked, condition_for(photo_filter, self._sql), self._sql, limit=limit)

    def known(self, words: Sequence[str]) -> frozenset[str]:
        """Those of the words that any photo holds, live or not, whole or in a name's word."""
        with self._sql.reading():
            weighed = self._weighed(words)
        return frozenset(word for item in weighed if item.photos for word in item.word.asked)

    @property
    def has_old(self) -> bool:
        """Whether an older version's table is still asked; see storage.word_upkeep."""
        return has_old_words(self._sql)

    def old(self, *, after: PhotoId, limit: int) -> list[PhotoId]:
        """Photos in that table, by id."""
        rows = self._sql.rows(
            "SELECT id FROM words_docsize WHERE id > ? ORDER BY id LIMIT ?", [after, limit]
        )
        return [PhotoId(row[0]) for row in rows]

    def drop_old(self) -> None:
        """Ask that table no more, inside the caller's transaction."""
        self._sql.run("DROP TABLE words")

    def _further(self, photo_ids: Sequence[PhotoId]) -> dict[int, list[str]]:
        """What is known of where they were taken, and to be read in them, as it is indexed."""
        further: dict[int, list[str]] = {}
        for photo_id, *names in self._sql.rows_in(_PLACES, photo_ids):
            further.setdefault(photo_id, []).extend(map(_indexed_place, _texts(names)))
        for photo_id, text in self._sql.rows_in(_TEXTS_IN_PICTURES, photo_ids):
            further.setdefault(photo_id, []).append(indexed(text))
        return further

    def _weighed(self, words: Sequence[str]) -> tuple[WeighedWord, ...]:
        asked = read_words(words, self._forms)
        return weigh(with_synonyms(asked, self._sql), self._sql)


def _words_row(
    row: tuple[Any, ...], beside: Iterable[bytes], further: Iterable[str]
) -> tuple[int, str, str, str]:
    photo_id, root, folder, name, caption, taken_at, *said = row
    texts, lists = said[:-_LISTS], said[-_LISTS:]
    places = [os.path.basename(root), *folder.split(b"/"), name, *beside]  # noqa: PTH119 - bytes
    names = "".join(f" {indexed_name(os.fsdecode(place))}" for place in places if place)
    listed = (word for stored in lists for word in _listed(stored))
    facts = indexed(" ".join([date_words(taken_at), *_texts(texts), *listed]))
    return photo_id, names, indexed(caption or ""), " ".join((facts, *further))


def _texts(texts: Sequence[str | None]) -> Iterator[str]:
    return (text for text in texts if text)


def _listed(stored: str | None) -> list[str]:
    return [str(word) for word in json.loads(stored)] if stored else []
