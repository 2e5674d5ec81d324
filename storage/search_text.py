"""How text becomes the words of the full-text index: names, captions, facts and questions alike.

Words are separated here, not by SQLite, whose tokenizer splits words of Hindi at their vowel signs
and does not know letters younger than itself. Scripts that put no space between words are separated
into signs; asked for in the same order, they find any part of a run.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from functools import cache, lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_RUN = re.compile(r"[A-Za-z0-9]+")
_BORDER = re.compile(r"(?<=[A-Za-z])(?=\d)|(?<=\d)(?=[A-Za-z])")
_HUMP = re.compile(rf"(?<=[a-z])(?=[A-Z])|{_BORDER.pattern}")
_BORDERS_MAX = 3
# The photos of a folder come one after the other, and share all names but their own.
_FOLDERS_AT_HAND = 1_000
_ASCII_WORD = re.compile(r"[a-z0-9]+")
_JOINER = re.compile("(?<=[\u0620-\u06ff])\u200c")
# As ASCII names have it: `Muenchen`, `Tromsoe`, `Aarhus`.
_SPELLED_OUT = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa"}
    | {"Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "Ø": "Oe", "Å": "Aa"}
)
_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")

# Accents and the like, which hang on letters of Latin, Greek and Cyrillic.
_ACCENTS = "\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
_ACCENTED = re.compile(f"([\u0400-\u052f]?)([{_ACCENTS}]+)")
# Other letters of Cyrillic, never written without their marks, as ё and stressed vowels are.
_CYRILLIC_KEPT = frozenset({"и\u0306", "у\u0306", "і\u0308"})
# Points of Hebrew; vowel marks, hamza and tatweel of Arabic; Hindi's dot below; and what nobody
# sees: joiners, spaces of no width, soft hyphens, marks of direction, selectors of a variant.
_LEFT_OUT = re.compile(
    "[\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7"
    "\u0610-\u061a\u0640\u064b-\u065f\u0670"
    "\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed\u08d3-\u08ff\u093c"
    "\u00ad\u02b9-\u02bf\u061c\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff"
    "\U000e0000-\U000e0fff]+"
)
_SAME_LETTERS = str.maketrans(
    # Arabic's yeh, kaf and heh as other languages' keyboards have them, and as they are confused.
    dict.fromkeys("ىیې", "ي")
    | {"ک": "ك"}
    | dict.fromkeys("ةہھە", "ه")
    # Malayalam's letters without a vowel, which were once written with a joiner.
    | {letter: f"{whole}\u0d4d" for letter, whole in zip("ൺൻർൽൾൿ", "ണനരലളക", strict=True)}
    # Two ways to write a nasal vowel in Hindi.
    | {"\u0901": "\u0902"}
)


def folded(text: str) -> str:
    """The text as names and words are compared: equal where a person would call them the same.

    Composed and decomposed forms, widths, upper and lower case are one. Letters of Latin, Greek and
    Cyrillic lose their accents, and those of Latin that are no letter and accent are written as one
    types them (`Tromsø`: tromso). Points of Hebrew and vowel marks of Arabic are dropped, digits
    are `0` to `9`; vowel signs of other scripts stay.
    """
    if text.isascii():
        return text.lower()
    # An iota below its vowel is a mark only until the case is folded.
    text = unicodedata.normalize("NFKD", text).replace("\u0345", "").casefold()
    text = _ACCENTED.sub(_kept_marks, unicodedata.normalize("NFKD", text))
    text = _LEFT_OUT.sub("", text).translate(_SAME_LETTERS).translate(_PLAIN)
    return unicodedata.normalize("NFC", text)


def _kept_marks(accented: re.Match[str]) -> str:
    base, marks = accented.groups()
    return base + "".join(mark for mark in marks if base + mark in _CYRILLIC_KEPT)


def _plain(letter: str) -> str:
    if unicodedata.category(letter) == "Nd":
        return str(unicodedata.decimal(letter))
    if not unicodedata.name(letter, "").startswith("LATIN "):
        return letter
    from anyascii import anyascii  # most libraries never need it

    plain = anyascii(letter).lower()
    return plain if plain.isalpha() else letter


class _Plain(dict[int, str]):
    """What each sign is typed as, for str.translate."""

    def __missing__(self, code: int) -> str:
        self[code] = plain = _plain(chr(code))
        return plain


_PLAIN = _Plain()


def tokens(text: str) -> list[str]:
    """The words of a text, folded, in their order; signs of scripts without spaces one by one."""
    text = folded(text)
    if text.isascii():
        return _ASCII_WORD.findall(text)
    return _sign_pattern().sub(r" \g<0> ", text).translate(_WORDS_ONLY).split()


class _WordsOnly(dict[int, str]):
    """Letters, marks and numbers as they are, a space for all else, for str.translate."""

    def __missing__(self, code: int) -> str:
        sign = chr(code)
        is_in_word = unicodedata.category(sign).startswith(("L", "M", "N", "Co"))
        self[code] = kept = sign if is_in_word else " "
        return kept


_WORDS_ONLY = _WordsOnly()

# Chinese, Japanese and Korean; Thai, Lao, Burmese, Khmer and their neighbours.
_SET_APART = (
    *((0x3005, 0x3007), (0x3021, 0x3029), (0x3040, 0x312F), (0x31A0, 0x31BF), (0x31F0, 0x31FF)),
    *((0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xAC00, 0xD7A3), (0xF900, 0xFAFF), (0x20000, 0x3FFFF)),
    *((0x0E00, 0x0EFF), (0x1000, 0x109F), (0x1780, 0x17FF), (0x1950, 0x19DF), (0x1A20, 0x1AAF)),
    *((0xA980, 0xA9FF), (0xAA60, 0xAADF)),
)
_MARKS_MAX_SPAN = 0x100
_MARKS_OF_KANA = "\u3099\u309a"


@cache
def _sign_pattern() -> re.Pattern[str]:
    """A sign of these scripts with the marks that hang on it."""
    signs = "".join(f"{chr(first)}-{chr(last)}" for first, last in _SET_APART)
    marks = _MARKS_OF_KANA + "".join(
        chr(code)
        for first, last in _SET_APART
        if last - first < _MARKS_MAX_SPAN
        for code in range(first, last + 1)
        if unicodedata.category(chr(code)).startswith("M")
    )
    return re.compile(f"[{signs}][{marks}]*")


def readings(text: str) -> list[list[str]]:
    """The text's words; again where Persian's joiners may be spaces, or an umlaut two letters."""
    if text.isascii():
        return [tokens(text)]
    composed = unicodedata.normalize("NFC", text)
    ways = (text, _JOINER.sub(" ", text), composed.translate(_SPELLED_OUT))
    return [list(words) for words in dict.fromkeys(tuple(tokens(way)) for way in ways)]


def indexed(text: str) -> str:
    """The text as it goes into the index: words with a space between them."""
    return " ".join(word for reading in readings(text) for word in reading)


@lru_cache(_FOLDERS_AT_HAND)
def indexed_name(name: str) -> str:
    """A file or folder name as it goes there, with `DogBeach2` also read as `Dog Beach 2`.

    What changes between letters and digits as `6a9ca987b1` does is a code, and has no words in it.
    """
    parts = _RUN.sub(_parted, name)
    return indexed(name if parts == name else f"{name} {parts}")


def _parted(run: re.Match[str]) -> str:
    is_code = len(_BORDER.findall(run[0])) > _BORDERS_MAX
    return run[0] if is_code else _HUMP.sub(" ", run[0])


def date_words(taken_at: str | None) -> str:
    """`2020-07-18T16:02:00` as `2020 2020-07-18 18 July Jul Saturday`, `2020-07` as far as that."""
    found = _DATE.match(taken_at or "")
    if not found:
        return ""
    year, month, day = (int(part or 0) for part in found.groups())
    try:
        taken = date(year, month, day or 1)
    except ValueError:
        return found[1]
    if not day:
        return f"{taken:%Y %Y-%m %B %b}"
    return f"{taken:%Y %Y-%m-%d %d %B %b %A} {taken.day}"


def words_of(text: str) -> tuple[str, ...]:
    """The words of a query, each as it is to be looked up."""
    return tuple(word for word in text.split() if tokens(word))


def phrase(words: Iterable[str]) -> str:
    """A MATCH expression for rows that hold these words, as `tokens` gives them, in this order."""
    # Inside double quotes FTS5 reads no operators, and words hold no quotes.
    return '"' + " ".join(words) + '"'
