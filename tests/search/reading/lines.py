"""Lines that are read on one day, and lines made of all that a line can hold."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from hypothesis import strategies as st

from imagescope_tui.search.query_language import LineContext, ParsedQuery, parse_query
from storage.records import LibraryNames, NameCount
from storage.saved_searches import SavedSearch

TODAY = date(2026, 11, 30)  # a Monday
TOWNS = {
    "Rome": (41.89, 12.51, 2_318_895),
    "Windsor": (42.3, -83.02, 229_660),
    "Lisboa": (38.73, -9.15, 517_802),
} | {
    "Nice": (43.7, 7.27, 342_669),
    "Beach": (46.92, -104.0, 981),
}


def find_town(name: str, people: int) -> tuple[float, float] | None:
    """Those of a world of five towns."""
    found = TOWNS.get(name.title())
    return found[:2] if found and found[2] >= people else None


NAMES = LibraryNames(
    roots=("Toshi",),
    root_paths=(Path("/photos/Toshi"),),
    folders=(
        *(NameCount(name="Italy", photos=9), NameCount(name="New York", photos=5)),
        *(NameCount(name="2021-07 Lake Como", photos=3), NameCount(name="Köln", photos=1)),
    ),
    cameras=(NameCount(name="Apple iPhone 13", photos=4),),
    places=(NameCount(name="Rome", photos=4), NameCount(name="San Marino", photos=1)),
    place_points={"rome": (41.89, 12.51), "rom": (41.89, 12.51), "roma": (41.89, 12.51)}
    | {"san marino": (43.94, 12.45), "lion": (45.75, 4.85), "nizza": (43.7, 7.27)},
    place_keys=frozenset(("rome", "roma", "san marino", "italien")),
    people=(
        *(NameCount(name="Anna Smith", photos=7), NameCount(name="Ben", photos=3)),
        *(NameCount(name="Zoë", photos=1), NameCount(name="Snoop Dog", photos=1)),
    ),
)
SEARCHES = (SavedSearch(name="holidays", line="in:Italy summer 2020"),)
PLAIN = LineContext(today=TODAY, find_town=find_town, searches=SEARCHES)
CONTEXT = LineContext(today=TODAY, names=NAMES, find_town=find_town, searches=SEARCHES)
MONTH_FIRST = LineContext(today=TODAY, is_day_first=False)


def read(line: str, context: LineContext = PLAIN) -> ParsedQuery:
    """The line, read on that day."""
    return parse_query(line, context)


_PIECES = (
    *("dog", "a", "of", "the", "in", "on", "from", "with", "to", "and", "or", "OR", "|", "AND"),
    *("not", "no", "without", "ohne", "photos", "show", "me", "my", "please", "toshi"),
    *("2019", "'21", "July", "may", "mars", "19", "19th", "21", "7/8/21", "2021-07-19", "2021-13"),
    *("Christmas", "Easter", "tree", "summer", "winter", "2020/21", "last", "this", "letzten"),
    *("week", "fin", "de", "semana", "3", "days", "ago", "vor", "hier", "yesterday", "morning"),
    *("between", "before", "since", "until", "early", "mid-July", "Q3", "90s", "IMG_20210719"),
    *("date:2019", "date:2019..", "date:..2018", "date:2021..2019", "date:last", "-date:2018"),
    *("in:/x", "in:New", "York", "in:Itly", "in:", "-in:Pets", "in:'New York'", 'camera:"x t"'),
    *("near", "Rome", "near:Rome", "near:xyzzy", "place:San", "Marino", "bei", "41.9,12.5"),
    *("type:png", "type:foo", "rating:4", "rating:9", "is:portrait", "has:gps", "tag:x"),
    *("-cat", "--cat", '-"red car"', '"cake birthday"', '"open', "“so”", "-", "–", "->", "🐶"),
    *("person:Anna", "Anna", "ben,", "-person:Zoe", "-Ben", "con", "mit", "is:favourite"),
    *("@holidays", "-@holidays", "@holiday", "@"),
    *(",", "dog,", "of.", "(2019)", "(cat", "10:30", "http://x", "\0", "in:~\0", "-🐶", "+dog"),
)
LINES = st.one_of(
    st.lists(st.sampled_from(_PIECES) | st.text(max_size=6), max_size=9, unique=True).map(" ".join),
    st.text(max_size=60),
)
"""No part comes twice, so that a part can be told from what is left without it."""
