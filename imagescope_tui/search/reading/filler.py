"""Words that tell nothing where others are there: `show me photos of`, `please`, `from`."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final

from imagescope_tui.search.reading.atoms import Phrases, atoms_of, plain
from imagescope_tui.search.reading.languages import (
    ALL_FILLER,
    ALSO_NOT,
    AND,
    BEFORE_NOUN,
    LEFT_OVER,
    NOUN_LINKS,
    PHOTO_NOUN,
    PHOTO_NOUNS,
    POLITE,
    QUANTIFIERS,
    REQUESTS,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

_SIGNS: Final = "<>=|~^`+"
_ASKED_FOR: Final = QUANTIFIERS | (BEFORE_NOUN - {"of", "de"}) | PHOTO_NOUNS | PHOTO_NOUN
_JOINING: Final = AND | ALSO_NOT | {"but", ","}


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """A word of the line that no filter took."""

    text: str
    start: int
    is_exact: bool = False
    """Whether it is quoted, and so never dropped."""
    is_before_chip: bool = False
    """Whether a part that was understood stands behind it."""

    @property
    def folded(self) -> str:
        """Without case, accents and the signs that close it."""
        return "" if self.is_exact else plain(self.text).strip(",.;:!?()")


def has_meaning(text: str) -> bool:
    """Whether there is more in it than punctuation: letters, digits, pictures."""
    return any(unicodedata.category(sign)[0] not in "PZC" and sign not in _SIGNS for sign in text)


@cache
def _requests() -> Phrases[bool]:
    return Phrases((request, True) for request in REQUESTS)


def telling(all_words: Sequence[Word], roots: Sequence[str], *, has_chips: bool) -> list[Word]:
    """The words that say what is looked for; all where that would leave nothing at all."""
    words = [word for word in all_words if word.is_exact or has_meaning(word.text)]
    first = _leading(words)
    if has_chips:
        first = _skip(words, first, NOUN_LINKS | _JOINING)
    kept = list(words[first:])
    while kept and _is_closing(kept[-1]):
        kept.pop()
    kept = _without_roots(kept, roots)
    if (
        has_chips
        and all(word.folded in ALL_FILLER for word in kept)
        and not any(word.is_exact for word in kept)
    ):
        return []
    return kept or ([] if has_chips else list(words))


def _is_closing(word: Word) -> bool:
    if word.is_before_chip and word.folded in LEFT_OVER:
        return True
    return word.folded in PHOTO_NOUNS | PHOTO_NOUN | POLITE


def _skip(words: Sequence[Word], at: int, among: frozenset[str]) -> int:
    while at < len(words) and words[at].folded in among:
        at += 1
    return at


def _leading(words: Sequence[Word]) -> int:
    """How many words only lead to what is looked for."""
    polite = _skip(words, 0, POLITE)
    asked = _request(words, polite)
    counted = _skip(words, asked, QUANTIFIERS)
    noun = _skip(words, counted, BEFORE_NOUN | QUANTIFIERS)
    if noun < len(words) and words[noun].folded in PHOTO_NOUNS | PHOTO_NOUN:
        behind = _skip(words, noun + 1, NOUN_LINKS)
        is_compound = words[noun].folded in PHOTO_NOUN and behind == noun + 1
        if not is_compound or behind == len(words):
            return behind
    return counted


def _request(words: Sequence[Word], at: int) -> int:
    """Where `show me` ends; a verb alone is one only before other words of that kind."""
    text = " ".join(word.folded or "\0" for word in words[at : at + 6])
    atoms = atoms_of(text)
    found = _requests().at(atoms, 0)
    if found is None:
        return at
    end = at + len(text[: atoms[found[1] - 1].end].split())
    if found[1] == 1 and end < len(words):
        is_asking = words[end].folded in _ASKED_FOR
        return end if is_asking else at
    return end


def _without_roots(words: list[Word], roots: Sequence[str]) -> list[Word]:
    """Without the name that all photos share, where other words are left."""
    if len({plain(root) for root in roots}) != 1:
        return words
    name = tuple(atom.text for atom in atoms_of(roots[0]) if atom.text.isalnum())
    if ALL_FILLER.issuperset(name):
        return words
    said = [word.folded for word in words]
    for first in range(len(said) - len(name) + 1):
        if tuple(said[first : first + len(name)]) == name and len(said) > len(name):
            rest = [*words[:first], *words[first + len(name) :]]
            is_telling = any(word.folded not in ALL_FILLER for word in rest)
            return rest if is_telling else words
    return words
