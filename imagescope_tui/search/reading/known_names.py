"""Names that the library knows, of folders or cameras, to be found by their words."""

from __future__ import annotations

import difflib
import re
from collections import defaultdict
from functools import lru_cache
from typing import TYPE_CHECKING

from imagescope_tui.search.reading.atoms import plain

if TYPE_CHECKING:
    from storage.records import NameCount


class KnownNames:
    """Looks names up without case and accents."""

    def __init__(self, names: tuple[NameCount, ...]) -> None:
        self._by_word: dict[str, set[tuple[str, ...]]] = defaultdict(set)
        self._spelling: dict[str, str] = {}
        for name in names:
            words = _words(name.name)
            self._spelling.setdefault(" ".join(words), name.name)
            for word, spelled in zip(words, re.findall(r"\w+", name.name), strict=False):
                self._by_word[word].add(words)
                self._spelling.setdefault(word, spelled)

    def longest(self, text: str) -> int:
        """How much of the text from its beginning on is a name, else is in one, else a word."""
        ends = [found.end() for found in re.finditer(r"\S+", text)]
        whole = within = ends[0]
        for end in ends:
            words = _words(text[:end].rpartition("/")[2])
            names = self._by_word.get(words[0], set()) if words else set()
            if words in names:
                whole = end
            elif any(_holds(name, words) for name in names):
                within = end
        return whole if whole > ends[0] or self._is_name(text[: ends[0]]) else within

    def _is_name(self, text: str) -> bool:
        words = _words(text.rpartition("/")[2])
        return bool(words) and words in self._by_word.get(words[0], set())

    def has(self, name: str) -> bool:
        """Whether a name holds all of this, as words or as the beginning of one."""
        words = _words(name.rpartition("/")[2])
        if words and any(_holds(known, words) for known in self._by_word.get(words[0], ())):
            return True
        wanted = " ".join(words)
        return any(wanted in known for known in self._spelling)

    def nearest(self, name: str) -> str:
        """The name or word of one that is spelled most like it; empty for none."""
        wanted = " ".join(_words(name.rpartition("/")[2]))
        # Comparing all takes a tenth of a second where there are thousands.
        alike = [
            known
            for known in self._spelling
            if known[:1] == wanted[:1] or known[-2:] == wanted[-2:]
        ]
        near = difflib.get_close_matches(wanted, alike, n=1)
        return self._spelling[near[0]] if near else ""


class _Same:
    """Equal only to itself: comparing thousands of names takes longer than reading a line."""

    def __init__(self, names: tuple[NameCount, ...]) -> None:
        self.names = names

    def __hash__(self) -> int:
        return id(self.names)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.names is self.names


def known_names(names: tuple[NameCount, ...]) -> KnownNames:
    """The names, ready to be looked up; kept, for lines are read at every key."""
    return _kept(_Same(names))


@lru_cache(maxsize=4)
def _kept(same: _Same) -> KnownNames:
    return KnownNames(same.names)


def _words(name: str) -> tuple[str, ...]:
    return tuple(re.findall(r"\w+", plain(name)))


def _holds(name: tuple[str, ...], words: tuple[str, ...]) -> bool:
    spans = range(len(name) - len(words) + 1)
    return any(name[first : first + len(words)] == words for first in spans)
