"""The longest date that begins at a word: points in time, ranges, bounds, hours."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING, Final

from imagescope_tui.search.reading.atoms import Phrases, after_closing, first_word, spelled
from imagescope_tui.search.reading.calendar import Period, Yearly, latest_begun, third
from imagescope_tui.search.reading.date_labels import label_of
from imagescope_tui.search.reading.date_names import date_names, month_names, weekday_names
from imagescope_tui.search.reading.date_points import (
    AND_OR,
    ARTICLES,
    DECADE_WORDS,
    FIRST_DAY,
    YEAR_LINKS,
    decade,
    named,
    numeric,
    plain_year,
    quarter,
    short_year,
)
from imagescope_tui.search.reading.date_relative import relative
from imagescope_tui.search.reading.date_values import Found, Said, When
from imagescope_tui.search.reading.languages import TAKEN
from storage.records import DaysOfYear, HoursOfDay

if TYPE_CHECKING:
    from collections.abc import Iterator

    from imagescope_tui.search.reading.calendar import Third
    from imagescope_tui.search.reading.date_names import Bound

_BETWEEN: Final = frozenset({"between", "zwischen", "entre", "tra", "fra"})
_AND: Final = frozenset({"and", "&", "und", "et", "y", "e"})
_FROM: Final = frozenset({"from", "von", "vom", "de", "du", "da", "dal", "desde", "del"})
_TO: Final[dict[str, bool]] = {
    "to|till|until|through|thru|bis|bis zum|à|au|jusqu'à|jusqu'en|a|al|hasta|fino a|-|..": True
}
_FOLLOWING: Final[dict[str, Bound]] = {
    "onward|onwards|and later|or later|and after|and newer|or newer": "since",
    "and earlier|or earlier|and before|and older|or older": "until",
}
_BESIDE_HOURS: Final = frozenset(
    {*("in", "on", "at", "the", "am", "le", "au", "por", "la", "di", "of", "de", "du", "del", ",")}
)
_GLUE: Final = YEAR_LINKS | {"-"}
_MONTH_OPENERS: Final = {
    "en": frozenset({"in", "during", "for", "over", "around", "from"}),
    "de": frozenset(
        {*("in", "im", "am", "an", "zu", "zum", "zur", "uber", "wahrend", "vom"), "von"}
    ),
    "fr": frozenset({"en", "au", "du", "de", "pendant", "dans"}),
    "es": frozenset({"en", "de", "durante", "del", "al"}),
    "it": frozenset(
        {
            *("in", "dal", "durante", "nel", "nello", "nella", "nell", "al", "alla"),
            *("del", "di", "della"),
        }
    ),
}
"""By the language of the month: `on` goes with a day alone, and `in mars` is no French."""
_OPENERS: Final = frozenset({"on", "at"}).union(*_MONTH_OPENERS.values())
_LEADING: Final = (
    _OPENERS | ARTICLES | TAKEN | {"of", "d", "dell", "year", "jahr", "anno", "annee"}
) - {"die", "i"}
_SHORTEST: Final = timedelta(days=3)
"""What has a beginning, a middle and an end."""
_LEAP_YEAR: Final = 2000
_MOST_LEADING: Final = 5


@cache
def _to() -> Phrases[bool]:
    return Phrases(spelled(_TO))


@cache
def _following() -> Phrases[Bound]:
    return Phrases(spelled(_FOLLOWING))


@cache
def _first_words() -> frozenset[str]:
    names = date_names()
    tables = (
        *(names.holidays, names.relations, names.days_back, names.numbers, names.decades),
        *(names.thirds, names.hours, names.hours_alone, names.bounds, names.seasons, names.units),
    )
    return frozenset().union(
        *(table.first_words for table in tables),
        month_names(),
        weekday_names(),
        _BETWEEN,
        _FROM,
        {"q", "h", "hace", "il", "'", "tonight", *DECADE_WORDS, *FIRST_DAY},
    )


def begins_date(text: str) -> bool:
    """Whether a date may begin there, by the first word alone."""
    first = first_word(text)
    return first in _LEADING or _may_begin(first)


def _may_begin(word: str) -> bool:
    return word.isdecimal() or word in _first_words()


def date_at(said: Said, at: int) -> Found | None:
    """The longest date that begins there, words that lead to it included.

    Its end is where a word ends. What it needs is given as `none` where an opener stands before.
    """
    places = [at]
    while len(places) <= _MOST_LEADING and said.word(places[-1]) in _LEADING:
        places.append(places[-1] + 1)
    best: Found | None = None
    for place in filter(lambda place: _may_begin(said.word(place)), places):
        for found in _whole_words(said, _any_at(said, place)):
            if found.needs == "opener" and (before := _openers(said, at, place)):
                if not _leads(said, before, place):
                    continue
                found = replace(found, needs="none")
            if best is None or (found.end, found.needs == "none") > (
                best.end,
                best.needs == "none",
            ):
                best = found
    return best


def _openers(said: Said, at: int, place: int) -> set[str]:
    return {said.word(before) for before in range(at, place)} & _OPENERS


def _leads(said: Said, openers: set[str], place: int) -> bool:
    """Whether one of them stands before what is there; before months, in their language alone."""
    name = month_names().get(said.word(place))
    if name is None or said.is_filter:
        return True
    return any(openers & _MONTH_OPENERS[language] for language in name.languages)


def _whole_words(said: Said, all_found: Iterator[Found]) -> Iterator[Found]:
    for found in all_found:
        end = after_closing(said.atoms, found.end)
        if end is not None:
            yield replace(found, end=end)


def _any_at(said: Said, at: int) -> Iterator[Found]:
    yield from _ranges(said, at)
    yield from _bounds(said, at)
    for found in _points(said, at):
        yield found
        yield from _with_hours(said, found)
        behind = _following().at(said.atoms, found.end)
        if behind is not None:
            yield from _bounded(said, replace(found, end=behind[1]), behind[0])
    yield from _hours_first(said, at)


def _points(said: Said, at: int) -> Iterator[Found]:
    yield from _whole_points(said, at)
    yield from _parts(said, at)


def _whole_points(said: Said, at: int) -> Iterator[Found]:
    for reader in (short_year, numeric, plain_year, quarter, decade):
        found = reader(said, at)
        if found is not None:
            yield found
    yield from named(said, at)
    yield from relative(said, at)
    if said.word(at) in weekday_names():
        yield from _after_weekday(said, said.skipped(at + 1, ARTICLES | {","}))


def _after_weekday(said: Said, at: int) -> Iterator[Found]:
    """`Saturday, 19 July 2021`: the date tells, whatever its weekday."""
    dates = [numeric(said, at), *named(said, at)] if said.word(at).isdecimal() else named(said, at)
    for found in dates:
        if found and found.when.periods and all(p.is_one_day for p in found.when.periods):
            yield found


def _longest(all_found: Iterator[Found]) -> Found | None:
    return max(all_found, key=lambda found: found.end, default=None)


def _parts(said: Said, at: int) -> Iterator[Found]:
    """`early 2020`, `end of June 2019`, `mid-July`, `the early nineties`."""
    part = date_names().thirds.at(said.atoms, at)
    if part is None:
        return
    found = _longest(_whole_points(said, said.skipped(part[1], _GLUE, 3)))
    if found is None or found.when.bound or found.when.hours:
        return
    which = part[0]
    yearly = [_yearly_third(every, which) for every in found.when.yearly]
    when = When(
        periods=tuple(
            third(period, which)
            for period in found.when.periods
            if period.before - period.first >= _SHORTEST
        ),
        yearly=tuple(every for every in yearly if every),
    )
    if when.periods or when.yearly:
        yield replace(found, when=when)


def _yearly_third(whole: Yearly, which: Third) -> Yearly | None:
    leap_year = whole.in_year(_LEAP_YEAR)
    if leap_year is None or whole.days is None or leap_year.before - leap_year.first < _SHORTEST:
        return None

    def in_year(number: int) -> Period | None:
        period = whole.in_year(number)
        return third(period, which) if period else None

    part = third(leap_year, which)
    last = part.before - timedelta(days=1)
    return Yearly(in_year, DaysOfYear(first=f"{part.first:%m-%d}", last=f"{last:%m-%d}"))


def _ranges(said: Said, at: int) -> Iterator[Found]:
    word = said.word(at)
    if word in _BETWEEN:
        yield from _joined(said, said.skipped(at + 1, ARTICLES, 2), "and")
    if word in _FROM:
        yield from _joined(said, said.skipped(at + 1, ARTICLES, 2), "to")
    yield from _joined(said, at, "to")
    yield from _listed(said, at)


def _joined(said: Said, at: int, joiner: str) -> Iterator[Found]:
    for first in _points(said, at):
        if joiner == "and":
            place = first.end + 1 if said.word(first.end) in _AND else None
        else:
            to = _to().at(said.atoms, first.end)
            place = to[1] if to else None
        second = place and _longest(_points(said, said.skipped(place, ARTICLES, 2)))
        if second:
            when = _from_to(first.when, second.when)
            if when is not None:
                yield Found(when=when, end=second.end, guess=first.guess or second.guess)


def _from_to(first: When, second: When) -> When | None:
    if first.hours or second.hours:
        return None
    if first.yearly and second.yearly:
        return _days_from_to(first.yearly[0], second.yearly[-1])
    begin: Period | None
    end: Period | None
    if first.yearly:
        end = second.periods[-1]
        begin = _not_after(first.yearly[0], second.periods[-1])
    elif second.yearly:
        begin = first.periods[0]
        end = _not_before(second.yearly[0], first.periods[0])
    else:
        begin, end = first.periods[0], second.periods[-1]
    if begin is None or end is None:
        return None
    if end.first < begin.first:
        begin, end = end, begin
    return When(periods=(begin.until(end),))


def _days_from_to(first: Yearly, second: Yearly) -> When | None:
    if first.days is None or second.days is None:
        return None
    days = DaysOfYear(first=first.days.first, last=second.days.last)

    def in_year(number: int) -> Period | None:
        begin = first.in_year(number)
        end = begin and _not_before(second, begin)
        return begin.until(end) if begin and end else None

    return When(yearly=(Yearly(in_year, days),))


def _not_after(yearly: Yearly, end: Period) -> Period | None:
    found = yearly.in_year(end.first.year)
    if found and found.first > end.first:
        return yearly.in_year(end.first.year - 1)
    return found


def _not_before(yearly: Yearly, begin: Period) -> Period | None:
    found = yearly.in_year(begin.first.year)
    if found and found.first < begin.first:
        return yearly.in_year(begin.first.year + 1)
    return found


def _listed(said: Said, at: int) -> Iterator[Found]:
    """`July and August 2021`, `Christmas and New Year`."""
    for first in named(said, at):
        if not first.when.yearly or said.word(first.end) not in AND_OR | {","}:
            continue
        for second in named(said, said.skipped(first.end + 1, ARTICLES, 1)):
            if second.when.yearly:
                when = When(yearly=(*first.when.yearly, *second.when.yearly))
                yield Found(when=when, end=second.end, needs=second.needs)
                continue
            begin = _not_after(first.when.yearly[0], second.when.periods[-1])
            if begin is not None:
                yield Found(when=When(periods=(begin, *second.when.periods)), end=second.end)


def _bounds(said: Said, at: int) -> Iterator[Found]:
    bound = date_names().bounds.at(said.atoms, at)
    if bound is None:
        return
    place = said.skipped(bound[1], _GLUE, 3)
    for found in _points(said, place):
        is_shaky = bound[0] in ("before", "after") and found.needs in ("opener", "filter")
        if not is_shaky and not _is_several_days(said, place, found):
            yield from _bounded(said, found, bound[0])


def _is_several_days(said: Said, at: int, found: Found) -> bool:
    """Whether it is a range itself: `dal 3 al 5 maggio`."""
    begins_with_day = said.number(at, (1, 2)) is not None
    return begins_with_day and not all(period.is_one_day for period in found.when.periods)


def _bounded(said: Said, found: Found, bound: Bound) -> Iterator[Found]:
    when = bounded(found.when, bound, said)
    if when is not None:
        is_new = bool(found.when.yearly)
        guess = f"the latest, {label_of(When(periods=when.periods))}" if is_new else found.guess
        yield Found(when=when, end=found.end, guess=guess)


def bounded(when: When, bound: Bound, said: Said) -> When | None:
    """What lies on that side of it; of what comes every year, of the latest."""
    if when.bound or when.hours:
        return None
    latest = tuple(latest_begun(yearly, said.today) for yearly in when.yearly)
    there = (*when.periods, *(period for period in latest if period))
    if not there:
        return None
    whole = min(there, key=lambda period: period.first).until(
        max(there, key=lambda period: period.before)
    )
    return When(periods=(whole,), bound=bound)


def _with_hours(said: Said, found: Found) -> Iterator[Found]:
    """`yesterday morning`, `19 July 2021 in the evening`, `summer 2020 mornings`."""
    hours = date_names().hours.at(said.atoms, said.skipped(found.end, _BESIDE_HOURS, 3))
    if hours is not None:
        yield _in_hours(found, hours[0], hours[1])


def _in_hours(found: Found, hours: tuple[int, int], end: int) -> Found:
    periods = found.when.periods
    if periods and all(period.is_one_day for period in periods):
        when = When(periods=tuple(period.between(*hours) for period in periods))
    else:
        when = replace(found.when, hours=(HoursOfDay(first=hours[0], before=hours[1] % 24 or 24),))
    return replace(found, when=when, end=end)


def _hours_first(said: Said, at: int) -> Iterator[Found]:
    """`morning of 19 July 2021`, `in the evenings`."""
    hours = date_names().hours.at(said.atoms, at)
    if hours is not None:
        place = said.skipped(hours[1], _BESIDE_HOURS, 3)
        for found in _points(said, place) if place > hours[1] else ():
            yield _in_hours(found, hours[0], found.end)
    alone = date_names().hours_alone.at(said.atoms, at)
    if alone is not None:
        (first, before), end = alone
        some = HoursOfDay(first=first, before=before % 24 or 24)
        yield Found(when=When(hours=(some,)), end=end, needs="none")
