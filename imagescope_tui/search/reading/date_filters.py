"""The values of `date:`, `before:`, `after:`, `since:` and `until:`."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from imagescope_tui.search.reading.atoms import after_closing, atoms_of
from imagescope_tui.search.reading.date_grammar import bounded, date_at
from imagescope_tui.search.reading.date_labels import label_of
from imagescope_tui.search.reading.date_names import date_names
from imagescope_tui.search.reading.date_values import Said, When
from imagescope_tui.search.reading.pieces import Piece, Refused
from storage.records import HoursOfDay

if TYPE_CHECKING:
    from datetime import date

    from imagescope_tui.search.reading.date_names import Bound
    from imagescope_tui.search.reading.date_values import Found
    from imagescope_tui.search.reading.tokens import Token

_BOUNDS: Final[dict[str, Bound]] = {
    "before": "before",
    "after": "after",
    "since": "since",
    "until": "until",
}
_CLOCK: Final = re.compile(r"(\d{1,2})(?::00|h)(?:\.\.|-|–)(\d{1,2})(?::00|h)")
_NEEDED: Final = (
    'write date:2019, date:2019-07, date:2019-07-18, date:2019..2021 or date:"last summer"'
)


def read_date(token: Token, following: str, *, today: date, is_day_first: bool) -> Piece | Refused:
    """The date that a filter names, with the words behind it that belong to it."""
    said = Said(atoms=atoms_of(following), today=today, is_day_first=is_day_first, is_filter=True)
    found = _clock(token) or (
        _range(token, said) if ".." in token.value else _words(said, is_whole=token.is_quoted)
    )
    if found is None:
        return Refused(reason=f"{token.source} is no date: {_NEEDED}", end=token.end)
    when, end, guess = found
    if token.key in _BOUNDS:
        whole = bounded(when, _BOUNDS[token.key], said)
        if whole is None or ".." in token.value:
            return Refused(
                reason=f"{token.source} is not one date: write {token.key}:2019 or date:2019..2021",
                end=token.end,
            )
        when = whole
    place = max(token.end, 0 if token.is_quoted else token.value_start + end)
    return Piece(label=label_of(when), kind="date", end=place, when=when, guess=guess)


def _clock(token: Token) -> tuple[When, int, str] | None:
    """`06:00..12:00`, `22h-5h`."""
    found = _CLOCK.fullmatch(token.value)
    if found is None:
        return None
    first, before = int(found[1]), int(found[2])
    if first > 23 or before > 24 or first == before:
        return None
    return When(hours=(HoursOfDay(first=first, before=before),)), len(token.value), ""


def _range(token: Token, said: Said) -> tuple[When, int, str] | None:
    """`2019..2021`, `2019..`, `..2018`; reversed it is none."""
    first_text, _, last_text = token.value.rstrip(",;").partition("..")
    first, last = _one(first_text, said), _one(last_text, said)
    if (first_text and first is None) or (last_text and last is None):
        return None
    if first and last:
        whole = _from_to(first, last, token, said)
    else:
        whole = bounded(first or last or When(), "since" if first else "until", said)
    return (whole, len(token.value), "") if whole else None


def _one(text: str, said: Said) -> When | None:
    there = replace(said, atoms=atoms_of(text))
    found = _whole(there, date_at(there, 0)) if text.strip() else None
    return found.when if found and not found.when.bound and not found.when.hours else None


def _from_to(first: When, last: When, token: Token, said: Said) -> When | None:
    if first.periods and last.periods and last.periods[-1].first < first.periods[0].first:
        return None
    text = token.value.replace("..", " .. ")
    there = replace(said, atoms=atoms_of(text))
    found = _whole(there, date_at(there, 0))
    return found.when if found else None


def _words(said: Said, *, is_whole: bool) -> tuple[When, int, str] | None:
    found = date_at(said, 0)
    alone = date_names().hours.at(said.atoms, 0)
    if found is None and alone is not None and after_closing(said.atoms, alone[1]) is not None:
        (first, before), end = alone
        hours = HoursOfDay(first=first, before=before % 24 or 24)
        return When(hours=(hours,)), said.atoms[end - 1].end, ""
    if found is None or (is_whole and _whole(said, found) is None):
        return None
    return found.when, said.atoms[found.end - 1].end, found.guess


def _whole(said: Said, found: Found | None) -> Found | None:
    return found if found and found.end == len(said.atoms) else None
