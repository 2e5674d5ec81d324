"""What a line is read with, and what it is read as."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Literal, TypeAlias

from storage.records import LibraryNames, PhotoFilter

if TYPE_CHECKING:
    from storage.saved_searches import SavedSearch, SearchOrder

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
    "saved",
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
    wanted: PhotoFilter = field(default_factory=PhotoFilter, compare=False, repr=False)
    """What it lets pass by itself; of several chips of one kind a photo may pass only some."""


FindTown: TypeAlias = Callable[[str, int], "tuple[float, float] | None"]
"""Where the largest town of a name is, in degrees, among those of at least so many people."""


def _no_town(name: str, people: int) -> tuple[float, float] | None:
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class LineContext:
    """What a line means depends on it: the day it is typed, its reader's habits, the library."""

    today: date = field(default_factory=date.today)
    is_day_first: bool = True
    """Whether 7/8/21 is the seventh of August."""
    names: LibraryNames = field(default_factory=LibraryNames)
    find_town: FindTown = _no_town
    searches: tuple[SavedSearch, ...] = ()
    """Those that `@name` may mean."""


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
    order: SearchOrder = "match"
    """What the results are to be shown by: the order of the saved search that the line names."""
    dropped: tuple[str, ...] = ()
    """Words that tell nothing: `photos`, `show me`, the name that all photos share."""
