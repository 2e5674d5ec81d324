"""Dates as files write them, as `storage.date_order` has them; what makes no sense is no date.

A field that says when a photo was taken in local time is read by `date_told`; one that is in UTC,
as satellites and films have it, by `date_told_in_utc`. `best_date` says which of them counts.
"""

from __future__ import annotations

import re
from dataclasses import asdict
from datetime import date, datetime, time
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from storage.date_order import DateTold, best_date

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import tzinfo

    from storage.date_order import DateSource

__all__ = (
    "DateTold",
    "best_date",
    "date_facts",
    "date_told",
    "date_told_in_utc",
    "iptc_time",
    "local_time",
    "parsed_time",
    "png_date",
)

_YEAR_MIN, _YEAR_MAX = 1826, 2100
_YEAR, _MONTH, _WHOLE_DAY = (len(text) for text in ("1985", "1985-07", "1985-07-18"))
_FRACTION_LENGTH_MAX = 9
_MAIL_DATE_MAX = 80
_NO_CLOCKS = ("1904-01-01T00:00:00", "1970-01-01T00:00:00")
"""Where the clocks of films and of systems begin: what devices write that do not know the time."""
_NO_CLOCK_DAYS = tuple(clock[:_WHOLE_DAY] for clock in _NO_CLOCKS)
"""Films whose device has counted the seconds since it was switched on."""

_PART = r"(\d{1,2}|[ ]{2})"
_YEAR_ALONE = r"(?!\s*[^\W\d_])"
_DAY = rf"(\d{{4}})(?:[:\-/.]{_PART}(?:[:\-/.]{_PART})?|{_YEAR_ALONE})(?!\d)"
_DAY_LAST = r"(\d{1,2})([/.])(\d{1,2})\2(\d{4})(?!\d)"
_CLOCK = (
    r"(?:[ T]+(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:[.,](\d*))?)?"
    r"\s*(Z|[+-]\d{2}(?::?\d{2})?(?!\d))?)?"
)
_YEAR_FIRST_TIME = re.compile(rf"\s*{_DAY}{_CLOCK}", re.ASCII)
_YEAR_LAST_TIME = re.compile(rf"\s*{_DAY_LAST}{_CLOCK}", re.ASCII)
_ZONE = re.compile(r"\s*([+-])(\d{2}):?(\d{2})?", re.ASCII)
_DIGITS = re.compile(r"\s*(\d+)", re.ASCII)
_IPTC_DAY = re.compile(r"(\d{4})-?(\d{2})-?(\d{2})")
_IPTC_CLOCK = re.compile(r"(\d{2}):?(\d{2}):?(\d{2})([+-]\d{2}:?\d{2})?")


def date_told(
    source: DateSource, text: str | None, zone: str | None = None, fraction: str | None = None
) -> DateTold | None:
    """What a field says, or None.

    Args:
        source: which field it is.
        text: as the file has it.
        zone: as `+02:00`, where a field of its own says it.
        fraction: the second's digits behind the point, where a field of its own says them.
    """
    taken_at = parsed_time(text, zone)
    if taken_at is None or taken_at.startswith(_NO_CLOCKS):
        return None
    if source == "container" and taken_at.startswith(_NO_CLOCK_DAYS):
        return None
    own = _YEAR_FIRST_TIME.match(text or "")
    digits = _DIGITS.match(fraction or (own and own[7]) or "")
    told = digits[1][:_FRACTION_LENGTH_MAX].rstrip("0") if digits else None
    return DateTold(taken_at, source, told or None)


def date_told_in_utc(
    source: DateSource, text: str | None, latitude: float | None, longitude: float | None
) -> DateTold | None:
    """What a field in UTC says, by the clock of the place (see `local_time`); or None."""
    told = date_told(source, text, "Z")
    if told is None or len(told.taken_at) <= _WHOLE_DAY:
        return told
    local = local_time(datetime.fromisoformat(told.taken_at), latitude, longitude)
    return DateTold(local, source, told.taken_fraction)


def date_facts(candidates: Iterable[DateTold | None]) -> dict[str, Any]:
    """The fields of Facts that say when the photo was taken, by the best of these."""
    best = best_date(candidates)
    return {} if best is None else asdict(best)


def parsed_time(text: str | None, zone: str | None = None) -> str | None:
    """A date of EXIF, XMP or PNG as `2020-07-18T16:02:00+02:00`; None if it cannot be one.

    Where it tells less, `2020-07-18`, `2020-07` or `2020`. The zone is the one in the text, else
    `zone`, else left out: then it is local time, somewhere.
    """
    found = _YEAR_FIRST_TIME.match(text or "")
    day = _day(*found.groups()[:3]) if found else None
    if found is None:
        found = _YEAR_LAST_TIME.match(text or "")
        day = _day_of_year_last(found) if found else None
    if found is None or day is None:
        return None
    hour, minute, second, _, own_zone = found.groups()[-5:]
    if hour is None or len(day) < _WHOLE_DAY:
        return day
    clock = _clock(int(hour), int(minute), int(second or 0))
    return clock and f"{day}T{clock}{_parsed_zone(own_zone or zone)}"


def png_date(text: object) -> DateTold | None:
    """What PNG's `Creation Time` says: in any form, or as mails have it, which PNG advises."""
    if not isinstance(text, str):
        return None
    told = date_told("changed", text)
    if told is not None:
        return told
    try:
        return date_told("changed", parsedate_to_datetime(text[:_MAIL_DATE_MAX]).isoformat())
    except (TypeError, ValueError):
        return None


def iptc_time(day: bytes | None, clock: bytes | None) -> str | None:
    """IPTC's two fields, `20040506` and `070809+0200`, as one that `date_told` reads."""
    date_found = _IPTC_DAY.match((day or b"").decode("latin-1"))
    if date_found is None:
        return None
    text = "-".join(date_found.groups())
    clock_found = _IPTC_CLOCK.match((clock or b"").decode("latin-1"))
    if clock_found is None:
        return text
    return f"{text} {':'.join(clock_found.groups()[:3])}{clock_found[4] or ''}"


def local_time(instant: datetime, latitude: float | None, longitude: float | None) -> str:
    """A time with a zone, as UTC, by the clock of a place: `2020-07-19T06:30:00+09:00`.

    Where the place is not known, by the clock of this machine: most photos are taken at home.
    """
    zone = None
    if latitude is not None and longitude is not None:
        zone = _zone_at(round(latitude, 3), round(longitude, 3))
    try:
        return instant.astimezone(zone).isoformat(timespec="seconds")
    except (OSError, OverflowError, ValueError):
        return instant.isoformat(timespec="seconds")


@lru_cache(maxsize=1000)
def _zone_at(latitude: float, longitude: float) -> tzinfo | None:
    import tzfpy  # its map takes 34 MB, which few photos need
    from dateutil import tz

    return tz.gettz(tzfpy.get_tz(longitude, latitude) or "UTC")


def _day(year: str, month: str | None, day: str | None) -> str | None:
    """As far as it is known: zeros and blanks stand where it is not."""
    numbers = [int(part) if part and part.strip() else 0 for part in (year, month, day)]
    if not _YEAR_MIN <= numbers[0] <= _YEAR_MAX:
        return None
    try:
        whole = date(numbers[0], numbers[1] or 1, numbers[2] or 1).isoformat()
    except ValueError:
        return None
    if not numbers[1]:
        return whole[:_YEAR]
    return whole if numbers[2] else whole[:_MONTH]


def _day_of_year_last(found: re.Match[str]) -> str | None:
    """`18/07/2020`; the year alone where nobody can tell the month from the day."""
    first, second, year = found[1], found[3], found[4]
    readings = {_day(year, second, first), _day(year, first, second)} - {None}
    return readings.pop() if len(readings) == 1 else _day(year, None, None) if readings else None


def _clock(hour: int, minute: int, second: int) -> str | None:
    # Phones write the first hour of a day as its 24th, and a leap second is a minute's 60th.
    try:
        return time(0 if hour == 24 else hour, minute, 59 if second == 60 else second).isoformat()
    except ValueError:
        return None


def _parsed_zone(zone: str | None) -> str:
    if zone is None:
        return ""
    if zone.strip() == "Z":
        return "+00:00"
    match = _ZONE.match(zone)
    if match is None or int(match[2]) > 14 or int(match[3] or 0) > 59:
        return ""
    return f"{match[1]}{match[2]}:{match[3] or '00'}"
