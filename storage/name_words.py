"""The words of names, of folders or cameras, and which names hold a text as a run of their words.

`2021-07 Italy` has the words 2021, 07 and Italy, and `DogBeach2` those of `Dog Beach 2`. What
stands between two words does not count: `newyork` is a run of `New York`. Where a script sets no
spaces between words every sign is one.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect
from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple

from storage.search_text import folded

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

# Stands between words; no name can hold it.
_GAP = "\0"
_HUMP = re.compile("([a-z])([A-Z])")
# Thai, Lao, Burmese, Khmer, kana, Han, Hangul.
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]"
)


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
        # Signs beyond ASCII cost time to fold, and few names have them.
        plain = [name for name in self._names if name.isascii()]
        others = [name for name in self._names if not name.isascii()]
        lines = dict(zip((*plain, *others), (*_spaced(plain), *_spaced(others)), strict=True))
        self._text = "".join(f"{lines[name]}\n" for name in self._names)
        lengths = (len(lines[name]) + 1 for name in self._names)
        self._starts = tuple(accumulate(lengths, initial=0))

    def holding(self, text: str, *, is_begun: bool = False) -> Iterator[NameMatch]:
        """The names, in their order, of whose words the text is a run; by the first in each.

        Args:
            text: without a word in it, it is no part of any name.
            is_begun: its last word may go on.
        """
        letters = _letters(text)
        if not letters:
            return
        run, end = re.compile(_run(letters, is_begun)), 0
        while found := run.search(self._text, end):
            place = bisect(self._starts, found.start()) - 1
            start, end = self._starts[place], self._starts[place + 1]
            is_first = not self._text[start : found.start()].strip(_GAP)
            is_all = is_first and not self._text[found.end() : end - 1].strip(_GAP)
            yield NameMatch(self._names[place], is_first, is_all)


def _spaced(names: list[str]) -> list[str]:
    """The words of each, folded, with gaps between and around them."""
    if not names:
        return []
    lines = _HUMP.sub(
        rf"\1{_GAP}\2", f"{_GAP}\n{_GAP}".join(name.replace("\n", " ") for name in names)
    )
    return f"{_GAP}{folded(lines).translate(_SIGNS)}{_GAP}".split("\n")


def _letters(text: str) -> str:
    (line,) = _spaced([text])
    return line.replace(_GAP, "")


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


def _sign(sign: str) -> str:
    if sign == "\n":
        return sign
    kind = unicodedata.category(sign)
    if _UNSPACED.match(sign) or kind == "So":
        return f"{_GAP}{sign}{_GAP}"
    if kind == "Cf":
        return ""
    # Bytes of a name that are not UTF-8 are surrogates.
    return sign if kind[0] in "LNM" or kind in ("Cs", "Co", "Cn") else _GAP


class _Signs(dict[int, str]):
    """What stands for each sign that was met, as str.translate takes it."""

    def __missing__(self, code: int) -> str:
        self[code] = sign = _sign(chr(code))
        return sign


_SIGNS = _Signs()
