"""The words of names, of folders or cameras, and which names hold a text as a run of their words.

`2021-07 Italy` has the words 2021, 07 and Italy, and `DogBeach2` those of `Dog Beach 2`. What
stands between two words does not count: `newyork` is a run of `New York`. Where a script sets no
spaces between words every sign is one.
"""

from __future__ import annotations

import re
from bisect import bisect
from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple

from storage.search_text import folded, tokens

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

# Stands between words, none of which holds it.
_GAP = " "
_HUMP = re.compile("([a-z])([A-Z])")


class NameMatch(NamedTuple):
    """A name that holds a text."""

    name: str
    is_first: bool
    """Whether the name begins with it."""
    is_all: bool
    """Whether the name holds nothing else."""


class NameList:
    """Names that are looked through all at once: that takes a fraction of the time."""

    def __init__(self, names: Iterable[str]) -> None:
        self._names = tuple(names)
        lines = [_spaced(name) for name in self._names]
        self._text = "".join(f"{line}\n" for line in lines)
        self._starts = tuple(accumulate((len(line) + 1 for line in lines), initial=0))

    def holding(self, text: str, *, is_begun: bool = False) -> Iterator[NameMatch]:
        """The names, in their order, of whose words the text is a run; by the first in each.

        Args:
            text: without a word in it, as `❤️` is, only names that are the same hold it.
            is_begun: its last word may go on.
        """
        letters = "".join(tokens(text))
        if not letters:
            yield from self._called(text)
            return
        run, end = re.compile(_run(letters, is_begun)), 0
        while found := run.search(self._text, end):
            place = bisect(self._starts, found.start()) - 1
            start, end = self._starts[place], self._starts[place + 1]
            is_first = self._text[start : found.start()] == _GAP
            is_all = is_first and self._text[found.end() : end - 1] == _GAP
            yield NameMatch(self._names[place], is_first, is_all)

    def _called(self, sign: str) -> Iterator[NameMatch]:
        """The names that are this one sign, or several, and no word."""
        sign = folded(sign)
        return (
            NameMatch(name, True, True) for name in self._names if sign and folded(name) == sign
        )


def _spaced(name: str) -> str:
    """The words of a name with gaps between and around them."""
    words = tokens(_HUMP.sub(rf"\1{_GAP}\2", name))
    return f"{_GAP}{_GAP.join(words)}{_GAP}"


def _run(letters: str, is_begun: bool) -> str:
    """A pattern for the letters from where a word begins to where one ends.

    One does so between a letter and a digit, too. The first letter is looked for before what comes
    in front of it: searching for one sign is quick.
    """
    first, *others = map(re.escape, letters)
    before = rf"(?<={_outside(letters[0])}{first})"
    after = "" if is_begun else f"(?={_outside(letters[-1])})"
    return f"{_GAP}*".join((first + before, *others)) + after


def _outside(letter: str) -> str:
    return r"\D" if letter.isdigit() else rf"[{_GAP}\d]"
