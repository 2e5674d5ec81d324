"""Times of a filter as conditions on `photos.moment`, which is local ISO time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from storage.conditions import Condition, any_of
from storage.records import TimeSpan

if TYPE_CHECKING:
    from storage.records import DaysOfYear, HoursOfDay, PhotoFilter

# NULL, which passes nothing, where the year, or the day, is all that is known.
_DAY = "nullif(substr(photos.moment, 6, 5), substr(photos.moment, 6, 2))"
_HOUR = "CAST(nullif(substr(photos.moment, 12, 2), '') AS INTEGER)"


def in_time(photo_filter: PhotoFilter) -> list[Condition]:
    """What the filter says of when a photo was taken, each part to be fulfilled."""
    parts: list[Condition] = []
    if photo_filter.taken_from:
        parts.append(Condition("photos.moment >= ?", (photo_filter.taken_from,)))
    if photo_filter.taken_before:
        parts.append(Condition("photos.moment < ?", (photo_filter.taken_before,)))
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
    return Condition("photos.moment >= ? AND photos.moment < ?", (span.first, span.before))


def _in_days(days: DaysOfYear) -> Condition:
    word = "AND" if days.first <= days.last else "OR"
    return Condition(f"({_DAY} >= ? {word} {_DAY} <= ?)", (days.first, days.last))


def _in_hours(hours: HoursOfDay) -> Condition:
    word = "AND" if hours.first <= hours.before else "OR"
    return Condition(f"({_HOUR} >= ? {word} {_HOUR} < ?)", (hours.first, hours.before))
