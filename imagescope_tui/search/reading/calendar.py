"""Stretches of time, by the calendar: months, seasons, weeks, holidays."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import MINYEAR, date, timedelta
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from dateutil.easter import easter
from dateutil.relativedelta import TH, relativedelta

from storage.records import DaysOfYear, TimeSpan

if TYPE_CHECKING:
    from collections.abc import Callable

Season: TypeAlias = Literal["spring", "summer", "autumn", "winter"]
Third: TypeAlias = Literal[0, 1, 2]
Unit: TypeAlias = Literal["day", "week", "weekend", "month", "year"]

# By the months of the weather services, north of the equator.
_SEASON_BEGINS: Final = {"spring": 3, "summer": 6, "autumn": 9, "winter": 12}
_LAST_YEAR: Final = 9_998
_GREGORIAN: Final = range(1583, 4100)
_LEAP_YEAR: Final = 2000
_SATURDAY: Final = 5
_DECEMBER: Final = 12


@dataclass(frozen=True, slots=True)
class Period:
    """From one day to another, or between hours of days."""

    first: date
    before: date
    """The first day that is no longer in it, from `before_hour` on."""
    first_hour: int = 0
    before_hour: int = 0

    @property
    def span(self) -> TimeSpan:
        """The same as ISO prefixes."""
        first = _prefix(self.first, self.first_hour)
        return TimeSpan(first=first, before=_prefix(self.before, self.before_hour))

    @property
    def is_one_day(self) -> bool:
        """Whether it is a whole day."""
        return self.before - self.first == timedelta(days=1) and not (
            self.first_hour or self.before_hour
        )

    def until(self, later: Period) -> Period:
        """From the beginning of this to the end of the other."""
        return Period(self.first, later.before, self.first_hour, later.before_hour)

    def between(self, first_hour: int, before_hour: int) -> Period:
        """These hours of the first day; hours over 24 are of the next."""
        days, hour = divmod(before_hour, 24)
        return Period(self.first, self.first + timedelta(days=days), first_hour, hour)


def _prefix(day: date, hour: int) -> str:
    return f"{day.isoformat()}T{hour:02}" if hour else day.isoformat()


@dataclass(frozen=True, slots=True)
class Yearly:
    """What comes every year."""

    in_year: Callable[[int], Period | None]
    """None where a year has none, as most have no 29 February."""
    days: DaysOfYear | None = None
    """None where it moves, as Easter does."""
    name: str = ""
    """Of what moves."""


def year(number: int) -> Period | None:
    """A calendar year."""
    if not MINYEAR <= number <= _LAST_YEAR:
        return None
    return Period(date(number, 1, 1), date(number + 1, 1, 1))


def years(first: int, count: int) -> Period | None:
    """Several calendar years."""
    begin, end = year(first), year(first + count - 1)
    return begin.until(end) if begin and end else None


def months(number: int, first: int, count: int = 1) -> Period | None:
    """A month, or several that follow each other, also into the next year."""
    if year(number) is None or not 1 <= first <= _DECEMBER:
        return None
    begin = date(number, first, 1)
    return Period(begin, begin + relativedelta(months=count))


def day(number: int, month: int, of_month: int) -> Period | None:
    """A day; None for 30 February."""
    if year(number) is None:
        return None
    try:
        return one_day(date(number, month, of_month))
    except ValueError:
        return None


def one_day(that: date) -> Period:
    """A whole day."""
    return Period(that, that + timedelta(days=1))


def season(number: int, name: Season) -> Period | None:
    """A season by the year in which it begins."""
    return months(number, _SEASON_BEGINS[name], 3)


def yearly_season(name: Season) -> Yearly:
    """A season of every year."""
    first = _SEASON_BEGINS[name]
    last = _common_year_end(first, 3)
    return Yearly(
        lambda number: season(number, name), DaysOfYear(first=f"{first:02}-01", last=last)
    )


def yearly_month(month: int) -> Yearly:
    """A month of every year."""
    days = DaysOfYear(first=f"{month:02}-01", last=_common_year_end(month, 1))
    return Yearly(lambda number: months(number, month), days)


def _common_year_end(month: int, count: int) -> str:
    """The last day, 29 February included, for it is in no other month."""
    last = date(_LEAP_YEAR, month, 1) + relativedelta(months=count, days=-1)
    return f"{last:%m-%d}"


def yearly_days(month: int, first: int, count: int = 1) -> Yearly | None:
    """Days of every year; None for 30 February."""
    begin = day(_LEAP_YEAR, month, first)
    if begin is None:
        return None
    last = begin.first + timedelta(days=count - 1)

    def in_year(number: int) -> Period | None:
        found = day(number, month, first)
        return found and Period(found.first, found.first + timedelta(days=count))

    return Yearly(in_year, DaysOfYear(first=f"{begin.first:%m-%d}", last=f"{last:%m-%d}"))


def new_year(number: int) -> Period | None:
    """The night before, and the first of January."""
    first = day(number, 1, 1)
    return first and Period(first.first - timedelta(days=1), first.before)


def around_easter(name: str, first: int, count: int) -> Yearly:
    """So many days from so many days after Easter Sunday on."""

    def in_year(number: int) -> Period | None:
        if number not in _GREGORIAN:
            return None
        begin = easter(number) + timedelta(days=first)
        return Period(begin, begin + timedelta(days=count))

    return Yearly(in_year, name=name)


def thanksgiving() -> Yearly:
    """From the fourth Thursday of November to the Sunday."""

    def in_year(number: int) -> Period | None:
        found = months(number, 11)
        if found is None:
            return None
        begin = found.first + relativedelta(weekday=TH(4))
        return Period(begin, begin + timedelta(days=4))

    return Yearly(in_year, name="Thanksgiving")


def latest_begun(yearly: Yearly, today: date) -> Period | None:
    """The last that has begun."""
    return _latest(yearly, today, lambda found: found.first <= today)


def latest_ended(yearly: Yearly, today: date) -> Period | None:
    """The last that is over."""
    return _latest(yearly, today, lambda found: found.before <= today)


def _latest(yearly: Yearly, today: date, fits: Callable[[Period], bool]) -> Period | None:
    # Of 29 February the last may be eight years ago.
    for number in range(today.year, max(today.year - 9, 0), -1):
        found = yearly.in_year(number)
        if found and fits(found):
            return found
    return None


def whole(unit: Unit, that: date) -> Period:
    """The day, week from Monday, weekend, month or year that a day is in."""
    if unit == "week":
        first = that - timedelta(days=that.weekday())
        return Period(first, first + timedelta(days=7))
    if unit == "weekend":
        first = that + timedelta(days=_SATURDAY - that.weekday())
        return Period(first, first + timedelta(days=2))
    if unit == "month":
        first = that.replace(day=1)
        return Period(first, first + relativedelta(months=1))
    if unit == "year":
        return Period(date(that.year, 1, 1), date(that.year + 1, 1, 1))
    return one_day(that)


def ago(unit: Unit, count: int, today: date) -> Period | None:
    """The unit that lies so many of them back."""
    then = back(unit, count, today)
    return whole(unit, then) if then else None


def back(unit: Unit, count: int, today: date) -> date | None:
    """The day so many units before."""
    try:
        if unit == "month":
            return today - relativedelta(months=count)
        if unit == "year":
            return today - relativedelta(years=count)
        return today - timedelta(days=count if unit == "day" else 7 * count)
    except (ValueError, OverflowError):
        return None


def last(unit: Unit, today: date) -> Period | None:
    """The last one that is over."""
    found = ago(unit, 1, today)
    if unit == "weekend":
        this = whole(unit, today)
        return this if this.before <= today else found
    return found


def third(period: Period, which: Third) -> Period:
    """Beginning, middle or end: whole months where they can be shared out, else days."""
    spread = relativedelta(period.before, period.first)
    count = spread.years * 12 + spread.months
    if count > 1 and count % 3 == 0 and not spread.days:
        step = relativedelta(months=count // 3)
        return Period(period.first + step * which, period.first + step * (which + 1))
    share = (period.before - period.first).days // 3
    first = period.first + timedelta(days=share * which)
    return Period(first, period.before if which == 2 else first + timedelta(days=share))
