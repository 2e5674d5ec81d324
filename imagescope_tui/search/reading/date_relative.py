"""Dates that count from today: `yesterday`, `last summer`, `3 days ago`, `last 3 months`."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from imagescope_tui.search.reading.calendar import (
    Period,
    Yearly,
    ago,
    back,
    last,
    latest_begun,
    latest_ended,
    one_day,
    whole,
)
from imagescope_tui.search.reading.date_names import date_names, weekday_names
from imagescope_tui.search.reading.date_points import named_at
from imagescope_tui.search.reading.date_values import Found, When

if TYPE_CHECKING:
    from collections.abc import Iterator

    from imagescope_tui.search.reading.calendar import Unit
    from imagescope_tui.search.reading.date_names import Relation
    from imagescope_tui.search.reading.date_values import Said, Support

_AGO_BEFORE: Final = (("vor",), ("hace",), ("il", "y", "a"))
_AGO_BEHIND: Final = frozenset({"ago", "fa"})
_TONIGHT: Final = (18, 30)
_EVENINGS: Final = {(18, 23), (21, 29)}


def relative(said: Said, at: int) -> list[Found]:
    """Every way to read what stands there as counted from today."""
    readers = (_day_back, _night, _related_unit, _unit_related, _related_name, _weekday, _ago)
    found = [reading for reader in readers for reading in reader(said, at)]
    return [*found, *_last_few(said, at)]


def _found(period: Period | None, end: int, needs: Support = "none") -> Iterator[Found]:
    if period is not None:
        yield Found(when=When(periods=(period,)), end=end, needs=needs)


def _day_back(said: Said, at: int) -> Iterator[Found]:
    found = date_names().days_back.at(said.atoms, at)
    if found is None:
        return
    day = back("day", found[0], said.today)
    if day is not None:
        guess = "yesterday, in French" if said.word(at) == "hier" else ""
        when = When(periods=(one_day(day),))
        yield Found(when=when, end=found[1], guess=guess)


def _night(said: Said, at: int) -> Iterator[Found]:
    """`last night`, `tonight`, `this morning`."""
    if said.word(at) == "tonight":
        yield from _found(one_day(said.today).between(*_TONIGHT), at + 1)
    relation = date_names().relations.at(said.atoms, at)
    if relation is None:
        return
    hours = date_names().hours.at(said.atoms, relation[1])
    if hours is None:
        return
    is_this = relation[0] == "this"
    if is_this or hours[0] in _EVENINGS:
        day = back("day", 0 if is_this else 1, said.today)
        span = hours[0] if is_this else _TONIGHT
        yield from _found(one_day(day).between(*span) if day else None, hours[1])


def _unit_period(relation: Relation, unit: Unit, said: Said) -> Period | None:
    this = whole(unit, said.today)
    return this if relation == "this" and this.first <= said.today else last(unit, said.today)


def _related_unit(said: Said, at: int) -> Iterator[Found]:
    relation = date_names().relations.at(said.atoms, at)
    unit = relation and date_names().units.at(said.atoms, relation[1])
    if relation and unit:
        yield from _found(_unit_period(relation[0], unit[0], said), unit[1])


def _unit_related(said: Said, at: int) -> Iterator[Found]:
    """`mois dernier`, `semana pasada`, `anno scorso`."""
    unit = date_names().units.at(said.atoms, at)
    relation = unit and date_names().relations.at(said.atoms, unit[1])
    if unit and relation and relation[0] == "last":
        yield from _found(last(unit[0], said.today), relation[1])


def _yearly_period(relation: Relation, yearly: Yearly, said: Said) -> Period | None:
    find = latest_ended if relation == "last" else latest_begun
    return find(yearly, said.today)


def _related_name(said: Said, at: int) -> Iterator[Found]:
    """`last summer`, `été dernier`, `this July`, `last Christmas`."""
    relation = date_names().relations.at(said.atoms, at)
    for name in named_at(said, relation[1]) if relation else ():
        if relation:
            yield from _found(_yearly_period(relation[0], name.yearly, said), name.end)
    for name in named_at(said, at):
        behind = date_names().relations.at(said.atoms, name.end)
        if behind and behind[0] == "last":
            yield from _found(latest_ended(name.yearly, said.today), behind[1])


def _weekday(said: Said, at: int) -> Iterator[Found]:
    """`last Friday`, `lundi dernier`, `on Monday`."""
    relation = date_names().relations.at(said.atoms, at)
    place = relation[1] if relation else at
    weekday = weekday_names().get(said.word(place))
    if weekday is None:
        return
    is_this = relation is not None and relation[0] == "this"
    behind = date_names().relations.at(said.atoms, place + 1)
    gone = (said.today.weekday() - weekday) % 7
    day = back("day", gone if is_this else gone or 7, said.today)
    is_sure = relation is not None or behind is not None
    end = behind[1] if behind and relation is None else place + 1
    if day is not None:
        yield from _found(one_day(day), end, "none" if is_sure else "opener")


def _count(said: Said, at: int) -> tuple[int, int] | None:
    number = said.number(at, (1, 2, 3))
    return (number, at + 1) if number is not None else date_names().numbers.at(said.atoms, at)


def _counted(said: Said, at: int) -> tuple[int, Unit, int] | None:
    """`3 days`, `a week`."""
    count = _count(said, at)
    unit = count and date_names().units.at(said.atoms, count[1])
    return (count[0], unit[0], unit[1]) if count and unit else None


def _ago(said: Said, at: int) -> Iterator[Found]:
    counted = _counted(said, at)
    if counted and said.word(counted[2]) in _AGO_BEHIND:
        yield from _found(ago(counted[1], counted[0], said.today), counted[2] + 1)
    for words in _AGO_BEFORE:
        if words == tuple(said.word(at + place) for place in range(len(words))):
            counted = _counted(said, at + len(words))
            if counted:
                yield from _found(ago(counted[1], counted[0], said.today), counted[2])


def _last_few(said: Said, at: int) -> Iterator[Found]:
    """`last 3 months`, `les 3 derniers mois`: up to today."""
    relation = date_names().relations.at(said.atoms, at)
    counted = _counted(said, relation[1]) if relation else None
    if relation is None:
        count = _count(said, at)
        relation = date_names().relations.at(said.atoms, count[1]) if count else None
        unit = relation and date_names().units.at(said.atoms, relation[1])
        counted = (count[0], unit[0], unit[1]) if count and unit else None
    if counted is None or relation is None or relation[0] != "last":
        return
    first = back(counted[1], counted[0], said.today)
    if first is not None:
        yield from _found(Period(first, said.today + timedelta(days=1)), counted[2])
