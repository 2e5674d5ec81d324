"""Dates, put together, as a filter."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Final

from imagescope_tui.search.reading.calendar import Period

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imagescope_tui.search.reading.calendar import Yearly
    from imagescope_tui.search.reading.date_values import When
    from storage.records import PhotoFilter

_FIRST_PHOTOS: Final = 1950
"""From when on holidays that move are looked for where no year is named."""


def dated(photo_filter: PhotoFilter, whens: Sequence[When], today: date) -> PhotoFilter:
    """The filter, for photos of any of the dates, on the right side of every bound.

    What comes every year is that of the year or month beside it: Christmas 2019, not both.
    """
    for when in whens:
        if when.bound:
            photo_filter = _bounded(photo_filter, when)
    plain = [when for when in whens if not when.bound]
    spans = tuple(dict.fromkeys(period.span for period in _periods(plain, today)))
    is_named = bool(_in_what_is_named(plain))
    yearly = [] if is_named else [every for when in plain for every in when.yearly]
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


def _is_years(period: Period) -> bool:
    edges = (period.first, period.before)
    return all((day.month, day.day) == (1, 1) for day in edges) and not period.first_hour


def _never(number: int) -> Period:
    """No time at all, as of 29 February 2021."""
    return Period(date(number, 1, 1), date(number, 1, 1))


def _periods(whens: Sequence[When], today: date) -> list[Period]:
    if meant := _in_what_is_named(whens):
        return meant
    moving = [every for when in whens for every in when.yearly if every.days is None]
    recent = range(_FIRST_PHOTOS, today.year + 1)
    each = [every.in_year(number) for every in moving for number in recent]
    return [
        *(period for when in whens for period in when.periods),
        *(period for period in each if period),
    ]


def _in_what_is_named(whens: Sequence[When]) -> list[Period]:
    """What comes every year within each stretch that is named; empty where some never meet."""
    yearly = [every for when in whens for every in when.yearly]
    named = [period for when in whens for period in when.periods]
    if not yearly or not named or any(period.first_hour or period.before_hour for period in named):
        return []
    met = [[_of_every(every, period) for every in yearly] for period in named]
    if all(map(_is_years, named)):
        parts = [part for of_period in met for of_every in of_period for part in of_every]
        return parts or [_never(named[0].first.year)]
    if not all(map(any, met)) or not all(map(any, zip(*met, strict=True))):
        return []
    return [part for of_period in met for of_every in of_period for part in of_every]


def _of_every(every: Yearly, period: Period) -> list[Period]:
    """Those of the years, else the days of those around that are in the period."""
    if _is_years(period):
        each = map(every.in_year, range(period.first.year, period.before.year))
        return [found for found in each if found]
    around = map(every.in_year, range(period.first.year - 1, period.before.year + 2))
    shared = [
        Period(max(found.first, period.first), min(found.before, period.before))
        for found in around
        if found
    ]
    return [part for part in shared if part.first < part.before]
