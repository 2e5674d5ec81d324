"""The lines of the strip of years: what each stands for, and which of them fit; pure."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from imagescope_tui.ui.months import is_year, year_of
from imagescope_tui.ui.wording import Moment, short_day

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from imagescope_tui.ui.months import Period

_UNKNOWN = "—"
_NO_DATE = "no date"
_MOST = 99_999
"""The largest number that is written in full."""


@dataclass(frozen=True, slots=True)
class TimeRow:
    """A year or a month, and how many photos it has."""

    period: Period
    photos: int

    @property
    def label(self) -> str:
        """`2020`, `Jul`; `—` for photos of which only the year is known."""
        if not self.period or is_year(self.period):
            return self.period or _NO_DATE
        number = self.period[len("2020-") :]
        is_known = number.isdecimal() and 1 <= int(number) <= 12
        return short_day(Moment(0, int(number))) if is_known else _UNKNOWN

    @property
    def number(self) -> str:
        """`1,204`; in thousands, `123k`, where that is too long."""
        return f"{self.photos:,}" if self.photos <= _MOST else f"{self.photos // 1000:,}k"


def periods_of(photos: Mapping[Period, int], *, oldest_first: bool) -> tuple[Period, ...]:
    """Each year, and behind it its months, in the order of time; what has no date comes last."""
    months = sorted(filter(None, photos), reverse=not oldest_first)
    years = groupby(months, key=year_of)
    dated = tuple(period for year, of_year in years for period in (year, *of_year))
    return (*dated, "") if "" in photos else dated


def rows_of(
    periods: Sequence[Period], photos: Mapping[Period, int], opened: Period, room: int
) -> tuple[TimeRow, ...]:
    """A line for each year and for the months of one; of all years where there is room."""
    has_room = len(periods) <= room
    shown = (
        period
        for period in periods
        if has_room or is_year(period) or not period or year_of(period) == opened
    )
    return tuple(TimeRow(period, _photos_of(period, photos)) for period in shown)


def _photos_of(period: Period, photos: Mapping[Period, int]) -> int:
    if not is_year(period):
        return photos[period]
    return sum(count for month, count in photos.items() if month and year_of(month) == period)


@dataclass(frozen=True, slots=True)
class Window:
    """The lines in view, of so many; a sign takes the place of the first that are not."""

    rows: int
    room: int
    top: int = 0

    def scrolled(self, lines: int) -> Window:
        """Moved, as far as there are lines."""
        top = max(0, min(self.top + lines, self.rows - self.room))
        return Window(self.rows, self.room, top)

    def showing(self, *rows: int) -> Window:
        """Moved as little as it takes to have these in view, the last above all."""
        window = self.scrolled(0)
        for row in rows:
            before = min(0, row - window.top - 1)
            behind = max(0, row - window.top - window.room + 2)
            window = window.scrolled(before + behind)
        return window

    @property
    def is_cut_above(self) -> bool:
        """Whether the first line is a sign that there are more."""
        return self.top > 0

    @property
    def is_cut_below(self) -> bool:
        """Whether the last line is a sign that there are more."""
        return self.top + self.room < self.rows

    def row_at(self, line: int) -> int | None:
        """What a line in view shows; None for a sign, and below the last."""
        is_sign = (line == 0 and self.is_cut_above) or (line == self.room - 1 and self.is_cut_below)
        row = self.top + line
        return row if not is_sign and 0 <= line < self.room and row < self.rows else None


def neighbour(periods: Iterable[Period], period: Period, steps: int) -> Period:
    """The one so many places on, or the last in that direction."""
    listed = list(periods)
    if period not in listed:
        return listed[0] if listed else period
    return listed[max(0, min(listed.index(period) + steps, len(listed) - 1))]
