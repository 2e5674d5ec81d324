"""Times of a filter as conditions on `photos.moment`, which is local ISO time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from storage.conditions import Condition, any_of
from storage.records import TimeSpan

if TYPE_CHECKING:
    from storage.records import DaysOfYear, HoursOfDay, PhotoFilter

# A photo of which only the year or the month is known passes where all of that does. NULL passes
# nothing. No month ends before its 28th day, which stands for the last.
_MONTH = "nullif(substr(photos.moment, 6, 2), '')"
_DAY = "nullif(substr(photos.moment, 8, 3), '')"
_FIRST_DAY, _LAST_DAY = (f"{_MONTH} || coalesce({_DAY}, '{day}')" for day in ("-01", "-28"))
_HOUR = "CAST(nullif(substr(photos.moment, 12, 2), '') AS INTEGER)"
_LENGTHS = tuple(map(len, ("1985", "1985-07", "1985-07-18")))


def in_time(photo_filter: PhotoFilter) -> list[Condition]:
    """What the filter says of when a photo was taken, each part to be fulfilled."""
    parts: list[Condition] = []
    if photo_filter.taken_from:
        parts.append(_from(photo_filter.taken_from))
    if photo_filter.taken_before:
        parts.append(_before(photo_filter.taken_before))
    if photo_filter.spans and not photo_filter.days:
        # Which the index of the timeline is asked for; of several spans it would be read through.
        parts.append(_in_span(_hull(photo_filter.spans)))
    if photo_filter.spans or photo_filter.days:
        spans = map(_in_span, photo_filter.spans)
        parts.append(any_of((*spans, *map(_in_days, photo_filter.days))))
    if photo_filter.hours:
        parts.append(any_of(map(_in_hours, photo_filter.hours)))
    return parts


def _hull(spans: tuple[TimeSpan, ...]) -> TimeSpan:
    return TimeSpan(
        first=min(span.first for span in spans), before=max(span.before for span in spans)
    )


def _in_span(span: TimeSpan) -> Condition:
    first, before = _from(span.first), _before(span.before)
    return Condition(f"{first.text} AND {before.text}", (*first.values, *before.values))


def _from(bound: str) -> Condition:
    return Condition("photos.moment >= ?", (_coarse(bound),))


def _before(bound: str) -> Condition:
    """Of years and months that the bound lies in the middle of not all is before it."""
    end = _coarse(bound)
    around = tuple(end[:length] for length in _LENGTHS if length < len(end))
    marks = ", ".join("?" * len(around))
    others = f" AND photos.moment NOT IN ({marks})" if around else ""
    return Condition(f"photos.moment < ?{others}", (end, *around))


def _coarse(bound: str) -> str:
    """`1985` for `1985-01-01T00`: where the year begins also what says no more than that is."""
    day, _, clock = bound.partition("T")
    if clock.strip("0:"):
        return bound
    while day.endswith("-01"):
        day = day.removesuffix("-01")
    return day


def _in_days(days: DaysOfYear) -> Condition:
    word = "AND" if days.first <= days.last else "OR"
    return Condition(f"({_FIRST_DAY} >= ? {word} {_LAST_DAY} <= ?)", (days.first, days.last))


def _in_hours(hours: HoursOfDay) -> Condition:
    word = "AND" if hours.first <= hours.before else "OR"
    return Condition(f"({_HOUR} >= ? {word} {_HOUR} < ?)", (hours.first, hours.before))
