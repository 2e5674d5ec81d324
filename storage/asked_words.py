"""How a user's words become questions to the full-text index."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from storage.search_text import phrase, readings, tokens
from storage.word_forms import stem

if TYPE_CHECKING:
    from collections.abc import Iterable

    from storage.word_forms import WordForms

_POSSESSIVE = re.compile("(?<=\\w)['’]s(?!\\w)", re.IGNORECASE)
_PART_MIN = 3
_PART_ANYWHERE_MIN = 5
"""So many letters are found inside a word too; fewer begin one: no vacation shows a cat."""
_PART_OF_TEXT_MIN = 4
"""The same of text in pictures, which is often read without its spaces: `FreeWiFi`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedWord:
    """A word of a query, and what finds the photos that hold it."""

    asked: tuple[str, ...]
    """As it was asked; several where they are forms of one word."""
    whole: str
    """A MATCH expression for `word_index`."""
    written: str
    """The same for the word as it was written alone."""
    part: str
    """A MATCH expression for `name_parts`; empty where a part would tell nothing."""
    part_of_text: str
    """The same for `text_parts`."""


def read_words(words: Iterable[str], forms: WordForms) -> tuple[AskedWord, ...]:
    """What is asked for, each once, in the order of the query."""
    asked: dict[tuple[str, ...], list[str]] = {}
    for word in words:
        if found := tokens(_POSSESSIVE.sub("", word)):
            asked.setdefault(tuple(map(stem, found)), []).append(word)
    return tuple(_read(tuple(group), forms) for group in asked.values())


def _read(asked: tuple[str, ...], forms: WordForms) -> AskedWord:
    ways = readings(_POSSESSIVE.sub("", asked[0]))
    return AskedWord(
        asked=asked,
        whole=" OR ".join(forms.match(words) for words in ways),
        written=" OR ".join(phrase(words) for words in ways),
        part=_joined_parts(asked[0], _PART_ANYWHERE_MIN),
        part_of_text=_joined_parts(asked[0], _PART_OF_TEXT_MIN),
    )


def _joined_parts(word: str, anywhere_min: int) -> str:
    """For names that hold all pieces of a word, between whose stars anything may stand."""
    pieces = [" ".join(tokens(piece)) for piece in word.split("*")]
    return " AND ".join(
        phrase([_placed(piece, anywhere_min)]) for piece in pieces if len(piece) >= _PART_MIN
    )


def _placed(piece: str, anywhere_min: int) -> str:
    """With the space before a word where the piece must be its beginning."""
    is_found_anywhere = len(piece) >= anywhere_min or any(map(str.isdigit, piece))
    return piece if is_found_anywhere else f" {piece}"
