"""Where a word is seen, as people read it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from storage.search_text import folded

if TYPE_CHECKING:
    from collections.abc import Sequence

    from indexer.answers import WordPlace


def worth_telling(words: Sequence[WordPlace], held: Sequence[str]) -> tuple[WordPlace, ...]:
    """Without what is not seen while the photo says it: a word of its text is there to be read."""
    said = set(map(folded, held))
    return tuple(
        word for word in words if word.place or not said.issuperset(folded(word.word).split())
    )


def where_words(word: WordPlace) -> str:
    """`dog 0.41, lower left`; the place is `not seen` where it has none."""
    return f"{word.word} {word.score:.2f}, {word.place or 'not seen'}"
