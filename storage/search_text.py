"""How text becomes words of the full-text index, and how a user's words become a MATCH expression.

SQLite's unicode61 tokenizer keeps a run of Chinese or Japanese signs as one token; setting them
apart on both sides, and asking for them as a phrase, finds any part of such a run.
"""

from __future__ import annotations

import re
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
