"""A filter, written as the line that is read as it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from imagescope_tui.search.reading.date_grammar import begins_date
from imagescope_tui.search.reading.date_names import english_months
from imagescope_tui.search.reading.file_types import types_of
from storage.records import TimeSpan

if TYPE_CHECKING:
    from collections.abc import Iterator

    from storage.records import DaysOfYear, HoursOfDay, PhotoFilter

_DAY: Final = len("2019-07-18")


def written(wanted: PhotoFilter) -> tuple[str, ...]:
    """The parts of a line that ask for the same photos; single photos cannot be asked for."""
    return (
        *(_valued("in", str(folder)) for folder in wanted.folders),
        *(_valued("in", name) for name in wanted.folder_names),
        *_taken(wanted),
        *(_span(span) for span in wanted.spans),
        *(_days(days) for days in wanted.days),
        *(_hours(hours) for hours in wanted.hours),
        *(_valued("camera", camera) for camera in wanted.cameras),
        *(_valued("person", person) for person in wanted.people),
        *(_valued("person", "|".join(group)) for group in wanted.people_any),
        *(f"type:{name}" for name in types_of(wanted.extensions)),
        *((f"rating:{wanted.rating_from}",) if wanted.rating_from else ()),
        *(_valued("place", place) for place in wanted.places),
        *(f"near:{circle.latitude},{circle.longitude}" for circle in wanted.near),
        *("has:gps" if trait == "gps" else f"is:{trait}" for trait in wanted.traits),
        *(f'"{phrase}"' for phrase in wanted.phrases),
        *map(_unwanted, wanted.without_words),
        *(f"-{part}" for without in wanted.without for part in written(without)),
    )


def written_line(wanted: PhotoFilter, text: str, alternatives: tuple[str, ...] = ()) -> str:
    """The whole line; exact phrases stand in it once."""
    words = " OR ".join(alternatives) or text
    for phrase in wanted.phrases:
        words = words.replace(phrase, "", 1)
    return " ".join(" ".join((*written(wanted), words)).split())


def _unwanted(words: str) -> str:
    return f'-"{words}"' if " " in words or begins_date(words) else f"-{words}"


def _valued(key: str, value: str) -> str:
    if '"' in value:
        return f"{key}:'{value}'"
    return f'{key}:"{value}"' if any(map(str.isspace, value)) or "'" in value else f"{key}:{value}"


def _taken(wanted: PhotoFilter) -> Iterator[str]:
    first, before = wanted.taken_from, wanted.taken_before
    if first and before and first < before:
        yield _span(TimeSpan(first=first, before=before))
        return
    if first:
        yield f"since:{first}"
    if before:
        yield f"before:{before}"


def _span(span: TimeSpan) -> str:
    last = _last(span.before)
    return f"date:{span.first}" if span.first == last else f"date:{span.first}..{last}"


def _last(before: str) -> str:
    """The last day or hour that is in a span."""
    if len(before) < _DAY:
        before = f"{before}-01" if "-" in before else f"{before}-01-01"
    day = date.fromisoformat(before[:_DAY])
    if hour := int(before[_DAY + 1 :] or 0):
        return f"{day.isoformat()}T{hour - 1:02}"
    return (day - timedelta(days=1)).isoformat()


def _days(days: DaysOfYear) -> str:
    first, last = (_day_of_year(day) for day in (days.first, days.last))
    return f'date:"{first}"' if first == last else f'date:"{first}..{last}"'


def _day_of_year(day: str) -> str:
    month, of_month = day.split("-")
    return f"{int(of_month)} {english_months()[int(month) - 1]}"


def _hours(hours: HoursOfDay) -> str:
    return f"date:{hours.first:02}:00..{hours.before:02}:00"
