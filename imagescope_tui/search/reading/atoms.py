"""Words, numbers and signs of a text, folded, and tables of phrases made of them."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_ATOM = re.compile(r"(?:[^\W\d_][\u0300-\u036f]*)+|\d+|\S")
_SAME_SIGN = str.maketrans({"’": "'", "‘": "'", "–": "-", "—": "-", "−": "-", "…": "."})
_CLOSING = ",.;:!?)]}'\"”’»"

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Atom:
    """A word, a number, or one sign."""

    text: str
    """Folded: `été` is `ete`."""
    start: int
    end: int
    is_glued: bool
    """Whether no space stands before it."""


def plain(text: str) -> str:
    """The text without case and accents."""
    if text.isascii():
        return text.lower()
    spread = unicodedata.normalize("NFKD", text.casefold())
    kept = "".join(sign for sign in spread if not unicodedata.combining(sign))
    return kept.translate(_SAME_SIGN)


def atoms_of(text: str) -> tuple[Atom, ...]:
    """What the text is made of, in its order."""
    atoms: list[Atom] = []
    last = -1
    for found in _ATOM.finditer(text):
        start, end = found.span()
        atoms.append(Atom(plain(found[0]), start, end, start == last))
        last = end
    return tuple(atoms)


def first_word(text: str) -> str:
    """The first word, number or sign, folded."""
    found = _ATOM.search(text)
    return plain(found[0]) if found else ""


def after_closing(atoms: Sequence[Atom], at: int) -> int | None:
    """Where the next word begins if a word may end before `at`, signs that close it left out."""
    while at < len(atoms) and atoms[at].is_glued:
        if atoms[at].text not in _CLOSING:
            return None
        at += 1
    return at


class Phrases(Generic[Value]):
    """Phrases of one or more words, each with a value; the longest that fits is found."""

    def __init__(self, pairs: Iterable[tuple[str, Value]]) -> None:
        self._by_first: dict[str, list[tuple[tuple[str, ...], Value]]] = defaultdict(list)
        for phrase, value in pairs:
            words = tuple(atom.text for atom in atoms_of(phrase))
            self._by_first[words[0]].append((words, value))
        for group in self._by_first.values():
            group.sort(key=lambda pair: -len(pair[0]))

    @property
    def first_words(self) -> frozenset[str]:
        """The words that phrases begin with."""
        return frozenset(self._by_first)

    def at(self, atoms: Sequence[Atom], at: int) -> tuple[Value, int] | None:
        """The value of the phrase that stands there, and where it ends."""
        if at >= len(atoms) or atoms[at].text not in self._by_first:
            return None
        for words, value in self._by_first[atoms[at].text]:
            end = at + len(words)
            if words == tuple(atom.text for atom in atoms[at:end]):
                return value, end
        return None


def spelled(table: dict[str, Value]) -> Iterable[tuple[str, Value]]:
    """Pairs of a table whose keys hold several phrases, set apart by `|`."""
    return ((phrase, value) for key, value in table.items() for phrase in key.split("|"))
