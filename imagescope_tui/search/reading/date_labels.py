"""Dates as a person reads them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from imagescope_tui.search.reading.date_names import english_months

if TYPE_CHECKING:
    from imagescope_tui.search.reading.calendar import Period, Yearly
    from imagescope_tui.search.reading.date_names import Bound
    from imagescope_tui.search.reading.date_values import When
    from storage.records import DaysOfYear, HoursOfDay

_MOST_PERIODS: Final = 2


def label_of(when: When) -> str:
    """`July 2021`, `1 Jun–31 Aug 2020`, `24–26 Dec`, `before 2020`, `July 2021, 05:00–12:00`."""
    if when.bound:
        return f"{when.bound} {_edge(when.periods[0], when.bound)}"
    parts = [*_periods(when.periods), *map(_yearly, when.yearly), *map(_hours, when.hours)]
    return ", ".join(dict.fromkeys(parts))


def _periods(periods: tuple[Period, ...]) -> list[str]:
    if len(periods) > _MOST_PERIODS:
        return [f"{_period(periods[0])} … {_period(periods[-1])}"]
    return [_period(period) for period in periods]


def _edge(period: Period, bound: Bound) -> str:
    """The period where it has a name, else the day at that end of it."""
    label = _period(period)
    if label.replace(" ", "").isalnum() or period.first_hour or period.before_hour:
        return label
    is_first = bound in ("since", "before")
    return _full(period.first if is_first else period.before - timedelta(days=1))


def _short(month: int) -> str:
    return english_months()[month - 1][:3]


def _period(period: Period) -> str:
    if period.first_hour or period.before_hour:
        return _within_days(period)
    first, last = period.first, period.before - timedelta(days=1)
    if (first.month, first.day, last.month, last.day) == (1, 1, 12, 31):
        return _joined(str(first.year), str(last.year))
    is_month = first.day == period.before.day == 1
    if is_month and (last.year, last.month) == (first.year, first.month):
        return f"{english_months()[first.month - 1]} {first.year}"
    if first == last:
        return _full(first)
    if first.year != last.year:
        return f"{_short_day(first)} {first.year}–{_short_day(last)} {last.year}"
    return f"{_days(first, last)} {last.year}"


def _joined(first: str, last: str) -> str:
    return first if first == last else f"{first}–{last}"


def _full(day: date) -> str:
    return f"{day.day} {english_months()[day.month - 1]} {day.year}"


def _short_day(day: date) -> str:
    return f"{day.day} {_short(day.month)}"


def _days(first: date, last: date) -> str:
    if first.month == last.month:
        return f"{_joined(str(first.day), str(last.day))} {_short(last.month)}"
    return f"{_short_day(first)}–{_short_day(last)}"


def _within_days(period: Period) -> str:
    """`29 November 2026, 18:00–06:00`."""
    last = period.before if period.before_hour else period.before - timedelta(days=1)
    days = _full(period.first)
    if last - period.first > timedelta(days=1):
        days = f"{days}–{_full(last)}"
    return f"{days}, {period.first_hour:02}:00–{period.before_hour or 24:02}:00"


def _yearly(yearly: Yearly) -> str:
    if yearly.days is None:
        return f"{yearly.name} of every year"
    return days_label(yearly.days)


def days_label(days: DaysOfYear) -> str:
    """`July`, `24–26 Dec`, of any year."""
    first, last = (date.fromisoformat(f"2000-{text}") for text in (days.first, days.last))
    if first.day == 1 and (last + timedelta(days=1)).day == 1 and first.month == last.month:
        return english_months()[first.month - 1]
    return _days(first, last)


def _hours(hours: HoursOfDay) -> str:
    return f"{hours.first:02}:00–{hours.before:02}:00"
