"""One line of text → words and filters, by grammar, never by a model.

    yellow flower in:Italy last summer camera:x100 type:heic without people

What is not understood stays words; what looks like an operator and is none is refused.
"""

from __future__ import annotations

import re

from imagescope_tui.search.reading.atoms import plain
from imagescope_tui.search.reading.languages import PHOTO_NOUN, PHOTO_NOUNS, STOP_WORDS
from imagescope_tui.search.reading.values import Chip, ChipKind, LineContext, ParsedQuery
from storage.records import PhotoFilter

__all__ = [
    "STOP_WORDS",
    "Chip",
    "ChipKind",
    "LineContext",
    "ParsedQuery",
    "parse_query",
    "without_chip",
    "word_index_terms",
]

_OR = re.compile(r"\s*(?:(?:OR|or)(?=\s|$)|\|+)")
_OR_BEFORE = re.compile(r"(?:(?:^|(?<=\s))(?:OR|or)|\|+)\s*$")


def parse_query(line: str, context: LineContext | None = None) -> ParsedQuery:
    """Understand a line; every line is one."""
    if not line.strip():
        return ParsedQuery(text="", filter=PhotoFilter())
    # Its tables of words take a moment, which a screen that opens has no need of.
    from imagescope_tui.search.reading.line import read_line

    return read_line(line, context or LineContext())


def without_chip(line: str, chip: Chip) -> str:
    """The line without the part that made the chip, and without an OR that led to it."""
    before, behind = line[: chip.start], line[chip.start + len(chip.source) :]
    if (joined := _OR.match(behind)) is not None:
        behind = behind[joined.end() :]
    else:
        before = _OR_BEFORE.sub("", before)
    return " ".join(f"{before} {behind}".split())


def word_index_terms(text: str) -> tuple[str, ...]:
    """The words that the word index is asked for: all but those that say nothing to it."""
    words = tuple(text.split())
    return tuple(word for word in words if not _says_nothing(word)) or words


def _says_nothing(word: str) -> bool:
    return word.lower() in STOP_WORDS or plain(word) in PHOTO_NOUNS | PHOTO_NOUN
