"""Where a word is seen, as people read it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from indexer.answers import WordPlace


def where_words(word: WordPlace) -> str:
    """`dog 0.41, lower left`; the place is `not seen` where it has none."""
    return f"{word.word} {word.score:.2f}, {word.place or 'not seen'}"
