"""How the index of an older version is replaced, in steps that a kill may interrupt.

The old table is only read: it answers for photos that the new index does not hold yet. Those are
written into it a bounded number at a time; a setting remembers how far that has come. Then the old
table is dropped.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from storage.records import PhotoId

if TYPE_CHECKING:
    from collections.abc import Sequence

    from storage.library import Library
    from storage.sql import Sql

CHUNK_PHOTOS = 500
"""Photos whose words are written in one transaction."""

IS_OLD_ROW = "words.rowid NOT IN (SELECT id FROM word_index_docsize)"
"""Of rows of the old table: the new index does not answer for them yet."""

_AFTER = "word_index_after"
# As the old index was written; its tokenizer did the rest.
_SIGN = re.compile(r"([\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uac00-\ud7af])")


def has_old_words(sql: Sql) -> bool:
    """Whether the old table is still there."""
    return sql.row("SELECT 1 FROM sqlite_master WHERE name = 'words'") is not None


def match_old(words: Sequence[str]) -> str:
    """A MATCH expression for rows of the old table that hold any of these words, or phrases."""
    return " OR ".join(_quoted(word) for word in words)


def _quoted(word: str) -> str:
    apart = _SIGN.sub(r" \1 ", word).encode("utf-8", "replace").decode("utf-8")
    return '"' + apart.replace('"', '""').replace("\0", " ") + '"'


def catch_up_index(library: Library) -> bool:
    """Write the words of a chunk of photos into the new index; whether any were lacking.

    Raises:
        StorageError: the library cannot be written.
    """
    if not library.words.has_old:
        return False
    with library.atomic(changes_photos=False):
        photo_ids = library.words.old(
            after=PhotoId(int(library.settings.get(_AFTER) or 0)), limit=CHUNK_PHOTOS
        )
        library.words.refresh(photo_ids)
        if len(photo_ids) < CHUNK_PHOTOS:
            library.words.drop_old()
            library.settings.drop(_AFTER)
        else:
            library.settings.put(_AFTER, str(photo_ids[-1]))
    return True
