"""Foreign words made fit to be kept: on one line, bounded, each once, and said by a person."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING

from indexer.metadata.boilerplate import is_boilerplate, is_rubbish
from indexer.metadata.exif import clean_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

NAME_LENGTH_MAX = 120
TITLE_LENGTH_MAX = 300
DESCRIPTION_LENGTH_MAX = 2000
WORDS_MAX = 1000
"""Keywords, and names of people, that are kept of one photo."""
_WORD_LENGTH_MAX = 80
_BETWEEN_WORDS = re.compile("[,;]")
_LOOKED_AT_MAX = 20_000
"""More is only in files that are made to keep us busy."""
_LATIN_MAX = 255


def first_text(texts: Iterable[str | bytes], *, length_max: int) -> str | None:
    """The first that says something, on one line and cut to a length."""
    clean = (clean_text(text, length_max=length_max) for text in texts)
    return next((text for text in clean if text), None)


def peoples_texts(texts: Iterable[str | bytes], *, length_max: int) -> Iterator[str]:
    """Those that a person wrote, on one line and cut to a length."""
    for text in texts:
        if is_rubbish(_raw(text)):
            continue
        clean = clean_text(text, length_max=length_max)
        if clean and not is_boilerplate(clean):
            yield clean


def unique_words(texts: Iterable[str | bytes]) -> tuple[str, ...]:
    """Every keyword or name once, whatever its case."""
    unique: dict[str, str] = {}
    for text in islice(texts, _LOOKED_AT_MAX):
        for word in _words_in(clean_text(text, length_max=DESCRIPTION_LENGTH_MAX) or ""):
            unique.setdefault(word.casefold(), word)
    return tuple(unique.values())


def too_many(words: tuple[str, ...], what: str) -> tuple[str, ...]:
    """A note where there are more than are kept, for the owner to know."""
    if len(words) <= WORDS_MAX:
        return ()
    return (f"only the first {WORDS_MAX} of {len(words)} {what} are kept",)


def _words_in(text: str) -> Iterator[str]:
    """What is too long for one keyword may be a list of them that a program wrote as one."""
    parts = [text] if len(text) <= _WORD_LENGTH_MAX else _BETWEEN_WORDS.split(text)
    return (word for part in parts if (word := part.strip()[:_WORD_LENGTH_MAX].strip()))


def _raw(text: str | bytes) -> bytes:
    """The bytes of a text as the file has them: Pillow gives those of EXIF as Latin-1."""
    if isinstance(text, bytes):
        return text
    is_latin = all(ord(character) <= _LATIN_MAX for character in text)
    return text.encode("latin-1") if is_latin else text.encode("utf-8", "replace")
