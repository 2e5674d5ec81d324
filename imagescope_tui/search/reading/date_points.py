"""Dates that name a day, month, season, holiday, quarter, year or decade."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from imagescope_tui.search.reading.calendar import (
    Period,
    Yearly,
    day,
    months,
    year,
    yearly_days,
    yearly_month,
    yearly_season,
    years,
)
from imagescope_tui.search.reading.date_names import date_names, english_months, month_names
from imagescope_tui.search.reading.date_values import Found, When

if TYPE_CHECKING:
    from collections.abc import Iterator

    from imagescope_tui.search.reading.date_values import Said, Support

ARTICLES: Final = frozenset(
    {
        *("the", "le", "la", "les", "l", "'", "el", "los", "las", "il", "lo", "gli", "i", "der"),
        *("die", "das", "den", "dem", "des"),
    }
)
LINKS: Final = frozenset(
    {*("of", "de", "del", "di", "du", "d", "'", "des", "dell", "in", "im", "von", "en", "nel")}
)
YEAR_LINKS: Final = LINKS | ARTICLES | {",", "year", "jahr", "jahre", "annee", "ano", "anno"}
_DAY_ENDINGS: Final = frozenset({"st", "nd", "rd", "th", "er", "re", "o", "a", "."})
_DAY_JOINERS: Final = frozenset({"-", "to", "bis", "au", "a", "al", "until", "through"})
AND_OR: Final = frozenset({"and", "&", "und", "et", "y", "e", "or", "oder", "ou", "o"})
FIRST_DAY: Final = frozenset({"first", "ersten", "premier", "primero", "primo"})
DECADE_WORDS: Final = frozenset({"annees", "anos", "anni"})
_DECADES_IN_WORDS: Final = range(1900, 2100)
_DAY_HOURS: Final = 24
_FIRST_PHOTO_YEAR: Final = 1826
_MOST_DAYS: Final = 31
_MONTHS: Final = 12


def _two_digits(number: int, said: Said) -> int:
    """`21` is 2021 and `98` is 1998."""
    century = said.today.year // 100 * 100
    return century + number if number <= said.today.year % 100 + 1 else century - 100 + number


def _periods(*periods: Period | None) -> When | None:
    there = tuple(period for period in periods if period is not None)
    return When(periods=there) if len(there) == len(periods) else None


def year_at(said: Said, at: int) -> tuple[int, int] | None:
    """A year of four digits, or of two behind an apostrophe, and where it ends."""
    if (number := _year_in_digits(said, at)) is not None:
        return number, at + 1
    if said.word(at) == "'" and said.is_glued(at + 1):
        short = said.number(at + 1, (2,))
        return (_two_digits(short, said), at + 2) if short is not None else None
    return None


def _linked_year(said: Said, at: int) -> tuple[int, int] | None:
    """A year right there, or behind `of`, a comma or the like."""
    for most in range(4):
        if (found := year_at(said, said.skipped(at, YEAR_LINKS, most))) is not None:
            return found
    return None


def numeric(said: Said, at: int) -> Found | None:
    """`2021-07-19`, `2021/07`, `19.7.2021`, `7/8/21`, `07/2021`, `2019-21`."""
    parts = [said.word(at)]
    while len(parts) < 5 and said.is_glued(at + len(parts)):
        parts.append(said.word(at + len(parts)))
    numbers = parts[::2]
    signs = set(parts[1::2])
    if len(signs) != 1 or not signs <= set("-/.:") or not all(map(str.isdecimal, numbers)):
        return _pair(said, at, parts)
    if len(numbers) == 3 and len(parts) == 5:
        return _triple(said, at, numbers, signs.pop()) or _pair(said, at, parts)
    return _pair(said, at, parts)


def _triple(said: Said, at: int, numbers: list[str], sign: str) -> Found | None:
    first, second, third = map(int, numbers)
    lengths = tuple(map(len, numbers))
    if lengths[0] == 4 and max(lengths[1:]) <= 2:
        of_year = day(first, second, third) if first in said.years else None
        return _with_hour(said, at + 5, of_year)
    if sign == ":" or max(lengths[:2]) > 2 or lengths[2] not in (2, 4):
        return None
    number = third if lengths[2] == 4 else _two_digits(third, said)
    by_day, by_month = day(number, second, first), day(number, first, second)
    is_open = by_day and by_month and by_day != by_month and sign != "."
    chosen = (by_day or by_month) if said.is_day_first or sign == "." else (by_month or by_day)
    if chosen is None:
        return None
    guess = ""
    if is_open:
        other = by_month if chosen is by_day else by_day
        order = "day before month" if chosen is by_day else "month before day"
        guess = f"{order}; for the other write {other.first if other else ''}"
    return Found(when=When(periods=(chosen,)), end=at + 5, guess=guess)


def _with_hour(said: Said, end: int, found: Period | None) -> Found | None:
    """A day, or the hour of it: `2019-07-19T18`, `2019:07:19 18:02:11`."""
    if found is None:
        return None
    has_t = said.word(end) == "t" and said.is_glued(end) and said.is_glued(end + 1)
    place = end + has_t
    hour = said.number(place, (2,))
    has_minutes = said.word(place + 1) == ":" and said.is_glued(place + 1)
    if hour is None or hour >= _DAY_HOURS or not (has_t or has_minutes):
        return Found(when=When(periods=(found,)), end=end)
    place += 1
    while said.word(place) == ":" and said.number(place + 1, (2,)) is not None:
        place += 2
    return Found(when=When(periods=(found.between(hour, hour + 1),)), end=place)


def _year_in_digits(said: Said, at: int) -> int | None:
    number = said.number(at, (4,))
    return number if number is not None and number in said.years else None


def _years_to(first: int, last: int) -> When | None:
    return _periods(years(first, last - first + 1)) if last > first else None


def _pair(said: Said, at: int, parts: list[str]) -> Found | None:
    """A year and a month, either first, or a year and the last two digits of a later one."""
    if len(parts) < 3 or parts[1] not in ("-", "/", ".", ":"):
        return None
    first, second = _year_in_digits(said, at), _year_in_digits(said, at + 2)
    short_first, short_second = said.number(at, (1, 2)), said.number(at + 2, (1, 2))
    if short_first and second and parts[1] != ":":
        when = _periods(months(second, short_first))
    elif first and second and parts[1] in "-/":
        when = _years_to(first, second)
    elif first and short_second and short_second > _MONTHS and parts[1] in "-/":
        when = _years_to(first, first - first % 100 + short_second)
    elif first and short_second:
        when = _periods(months(first, short_second))
    else:
        return None
    return Found(when=when, end=at + 3) if when else None


@dataclass(frozen=True, slots=True)
class _Named:
    """What comes every year, and what its name needs to be one."""

    yearly: Yearly
    end: int
    needs: Support = "none"
    guess: str = ""
    is_winter: bool = False
    has_day: bool = False
    """Whether it is a day before a month, which a year of two digits may follow."""


def _days_at(said: Said, at: int) -> tuple[int, int, int] | None:
    """First and last day of a month, and where they end: `19`, `19th`, `12-14`, `12 to 14`."""
    first = _day_at(said, at)
    if first is None:
        return None
    number, end = first
    if said.word(end) in _DAY_JOINERS:
        last = _day_at(said, end + 1)
        if last and last[0] > number:
            return number, last[0], last[1]
    return number, number, end


def _day_at(said: Said, at: int) -> tuple[int, int] | None:
    if said.word(at) in FIRST_DAY:
        return 1, at + 1
    number = said.number(at, (1, 2))
    if number is None or not 1 <= number <= _MOST_DAYS:
        return None
    has_ending = said.is_glued(at + 1) and said.word(at + 1) in _DAY_ENDINGS
    return number, at + (2 if has_ending else 1)


def _day_and_month(said: Said, at: int) -> _Named | None:
    days = _days_at(said, at)
    if days is None:
        return None
    place = said.skipped(days[2], LINKS)
    name = month_names().get(said.word(place))
    if name is None:
        return None
    yearly = yearly_days(name.month, days[0], days[1] - days[0] + 1)
    needs: Support = "filter" if name.is_short and name.is_other_word else "none"
    end = _after_dot(said, place + 1)
    return _Named(yearly, end, needs, has_day=True) if yearly else None


def _after_dot(said: Said, at: int) -> int:
    return at + 1 if said.word(at) == "." and said.is_glued(at) else at


def _month(said: Said, at: int) -> _Named | None:
    name = month_names().get(said.word(at))
    if name is None:
        return None
    needs: Support = "none"
    if name.is_short:
        needs = "filter"
    elif name.is_other_word:
        needs = "opener"
    return _Named(yearly_month(name.month), _after_dot(said, at + 1), needs)


def _month_and_day(said: Said, at: int) -> _Named | None:
    """`July 19th`; `Jul 21` where no year can be meant, or the month comes first."""
    name = month_names().get(said.word(at))
    if name is None:
        return None
    place = said.skipped(_after_dot(said, at + 1), frozenset({"the"}), 1)
    days = _days_at(said, place)
    yearly = yearly_days(name.month, days[0], days[1] - days[0] + 1) if days else None
    if days is None or yearly is None:
        return None
    needs: Support = "filter" if name.is_short and name.is_other_word else "none"
    return _Named(yearly, days[2], needs, _day_or_year(said, place, days[2], name.month))


def _day_or_year(said: Said, at: int, end: int, month: int) -> str:
    """What to say where a day of two digits could as well be a year."""
    number = said.number(at, (2,))
    if number is None or end != at + 1 or _two_digits(number, said) > said.today.year:
        return ""
    if number > said.today.year % 100:
        return ""
    return f"a day; for the month write {english_months()[month - 1]} {_two_digits(number, said)}"


def short_year(said: Said, at: int) -> Found | None:
    """`Jul 21` as a month of 2021, where days come before months; `July 98` anywhere."""
    name = month_names().get(said.word(at))
    if name is None:
        return None
    place = _after_dot(said, at + 1)
    number = said.number(place, (2,))
    if number is None:
        return None
    could_be_day = 1 <= number <= _MOST_DAYS
    full = _two_digits(number, said)
    if could_be_day and (not said.is_day_first or number > said.today.year % 100):
        return None
    when = _periods(months(full, name.month))
    guess = f"a month; for the day write {number} {english_months()[name.month - 1]}"
    return Found(when=when, end=place + 1, guess=guess if could_be_day else "") if when else None


def _season(said: Said, at: int) -> _Named | None:
    found = date_names().seasons.at(said.atoms, at)
    if found is None:
        return None
    name, end = found
    return _Named(yearly_season(name), end, "filter", is_winter=name == "winter")


def _holiday(said: Said, at: int) -> _Named | None:
    found = date_names().holidays.at(said.atoms, at)
    if found is None:
        return None
    # There is a carnival somewhere in most months: it needs a year to be the one before Lent.
    return _Named(found[0], found[1], "filter" if found[0].name == "Carnival" else "rest")


def named_at(said: Said, at: int) -> list[_Named]:
    """What comes every year by that name."""
    readers = (_day_and_month, _month_and_day, _month, _season, _holiday)
    return [found for reader in readers if (found := reader(said, at))]


def named(said: Said, at: int) -> list[Found]:
    """Of every year, or of the year or decade that stands before or behind it."""
    found = [reading for name in named_at(said, at) for reading in _dated(said, name)]
    numbers, place = _years_before(said, at)
    for name in named_at(said, place) if numbers else ():
        each = [_of_year(said, name, number, name.end) for number in numbers]
        when = When(periods=tuple(period for one in each for period in one.when.periods))
        found.append(replace(each[-1], when=when))
    return [reading for reading in found if reading.when.periods or reading.when.yearly]


def _years_before(said: Said, at: int) -> tuple[list[int], int]:
    """The years before a name, and where it begins: `2018 2019 Christmas`."""
    numbers = []
    found = year_at(said, at)
    while found is not None:
        numbers.append(found[0])
        at = found[1]
        found = year_at(said, said.skipped(at, AND_OR | {","}))
    return numbers, said.skipped(at, frozenset({","}), 1)


def _dated(said: Said, name: _Named) -> list[Found]:
    found = [
        Found(when=When(yearly=(name.yearly,)), end=name.end, needs=name.needs, guess=name.guess)
    ]
    if (behind := _linked_year(said, name.end)) is not None:
        of_year = _of_year(said, name, *behind)
        found += [of_year, *_of_more_years(said, name, of_year)]
    elif name.has_day and said.number(name.end, (2,)) is not None:
        short = said.number(name.end, (2,)) or 0
        found.append(_of_year(said, name, _two_digits(short, said), name.end + 1))
    if (stretch := decade(said, said.skipped(name.end, YEAR_LINKS, 3))) is not None:
        (period,) = stretch.when.periods
        each = [name.yearly.in_year(n) for n in range(period.first.year, period.before.year)]
        there = tuple(one for one in each if one)
        found.append(Found(when=When(periods=there), end=stretch.end))
    return found


def _of_more_years(said: Said, name: _Named, first: Found) -> Iterator[Found]:
    """`summer 2019 and 2020`, `Christmas 2018 2019`."""
    found = first
    while (behind := year_at(said, said.skipped(found.end, AND_OR | {","}))) is not None:
        following = _of_year(said, name, *behind)
        when = When(periods=found.when.periods + following.when.periods)
        found = Found(when=when, end=following.end, guess=first.guess)
        yield found


def _of_year(said: Said, name: _Named, number: int, end: int) -> Found:
    """In that year; a winter begins in one and ends in the next."""
    this = name.yearly.in_year(number)
    if not name.is_winter:
        return Found(when=When(periods=(this,) if this else ()), end=end)
    following = said.number(end + 1, (2, 4)) if said.word(end) in ("/", "-") else None
    if following is not None and following % 100 == (number + 1) % 100:
        return Found(when=When(periods=(this,) if this else ()), end=end + 2)
    both = tuple(one for one in (name.yearly.in_year(number - 1), this) if one)
    guess = f"either winter; for one write winter {number}/{(number + 1) % 100:02}"
    return Found(when=When(periods=both), end=end, guess=guess)


def plain_year(said: Said, at: int) -> Found | None:
    """`2019`, `'19`; in words no year of the future, and none before there were photos."""
    found = year_at(said, at)
    if found and not said.is_filter and not _FIRST_PHOTO_YEAR <= found[0] <= said.today.year + 1:
        return None
    when = _periods(year(found[0])) if found else None
    return Found(when=when, end=found[1]) if found and when else None


def quarter(said: Said, at: int) -> Found | None:
    """`Q3 2021`, `2021 Q3`, `H1 2021`."""
    before = year_at(said, at)
    place = before[1] if before else at
    kind, number = said.word(place), said.number(place + 1, (1,))
    length = {"q": 3, "h": 6}.get(kind)
    if length is None or number is None or not said.is_glued(place + 1):
        return None
    behind = before or year_at(said, said.skipped(place + 2, YEAR_LINKS | {"/"}))
    if behind is None or not 1 <= number <= _MONTHS // length:
        return None
    when = _periods(months(behind[0], length * (number - 1) + 1, length))
    return Found(when=when, end=place + 2 if before else behind[1]) if when else None


def decade(said: Said, at: int) -> Found | None:
    """`90s`, `1990s`, `the nineties`, `90er Jahre`, `années 90`."""
    if (by_name := date_names().decades.at(said.atoms, at)) is not None:
        return _ten_years(by_name[0], said.skipped(by_name[1], frozenset({"jahre", "jahren"})))
    if said.word(at) in DECADE_WORDS:
        place = at + 1 + (said.word(at + 1) == "'")
        number = said.number(place, (2, 4))
        return _decade_of(said, number, place + 1)
    place = at + (said.word(at) == "'")
    number = said.number(place, (2, 4))
    end = place + 1 + (said.word(place + 1) == "'")
    if not said.is_glued(end) or said.word(end) not in ("s", "er", "ern"):
        return None
    return _decade_of(said, number, said.skipped(end + 1, frozenset({"jahre", "jahren"})))


def _decade_of(said: Said, number: int | None, end: int) -> Found | None:
    if number is None or number % 10:
        return None
    if number >= 100:
        return _ten_years(number, end) if number in _DECADES_IN_WORDS else None
    full = _two_digits(number, said)
    guess = (
        f"for the century before write {full - 100}s"
        if full >= said.today.year // 100 * 100
        else ""
    )
    return _ten_years(full, end, guess if number else "")


def _ten_years(first: int, end: int, guess: str = "") -> Found | None:
    when = _periods(years(first, 10))
    return Found(when=when, end=end, guess=guess) if when else None
