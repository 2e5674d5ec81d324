"""What a date in words means, before it becomes a filter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from datetime import date

    from imagescope_tui.search.reading.atoms import Atom
    from imagescope_tui.search.reading.calendar import Period, Yearly
    from imagescope_tui.search.reading.date_names import Bound
    from storage.records import HoursOfDay

Support: TypeAlias = Literal["none", "rest", "opener", "filter"]
"""What must stand around words that mean something else as well, for them to be a date: nothing;
no word that they could describe; a word such as `in`; the filter `date:`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class When:
    """Stretches of time, each of which will do."""

    periods: tuple[Period, ...] = ()
    yearly: tuple[Yearly, ...] = ()
    hours: tuple[HoursOfDay, ...] = ()
    bound: Bound | None = None
    """Not in the period, but on one side of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """The words that are read, by whom, and when."""

    atoms: tuple[Atom, ...]
    today: date
    is_day_first: bool = True
    is_filter: bool = False
    """Whether it is said to be a date, so that any year is one."""

    @property
    def years(self) -> range:
        """The numbers that can be years: all that the calendar has, in words those of photos."""
        return range(1, 9_999) if self.is_filter else range(1800, 2200)

    def word(self, at: int) -> str:
        """What stands there, folded; empty behind the end."""
        return self.atoms[at].text if 0 <= at < len(self.atoms) else ""

    def number(self, at: int, digits: tuple[int, ...]) -> int | None:
        """The number that stands there, if it has one of these counts of digits."""
        text = self.word(at)
        return int(text) if len(text) in digits and text.isdecimal() else None

    def is_glued(self, at: int) -> bool:
        """Whether there is something that no space sets apart from what is before it."""
        return at < len(self.atoms) and self.atoms[at].is_glued

    def skipped(self, at: int, words: frozenset[str], most: int = 2) -> int:
        """Where it goes on behind words that only link."""
        while most and self.word(at) in words:
            at, most = at + 1, most - 1
        return at


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A date, and where it ends."""

    when: When
    end: int
    guess: str = ""
    needs: Support = "none"
