"""Numbers, times and facts as people read them; pure text, nothing of the screen."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from rich.cells import cell_len, set_cell_size

from imagescope_tui.counting import clock, counted
from storage.safe_text import printable

if TYPE_CHECKING:
    from pathlib import Path

    from storage.records import Facts, Photo

PLAY = "▶"
FAVOURITE = "♥"
_UNITS = ((1000, "kB"), (1_000_000, "MB"), (1_000_000_000, "GB"))
_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def duration(seconds: float) -> str:
    """Roughly how long, in the largest unit that fits: `40 s`, `11 min`, `3 h 20 min`, `2 days`."""
    if seconds < 59.5:
        return f"{max(1, round(seconds))} s"
    minutes = round(seconds / 60)
    if minutes < 60:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    if hours < 24:
        return f"{hours} h {minutes:02d} min" if minutes else f"{hours} h"
    return counted(round(hours / 24), "day")


def elapsed(seconds: float) -> str:
    """How long something took: `4 ms`, `0.12 s`, `3.4 s`."""
    if seconds < 0.0995:
        return f"{max(1, round(seconds * 1000))} ms"
    return f"{seconds:.2f} s" if seconds < 1 else f"{seconds:.1f} s"


def size(size_bytes: int) -> str:
    """`812 bytes`, `4.2 MB`."""
    if size_bytes < 1000:
        return counted(size_bytes, "byte")
    step = next(step for step, unit in _UNITS if size_bytes < 999.5 * step or unit == "GB")
    value, unit = size_bytes / step, dict(_UNITS)[step]
    return f"{value:.1f} {unit}" if value < 99.95 else f"{value:.0f} {unit}"


def play_sentence(photo: Photo, second: float | None) -> str:
    """`▶ 0:42 of 3:10` for a moment of a moving picture, `▶ 3:10` for all of it; else nothing."""
    lasts = photo.duration_seconds
    parts = [
        "" if second is None else clock(second),
        "" if lasts is None else clock(max(1.0, lasts)),
    ]
    told = " of ".join(part for part in parts if part)
    return f"{PLAY} {told}" if told else ""


def rate(photos_per_second: float) -> str:
    """`27/s`, `0.4/s`."""
    if photos_per_second < 9.95:
        return f"{photos_per_second:.1f}/s"
    return f"{photos_per_second:.0f}/s"


@dataclass(frozen=True, slots=True)
class Moment:
    """A local time, as far as it is known."""

    year: int
    month: int | None = None
    day: int | None = None
    clock: str = ""
    """`16:02`"""


def moment_of(photo: Photo) -> Moment | None:
    """When the photo was taken: by its own word, else its name's, else its oldest copy's time."""
    told = photo.taken_at or photo.moment
    try:
        if not told:
            told = datetime.fromtimestamp(photo.mtime_ns / 1e9, tz=UTC).astimezone().isoformat()
        day, _, clock = told.partition("T")
        year, month_told, day_told = (int(part) for part in f"{day}-0-0".split("-")[:3])
        date(year, month_told or 1, day_told or 1)
    except (OverflowError, OSError, ValueError):
        return None
    return Moment(year, month_told or None, day_told or None, clock[: len("16:02")])


def month(moment: Moment) -> str:
    """`July 2020`."""
    return f"{_MONTHS[moment.month - 1]} {moment.year}" if moment.month else f"{moment.year}"


def short_day(moment: Moment) -> str:
    """`18 Jul`."""
    name = _MONTHS[moment.month - 1][:3] if moment.month else ""
    return f"{moment.day} {name}" if moment.day else name


def day_and_time(moment: Moment) -> str:
    """`18 July 2020 16:02`."""
    parts = (f"{moment.day}" if moment.day else "", month(moment), moment.clock)
    return " ".join(part for part in parts if part)


_UNSURE = {
    None: " (the file’s own time)",
    "file name": " (from the file’s name)",
    "folder": " (from the folder’s name)",
}


def taken(photo: Photo) -> str:
    """`18 July 2020 16:02`, and who says so where it is not the photo."""
    moment = moment_of(photo)
    if moment is None:
        return ""
    source = "" if photo.taken_at else _UNSURE.get(photo.dated_by, "")
    return f"{day_and_time(moment)}{source}"


def exposure(seconds: float) -> str:
    """`1/250 s`, `2.5 s`."""
    if seconds >= 0.3:
        return f"{seconds:g} s"
    return f"1/{round(1 / seconds)} s" if seconds > 0 else "0 s"


def exposure_sentence(facts: Facts) -> str:
    """`35 mm f/2 1/250 s ISO 400`, as much of it as is known."""
    parts = [
        f"{facts.focal_length_mm:g} mm" if facts.focal_length_mm else "",
        f"f/{facts.aperture:g}" if facts.aperture else "",
        exposure(facts.exposure_seconds) if facts.exposure_seconds else "",
        f"ISO {facts.iso}" if facts.iso else "",
    ]
    return " ".join(part for part in parts if part)


def place_sentence(facts: Facts) -> str:
    """`47.6, 11.3 · 801 m`, or nothing."""
    if facts.latitude is None or facts.longitude is None:
        return ""
    place = f"{facts.latitude:.4g}, {facts.longitude:.4g}"
    return f"{place} · {facts.altitude_m:.0f} m" if facts.altitude_m else place


def marks(facts: Facts) -> str:
    """`♥ · ★★★★ · Red`, as its owner marked a photo; empty where it was not."""
    stars = "rejected" if (facts.rating or 0) < 0 else "★" * (facts.rating or 0)
    heart = FAVOURITE if facts.is_favourite else ""
    return " · ".join(part for part in (heart, stars, printable(facts.label or "")) if part)


def frame_sentence(photo: Photo, facts: Facts | None) -> str:
    """`4000×3000 · JPEG · 4.2 MB`."""
    width = photo.width or (facts.width if facts else 0)
    height = photo.height or (facts.height if facts else 0)
    parts = [
        f"{width}×{height}" if width and height else "",
        printable(facts.format) if facts else "",
        size(photo.size_bytes),
    ]
    return " · ".join(part for part in parts if part)


def short_path(path: Path, home: Path) -> str:
    """The path with `~` for the reader's home."""
    text = f"~/{path.relative_to(home)}" if path.is_relative_to(home) else str(path)
    return printable("~" if text == "~/." else text)


def excerpt(text: str, signs: int) -> str:
    """The beginning of a text in one line, cut between words where it is longer."""
    return textwrap.shorten(printable(text), signs, placeholder=" …") or printable(text)[:signs]


def hanging(text: str, cells: int, indent: int) -> list[str]:
    """The text in lines of about so many cells, those after the first moved in."""
    width = max(indent + 8, cells)
    return textwrap.wrap(text, width, subsequent_indent=" " * indent) or [""]


def fit(text: str, cells: int) -> str:
    """The text in at most so many cells; what is cut is replaced by `…` in the middle."""
    if cell_len(text) <= cells:
        return text
    if cells <= 1:
        return "…"[:cells]
    tail_cells = (cells - 1) // 2
    head = set_cell_size(text, cells - 1 - tail_cells).rstrip()
    return f"{head}…{_last_cells(text, cells - 1 - cell_len(head))}"


def fit_end(text: str, cells: int) -> str:
    """The text in at most so many cells; a cut end shows as `…`."""
    if cell_len(text) <= cells:
        return text
    return f"{set_cell_size(text, cells - 1).rstrip()}…" if cells > 1 else "…"[:cells]


def _last_cells(text: str, cells: int) -> str:
    tail = ""
    for character in reversed(text):
        if cell_len(character + tail) > cells:
            break
        tail = character + tail
    return tail
