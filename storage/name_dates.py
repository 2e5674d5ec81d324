"""Dates that stand in names, as cameras, phones and messengers give them, and people to folders.

Most numbers in names are no dates: one must be written as they write it, and be in the calendar.
"""

from __future__ import annotations

import re
from datetime import date, time
from functools import lru_cache

from storage.date_order import DateTold

_DAY = r"(?<![\d.])(?P<year>(?:19|20)\d\d)(?P<sign>[-_.]?)(?P<month>\d\d)(?P=sign)(?P<day>\d\d)"
# 154114, 154114123, 15.41.14, 3.41.14 PM, 15-41-14; macOS puts a narrow space before PM.
_CLOCK = (
    r"(?P<hour>\d\d?)(?P<mark>[-_.:]?)(?P<minute>\d\d)(?P=mark)(?P<second>\d\d)"
    r"(?P<fraction>\d{3})?(?!\d)(?:[ \u202f]?(?P<half>[AaPp])[Mm]\b)?"
)
# macOS says "at" in the language of its user, with the accent as a sign of its own.
_AT = "(?:[-_ T]| (?:at|um|à|a\u0300|a las|alle|às|a\u0300s|om|kl\\.) )?"
_TIMES = (
    re.compile(f"{_DAY}{_AT}{_CLOCK}", re.ASCII),
    # Telegram's
    re.compile(rf"@(?P<day>\d\d)-(?P<month>\d\d)-(?P<year>20\d\d)_{_CLOCK}", re.ASCII),
)
_APART = re.compile(
    r"(?<![\d.])(?P<year>(?:19|20)\d\d)(?P<sign>[-_.])(?P<month>\d\d)(?P=sign)"
    r"(?P<day>\d\d)(?!\d|[.]\d)",
    re.ASCII,
)
_MAKERS = r"(?i:IMG|VID|MVIMG|PXL|PANO|AUD|GIF|STK|WP|WIN|Photo|Video|Screenshot|signal)[-_ ]?"
_TOGETHER = re.compile(
    rf"(?:{_MAKERS})?(?P<year>(?:19|20)\d\d)(?P<month>\d\d)(?P<day>\d\d)(?![\d.])", re.ASCII
)
_MONTH = re.compile(r"(?P<year>(?:19|20)\d\d)[-_.](?P<month>\d\d)(?!\d)", re.ASCII)
_YEAR = re.compile(r"(?:19|20)\d\d", re.ASCII)
_MONTH_FOLDER = re.compile(r"(\d\d)(?:[-_ .]\D*)?", re.ASCII)
_DAY_FOLDER = re.compile(r"\d\d", re.ASCII)


def date_in_names(folder: str, name: str) -> DateTold | None:
    """What a file's name tells, else the folders that it is in, the innermost first."""
    stem = name.rpartition(".")[0] or name
    told = (_time_in(stem) or _day_in(stem)) if _YEAR.search(stem) else None
    return told or _date_of_folders(folder)


@lru_cache(maxsize=256)
def _date_of_folders(folder: str) -> DateTold | None:
    parts = folder.split("/")
    days = (_in_folders(parts[:depth]) for depth in range(len(parts), 0, -1))
    found = next((day for day in days if day), None)
    return DateTold(found, "folder") if found else None


def _time_in(stem: str) -> DateTold | None:
    for found in (found for pattern in _TIMES for found in pattern.finditer(stem)):
        day, clock = _day(found), _clock(found)
        # A single digit is an hour only where signs stand between the parts.
        if day and clock and (found["mark"] or len(found["hour"]) == 2):
            fraction = (found["fraction"] or "").rstrip("0")
            return DateTold(f"{day}T{clock}", "file name", fraction or None)
    return None


def _day_in(stem: str) -> DateTold | None:
    together = _TOGETHER.match(stem)
    for found in (*([together] if together else []), *_APART.finditer(stem)):
        if day := _day(found):
            return DateTold(day, "file name")
    return None


def _in_folders(parts: list[str]) -> str | None:
    """The date of the last of these: `2019-04-12 Lake`, `2019-04`, `2019/04/12`, `2019/04`."""
    last, above = parts[-1], parts[:-1]
    for pattern in (_APART, _TOGETHER):
        if (found := pattern.match(last)) and (day := _day(found)):
            return day
    if (found := _MONTH.match(last)) and (month := _valid(found["year"], found["month"])):
        return month
    if _YEAR.fullmatch(last):
        return last
    month_found = _MONTH_FOLDER.fullmatch(last)
    if month_found and above and _YEAR.fullmatch(above[-1]):
        return _valid(above[-1], month_found[1])
    if _DAY_FOLDER.fullmatch(last) and above:
        month = _in_folders(above) or ""
        return _valid(month[:4], month[5:], last) if len(month) == len("2019-04") else None
    return None


def _day(found: re.Match[str]) -> str | None:
    return _valid(found["year"], found["month"], found["day"])


def _valid(year: str, month: str, day: str = "") -> str | None:
    try:
        whole = date(int(year), int(month), int(day or 1)).isoformat()
    except ValueError:
        return None
    return whole if day else whole[: len("2019-04")]


def _clock(found: re.Match[str]) -> str | None:
    hour = int(found["hour"])
    if found["half"]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if found["half"] in "Pp" else 0)
    try:
        return time(hour, int(found["minute"]), int(found["second"])).isoformat()
    except ValueError:
        return None
