"""Which words are one by their stem: who asks for `skies` means the sky (Snowball's English).

The index holds words as they are written, so that a phrase can be asked for exactly. What else was
written of the same stem is kept in a table of its own, which holds as many rows as there are such
words, however many photos there are.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import islice, product
from typing import TYPE_CHECKING

from storage.search_text import phrase

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from storage.sql import Sql

_STEMS_AT_HAND = 20_000
_PHRASES_MAX = 64


@lru_cache(_STEMS_AT_HAND)
def stem(word: str) -> str:
    """What a word of `tokens` shares with its other forms; other alphabets' words have only one."""
    if not (word.isascii() and word.isalpha()):
        return word
    from Stemmer import Stemmer  # not for a look at the help

    # One for each word: a stemmer holds the word while it works, and threads would share it.
    return str(Stemmer("english", 0).stemWord(word))


class WordForms:
    """Knows the forms of words that were ever written into the index."""

    def __init__(self, sql: Sql) -> None:
        self._sql = sql

    def learn(self, words: Iterable[str]) -> None:
        """Note words that were indexed, inside the caller's transaction."""
        self._sql.run_many(
            "INSERT OR IGNORE INTO word_forms (stem, written) VALUES (?, ?)",
            [(stem(word), word) for word in words if stem(word) != word],
        )

    def match(self, words: Sequence[str]) -> str:
        """A MATCH expression for these words in this order, each in any of its forms."""
        phrases = islice(product(*(self._of(word) for word in words)), _PHRASES_MAX)
        return " OR ".join(phrase(forms) for forms in phrases)

    def _of(self, word: str) -> list[str]:
        root = stem(word)
        rows = self._sql.rows("SELECT written FROM word_forms WHERE stem = ?", [root])
        # As it was asked first: of too many phrases the first are kept.
        return list(dict.fromkeys([word, root, *(row[0] for row in rows)]))
