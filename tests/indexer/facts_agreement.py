"""What ExifTool reads of the camera files in the shared data, beside what we do."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from indexer.decoding.photo import Decoded, decode_photo, facts_alone
from indexer.metadata.boilerplate import is_boilerplate
from storage.records import Facts
from tests.indexer.photo_files import CROP_64

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

Row = dict[str, str]
_ALTITUDE_MAX = 100_000

WRITTEN_PLACES = {
    "files/exiv2/Reagan.jxl": ("Straits of Magellan", "", "South America"),
    "files/exiv2/Reagan.tiff": ("Straits of Magellan", "", "South America"),
    "files/exiv2/ReaganSmallPng.png": ("Straits of Magellan", "", "South America"),
    "files/exiv2/exiv2-bug501.jpg": ("Göteborg", "Västra Götaland", "Sweden"),
    "files/exifr/issue-exifr-59.jpg": ("", "California", "United States"),
    "files/exiftool/ExifTool.tif": ("Kingston", "Ontario", "Canada"),
    "files/exiftool/GPS.jpg": ("", "", "United Kingdom"),
    "files/Pillow/iptc_roundUp.jpg": ("Budapest", "", "Hungary"),
}
"""City, state and country by ExifTool 12.57; the shared table does not have them."""

MAKERS_WORDS = "words of a maker or a program"
NO_FIX = "(0, 0): a receiver without a fix"
CANNOT_BE = "no such height"
MAKERS_NOTES = "told in the maker's own notes alone"
_NOT_PROMISED = (MAKERS_WORDS, NO_FIX, CANNOT_BE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """One value of ExifTool's, and ours."""

    file: str
    fact: str
    theirs: str
    ours: object
    agrees: bool

    @property
    def reason(self) -> str | None:
        """Why they differ; None where they do not, or nobody knows why."""
        if self.agrees:
            return None
        if self.fact in ("latitude", "longitude") and float(self.theirs) == 0:
            return NO_FIX
        if self.fact == "altitude" and float(self.theirs) > _ALTITUDE_MAX:
            return CANNOT_BE
        if self.fact in ("description", "remarks") and is_boilerplate(_one_line(self.theirs)):
            return MAKERS_WORDS
        if self.fact == "lens" and not self.ours:
            return MAKERS_NOTES
        return None

    @property
    def is_promised(self) -> bool:
        """Whether docs/facts.md says that such a value is read."""
        return self.reason not in _NOT_PROMISED

    @property
    def is_wrong(self) -> bool:
        """Whether we say something else, instead of nothing."""
        return not self.agrees and self.is_promised and bool(self.ours)


@lru_cache(maxsize=1)
def compared(folder: Path) -> tuple[Compared, ...]:
    """Every value that ExifTool has of a fact that docs/facts.md promises."""
    with (folder / "expected_exiftool.csv").open(encoding="utf-8", newline="") as table:
        rows = list(csv.DictReader(table))
    return tuple(value for row in rows for value in _values(row, folder / row["file"]))


def facts_in_file(path: Path) -> Facts:
    """What we read, also where there is no picture to be had."""
    outcome = decode_photo(path, picture_input=CROP_64, thumbnail_side=96)
    if isinstance(outcome, Decoded):
        return outcome.facts
    told = facts_alone(path)
    return told if isinstance(told, Facts) else Facts()


def _values(row: Row, path: Path) -> Iterator[Compared]:
    facts = facts_in_file(path)
    for fact, (column, ours_of, agree) in _FACTS.items():
        theirs = column(row) if callable(column) else row[column]
        ours = ours_of(facts)
        for value in theirs.split("; ") if fact in ("keywords", "people") else [theirs]:
            if value.strip():
                yield Compared(
                    file=row["file"],
                    fact=fact,
                    theirs=value,
                    ours=ours,
                    agrees=agree(value, ours),
                )


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _same_text(theirs: str, ours: object) -> bool:
    return isinstance(ours, str) and ours == _one_line(theirs)[: max(len(ours), 300)].strip()


def _ends_with(theirs: str, ours: object) -> bool:
    return isinstance(ours, str) and ours.endswith(_one_line(theirs))


def _holds(theirs: str, ours: object) -> bool:
    """A long text may be a list of keywords that a program wrote as one."""
    words = {str(word).casefold() for word in ours} if isinstance(ours, tuple) else set()
    told = _one_line(theirs).casefold()
    return told[:80].strip() in words or {part.strip() for part in told.split(",")} <= words


def _near(theirs: str, ours: object) -> bool:
    value = float(theirs)
    return isinstance(ours, float | int) and abs(ours - value) < 1e-4 * max(1.0, abs(value))


def _same_time(theirs: str, ours: object) -> bool:
    day, _, clock = theirs.partition(" ")
    time = f"{day.replace(':', '-')}T{re.match('[0-9:]*', clock)[0]}"  # type: ignore[index]
    return isinstance(ours, str) and ours[:19].startswith(time)


def _date(row: Row) -> str:
    dates = (row["datetime_original"], row["create_date"])
    return next((date for date in dates if date[:4].isdigit()), "")


def _keywords(row: Row) -> str:
    return "; ".join(filter(None, (row["keywords"], row["subject"])))


def _written_place(part: int) -> Callable[[Row], str]:
    return lambda row: WRITTEN_PLACES.get(row["file"], ("", "", ""))[part]


def _free_words(facts: Facts) -> tuple[str, ...]:
    """Of several descriptions one is shown, and the others are remarks."""
    return tuple(text[:80].strip() for text in (facts.description or "", *facts.remarks) if text)


_FACTS: dict[
    str,
    tuple[str | Callable[[Row], str], Callable[[Facts], object], Callable[[str, object], bool]],
] = {
    "date": (_date, lambda facts: facts.taken_at, _same_time),
    "time zone": (
        lambda row: row["offset_original"],
        lambda facts: (facts.taken_at or "")[19:],
        _same_text,
    ),
    "camera": ("model", lambda facts: facts.camera, _ends_with),
    "lens": ("lens", lambda facts: facts.lens, _same_text),
    "latitude": ("gps_lat", lambda facts: facts.latitude, _near),
    "longitude": ("gps_lon", lambda facts: facts.longitude, _near),
    "altitude": ("gps_alt", lambda facts: facts.altitude_m, _near),
    "rating": ("rating", lambda facts: facts.rating, lambda theirs, ours: str(ours) == theirs),
    "keywords": (_keywords, lambda facts: facts.keywords, _holds),
    "people": ("regions", lambda facts: facts.people, _holds),
    "title": ("title", lambda facts: facts.title, _same_text),
    "description": ("description", _free_words, _holds),
    "remarks": ("usercomment", _free_words, _holds),
    "city": (_written_place(0), lambda facts: facts.city, _same_text),
    "state": (_written_place(1), lambda facts: facts.state, _same_text),
    "country": (_written_place(2), lambda facts: facts.country, _same_text),
}
