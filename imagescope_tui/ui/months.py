"""Years and months of the photos in a grid: how many, and where each begins; pure."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from itertools import accumulate
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from storage.records import MonthRun

Period: TypeAlias = str
"""A year, `2020`; a month, `2020-07`; what is known to be of a year alone, `2020-`; empty for what
has no date."""
Length: TypeAlias = Literal["year", "month"]
_YEAR = len("2020")


def year_of(period: Period) -> Period:
    """The year that the period is, or is a part of."""
    return period[:_YEAR]


def is_year(period: Period) -> bool:
    """Whether it is a whole year."""
    return len(period) == _YEAR


class Months:
    """The months in the order of the grid; one comes again where that is not by date alone."""

    def __init__(self, runs: Sequence[MonthRun] = ()) -> None:
        self._months = [_month(run) for run in runs]
        self._starts = list(accumulate((run.photos for run in runs), initial=0))
        self._beginnings: dict[Length, list[int]] = {
            "year": self._changes([year_of(month) for month in self._months]),
            "month": self._changes(self._months),
        }
        photos: dict[Period, int] = {}
        self._first: dict[Period, int] = {}
        for month, start, run in zip(self._months, self._starts, runs, strict=False):
            photos[month] = photos.get(month, 0) + run.photos
            self._first.setdefault(year_of(month), start)
            self._first.setdefault(month, start)
        self.photos: Mapping[Period, int] = photos
        """How many each month has."""

    @property
    def count(self) -> int:
        """Photos of all months."""
        return self._starts[-1]

    def month_at(self, index: int) -> Period:
        """The month of the photo at a place, from 0."""
        if not 0 <= index < self.count:
            return ""
        return self._months[bisect_right(self._starts, index) - 1]

    def first_of(self, period: Period) -> int | None:
        """The place of its first photo; None where it has none."""
        return self._first.get(period)

    def beginning(self, index: int, steps: int, length: Length) -> int:
        """Where the next year or month begins; backwards where this one does, or the one before."""
        beginnings = self._beginnings[length]
        if not beginnings:
            return index
        if steps > 0:
            place = bisect_right(beginnings, index) + steps - 1
            return beginnings[place] if place < len(beginnings) else index
        return beginnings[max(0, bisect_left(beginnings, index) + steps)]

    def _changes(self, periods: Sequence[Period]) -> list[int]:
        return [
            self._starts[place]
            for place, period in enumerate(periods)
            if place == 0 or period != periods[place - 1]
        ]


def _month(run: MonthRun) -> Period:
    return f"{run.month}-" if is_year(run.month) else run.month
