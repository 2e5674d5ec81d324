"""Dates, put together, as a filter."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Final

from imagescope_tui.search.reading.calendar import Period

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imagescope_tui.search.reading.date_values import When
    from storage.records import PhotoFilter

_FIRST_PHOTOS: Final = 1950
"""From when on holidays that move are looked for where no year is named."""


def dated(photo_filter: PhotoFilter, whens: Sequence[When], today: date) -> PhotoFilter:
    """The filter, for photos of any of the dates, on the right side of every bound.

    What comes every year and a year make that of the year: Christmas and 2019 are Christmas 2019.
    """
    for when in whens:
        if when.bound:
            photo_filter = _bounded(photo_filter, when)
    plain = [when for when in whens if not when.bound]
    spans = tuple(dict.fromkeys(period.span for period in _periods(plain, today)))
    yearly = [] if _years_of(plain) else [every for when in plain for every in when.yearly]
    days = tuple(dict.fromkeys(every.days for every in yearly if every.days))
    hours = tuple(dict.fromkeys(some for when in plain for some in when.hours))
    found = replace(photo_filter, days=days, hours=hours)
    if len(spans) == 1 and not days:
        return _within(found, spans[0].first, spans[0].before)
    return replace(found, spans=spans)


def _bounded(photo_filter: PhotoFilter, when: When) -> PhotoFilter:
    (period,) = when.periods
    span = period.span
    first = {"since": span.first, "after": span.before}.get(when.bound or "")
    before = {"before": span.first, "until": span.before}.get(when.bound or "")
    return _within(photo_filter, first, before)


def _within(photo_filter: PhotoFilter, first: str | None, before: str | None) -> PhotoFilter:
    firsts = [text for text in (photo_filter.taken_from, first) if text]
    befores = [text for text in (photo_filter.taken_before, before) if text]
    return replace(
        photo_filter,
        taken_from=max(firsts, default=None),
        taken_before=min(befores, default=None),
    )


def _years_of(whens: Sequence[When]) -> list[int]:
    """The years named, where all that is named beside what comes every year is whole years."""
    periods = [period for when in whens for period in when.periods]
    if not any(when.yearly for when in whens) or not all(map(_is_years, periods)):
        return []
    return sorted(
        {number for period in periods for number in range(period.first.year, period.before.year)}
    )


def _is_years(period: Period) -> bool:
    edges = (period.first, period.before)
    return all((day.month, day.day) == (1, 1) for day in edges) and not period.first_hour


def _never(number: int) -> Period:
    """No time at all, as of 29 February 2021."""
    return Period(date(number, 1, 1), date(number, 1, 1))


def _periods(whens: Sequence[When], today: date) -> list[Period]:
    yearly = [every for when in whens for every in when.yearly]
    if named := _years_of(whens):
        each = [every.in_year(number) for number in named for every in yearly]
        return [period for period in each if period] or [_never(named[0])]
    moving = [every for every in yearly if every.days is None]
    recent = range(_FIRST_PHOTOS, today.year + 1)
    each = [every.in_year(number) for every in moving for number in recent]
    return [
        *(period for when in whens for period in when.periods),
        *(period for period in each if period),
    ]
