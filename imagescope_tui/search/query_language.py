"""One line of text → words and filters, by grammar, never by a model.

    yellow flower in:~/Photos/2019 before:2020-07 camera:x100 type:heic -people

What is not understood stays words.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Literal, TypeAlias

from indexer.formats import PHOTO_EXTENSIONS, VIDEO_EXTENSIONS
from storage.pairs import RAW_EXTENSIONS
from storage.records import LibraryNames, PhotoFilter

_TOKEN = re.compile(r'(?:-?\w+:)?"[^"]*"|\S+')
_FILTER = re.compile(r'(?P<key>[A-Za-z]+):(?P<value>"[^"]+"|\S+)')
_DATE = re.compile(r"(\d{4})(?:-(\d{1,2}))?(?:-(\d{1,2}))?")
_MONTHS_IN_YEAR = 12
_DATE_KEYS = ("before", "after", "since", "date", "on", "year")
_TYPE_KEYS = ("type", "ext")
_RATING_KEYS = ("rating", "stars")
_SAME_FORMAT = (
    ("jpg", "jpeg", "jpe", "jfif"),
    ("heic", "heif", "hif", "heics", "heifs"),
    ("tif", "tiff"),
)
# The first of each is the word itself, so that a line can be written from the filter again.
_FAMILIES = {
    "raw": ("raw", *sorted(name for name in RAW_EXTENSIONS if name != "raw")),
    "video": ("video", *sorted(name[1:] for name in VIDEO_EXTENSIONS)),
}
_TYPES = frozenset(name[1:] for name in PHOTO_EXTENSIONS | VIDEO_EXTENSIONS)
_MOST_STARS = 5

# Words of the language itself: to the word index they say nothing.
STOP_WORDS = frozenset(
    {
        *("a", "am", "an", "and", "are", "as", "at", "be", "been", "being", "by", "for", "from"),
        *("in", "is", "it", "my", "of", "on", "or", "our", "that", "the", "this", "to", "was"),
        *("were", "with"),
    }
)


ChipKind: TypeAlias = Literal[
    "date",
    "folder",
    "camera",
    "type",
    "rating",
    "trait",
    "not",
    "phrase",
    "place",
    "person",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chip:
    """A part of the line that was understood, as a person reads it."""

    label: str
    source: str
    """The part of the line, as it stands there."""
    start: int = 0
    """Where in the line it begins."""
    kind: ChipKind = "trait"
    guess: str = ""
    """What was assumed where the line can be read in two ways; empty where it cannot."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LineContext:
    """What a line means depends on it: the day it is typed, its reader's habits, the library."""

    today: date = field(default_factory=date.today)
    is_day_first: bool = True
    """Whether 7/8/21 is the seventh of August."""
    names: LibraryNames = field(default_factory=LibraryNames)


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedQuery:
    """A line, understood."""

    text: str
    """The words that are left, in their order, without those that tell nothing."""
    alternatives: tuple[str, ...] = ()
    """Two or more texts, each of which is looked for, where OR stands between them."""
    unwanted: tuple[str, ...] = ()
    """What the picture must not show."""
    filter: PhotoFilter
    chips: tuple[Chip, ...] = ()
    """In the order of the line."""
    problems: tuple[str, ...] = ()
    """Parts that look like an operator and are none, each with what to write instead."""
    hints: tuple[str, ...] = ()
    """What is worth knowing of the reading: a guess, a folder that is not there."""
    dropped: tuple[str, ...] = ()
    """Words that tell nothing: `photos`, `show me`, the name that all photos share."""


def parse_query(line: str, context: LineContext | None = None) -> ParsedQuery:
    """Understand a line; every line is one."""
    del context
    words: list[str] = []
    chips: list[Chip] = []
    problems: list[str] = []
    photo_filter = PhotoFilter()
    for token in _TOKEN.findall(line):
        understood = _understand(token, photo_filter)
        if understood is None:
            words.append(token.replace('"', " ").strip())
            problems.extend(_problem(token))
        else:
            photo_filter, label = understood
            chips.append(Chip(label=label, source=token))
    text = " ".join(word for word in words if word)
    return ParsedQuery(text=text, filter=photo_filter, chips=tuple(chips), problems=tuple(problems))


def _problem(token: str) -> list[str]:
    found = _FILTER.fullmatch(token)
    if found is None:
        return []
    key, is_number = found["key"].lower(), found["value"].strip('"')[:1].isdigit()
    if key in _DATE_KEYS and is_number:
        return [f"{token} is no date: write 2019, 2019-07, 2019-07-18 or date:2019..2020"]
    if key in _RATING_KEYS and is_number:
        return [f"{token} is no number of stars: write rating:1 to rating:{_MOST_STARS}"]
    if key in _TYPE_KEYS:
        return [f"{token} is no type of photo: write type:jpg, type:raw, type:video or the like"]
    return []


def without_chip(line: str, chip: Chip) -> str:
    """The line without the part that made the chip."""
    tokens = _TOKEN.findall(line)
    if chip.source in tokens:
        tokens.remove(chip.source)
    return " ".join(tokens)


def word_index_terms(text: str) -> tuple[str, ...]:
    """The words that the word index is asked for: all but those of the language itself."""
    words = tuple(text.split())
    telling = tuple(word for word in words if word.lower() not in STOP_WORDS)
    return telling or words


def _understand(token: str, before: PhotoFilter) -> tuple[PhotoFilter, str] | None:
    if re.fullmatch(r"-\w[\w'-]*", token):
        word = token[1:]
        return replace(before, without_words=(*before.without_words, word)), f"not {word}"
    found = _FILTER.fullmatch(token)
    if found is None or "\0" in token:  # which no name of a file or folder can hold
        return None
    value = found["value"].strip('"')
    match found["key"].lower():
        case "in" | "folder":
            return _placed(value, before), f"in {value}"
        case "camera" | "lens":
            return replace(before, cameras=(*before.cameras, value)), f"camera {value}"
        case key if key in _TYPE_KEYS:
            return _typed(value, before)
        case key if key in _RATING_KEYS:
            return _rated(value, before)
        case key if key in _DATE_KEYS:
            return _dated(key, value, before)
    return None


def _rated(value: str, before: PhotoFilter) -> tuple[PhotoFilter, str] | None:
    """So many stars, or more."""
    stars = int(value) if re.fullmatch(r"[0-9]", value) else 0
    if not 1 <= stars <= _MOST_STARS:
        return None
    return replace(before, rating_from=stars), "★" * stars + (
        " or more" if stars < _MOST_STARS else ""
    )


def _typed(value: str, before: PhotoFilter) -> tuple[PhotoFilter, str] | None:
    extensions = _extensions(value.lower().lstrip("."))
    if _TYPES.isdisjoint(extensions):
        return None
    return replace(before, extensions=(*before.extensions, *extensions)), value.lower()


def _extensions(extension: str) -> tuple[str, ...]:
    if extension in _FAMILIES:
        return _FAMILIES[extension]
    return next((group for group in _SAME_FORMAT if extension in group), (extension,))


def _placed(value: str, before: PhotoFilter) -> PhotoFilter:
    """A path as it is written; a bare name for folders called so, wherever they are."""
    if value.startswith(("/", "~", "./", "../")):
        # Path's own expanduser raises where nobody is called so.
        folder = Path(os.path.expanduser(value)).absolute()  # noqa: PTH111
        return replace(before, folders=(*before.folders, folder))
    return replace(before, folder_names=(*before.folder_names, value))


def _dated(key: str, value: str, before: PhotoFilter) -> tuple[PhotoFilter, str] | None:
    first_text, _, last_text = value.partition("..")
    first, last = _span(first_text), _span(last_text or first_text)
    if first is None or last is None or (last_text and key in ("before", "after", "since")):
        return None
    match key:
        case "before":
            return replace(before, taken_before=first[0].isoformat()), f"before {value}"
        case "since":
            return replace(before, taken_from=first[0].isoformat()), f"since {value}"
        case "after":
            return replace(before, taken_from=first[1].isoformat()), f"after {value}"
    span = replace(before, taken_from=first[0].isoformat(), taken_before=last[1].isoformat())
    return span, value.replace("..", "–")


def _span(text: str) -> tuple[date, date] | None:
    """First day of a year, month or day, and the first day after it."""
    found = _DATE.fullmatch(text)
    if found is None:
        return None
    year, month, day = (int(part) if part else None for part in found.groups())
    if year is None:
        return None
    try:
        start = date(year, month or 1, day or 1)
        if day:
            return start, start + timedelta(days=1)
        if month:
            following = date(year + month // _MONTHS_IN_YEAR, month % _MONTHS_IN_YEAR + 1, 1)
            return start, following
        return start, date(year + 1, 1, 1)
    except (ValueError, OverflowError):
        return None
