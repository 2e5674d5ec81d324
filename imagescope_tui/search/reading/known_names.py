"""Names that the library knows, of folders, cameras or people, to be found by their words."""

from __future__ import annotations

import difflib
import re
from bisect import bisect_left
from collections import defaultdict
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from imagescope_tui.search.reading.atoms import plain

if TYPE_CHECKING:
    from storage.records import NameCount

_MOST_WORDS: Final = 6
"""Of a part of a name that is looked up."""


class KnownNames:
    """Looks names up without case and accents."""

    def __init__(self, names: tuple[NameCount, ...]) -> None:
        self._names: set[tuple[str, ...]] = set()
        self._runs: set[tuple[str, ...]] = set()
        self._beginnings: set[tuple[str, ...]] = set()
        self._spelling: dict[str, str] = {}
        for name in names:
            self._add(name.name)
        self._sorted = sorted(self._spelling)
        self._by_edge: dict[str, list[str]] = defaultdict(list)
        for known in self._sorted:
            for edge in _edges(known):
                self._by_edge[edge].append(known)

    def _add(self, name: str) -> None:
        words = _words(name)
        self._names.add(words)
        self._spelling.setdefault(" ".join(words), name)
        for word, spelled in zip(words, re.findall(r"\w+", name), strict=False):
            self._spelling.setdefault(word, spelled)
        self._beginnings.update(words[:end] for end in range(1, len(words) + 1))
        for first in range(len(words)):
            longest = min(len(words), first + _MOST_WORDS)
            self._runs.update(words[first:end] for end in range(first + 1, longest + 1))

    def longest(self, text: str) -> int:
        """How much of the text from its beginning on is a name, else is in one, else a word."""
        ends = [found.end() for found in re.finditer(r"\S+", text) if _words(found[0])]
        whole, within = 0, len(text.split(maxsplit=1)[0])
        for end in ends:
            words = _words(text[:end].rpartition("/")[2])
            whole = end if words in self._names else whole
            within = end if words in self._runs else within
        return whole or within

    def is_whole(self, name: str) -> bool:
        """Whether something is called so, and not more."""
        return _words(name) in self._names

    def begins(self, text: str) -> bool:
        """Whether a name is made of these words, or begins with them."""
        return _words(text) in self._beginnings

    def has(self, name: str) -> bool:
        """Whether a name holds this, as words or as the beginning of one."""
        words = _words(name.rpartition("/")[2])
        wanted = " ".join(words)
        place = bisect_left(self._sorted, wanted)
        begins_one = self._sorted[place : place + 1] and self._sorted[place].startswith(wanted)
        return words in self._runs or bool(begins_one)

    def whole(self, text: str) -> str:
        """The name that is made of just these words, as it is spelled; empty for none."""
        folded = _words(text)
        return self._spelling[" ".join(folded)] if folded in self._names else ""

    def nearest(self, name: str) -> str:
        """The name or word of one that is spelled most like it; empty for none."""
        wanted = " ".join(_words(name.rpartition("/")[2]))
        # Comparing all takes a tenth of a second where there are thousands.
        alike = dict.fromkeys(
            known for edge in _edges(wanted) for known in self._by_edge.get(edge, ())
        )
        near = difflib.get_close_matches(wanted, alike, n=1)
        return self._spelling[near[0]] if near else ""


def _edges(text: str) -> tuple[str, str]:
    """How it begins and how it ends: one of both is right in most misspelled names."""
    return f"{text[:2]}-", f"-{text[-2:]}"


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


@lru_cache(maxsize=8)
def _kept(same: _Same) -> KnownNames:
    return KnownNames(same.names)


def _words(name: str) -> tuple[str, ...]:
    return tuple(re.findall(r"\w+", plain(name)))
