"""How text becomes words of the full-text index, and how a user's words become a MATCH expression.

SQLite's unicode61 tokenizer keeps a run of Chinese or Japanese signs as one token; setting them
apart on both sides, and asking for them as a phrase, finds any part of such a run.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_SIGN = re.compile(r"([\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uac00-\ud7af])")
_RUN = re.compile(r"[A-Za-z0-9]+")
_BORDER = re.compile(r"(?<=[A-Za-z])(?=\d)|(?<=\d)(?=[A-Za-z])")
_HUMP = re.compile(rf"(?<=[a-z])(?=[A-Z])|{_BORDER.pattern}")
_BORDERS_MAX = 3
# The photos of a folder come one after the other, and share all names but their own.
_FOLDERS_AT_HAND = 1_000
_WORD = re.compile(r"\w", re.UNICODE)
_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})")

# Accents and the like, which hang on letters of Latin, Greek and Cyrillic.
_ACCENTS = "\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
_ACCENTED = re.compile(f"([\u0400-\u052f]?)([{_ACCENTS}]+)")
# Other letters of Cyrillic, never written without their marks, as ё and stressed vowels are.
_CYRILLIC_KEPT = frozenset({"и\u0306", "у\u0306", "і\u0308"})
# Points of Hebrew; vowel marks, hamza and tatweel of Arabic; and what is not seen at all: joiners,
# soft hyphens, marks of direction, selectors of a variant.
_LEFT_OUT = re.compile(
    "[\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7"
    "\u0610-\u061a\u0640\u064b-\u065f\u0670"
    "\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed\u08d3-\u08ff"
    "\u00ad\u02b9-\u02bf\u061c\u180b-\u180f\u200c-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff"
    "\U000e0000-\U000e0fff]+"
)
_SAME_LETTERS = str.maketrans(
    # Arabic's yeh, kaf and heh as other languages' keyboards have them, and as they are confused.
    dict.fromkeys("ىیې", "ي")
    | {"ک": "ك"}
    | dict.fromkeys("ةہھە", "ه")
    # Malayalam's letters without a vowel, which were once written with a joiner.
    | {letter: f"{whole}\u0d4d" for letter, whole in zip("ൺൻർൽൾൿ", "ണനരലളക", strict=True)}
    | {"\u200b": " "}
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
    """What each sign is typed as, once it was asked for, as str.translate takes it."""

    def __missing__(self, code: int) -> str:
        self[code] = plain = _plain(chr(code))
        return plain


_PLAIN = _Plain()


def indexed(text: str) -> str:
    """The text as it goes into the index."""
    return _SIGN.sub(r" \1 ", text).encode("utf-8", "replace").decode("utf-8")


@lru_cache(_FOLDERS_AT_HAND)
def indexed_name(name: str) -> str:
    """A file or folder name, as written and with `DogBeach2` also read as `Dog Beach 2`.

    What changes between letters and digits as `6a9ca987b1` does is a code, and has no words in it.
    """
    parts = _RUN.sub(_parted, name)
    return indexed(name if parts == name else f"{name} {parts}")


def _parted(run: re.Match[str]) -> str:
    is_code = len(_BORDER.findall(run[0])) > _BORDERS_MAX
    return run[0] if is_code else _HUMP.sub(" ", run[0])


def date_words(taken_at: str | None) -> str:
    """`2020-07-18T16:02:00` as `2020 2020-07 2020-07-18 18 July Jul Saturday`."""
    found = _DATE.match(taken_at or "")
    if not found:
        return ""
    year, month, day = (int(part) for part in found.groups())
    try:
        taken = date(year, month, day)
    except ValueError:
        return str(year)
    return f"{taken:%Y %Y-%m-%d %d %B %b %A} {taken.day}"


def words_of(text: str) -> tuple[str, ...]:
    """The words of a query, each as it is to be looked up."""
    return tuple(word for word in text.split() if _WORD.search(word))


def match_any(words: Iterable[str]) -> str:
    """A MATCH expression for rows that hold any of the words; empty for no word."""
    return " OR ".join(_quoted(word) for word in words if _WORD.search(word))


def _quoted(word: str) -> str:
    # Inside double quotes FTS5 reads no operators: the text is a phrase, whatever is in it.
    return '"' + indexed(word).replace('"', '""').replace("\0", " ") + '"'
